/**
 * Entry of the plugin's process: installs the sandbox, imports the plugin, runs scenarios on request.
 * Arguments: directory for files, plugin location as JSON (null: no plugin), most bytes that the plugin may print.
 */
import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PackageEvidence, SideEffect } from "../../conformance/evidence.js";
import { pluginExport, type ImportedPlugin } from "../../host/plugins/load-plugins.js";
import { GasMeter, SECONDS_PER_GAS } from "../sandbox/gas-meter.js";
import { installIntercepts } from "../sandbox/intercepts.js";
import type { EvidenceCollector } from "../session/evidence-collector.js";
import { currentPlace, placeInStack } from "../session/source-place.js";
import { Breadcrumb, EXIT_MARK, OUTPUT_MARK } from "./breadcrumb.js";
import type { FromProcess, PluginLocation, ToProcess } from "./messages.js";

const directory = process.argv[2]!;
const location = JSON.parse(process.argv[3] ?? "null") as PluginLocation | null;
const outputLimit = Number(process.argv[4] ?? Infinity);
const exit = process.exit.bind(process);
const kill = process.kill.bind(process);
let printed = 0;
const send = (message: FromProcess): void => { process.send!(message); };
const breadcrumb = new Breadcrumb(join(directory, "last-call"));
const meter = new GasMeter();
const root = location?.root ?? "/nonexistent";
let collector: EvidenceCollector | undefined;
let phase: SideEffect["phase"] = "import";
const importEffects: SideEffect[] = [];
let plugins: ImportedPlugin[] | undefined;
let imported: { import: PackageEvidence["import"]; exports: Record<string, string[]> } | undefined;
let importing = false;

// The host and everything it needs are loaded before the sandbox, so that it holds the originals.
const { runScenario } = await import("../session/run-scenario.js");

meter.install();
if (location !== null) register(new URL("../sandbox/loader-hooks.js", import.meta.url), { data: { roots: [location.root] } });
let watching = false;
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
  phase: () => phase === "import" && !importing ? "run" : importing ? "import" : meter.running?.kind === "load_config" ? "load_config" : "run",
  now: () => collector?.now ?? 0,
  block: (seconds, what) => meter.block(seconds, what),
  record: (effect) => {
    if (importing) importEffects.push(effect);
    else if (collector !== undefined && collector.sideEffects.length < 5000) collector.sideEffects.push(effect);
  },
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

async function importPlugin(): Promise<{ import: PackageEvidence["import"]; exports: Record<string, string[]> }> {
  const globalsBefore = new Set(Reflect.ownKeys(globalThis));
  const environmentBefore = JSON.stringify(process.env);
  (globalThis as { gc?: () => void }).gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const exports: Record<string, string[]> = {};
  const result: PackageEvidence["import"] = { ok: true, seconds: 0, heapBytes: 0, sideEffects: importEffects };
  plugins = [];
  importing = true;
  for (const [name, file] of Object.entries(location?.modules ?? {})) {
    breadcrumb.drop(`import ${name}`);
    const found = { name, origin: location!.name === "" ? ("plugins" as const) : ("entry-point" as const), file, directory: location!.root, metadata: { name: location!.name, version: location!.version, summary: location!.summary, description: location!.description } };
    try {
      const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
      plugins.push({ ...found, exports: module });
      exports[name] = ["loadConfig", "loadConfigPrefix", "registerComponents"].filter((key) => pluginExport(module, key as "loadConfig") !== undefined);
    } catch (error) {
      plugins.push({ ...found, error });
      result.ok = false;
      result.error ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const place = error instanceof Error ? placeInStack(error.stack, root) : undefined;
      if (place !== undefined) result.place ??= place;
    }
  }
  importing = false;
  phase = "run";
  const { outside } = meter;
  result.seconds = outside.gas * SECONDS_PER_GAS + outside.blocked + outside.totalSeconds;
  meter.endStretches();
  outside.gas = outside.blocked = 0;
  (globalThis as { gc?: () => void }).gc?.();
  result.heapBytes = Math.max(0, process.memoryUsage().heapUsed - heapBefore);
  for (const key of Reflect.ownKeys(globalThis)) if (!globalsBefore.has(key)) importEffects.push({ kind: "global", detail: `the global ${String(key)}`, phase: "import" });
  if (JSON.stringify(process.env) !== environmentBefore) importEffects.push({ kind: "environment", detail: "process.env", phase: "import" });
  return { import: result, exports };
}

async function handle(request: ToProcess): Promise<void> {
  imported ??= await importPlugin();
  if (request.type === "import") {
    send({ type: "imported", ...imported });
    return;
  }
  reseed(request.scenario.seed);
  let lastProgress = 0;
  const result = await runScenario(request.scenario, {
    plugins: plugins!, meter, breadcrumb, root, directory, sections: request.sections,
    onProgress: (virtualSeconds) => {
      if (virtualSeconds - lastProgress < 5) return;
      lastProgress = virtualSeconds;
      send({ type: "progress", sessionId: request.scenario.id, virtualSeconds });
    },
    setCollector: (next) => { collector = next; },
  });
  send({ type: "result", result });
}

process.on("message", (request: ToProcess) => {
  handle(request).catch((error: unknown) => send({ type: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
});
process.on("disconnect", () => exit(0));
// A plugin's stray rejection or exception must not end the session: the host and the rules see it.
process.on("uncaughtException", (error) => collector?.onLog("error", `Uncaught exception: ${error.stack ?? error.message}`, 0));
process.on("unhandledRejection", (error) => collector?.onLog("error", `Unhandled rejection: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, 0));
