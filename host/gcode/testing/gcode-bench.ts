/**
 * A bench for g-code: a real printer, reactor, configuration and g-code modules; only the toolhead stands in
 * for motion. It records moves, takes the time they need and makes the caller wait when it is told two
 * seconds ahead. Print time equals event time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gcodeModules } from "../../modules/gcode-modules.js";
import { ModuleTable, type HostModule } from "../../printer/module-table.js";
import { Printer } from "../../printer/printer.js";
import { VirtualClock } from "../../reactor/clock.js";
import { Reactor } from "../../reactor/reactor.js";
import type { GCodeDispatch } from "../dispatch.js";
import { addGcodeObjects } from "../early-objects.js";

/** Seconds that the toolhead may be told ahead. */
const BUFFER_SECONDS = 2;

/** Records moves; each takes its length divided by its speed. */
export class BenchToolhead {
  readonly moves: { position: number[]; speed: number }[] = [];
  position = [0, 0, 0, 0];
  printTime = 0;
  readonly #printer: Printer;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  getPosition(): number[] {
    return [...this.position];
  }

  move(position: readonly number[], speed: number): void | Promise<void> {
    const length = Math.hypot(...position.map((value, axis) => value - (this.position[axis] ?? 0)));
    this.moves.push({ position: [...position], speed });
    this.position = [...position];
    return this.#takeTime(length / speed);
  }

  dwell(seconds: number): void | Promise<void> {
    return this.#takeTime(seconds);
  }

  #takeTime(seconds: number): void | Promise<void> {
    const reactor = this.#printer.getReactor();
    const now = reactor.monotonic();
    if (this.printTime < now) {
      this.printTime = now;
      this.#printer.sendEvent("toolhead:sync_print_time", now, now, now);
    }
    this.printTime += seconds;
    if (this.printTime - now > BUFFER_SECONDS) return this.#waitUntil(this.printTime - BUFFER_SECONDS);
  }

  async #waitUntil(eventTime: number): Promise<void> {
    await this.#printer.getReactor().pause(eventTime);
  }

  async waitMoves(): Promise<void> {
    await this.#waitUntil(this.printTime);
  }

  getLastMoveTime(): number {
    return Math.max(this.printTime, this.#printer.getReactor().monotonic());
  }

  checkBusy(eventTime: number): [number, number, boolean] {
    return [this.printTime, eventTime, this.printTime <= eventTime];
  }

  getStatus(): Record<string, unknown> {
    return { homed_axes: "xyz", max_velocity: 300, axis_maximum: [235, 235, 250, 0], stalls: 0 };
  }

  getExtruder(): { getName(): string } {
    return { getName: () => "extruder" };
  }
}

export interface GCodeBench {
  printer: Printer;
  reactor: Reactor;
  clock: VirtualClock;
  gcode: GCodeDispatch;
  toolhead: BenchToolhead;
  /** Answers, from the first line on. */
  output: string[];
  log: string[];
  events: string[];
  /** How the run ended; undefined while it lasts. */
  result: () => string | undefined;
  /** Runs the reactor until `eventTime` (s). */
  runUntil(eventTime: number): Promise<void>;
  /** Runs a script to its end, letting time pass. @throws what it throws */
  script(text: string): Promise<void>;
  object<T = any>(name: string): T;
}

export interface BenchOptions {
  modules?: Readonly<Record<string, HostModule>>;
  startArgs?: Readonly<Record<string, unknown>>;
  /** Do not wait for ready. */
  unready?: boolean;
}

const directories: string[] = [];

/** A directory that goes when the tests of this process end. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "gcode-bench-"));
  directories.push(directory);
  if (directories.length === 1) {
    process.once("exit", () => {
      for (const one of directories) rmSync(one, { recursive: true, force: true });
    });
  }
  return directory;
}

/** A printer with this configuration. @throws Error with the state message where it does not get ready */
export async function gcodeBench(config = "", options: BenchOptions = {}): Promise<GCodeBench> {
  const directory = temporaryDirectory();
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, `[gcode_move]\n[idle_timeout]\n${config}`);
  const clock = new VirtualClock();
  const reactor = new Reactor(clock);
  const log: string[] = [], output: string[] = [], events: string[] = [];
  let toolhead!: BenchToolhead;
  let result: string | undefined;
  const printer = new Printer({
    reactor,
    startArgs: { config_file: configFile, start_reason: "startup", software_version: "v1", ...options.startArgs },
    modules: new ModuleTable({ ...gcodeModules, ...options.modules }),
    stages: {
      early: [(host) => void addGcodeObjects(host)],
      afterSections: [(section) => {
        toolhead = new BenchToolhead(section.getPrinter());
        section.getPrinter().addObject("toolhead", toolhead);
        section.getPrinter().addObject("tuning_tower", { isActive: () => false });
      }],
    },
    observer: {
      onLog: (level, message) => void log.push(`${level}: ${message}`),
      onGcodeResponse: (line) => void output.push(line),
      onEvent: (event) => void events.push(event),
    },
  });
  void printer.run().then((ended) => void (result = ended));
  const gcode = printer.lookupObject<GCodeDispatch>("gcode");
  const runUntil = async (limit: number): Promise<void> => {
    for (let passes = 0; passes < 200_000 && reactor.nextDeadline() <= limit; passes++) {
      clock.now = Math.max(clock.now, reactor.nextDeadline());
      await reactor.run(clock.now);
    }
    clock.now = Math.max(clock.now, limit);
  };
  const script = async (text: string): Promise<void> => {
    let outcome: { error?: unknown } | undefined;
    reactor.registerCallback(async () => {
      try {
        await gcode.runScript(text);
        outcome = {};
      } catch (error) {
        outcome = { error };
      }
    });
    for (let i = 0; i < 100_000 && outcome === undefined; i++) await runUntil(clock.now + 0.01);
    if (outcome !== undefined && "error" in outcome) throw outcome.error;
  };
  if (options.unready !== true) {
    await runUntil(0.001);
    const [message, state] = printer.getStateMessage();
    if (state !== "ready") throw new Error(message);
  }
  return { printer, reactor, clock, gcode, toolhead, output, log, events, result: () => result, runUntil, script, object: (name) => printer.lookupObject(name) };
}
