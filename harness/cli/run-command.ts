/** `kalico-hil run PRINTER.cfg --gcode JOB`: the host on the simulated micro-controller, as fast as it goes. */
import { createWriteStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { screenReport } from "../../sim-mcu/devices/screens.js";
import { STEPS_CSV_HEADER } from "../../sim-mcu/trace/steps-csv.js";
import { stepColumns } from "../session/trace-evidence.js";
import { checkTraceOptions, TraceOptionError, wantsTrace, writeTraces } from "../trace-export/write-trace.js";
import { TraceRecorder } from "../trace-export/trace-recorder.js";
import { waitingShell } from "../world/shell-processes.js";
import { runJob } from "../world/run-job.js";
import type { CallbackRun, HostObserver } from "../../host/observer.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { openPlugins } from "../python/open-plugins.js";
import type { SimWorld } from "../world/sim-world.js";
import { boardOption, loaderOption, seedOption } from "./option-values.js";
import { liveRunCommand, openLog } from "./live-run.js";
import type { Progress } from "./progress.js";
import { parseResonances } from "./resonance-option.js";
import { parseTilt } from "./tilt-option.js";

export interface RunOptions {
  gcode?: string;
  steps?: string;
  json?: string;
  board: string;
  seed: string;
  verbose?: boolean;
  /** M400 waits for the machine, as in a live print. */
  live?: boolean;
  /** Devices of real micro-controllers, `[NAME=]DEVICE`: the host runs on them in real time. */
  mcu?: string[];
  /** Resonances of the machine, as `--resonance` names them. */
  resonance?: string[];
  /** How its bed leans, as `--tilt` names it. */
  tilt?: string[];
  /** Plugins to load: paths, or names of installed Python distributions. */
  plugin?: string[];
  /** Interpreter for Python plugins. */
  python?: string;
  /** Today's loader with its traps, or one that tells of them. */
  loader?: string;
  /** Path of a Unix socket: the host serves clients of Kalico's API, in real time. */
  api?: string;
  /** File that gets the host's log. */
  log?: string;
  /** G-code is typed in the terminal, in real time. */
  console?: boolean;
  /** `[gcode_shell_command]` may start programs of this machine. */
  allowShellCommands?: boolean;
  /** Exports of the run. */
  trace?: string;
  vcd?: string;
  vcdWindow?: string;
}

export async function runCommand(configFile: string, options: RunOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  if (!existsSync(configFile)) throw new UsageError(`Printer configuration "${configFile}" does not exist`);
  if ((options.mcu?.length ?? 0) > 0 || options.api !== undefined || options.console === true) {
    return liveRunCommand(configFile, { ...options, mcu: options.mcu ?? [], board: boardOption(options.board), seed: seedOption(options.seed) }, progress, signal);
  }
  if (options.gcode === undefined) throw new UsageError("Option --gcode is missing: name a file with G-code to run, or use --api or --console");
  if (!existsSync(options.gcode)) throw new UsageError(`G-code file "${options.gcode}" does not exist`);
  try {
    checkTraceOptions(options);
  } catch (error) {
    throw error instanceof TraceOptionError ? new UsageError(error.message) : error;
  }
  const seed = seedOption(options.seed);
  const machine = { resonances: parseResonances(options.resonance ?? []), tilt: parseTilt(options.tilt ?? [], configFile) };
  const board = boardOption(options.board);
  const lines = readFileSync(options.gcode, "utf8").split(/\r?\n/);
  let bench: SimWorld | undefined;
  const traced = wantsTrace(options);
  let recorder: TraceRecorder | undefined;
  const loader = loaderOption(options.loader, "kalico");
  const opened = await openPlugins(options.plugin ?? [], {
    ...(options.python === undefined ? {} : { python: options.python }), live: false, loader,
    now: () => bench?.clock.now ?? 0, reactor: () => bench?.reactor, log: (text) => progress.line(text),
  });
  if (opened.ended !== undefined) {
    progress.line(opened.ended);
    opened.close();
    return EXIT.notConforming;
  }
  const logFile = openLog(options.log);
  const shown: HostObserver = {
    ...(traced ? {
      onGcodeCommand: (line: string, eventTime: number) => recorder?.onGcodeCommand(line, eventTime),
      // Nothing is charged here: a callback takes no time.
      onCallbackEnter: (run: CallbackRun) => {
        recorder?.callback(run.kind, run.label, 0, run.eventTime);
        return undefined;
      },
    } : {}),
    onGcodeResponse: (line) => { if (options.verbose === true || line.startsWith("!!")) progress.line(line); },
    onLog: (level, text) => { if (level === "error" || options.verbose === true) progress.line(`${level}: ${text.split("\n", 1)[0]}`); },
  };
  const started = process.hrtime.bigint();
  const { world, state, message, result, printSeconds } = await runJob({
    configFile: resolve(configFile), board, seed, machine, lines, live: options.live === true, traceCommands: traced, watchPlugins: traced, signal, plugins: opened.plugins,
    ...(options.python === undefined ? {} : { python: options.python }),
    onWorld: (made) => {
      bench = made;
      if (traced) recorder = new TraceRecorder(made);
    },
    observer: logFile?.observed(shown) ?? shown, startArgs: { log_file: logFile?.path ?? null, ...(options.allowShellCommands === true ? { shell: waitingShell } : {}) },
    onProgress: (seconds) => {
      recorder?.sample();
      progress.update(`${formatTime(seconds)} printed`);
    },
  });
  progress.clear();
  opened.close();
  logFile?.close();
  if (signal.aborted) return EXIT.interrupted;
  if (result === undefined && state !== "shutdown") {
    progress.line(message);
    return EXIT.notConforming;
  }
  const wallSeconds = Number(process.hrtime.bigint() - started) * 1e-9;
  const columns = stepColumns(world);
  const steps = columns.reduce((sum, c) => { let n = 0; for (let i = 0; i < c.length; i++) n += c.count[i]!; return sum + n; }, 0);
  const rows = columns.reduce((sum, c) => sum + c.length, 0);
  if (options.steps !== undefined) await writeSteps(options.steps, columns);
  if (recorder !== undefined) for (const line of writeTraces(recorder.finish("run"), options)) progress.line(line);
  const summary = {
    state, message: message.split("\n", 1)[0], lines: result?.lines ?? 0, errors: result?.errors ?? [], printSeconds, wallSeconds, realTimeFactor: printSeconds / wallSeconds,
    steps, queueStepRows: rows, traceHash: world.main.trace.hash(), steppers: Object.fromEntries(columns.map((c) => [c.name, { queue_step: c.length }])),
  };
  const { screens } = world.plant;
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ ...summary, ...(screens.size > 0 ? { screens: screenReport(screens) } : {}) }, null, 2)}\n`);
  progress.line(`${summary.lines} lines, ${formatTime(printSeconds)} printed in ${wallSeconds.toFixed(1)} s (${summary.realTimeFactor.toFixed(0)} × real time), ${steps} steps in ${rows} queue_step rows, state ${state}`);
  for (const error of summary.errors.slice(0, 10)) progress.line(`error: ${error}`);
  if (state !== "ready") progress.line(message);
  return state === "ready" && summary.errors.length === 0 ? EXIT.conforming : EXIT.notConforming;
}

async function writeSteps(path: string, columns: ReturnType<typeof stepColumns>): Promise<void> {
  const out = createWriteStream(path);
  const write = (text: string): Promise<void> | undefined => (out.write(text) ? undefined : new Promise((done) => { out.once("drain", done); }));
  await write(STEPS_CSV_HEADER);
  for (const c of columns) {
    let text = "";
    for (let i = 0; i < c.length; i++) {
      text += `${c.name},${c.firstClock[i]},${c.interval[i]},${c.count[i]},${c.add[i]},${c.dir[i]}\n`;
      if (text.length > 65_536) {
        await write(text);
        text = "";
      }
    }
    await write(text);
  }
  await new Promise<void>((done, fail) => { out.once("error", fail); out.end(done); });
}

export function formatTime(seconds: number): string {
  const s = Math.floor(seconds);
  return s < 60 ? `${seconds.toFixed(1)} s` : s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
