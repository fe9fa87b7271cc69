/**
 * `kalico-hil run PRINTER.cfg` with `--mcu [NAME=]DEVICE`, `--api SOCKET` or `--console`: the host in real time, on real micro-controllers or
 * on simulated ones. With a job it runs the job and
 * ends; without one it stays up until it is stopped. What the printer says and how its state changes goes to the terminal, in
 * Kalico's words.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import type { HostObserver } from "../../host/observer.js";
import { LivePrinter, type HostLines } from "../world/live-printer.js";
import { aboutHost, LogFile } from "../world/log-file.js";
import { RealtimeWorld } from "../world/realtime-world.js";
import { hostFacts } from "../world/host-facts.js";
import { SerialLines } from "../world/serial-lines.js";
import { ShellProcesses } from "../world/shell-processes.js";
import { SimulatedLines } from "../world/simulated-lines.js";
import { socketPathProblem, UnixApiSocket } from "../world/unix-api-socket.js";
import { openConsole } from "./gcode-console.js";
import { openPlugins } from "../python/open-plugins.js";
import { harnessVersion } from "../reporters/result-json.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { loaderOption } from "./option-values.js";
import type { Progress } from "./progress.js";
import { parseResonances } from "./resonance-option.js";
import { parseTilt } from "./tilt-option.js";

export interface LiveRunOptions {
  gcode?: string;
  json?: string;
  verbose?: boolean;
  /** Devices as on the command line: `DEVICE` for the main micro-controller, `NAME=DEVICE` for others. None: simulated ones. */
  mcu: readonly string[];
  /** Board and seed of simulated micro-controllers. */
  board: string;
  seed: number;
  /** Resonances of the simulated machine, as `--resonance` names them. */
  resonance?: readonly string[];
  /** How its bed leans, as `--tilt` names it. */
  tilt?: readonly string[];
  /** Path of the socket on which clients are served. */
  api?: string;
  /** G-code is typed in the terminal. */
  console?: boolean;
  /** File that gets the host's log. */
  log?: string;
  /** `[gcode_shell_command]` may start programs of this machine. */
  allowShellCommands?: boolean;
  /** Plugins to load, and the interpreter for those in Python. */
  plugin?: readonly string[];
  python?: string;
  loader?: string;
}

/** Devices by name of the micro-controller. @throws UsageError */
export function parseDevices(texts: readonly string[]): Map<string, string> {
  const devices = new Map<string, string>();
  for (const text of texts) {
    const [, name = "mcu", path = ""] = /^(?:([\w-]+)=)?(.+)$/.exec(text) ?? [];
    if (devices.has(name)) throw new UsageError(`Option --mcu names two devices for [mcu${name === "mcu" ? "" : ` ${name}`}]: "${devices.get(name)}" and "${path}"`);
    devices.set(name, path);
  }
  return devices;
}

/** @param prepare is told the printer before it starts, e.g. to serve clients */
export async function liveRunCommand(
  configFile: string, options: LiveRunOptions, progress: Progress, signal: AbortSignal, prepare: (live: LivePrinter) => void = () => undefined,
): Promise<number> {
  const devices = parseDevices(options.mcu), { resonance = [], tilt = [] } = options;
  if (devices.size > 0 && resonance.length > 0) throw new UsageError("Option --resonance is for simulated machines: leave out --mcu or --resonance");
  if (devices.size > 0 && tilt.length > 0) throw new UsageError("Option --tilt is for simulated machines: leave out --mcu or --tilt");
  const machine = { resonances: parseResonances(resonance), tilt: parseTilt(tilt, configFile) };
  for (const [name, path] of devices) {
    if (!existsSync(path)) throw new UsageError(`Device "${path}" of micro-controller "${name}" does not exist: connect the board, or look in /dev/serial/by-id`);
  }
  if (options.gcode !== undefined && !existsSync(options.gcode)) throw new UsageError(`G-code file "${options.gcode}" does not exist`);
  const world = new RealtimeWorld();
  signal.addEventListener("abort", () => world.abort());
  const verbose = options.verbose === true;
  const log = (level: string, text: string): void => { if (verbose || level === "error" || level === "warning") progress.line(`${level}: ${text.split("\n", 1)[0]}`); };
  const lines: HostLines = devices.size > 0 ? new SerialLines({ devices, log }) : new SimulatedLines({ world, configFile: resolve(configFile), board: options.board, seed: options.seed, machine });
  const logFile = openLog(options.log);
  const shown: HostObserver = {
    onLog: log,
    onGcodeResponse: (line) => { if (verbose || line.startsWith("!!")) progress.line(line); },
    onStateChange: (state, message) => progress.line(`${state}: ${message.trim().split("\n", 1)[0]}`),
  };
  const observer = logFile?.observed(shown) ?? shown;
  // The plugins are opened before the printer that they will be told of.
  const host: { live?: LivePrinter } = {};
  const opened = await openPlugins(options.plugin ?? [], {
    ...(options.python === undefined ? {} : { python: options.python }), live: true, loader: loaderOption(options.loader, "kalico"),
    now: () => world.clock.monotonic(), reactor: () => host.live?.reactor, log: (text) => progress.line(text),
  });
  if (opened.ended !== undefined) {
    progress.line(opened.ended);
    return EXIT.notConforming;
  }
  const shell = options.allowShellCommands === true ? new ShellProcesses(world) : undefined;
  const live = new LivePrinter({
    configFile: resolve(configFile), lines, world, observer, plugins: opened.plugins, ...(options.python === undefined ? {} : { python: options.python }),
    startArgs: { ...apiStartArgs(options.api, world, progress, logFile?.path), ...(shell === undefined ? {} : { shell }) },
  });
  host.live = live;
  live.onStart = () => {
    if (live.lives > 1) opened.endLife();
  };
  live.onRestart = () => logFile?.restart();
  prepare(live);
  const terminal = options.console === true ? openConsole({ live, input: process.stdin, output: process.stdout, onEnd: () => world.abort() }) : undefined;
  const started = world.clock.monotonic();
  const result = options.gcode === undefined ? await stayUp(live, progress) : await runJob(live, readFileSync(options.gcode, "utf8"));
  const [message, state] = live.printer?.getStateMessage() ?? ["", "startup"];
  const stats = lineStatistics(live);
  terminal?.close();
  // After an abort the world has stopped; the disconnect needs it once more.
  await closeDown(live, world);
  shell?.close();
  opened.close();
  logFile?.close();
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({
      state, message: message.trim().split("\n", 1)[0], lines: result?.lines ?? 0, errors: result?.errors ?? [], seconds: world.clock.monotonic() - started, lives: live.lives, mcus: stats,
    }, null, 2)}\n`);
  }
  for (const error of result?.errors.slice(0, 10) ?? []) progress.line(`error: ${error}`);
  for (const [name, { bytesRetransmit, bytesInvalid }] of Object.entries(stats)) progress.line(`mcu '${name}': ${bytesRetransmit} bytes repeated, ${bytesInvalid} bytes invalid`);
  if (signal.aborted) return EXIT.interrupted;
  if (state !== "ready") progress.line(message.trim());
  return state === "ready" && (options.gcode === undefined || (result !== undefined && !result.stopped && result.errors.length === 0)) ? EXIT.conforming : EXIT.notConforming;
}

/** Opens the file of option --log. @throws UsageError */
export function openLog(path: string | undefined): LogFile | undefined {
  if (path === undefined) return undefined;
  try {
    return new LogFile(path, { about: aboutHost(process.argv.slice(1), `kalico-hil ${harnessVersion}`, String(hostFacts()["cpu_info"])) });
  } catch (error) {
    throw new UsageError(`Log "${path}" cannot be written: ${(error as Error).message}`);
  }
}

/** What the host is told of the machine, and how it gets clients. @throws UsageError */
function apiStartArgs(path: string | undefined, world: RealtimeWorld, progress: Progress, logFile: string | undefined): Record<string, unknown> {
  const facts = hostFacts(logFile);
  if (path === undefined) return facts;
  const socket = resolve(path);
  const problem = socketPathProblem(socket);
  if (problem !== undefined) throw new UsageError(problem);
  const failed = (error: Error): void => {
    progress.line(`error: API socket: ${error.message}`);
    world.abort();
  };
  return { ...facts, apiserver_file: socket, openApi: () => new UnixApiSocket(socket, world, failed) };
}

/** Until somebody stops it, or the host ends by itself. */
async function stayUp(live: LivePrinter, progress: Progress): Promise<undefined> {
  progress.line("the printer stays up until you stop it (Ctrl-C)");
  await live.run(() => false);
  return undefined;
}

/** Feeds the job to the first life that is ready; ends when all moves are made, or the printer is not ready any more. */
async function runJob(live: LivePrinter, text: string): Promise<FeedResult | undefined> {
  const state = (): string => live.printer!.getStateMessage()[1];
  await live.run(() => live.printer !== undefined && state() !== "startup");
  if (state() !== "ready") return undefined;
  const { printer } = live;
  let result: FeedResult | undefined;
  feedGcode(printer!, text.split(/\r?\n/).concat("M400"), { onDone: (done) => { result = done; } });
  await live.run(() => result !== undefined || printer!.isShutdown() || live.printer !== printer);
  return result;
}

async function closeDown(live: LivePrinter, world: RealtimeWorld): Promise<void> {
  world.resume();
  await live.stop();
}

export interface LineStatistics { bytesWritten: number; bytesRead: number; bytesRetransmit: number; bytesInvalid: number }

/** What the lines of the present life have carried, by micro-controller. */
export function lineStatistics(live: LivePrinter): Record<string, LineStatistics> {
  const found: Record<string, LineStatistics> = {};
  for (const [key, object] of live.printer?.lookupObjects("mcu") ?? []) {
    const text = String((object as { stats?(eventTime: number): [boolean, string] }).stats?.(live.world.clock.monotonic())[1] ?? "");
    const value = (name: string): number => Number(new RegExp(`\\b${name}=(\\d+)`).exec(text)?.[1] ?? 0);
    found[key.replace(/^mcu +/, "")] = { bytesWritten: value("bytes_write"), bytesRead: value("bytes_read"), bytesRetransmit: value("bytes_retransmit"), bytesInvalid: value("bytes_invalid") };
  }
  return found;
}
