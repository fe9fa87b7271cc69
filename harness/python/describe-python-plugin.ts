/** A Python plugin as certification takes it: `PythonPluginSource` → location and package evidence. */
import { resolve } from "node:path";
import type { DescribedPlugin } from "../certify/described-plugin.js";
import { packageEvidence } from "./package-evidence.js";
import type { PythonPluginSource } from "./plugin-source.js";

/** What certification needs to know of a Python plugin. */
export function describedPython(source: PythonPluginSource): DescribedPlugin {
  const distribution = packageEvidence(source);
  const { metadata, root, modules } = source;
  return {
    location: {
      path: resolve(source.path), root, modules: Object.fromEntries(modules.map((module) => [module.name, module.file ?? ""])),
      name: metadata.name, version: metadata.version ?? "0", summary: metadata.summary, description: metadata.description,
      python: {
        executable: source.python.executable, version: source.python.version, importPaths: source.importPaths, extrasPaths: source.extrasPaths, pluginsPaths: source.pluginsPaths, files: source.files,
        modules: modules.map(({ name, module, origin, problem }) => ({ name, module, origin, ...(problem === undefined ? {} : { problem }) })),
      },
    },
    form: source.kind === "file" ? "file" : "package", manifestProblems: [], capabilities: source.capabilities,
    python: { missing: source.missing, documentation: source.documentation, notes: source.notes, ...(distribution === undefined ? {} : { package: distribution }) },
    ...(source.printerConfig === undefined ? {} : { printerConfig: source.printerConfig }), ...(source.exercise === undefined ? {} : { exercise: source.exercise }),
  };
}
