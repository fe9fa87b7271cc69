/**
 * `kalico-hil sim-mcu --board NAME --pty PATH`: simulated micro-controllers on pseudo-terminals in real time, for hosts that know
 * nothing of the simulation. All of one call share one machine, so that the switch on one may stop the stepper on another.
 */
import { existsSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import { SeededFaults } from "../../sim-mcu/faults/link-faults.js";
import { FirmwareTimer, type FirmwareFeature } from "../../sim-mcu/firmware/feature.js";
import { BOSCH_CHIPS, plantFromConfig, type PlantOptions, type PrinterPlant } from "../../sim-mcu/plant/index.js";
import { screenReport } from "../../sim-mcu/devices/screens.js";
import { readPlantSections } from "../world/plant-sections.js";
import { PseudoTerminalError } from "../world/pseudo-terminal.js";
import { PtyMcu } from "../world/pty-mcu.js";
import { RealtimeWorld } from "../world/realtime-world.js";
import { boardNamed } from "../world/sim-world.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { boardOption, seedOption } from "./option-values.js";
import type { Progress } from "./progress.js";
import { privateFeatures } from "./private-firmware.js";
import { parseResonances, RESONANCE_HELP } from "./resonance-option.js";
import { parseTilt, TILT_HELP } from "./tilt-option.js";
import { formatTime } from "./run-command.js";
import { driftAt, FAULT_HELP, parseDrift, parseFaults, type Drift, type FaultPlan } from "./sim-mcu-faults.js";

export interface SimMcuCommandOptions {
  board: string;
  pty: string;
  name: string;
  plant?: string;
  flavour: string;
  fault: string[];
  drift: string;
  /** Further micro-controllers: `NAME,board=…,pty=…[,drift=…][,flavour=…][,fault=…]`. */
  mcu: string[];
  uart?: boolean;
  resonance: string[];
  tilt: string[];
  seed: string;
  for?: string;
  verbose?: boolean;
  json?: string;
  firmware?: string;
  /** Which chip a sensor of type BME280 is: `SECTION=NAME`. */
  chip: string[];
}

interface McuSpec {
  name: string;
  board: string;
  path: string;
  flavour: "kalico" | "klipper";
  faults: FaultPlan;
  drift: Drift;
}

/** Seconds between looks at whether the machine keeps up. */
const WATCH_SECONDS = 1;
/** Lateness that a host may notice: it repeats what is not acknowledged within 25 ms. */
const LATE_SECONDS = 0.02;
/** Priority that is asked for, as of `nice`; a user who may not have it goes without. */
const PRIORITY = -1;

/** Seconds between changes of a drift that changes. */
const DRIFT_STEP = 1;

const list = (value: string, previous: string[]): string[] => [...previous, value];

/** Adds the command to the program. */
export function addSimMcuCommand(program: Command, start: (run: (progress: Progress, signal: AbortSignal) => Promise<number>) => Promise<void>): void {
  program.command("sim-mcu")
    .description("put simulated micro-controllers on pseudo-terminals, in real time, for Kalico, Klipper or any other host")
    .requiredOption("--board <name>", "simulated board: atmega2560, stm32f446, rp2040, linux")
    .requiredOption("--pty <path>", "where to put the link to the pseudo-terminal: the value of `serial:` in the host's [mcu]")
    .option("--name <name>", "name of its [mcu NAME] section; plain [mcu] by default", "mcu")
    .option("--plant <printer.cfg>", "the machine around it: rails, switches, heaters and sensors of this configuration")
    .option("--tilt <tilt>", `how the bed of --plant leans: ${TILT_HELP}`, list, [])
    .option("--resonance <resonance>", `how the machine of --plant swings: ${RESONANCE_HELP}`, list, [])
    .option("--flavour <name>", "whose firmware it runs: kalico or klipper", "kalico")
    .option("--fault <fault>", `what goes wrong, may be repeated: ${FAULT_HELP}`, list, [])
    .option("--drift <ppm>", "its crystal runs fast: PPM, or FROM..TO/SECONDS there and back", "0")
    .option("--mcu <spec>", "a further one on the same machine, may be repeated: NAME,board=NAME,pty=PATH[,drift=…][,flavour=…][,fault=…]", list, [])
    .option("--chip <section=name>", `which chip a sensor of type BME280 is, may be repeated: ${BOSCH_CHIPS.join(", ")}`, list, [])
    .option("--uart", "bytes take the time of the board's baud rate, and the dictionary names it: hosts then need `restart_method: command`")
    .option("--seed <n>", "seed of everything random", "1")
    .option("--for <seconds>", "end after this time (default: at Ctrl-C)")
    .option("--firmware <file>", "private commands of its firmware: a JSON table, or a module that exports features")
    .option("--json <file>", "at the end write what happened as JSON")
    .option("-v, --verbose", "at the end also tell how early commands came")
    .action((options: SimMcuCommandOptions) => start((progress, signal) => simMcuCommand(options, progress, signal)));
}

export async function simMcuCommand(options: SimMcuCommandOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const seed = seedOption(options.seed);
  const seconds = options.for === undefined ? Number.POSITIVE_INFINITY : Number(options.for);
  if (!(seconds > 0)) throw new UsageError(`Option --for must be a number of seconds, found "${options.for}"`);
  const specs = mcuSpecs(options);
  const extraFeatures = options.firmware === undefined ? [] : await privateFeatures(options.firmware);
  askForPriority();
  const plant = plantOf(options.plant, seed, options.tilt, { resonances: parseResonances(options.resonance), chips: chipsOf(options.chip) });
  const world = new RealtimeWorld();
  signal.addEventListener("abort", () => world.abort());
  const log = (text: string): void => progress.line(text);
  let lost: string | undefined;
  const onLost = (reason: string): void => {
    lost ??= reason;
    world.abort();
  };
  const mcus: PtyMcu[] = [];
  try {
    for (const [index, spec] of specs.entries()) {
      const mcu = await openMcu(world, spec, { seed: seed + index, plant, uart: options.uart === true, log, onLost, extraFeatures });
      mcus.push(mcu);
      log(`${spec.name}: ${spec.board} with ${spec.flavour} firmware on ${spec.path}`);
    }
    const start = world.clock.monotonic();
    for (const { heaters } of specs.map((spec) => spec.faults)) scheduleHeaterFaults(mcus[0]!, plant, heaters, start);
    while (await world.run(() => false, Math.min(start + seconds, world.clock.monotonic() + WATCH_SECONDS)) === "limit" && world.clock.monotonic() < start + seconds) {
      const late = world.takeLateness();
      if (late > LATE_SECONDS) log(`This machine was too busy: the simulation ran ${(late * 1000).toFixed(0)} ms late at ${formatTime(world.clock.monotonic() - start)}`);
    }
    const reports = mcus.map(reportOf);
    for (const report of reports) for (const line of reportLines(report, world.clock.monotonic() - start, options.verbose === true)) log(line);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ seconds: world.clock.monotonic() - start, mcus: reports, ...(plant !== undefined && plant.screens.size > 0 ? { screens: screenReport(plant.screens) } : {}) }, null, 2)}\n`);
  } catch (error) {
    if (error instanceof PseudoTerminalError) throw new UsageError(error.message);
    throw error;
  } finally {
    for (const mcu of mcus) await mcu.close();
  }
  if (lost !== undefined) throw new UsageError(`${lost}; start sim-mcu again`);
  return signal.aborted ? EXIT.interrupted : EXIT.conforming;
}

/** A firmware is not kept waiting by other programs; as far as this machine allows, neither is this one. */
function askForPriority(): void {
  try {
    setPriority(PRIORITY);
  } catch {
    // Only some users may.
  }
}

async function openMcu(
  world: RealtimeWorld, spec: McuSpec, { plant, extraFeatures, ...options }: {
    seed: number; plant: PrinterPlant | undefined; uart: boolean; log: (text: string) => void; onLost: (reason: string) => void; extraFeatures: FirmwareFeature[];
  },
): Promise<PtyMcu> {
  const { faults } = spec;
  const { seed } = options;
  const now = world.clock.monotonic();
  const faulty = faults.dropByte > 0 || faults.corruptByte > 0 || faults.silence.length > 0;
  const mcu = await PtyMcu.open({
    world, name: spec.name, board: boardNamed(spec.board), path: spec.path, flavour: spec.flavour, extraFeatures, ...options,
    ...(plant === undefined ? {} : { plant }),
    ...(faulty ? { faults: new SeededFaults({ ...faults, seed, bytesFrom: now + faults.bytesFrom, silence: faults.silence.map(([from, to]) => [now + from, now + to] as const) }) } : {}),
  });
  const start = world.clock.monotonic();
  for (const fault of faults.timed) schedule(mcu, fault, start);
  const drift = (): void => {
    const time = world.clock.monotonic();
    mcu.mcu.setDrift(driftAt(spec.drift, time - start), time);
    if (spec.drift.period > 0) mcu.at(time + DRIFT_STEP, drift);
  };
  drift();
  return mcu;
}

function schedule(mcu: PtyMcu, { kind, from, until }: FaultPlan["timed"][number], start: number): void {
  mcu.at(start + from, () => {
    if (kind === "unplug") mcu.unplug();
    else if (kind === "power-off") mcu.powerOff();
    else if (kind === "reset") mcu.mcu.restart(start + from);
    else forceShutdown(mcu);
  });
  if (until !== undefined) mcu.at(start + until, () => (kind === "unplug" ? mcu.plug() : mcu.powerOn()));
}

/** The micro-controller finds a fault of its own: its timers were late. */
function forceShutdown({ mcu: { firmware } }: PtyMcu): void {
  const timer = new FirmwareTimer(() => firmware.shutdown("Rescheduled timer in the past"));
  timer.waketime = firmware.now + firmware.clockFreq * 0.001;
  firmware.addTimer(timer);
}

function scheduleHeaterFaults(mcu: PtyMcu, plant: PrinterPlant | undefined, faults: FaultPlan["heaters"], start: number): void {
  for (const { section, fault, from, until } of faults) {
    if (plant === undefined) throw new UsageError(`Option --fault ${section}:${fault} needs --plant with the printer.cfg that has [${section}]`);
    const heater = plant.heaters.get(section);
    if (heater === undefined) throw new UsageError(`Option --fault ${section}:${fault}: the machine has no heater "${section}", it has ${[...plant.heaters.keys()].join(", ") || "none"}`);
    mcu.at(start + from, () => heater.setFault(fault, start + from));
    if (until !== undefined) mcu.at(start + until, () => heater.setFault(undefined, start + until));
  }
}

function mcuSpecs(options: SimMcuCommandOptions): McuSpec[] {
  const main = {
    name: options.name, board: boardOption(options.board), path: resolve(options.pty), flavour: flavourOf(options.flavour),
    faults: parseFaults(options.fault), drift: parseDrift(options.drift),
  };
  const specs = [main, ...options.mcu.map((text) => furtherMcu(text, main.flavour))];
  for (const key of ["name", "path"] as const) {
    const twice = specs.map((spec) => spec[key]).find((value, i, all) => all.indexOf(value) !== i);
    if (twice !== undefined) throw new UsageError(`Two micro-controllers have the ${key} "${twice}": give each its own`);
  }
  return specs;
}

function furtherMcu(text: string, mainFlavour: McuSpec["flavour"]): McuSpec {
  const [name = "", ...pairs] = text.split(",").map((part) => part.trim());
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const [, key, value] = /^(board|pty|drift|flavour|fault)=(.+)$/.exec(pair) ?? [];
    if (key === undefined) throw new UsageError(`Option --mcu: "${pair}" in "${text}" is unknown, use NAME,board=NAME,pty=PATH[,drift=…][,flavour=…][,fault=…]`);
    values.set(key, [...(values.get(key) ?? []), value!]);
  }
  const [board, path] = [values.get("board")?.[0], values.get("pty")?.[0]];
  if (!/^[\w-]+$/.test(name) || board === undefined || path === undefined) throw new UsageError(`Option --mcu must be NAME,board=NAME,pty=PATH[,…], found "${text}"`);
  const flavour = values.get("flavour")?.[0];
  return {
    name, board: boardOption(board), path: resolve(path), flavour: flavour === undefined ? mainFlavour : flavourOf(flavour),
    faults: parseFaults(values.get("fault") ?? []), drift: parseDrift(values.get("drift")?.[0] ?? "0"),
  };
}

function flavourOf(text: string): McuSpec["flavour"] {
  if (text !== "kalico" && text !== "klipper") throw new UsageError(`Option --flavour must be kalico or klipper, found "${text}"`);
  return text;
}

function chipsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const [, section, name] = /^\s*([^=]+?)\s*=\s*(\S+)\s*$/.exec(text) ?? [];
    if (section === undefined || !BOSCH_CHIPS.includes(name!)) {
      throw new UsageError(`Option --chip must be SECTION=NAME with one of ${BOSCH_CHIPS.join(", ")}, found "${text}"`);
    }
    return [section, name!];
  }));
}

/** The machine of a configuration, with what options say of it. @throws UsageError */
function plantOf(file: string | undefined, seed: number, tilt: readonly string[], machine: Pick<PlantOptions, "resonances" | "chips">): PrinterPlant | undefined {
  if (file === undefined) {
    for (const [option, values] of [["--resonance", machine.resonances], ["--chip", machine.chips], ["--tilt", tilt]] as const) {
      if (Object.keys(values ?? {}).length > 0) throw new UsageError(`Option ${option} needs --plant with the printer.cfg of the machine`);
    }
    return undefined;
  }
  if (!existsSync(file)) throw new UsageError(`Printer configuration "${file}" of option --plant does not exist`);
  return plantFromConfig(readPlantSections(file), { seed, ...machine, tilt: parseTilt(tilt, file) });
}

/** What became of one micro-controller. */
export interface McuReport {
  name: string;
  commands: number;
  bytesToMcu: number;
  bytesToHost: number;
  naks: number;
  responsesDropped: number;
  /** Steps and their net sum, all lives together, by oid. */
  steppers: { oid: number; steps: number; position: number }[];
  /** Resets, shutdowns and configurations in order. */
  events: { kind: string; detail: string }[];
  /** How long before their effect scheduled commands arrived, seconds, by command. */
  slack: Record<string, { count: number; p1: number; p50: number; smallest: number }>;
}

function reportOf({ name, mcu, bytes }: PtyMcu): McuReport {
  const { trace } = mcu;
  const seconds = (ticks: number): number => ticks / mcu.board.clockFreq;
  const slack: McuReport["slack"] = {};
  for (const { name: command, slacks, smallestSlack } of trace.kinds) {
    if (slacks === undefined || slacks.total === 0) continue;
    slack[command] = { count: slacks.total, p1: seconds(slacks.quantile(0.01)), p50: seconds(slacks.quantile(0.5)), smallest: seconds(smallestSlack) };
  }
  return {
    name, commands: trace.commandCount, bytesToMcu: bytes.toMcu, bytesToHost: bytes.toHost, naks: mcu.naks, responsesDropped: mcu.responsesDropped,
    steppers: trace.allSteps().map(({ oid, steps, position }) => ({ oid, steps, position })),
    events: trace.marks.filter((mark) => mark.kind !== "trigger").map(({ kind, detail }) => ({ kind, detail })),
    slack,
  };
}

function reportLines(report: McuReport, seconds: number, verbose: boolean): string[] {
  const steps = report.steppers.reduce((sum, stepper) => sum + stepper.steps, 0);
  const lines = [
    `${report.name}: ${formatTime(seconds)}, ${report.commands} commands in ${report.bytesToMcu} bytes, ${report.bytesToHost} bytes sent, ` +
      `${report.naks} naks, ${report.responsesDropped} responses dropped, ${steps} steps`,
  ];
  const ms = (value: number): string => `${(value * 1000).toFixed(1)} ms`;
  if (verbose) {
    for (const [command, { count, p1, p50, smallest }] of Object.entries(report.slack)) {
      lines.push(`  ${command}: ${count}, slack p1 ${ms(p1)}, p50 ${ms(p50)}, smallest ${ms(smallest)}`);
    }
  }
  return lines;
}
