/** Reads what a plugin's package says of itself, without running it. Path → location and package evidence. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { PackageEvidence } from "../../conformance/evidence.js";
import { pluginsAtPath } from "../../host/plugins/discover-plugins.js";
import { describedPython } from "../python/describe-python-plugin.js";
import { isPythonPlugin, readPythonPlugin, type ReadPluginOptions } from "../python/read-plugin.js";
import type { DescribedPlugin } from "./described-plugin.js";

/** The plugin cannot be examined at all: usage or environment, exit code 3. */
export class PluginNotFound extends Error {
  override name = "PluginNotFound";
}

export type { DescribedPlugin };

type Json = Record<string, unknown>;

const readText = (path: string): string | undefined => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined);

/** What is wrong with the plugin's place, in one class. */
function orNotFound<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new PluginNotFound(error instanceof Error ? error.message : String(error));
  }
}

/**
 * A plugin in TypeScript or Python, described without running it.
 * @throws PluginNotFound with what to do
 */
export function describePlugin(path: string, options: ReadPluginOptions = {}): DescribedPlugin {
  if (isPythonPlugin(path)) return orNotFound(() => describedPython(readPythonPlugin(path, options)));
  const found = orNotFound(() => pluginsAtPath(path));
  const absolute = resolve(path);
  const isFile = statSync(absolute).isFile();
  const root = isFile ? dirname(absolute) : absolute;
  const manifestText = isFile ? undefined : readText(join(root, "package.json"));
  let manifest: Json | undefined;
  try {
    manifest = manifestText === undefined ? undefined : (JSON.parse(manifestText) as Json);
  } catch (error) {
    throw new PluginNotFound(`"${join(path, "package.json")}" is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const kalico = (manifest?.["kalico"] ?? {}) as Json;
  const first = found[0]!;
  const base = isFile ? absolute.replace(/\.[cm]?js$/, "") : undefined;
  const printerConfig = readText(base === undefined ? join(root, "printer.cfg") : `${base}.cfg`);
  const exercise = readText(base === undefined ? join(root, "exercise.gcode") : `${base}.gcode`);
  return {
    location: {
      path: absolute, root: isFile ? absolute : root,
      modules: Object.fromEntries(found.map((p) => [p.name, p.file])),
      name: first.metadata?.name ?? first.name, version: first.metadata?.version ?? "0", summary: first.metadata?.summary ?? "", description: first.metadata?.description ?? "",
    },
    form: isFile ? "file" : "package",
    manifestProblems: manifest === undefined ? [] : manifestProblems(root, manifest, found),
    capabilities: Array.isArray(kalico["capabilities"]) ? kalico["capabilities"].map(String) : capabilitiesInSource(isFile ? absolute : undefined),
    ...(printerConfig === undefined ? {} : { printerConfig }),
    ...(exercise === undefined ? {} : { exercise: exercise.split("\n").map((l) => l.trim()).filter((l) => l !== "" && !l.startsWith(";")) }),
  };
}

/** A single file declares its capabilities in a comment: `// kalico-capabilities: moves, homes`. */
function capabilitiesInSource(file: string | undefined): string[] {
  const line = file === undefined ? undefined : /kalico-capabilities:\s*(.+)/.exec(readFileSync(file, "utf8"));
  return line === undefined || line === null ? [] : line[1]!.replace(/\*\/.*$/, "").split(",").map((c) => c.trim()).filter((c) => c !== "");
}

function manifestProblems(root: string, manifest: Json, found: ReturnType<typeof pluginsAtPath>): PackageEvidence["manifestProblems"] {
  const problems: PackageEvidence["manifestProblems"] = [];
  const scripts = (manifest["scripts"] ?? {}) as Json;
  for (const name of ["preinstall", "install", "postinstall"]) if (name in scripts) problems.push({ what: "install-script", detail: `script "${name}" runs when the plugin is installed` });
  for (const plugin of found) if (plugin.problem !== undefined) problems.push({ what: "entry", detail: plugin.problem });
  if ((manifest["kalico"] as Json | undefined)?.["plugins"] === undefined) problems.push({ what: "entry", detail: 'no "kalico": {"plugins": {…}}' });
  for (const target of exportTargets(manifest["exports"] ?? manifest["main"])) {
    if (!target.includes("*") && !existsSync(join(root, target))) problems.push({ what: "exports", detail: `"${target}" does not exist` });
  }
  const types = typesTarget(manifest);
  const declared = types ?? found.map((p) => relative(root, p.file).replace(/\.([cm]?)js$/, ".d.$1ts")).find((f) => existsSync(join(root, f)));
  if (declared === undefined) problems.push({ what: "types", detail: 'no "types"' });
  else if (!existsSync(join(root, declared))) problems.push({ what: "types", detail: `the type declarations "${declared}" do not exist` });
  return problems;
}

function exportTargets(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(exportTargets);
}

function typesTarget(manifest: Json): string | undefined {
  if (typeof manifest["types"] === "string") return manifest["types"];
  const search = (value: unknown): string | undefined => {
    if (typeof value !== "object" || value === null) return undefined;
    const own = (value as Json)["types"];
    if (typeof own === "string") return own;
    for (const inner of Object.values(value)) {
      const found = search(inner);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(manifest["exports"]);
}
