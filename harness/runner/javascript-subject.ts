/** A JavaScript plugin: its modules run in this process, instrumented by a loader hook and watched by intercepts. */
import { register } from "node:module";
import { pathToFileURL } from "node:url";
import type { PackageEvidence, SideEffect } from "../../conformance/evidence.js";
import { pluginExport, type ImportedPlugin } from "../../host/plugins/load-plugins.js";
import { SECONDS_PER_GAS } from "../sandbox/gas-meter.js";
import { LineWatch } from "../sandbox/line-watch.js";
import { installIntercepts } from "../sandbox/intercepts.js";
import { currentPlace, placeInStack } from "../session/source-place.js";
import { EXIT_MARK, OUTPUT_MARK } from "./breadcrumb.js";
import { keepEffect, noteImportError, type ImportOutcome, type Subject, type SubjectContext } from "./subject.js";

/** Installs the sandbox; the host must be loaded before, so that it holds the originals. */
export function javascriptSubject(context: SubjectContext): Subject {
  const { location, meter, breadcrumb, outputLimit } = context;
  const { root } = location;
  const kill = process.kill.bind(process);
  const importEffects: SideEffect[] = [];
  const plugins: ImportedPlugin[] = [];
  let importing = false;
  let imported = false;
  let watching = false;
  let printed = 0;

  const lineWatch = new LineWatch(root);
  meter.install();
  register(new URL("../sandbox/loader-hooks.js", import.meta.url), { data: { roots: [root] } });
  const reseed = installIntercepts({
    inPlugin: () => {
      if (watching) return false;
      watching = true;
      try {
        return importing ? currentPlace(root) !== undefined : meter.running !== undefined;
      } finally {
        watching = false;
      }
    },
    phase: () => (importing ? "import" : imported && meter.running?.kind === "load_config" ? "load_config" : "run"),
    now: () => context.collector()?.now ?? 0,
    block: (seconds, what, kind) => meter.block(seconds, what, kind),
    record: (effect) => keepEffect(effect, importing, importEffects, context.collector()),
    // Printing is asynchronous: in a loop without end not a byte more would reach the harness.
    onOutput: (bytes) => {
      printed += bytes;
      if (printed <= outputLimit) return;
      breadcrumb.drop(`${OUTPUT_MARK}${breadcrumb.last}`);
      kill(process.pid, "SIGKILL");
    },
    // process.exit calls process.reallyExit: the first of them is the plugin's.
    onExit: (what, place) => breadcrumb.last.startsWith(EXIT_MARK) ? undefined : breadcrumb.drop(`${EXIT_MARK}${what}${place === undefined ? "" : ` at ${place.file}:${place.line}`}${meter.running === undefined ? "" : ` in ${meter.running.kind} ${meter.running.label}`}`),
    place: () => currentPlace(root),
    seed: 1,
  });

  async function importModules(result: PackageEvidence["import"], exports: Record<string, string[]>): Promise<void> {
    for (const [name, file] of Object.entries(location.modules)) {
      breadcrumb.drop(`import ${name}`);
      const found = { name, origin: location.name === "" ? ("plugins" as const) : ("entry-point" as const), file, directory: root, metadata: { name: location.name, version: location.version, summary: location.summary, description: location.description } };
      try {
        const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
        plugins.push({ ...found, exports: module });
        exports[name] = ["loadConfig", "loadConfigPrefix", "registerComponents"].filter((key) => pluginExport(module, key as "loadConfig") !== undefined);
      } catch (error) {
        plugins.push({ ...found, error });
        noteImportError(result, error, error instanceof Error ? placeInStack(error.stack, root) : undefined);
      }
    }
  }

  async function importAll(): Promise<ImportOutcome> {
    const globalsBefore = new Set(Reflect.ownKeys(globalThis));
    const environmentBefore = JSON.stringify(process.env);
    (globalThis as { gc?: () => void }).gc?.();
    const heapBefore = process.memoryUsage().heapUsed;
    const exports: Record<string, string[]> = {};
    const result: PackageEvidence["import"] = { ok: true, seconds: 0, heapBytes: 0, sideEffects: importEffects };
    importing = true;
    await importModules(result, exports);
    importing = false;
    imported = true;
    const { outside } = meter;
    result.seconds = outside.gas * SECONDS_PER_GAS + outside.blocked + outside.totalSeconds;
    meter.endStretches();
    outside.gas = outside.blocked = 0;
    (globalThis as { gc?: () => void }).gc?.();
    result.heapBytes = Math.max(0, process.memoryUsage().heapUsed - heapBefore);
    for (const key of Reflect.ownKeys(globalThis)) if (!globalsBefore.has(key)) importEffects.push({ kind: "global", detail: `the global ${String(key)}`, phase: "import" });
    if (JSON.stringify(process.env) !== environmentBefore) importEffects.push({ kind: "environment", detail: "process.env", phase: "import" });
    return { import: result, exports, codeLines: lineWatch.codeLines() };
  }

  return { plugins, importAll, begin: reseed, linesRun: () => lineWatch.linesRun() };
}
