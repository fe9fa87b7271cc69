/**
 * A print over a real pseudo-terminal for tests: the simulated micro-controller is a process of its own, as `kalico-hil sim-mcu`
 * starts it; the host runs here, in real time, on the serial device.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import type { McuReport } from "../cli/sim-mcu-command.js";
import { lineStatistics, type LineStatistics } from "../cli/live-run.js";
import { LivePrinter } from "../world/live-printer.js";
import { SerialLines } from "../world/serial-lines.js";
import { startCommand } from "./command-line.js";
import { scratchDirectory } from "./scratch-plugin.js";

/** Whether this machine can open pseudo-terminals at all. */
export const canMakeTerminals = process.platform !== "win32" && spawnSync("python3", ["-c", "import pty; pty.openpty()"]).status === 0;

export interface PtyPrintOptions {
  /** Further arguments of sim-mcu. */
  sim?: readonly string[];
  /** Added to the configuration. */
  config?: string;
  /** Lines that are run on a clean line: homing. */
  before: readonly string[];
  /** Chances of each byte to be corrupted and to be lost while `lines` are run. */
  faults?: { corrupt: number; drop: number };
  lines: readonly string[];
}

export interface PtyPrint {
  state: string;
  message: string;
  result: FeedResult | undefined;
  /** Seconds from the first line to the last step. */
  seconds: number;
  statistics: LineStatistics;
  report: McuReport;
  /** Position that the host thinks each stepper has, in steps of the micro-controller, by oid. */
  positions: Map<number, number>;
  /** Temperatures of the extruder in the course of the print, °C. */
  temperatures: number[];
  log: string[];
}

interface HostStepper { getName(): string; getOid(): number; getMcuPosition(): number }

/** By how much the machine kept the two programs waiting at worst, seconds; filled in while a print runs. */
export interface Machine { lateness: number }

/** Seconds in which a program that has just started is late by itself. */
const STARTING = 5;

/** Seconds after the start of the simulation at which bytes begin to suffer: homing is done. */
const FAULTS_FROM = 45;
/** Seconds that the whole may take. */
const LIMIT = 280;

export async function printOverPty(options: PtyPrintOptions, machine: Machine = { lateness: 0 }): Promise<PtyPrint> {
  const scratch = scratchDirectory();
  const device = join(scratch.path, "mcu");
  const configFile = scratch.write("printer.cfg", BASE_PRINTER.replace("/dev/ttyACM0", device) + (options.config ?? ""));
  const faults = options.faults === undefined ? [] : Object.entries(options.faults).flatMap(([kind, p]) => ["--fault", `${kind}=${p}@${FAULTS_FROM}`]);
  const sim = startCommand(["sim-mcu", "--board", "atmega2560", "--pty", device, "--plant", configFile, "--json", "sim.json", ...faults, ...(options.sim ?? [])], scratch.path);
  await Promise.race([sim.said(`on ${device}`), sim.outcome.then(({ stderr }) => { throw new Error(`sim-mcu ended early: ${stderr}`); })]);
  const log: string[] = [];
  const live = new LivePrinter({
    configFile, lines: new SerialLines({ log: (level, text) => log.push(`${level}: ${text}`) }),
    observer: { onLog: (level, text) => { if (level === "error" || level === "warning") log.push(`${level}: ${text}`); } },
  });
  try {
    const { clock } = live.world;
    const limit = clock.monotonic() + LIMIT;
    const state = (): string => live.printer!.getStateMessage()[1];
    await live.run(() => state() !== "startup", limit);
    const simStarted = clock.monotonic();
    live.world.takeLateness();
    if (state() === "ready") {
      let prepared: FeedResult | undefined;
      feedGcode(live.printer!, [...options.before, "M400"], { onDone: (done) => { prepared = done; } });
      await live.run(() => prepared !== undefined || live.printer!.isShutdown(), limit);
      if (prepared?.errors.length !== 0) throw new Error(`Homing on a clean line failed: ${prepared?.errors.join(", ") ?? live.printer!.getStateMessage()[0]}`);
      if (options.faults !== undefined && clock.monotonic() > simStarted + FAULTS_FROM) throw new Error("Homing took so long that the faults have begun already");
      if (options.faults !== undefined) await live.run(() => live.printer!.isShutdown(), simStarted + FAULTS_FROM);
    }
    const started = clock.monotonic();
    let result: FeedResult | undefined;
    const temperatures: number[] = [];
    if (state() === "ready") {
      feedGcode(live.printer!, [...options.lines, "M400"], { onDone: (done) => { result = done; } });
      const extruder = live.printer!.lookupObject<{ getStatus(eventTime: number): { temperature: number } }>("extruder");
      let nextSample = started;
      await live.run(() => {
        if (clock.monotonic() >= nextSample) {
          nextSample += 1;
          temperatures.push(extruder.getStatus(clock.monotonic()).temperature);
        }
        return result !== undefined || live.printer!.isShutdown();
      }, limit);
      // M400 ends when the last step is due; it still has to be made.
      if (!live.printer!.isShutdown()) await live.run(() => false, clock.monotonic() + 0.5);
    }
    const seconds = clock.monotonic() - started;
    const [message] = live.printer!.getStateMessage();
    const finalState = state();
    const statistics = lineStatistics(live)["mcu"]!;
    const positions = state() === "ready" ? hostPositions(live) : new Map<number, number>();
    await live.stop();
    sim.child.kill("SIGINT");
    await sim.outcome;
    const file = join(scratch.path, "sim.json");
    if (!existsSync(file)) throw new Error("sim-mcu has written no report");
    const [report] = (JSON.parse(readFileSync(file, "utf8")) as { mcus: McuReport[] }).mcus;
    return { state: finalState, message, result, seconds, statistics, report: report!, positions, temperatures, log };
  } finally {
    sim.child.kill("SIGKILL");
    const { stdout, stderr } = await sim.outcome;
    machine.lateness = Math.max(machine.lateness, live.world.takeLateness(), latenessSaid(stdout + stderr));
    scratch.remove();
  }
}

/** Largest lateness that sim-mcu told of, seconds. */
function latenessSaid(text: string): number {
  const told = [...text.matchAll(/ran (\d+) ms late at (?:(\d+) min )?([\d.]+) s/g)];
  return told.reduce((worst, [, ms, minutes = "0", seconds]) => (Number(minutes) * 60 + Number(seconds) > STARTING ? Math.max(worst, Number(ms) / 1000) : worst), 0);
}

function hostPositions(live: LivePrinter): Map<number, number> {
  const toolhead = live.printer!.lookupObject<{ getKinematics(): { getSteppers(): HostStepper[] } }>("toolhead");
  return new Map(toolhead.getKinematics().getSteppers().map((stepper) => [stepper.getOid(), stepper.getMcuPosition()]));
}

/** Heats, once homed, and goes where the circles begin. */
export const HEAT = ["M104 S40", "M140 S30", "M106 S128", "M109 S40", "G90", "M83", "G1 Z1 F600", "G1 X130 Y110 F9000"];

/** Moves for about so many seconds: circles of short segments, with extrusion. */
export function circleJob(seconds: number): string[] {
  const lines: string[] = [];
  const [speed, segments] = [60, 48];
  for (let time = 0, turn = 0; time < seconds; turn++) {
    const radius = 20 + (turn % 5) * 3;
    for (let i = 1; i <= segments; i++) {
      const angle = (2 * Math.PI * i) / segments;
      lines.push(`G1 X${(110 + radius * Math.cos(angle)).toFixed(3)} Y${(110 + radius * Math.sin(angle)).toFixed(3)} E0.04 F${speed * 60}`);
    }
    time += (2 * Math.PI * radius) / speed;
    if (turn % 5 === 4) lines.push(`G1 Z${(1 + turn / 25).toFixed(2)} F600`);
  }
  return [...lines, "M104 S0", "M140 S0", "M106 S0", "G1 X100 Y100 F6000"];
}
