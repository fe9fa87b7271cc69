/**
 * A Python plugin: its modules run in a CPython process of their own, joined by the bridge. What it does comes
 * with each message and is booked as for JavaScript: bytecodes as gas, blocking calls, effects with their lines.
 */
import { join, relative } from "node:path";
import type { PackageEvidence, SideEffect, SourcePlace } from "../../conformance/evidence.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { PythonWork } from "../../host/plugins/python/bridge.js";
import { missingMessage } from "../../host/plugins/python/bridge-functions.js";
import { PythonHost } from "../../host/plugins/python/python-host.js";
import { SECONDS_PER_GAS } from "../sandbox/gas-meter.js";
import { placeInStack, setForeignPlace } from "../session/source-place.js";
import { DIED_MARK, EXIT_MARK, OUTPUT_MARK } from "./breadcrumb.js";
import type { PythonLocation } from "./messages.js";
import { keepEffect, noteImportError, type ImportOutcome, type Subject, type SubjectContext } from "./subject.js";

/** Bytecodes of one stretch after which the plugin is stopped. */
const GAS_LIMIT = 20_000_000;

/** Starts CPython. @throws PythonDied when it does not come up */
export function pythonSubject(context: SubjectContext, python: PythonLocation): Subject {
  const { location, meter, breadcrumb } = context;
  const { root } = location;
  const importEffects: SideEffect[] = [];
  const plugins: ImportedPlugin[] = [];
  const mutations: string[] = [];
  let importing = false;

  const placeOf = (file: string, line: number): SourcePlace | undefined => (file === "" ? undefined : { file: relative(root, file) || file, line });
  const onWork = (work: PythonWork): void => {
    if (work.g !== undefined) meter.work(work.g);
    for (const [, path] of work.sm ?? []) mutations.push(path);
    for (const [seconds, what, kind] of work.b ?? []) meter.block(seconds, what, kind);
    for (const [kind, detail, file, line] of work.fx ?? []) {
      const place = placeOf(file, line);
      const phase = importing ? "import" : meter.running?.kind === "load_config" ? "load_config" : "run";
      keepEffect({ kind: kind as SideEffect["kind"], detail, phase, ...(place === undefined ? {} : { place }) }, importing, importEffects, context.collector());
    }
    if (work.o !== undefined) for (const line of work.o.split("\n")) if (line !== "") note("output", `print: ${line.slice(0, 120)}`);
  };
  const note = (kind: SideEffect["kind"], detail: string): void => {
    keepEffect({ kind, detail, phase: importing ? "import" : "run" }, importing, importEffects, context.collector());
  };
  const object = (name: string): string => name.replace(/^(Printer)?(?=[A-Z])/, "").toLowerCase();

  const host = new PythonHost({
    executable: python.executable, directory: join(context.directory, "python"), importPaths: python.importPaths, extrasPaths: python.extrasPaths, pluginsPaths: python.pluginsPaths,
    roots: [root], counting: true, gasLimit: GAS_LIMIT, secondsPerBytecode: SECONDS_PER_GAS, watch: true, outputLimit: context.outputLimit, memoryMegabytes: context.memoryMegabytes,
    now: () => context.collector()?.now ?? 0, reactor: context.reactor, onWork, hangSeconds: Math.max(1, context.wallSeconds * 0.9),
    modules: python.modules.map((module) => ({ ...module, metadata: { name: location.name, version: location.version, summary: location.summary, description: location.description } })),
    reports: {
      onLog: (level, text) => context.collector()?.onLog(level === "warning" ? "warning" : level === "error" || level === "critical" ? "error" : "info", text, context.collector()?.now ?? 0),
      onMissing: (name, member, inKalico) => {
        const collector = context.collector();
        collector?.onPluginAccess("", object(name), member, "missing", collector.now);
        collector?.onLog("warning", missingMessage(object(name), member, inKalico), collector.now);
      },
      onWritten: (name, member) => context.collector()?.onPluginAccess("", object(name), member, "write", context.collector()?.now ?? 0),
    },
    onDied: (ending) => {
      // Without its Python the session cannot go on; the harness reads why from the note.
      const mark = ending.kind === "exited" ? EXIT_MARK : ending.kind === "output-limit" ? OUTPUT_MARK : `${DIED_MARK}${ending.kind}:`;
      breadcrumb.drop(`${mark}${ending.message}; last call: ${breadcrumb.last}`);
      process.kill(process.pid, "SIGKILL");
    },
  });
  setForeignPlace(() => {
    const place = host.bridge.place;
    return place === undefined ? undefined : placeOf(place.file, place.line);
  });

  const relativeKeys = <T>(byFile: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(byFile).map(([file, lines]) => [relative(root, file), lines]));

  function importAll(): Promise<ImportOutcome> {
    const exports: Record<string, string[]> = {};
    const result: PackageEvidence["import"] = { ok: true, seconds: 0, heapBytes: 0, sideEffects: importEffects };
    importing = true;
    const before = host.state();
    for (const plugin of host.importPlugins((name) => breadcrumb.drop(`import ${name}`))) {
      plugins.push(plugin);
      if (plugin.exports === undefined) {
        noteImportError(result, plugin.error, plugin.error instanceof Error ? placeInStack(plugin.error.stack, root) : undefined);
        if (plugin.error instanceof Error && ["SystemExit", "KeyboardInterrupt"].includes(plugin.error.name)) result.exited = true;
      } else exports[plugin.name] = Object.keys(plugin.exports);
    }
    result.heapBytes = Math.max(0, host.state().bytes - before.bytes);
    importing = false;
    const { outside } = meter;
    result.seconds = outside.gas * SECONDS_PER_GAS + outside.blocked + outside.totalSeconds;
    meter.endStretches();
    outside.gas = outside.blocked = 0;
    const codeLines = relativeKeys(host.codeLines(python.files.map((file) => join(root, file))));
    return Promise.resolve({ import: result, exports, codeLines });
  }

  const linesRun = (): Record<string, number[]> => relativeKeys(host.linesRun());

  return { plugins, importAll, begin: (seed) => host.seed(seed), linesRun, beginLife: () => host.endLife(), takeStatusMutations: () => mutations.splice(0), heapBytes: () => host.state().bytes, openResources: () => host.state() };
}
