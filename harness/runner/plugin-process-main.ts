/**
 * Entry of the plugin's process: sets up the plugin's sandbox, imports the plugin, runs scenarios on request.
 * Arguments: directory for files, plugin location as JSON (null: no plugin), limits as JSON.
 */
import { join } from "node:path";
import type { Reactor } from "../../host/reactor/reactor.js";
import { GasMeter } from "../sandbox/gas-meter.js";
import type { EvidenceCollector } from "../session/evidence-collector.js";
import { Breadcrumb } from "./breadcrumb.js";
import { javascriptSubject } from "./javascript-subject.js";
import { doLastAct, LAST_ACT_MS } from "./last-act.js";
import type { FromProcess, PluginLocation, ToProcess } from "./messages.js";
import type { ProcessLimits } from "./plugin-process.js";
import type { ImportOutcome, Subject, SubjectContext } from "./subject.js";

const directory = process.argv[2]!;
const location = JSON.parse(process.argv[3] ?? "null") as PluginLocation | null;
const limits = JSON.parse(process.argv[4]!) as ProcessLimits;
const exit = process.exit.bind(process);
const later = setTimeout;
const send = (message: FromProcess): void => { process.send!(message); };
const breadcrumb = new Breadcrumb(join(directory, "last-call"));
const meter = new GasMeter();
let collector: EvidenceCollector | undefined;
let reactor: Reactor | undefined;
let imported: ImportOutcome | undefined;

// The host and everything it needs are loaded before the sandbox, so that it holds the originals.
const { runScenario } = await import("../session/run-scenario.js");

async function makeSubject(place: PluginLocation): Promise<Subject> {
  const context: SubjectContext = { location: place, meter, breadcrumb, directory, outputLimit: limits.outputBytes, memoryMegabytes: limits.memoryMegabytes, wallSeconds: limits.wallSeconds, collector: () => collector, reactor: () => reactor };
  if (place.python === undefined) return javascriptSubject(context);
  const { pythonSubject } = await import("./python-subject.js");
  return pythonSubject(context, place.python);
}

const noPlugin: Subject = {
  plugins: [],
  importAll: () => Promise.resolve({ import: { ok: true, seconds: 0, heapBytes: 0, sideEffects: [] }, exports: {} }),
  begin: () => undefined,
};
let subject: Subject | undefined;

async function handle(request: ToProcess): Promise<void> {
  subject ??= location === null ? noPlugin : await makeSubject(location);
  imported ??= await subject.importAll();
  if (request.type === "import") {
    send({ type: "imported", ...imported });
    return;
  }
  subject.begin(request.scenario.seed);
  let lastProgress = 0;
  const result = await runScenario(request.scenario, {
    plugins: subject.plugins, meter, breadcrumb, root: location?.root ?? "/nonexistent", directory, sections: request.sections, charts: request.charts === true, trace: request.trace === true,
    ...(request.pinProfile === undefined ? {} : { pinProfile: request.pinProfile }), ...(request.board === undefined ? {} : { board: request.board }),
    ...(request.attached === undefined ? {} : { attached: request.attached }),
    onProgress: (virtualSeconds) => {
      if (virtualSeconds - lastProgress < 5) return;
      lastProgress = virtualSeconds;
      send({ type: "progress", sessionId: request.scenario.id, virtualSeconds });
    },
    setCollector: (next) => { collector = next; },
    onLife: (next) => {
      reactor = next;
      subject!.beginLife?.();
    },
    ...(subject.takeStatusMutations === undefined ? {} : { takeStatusMutations: subject.takeStatusMutations }),
    ...(subject.heapBytes === undefined ? {} : { heapBytes: subject.heapBytes }),
    ...(subject.openResources === undefined ? {} : { openResources: subject.openResources }),
  });
  const linesRun = subject.linesRun?.();
  send({ type: "result", result: linesRun === undefined ? result : { ...result, linesRun } });
}

process.on("message", (request: ToProcess) => {
  handle(request).catch((error: unknown) => send({ type: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
});
process.on("disconnect", () => {
  // The harness is gone. The world of the session must live on for a moment, so that a last act can leave.
  if (doLastAct()) later(() => exit(0), LAST_ACT_MS);
  else exit(0);
});
// A plugin's stray rejection or exception must not end the session: the host and the rules see it.
process.on("uncaughtException", (error) => collector?.onLog("error", `Uncaught exception: ${error.stack ?? error.message}`, 0));
process.on("unhandledRejection", (error) => collector?.onLog("error", `Unhandled rejection: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, 0));
