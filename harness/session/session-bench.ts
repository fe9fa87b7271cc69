/**
 * What a session runs on: a printer with its micro-controllers, simulated in virtual time (`sim-bench.ts`) or an attached board in
 * real time (`board-bench.ts`). The walk through a scenario, the observers and the evidence are the same on both.
 */
import type { HostObserver } from "../../host/observer.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { ExitResult, Printer } from "../../host/printer/printer.js";
import type { Reactor } from "../../host/reactor/reactor.js";
import type { PinProfile, PinUse } from "../../conformance/evidence.js";
import type { BoardProfile as BoardData } from "../../sim-mcu/boards/index.js";
import type { SimWorld } from "../world/sim-world.js";
import type { WorldStop } from "../world/virtual-world.js";

export interface SessionBenchOptions {
  configFile: string;
  /** Simulated board: a name, or what an attached board's dictionary says of it. */
  board: string | BoardData;
  seed: number;
  observer: HostObserver;
  /** Undefined: a printer without plugins. */
  plugins?: readonly ImportedPlugin[];
  logFile: string;
  /** Delay added to each dispatch of the reactor, seconds. */
  jitter?: () => number;
  /** Pins are watched: each use is told. */
  pins?: { profile: PinProfile; onUse(use: PinUse): void };
}

export interface SessionBench {
  /** Event time, seconds. */
  readonly now: number;
  /** The host's present life, and why the last one ended. */
  readonly printer: Printer | undefined;
  readonly ended: ExitResult | undefined;
  readonly lives: number;
  /** Called before each life starts. */
  onStart: (printer: Printer, reactor: Reactor) => void;
  start(): void;
  /** After a life has ended with a restart: waits as Kalico does and starts the next. */
  restart(): Promise<void>;
  /** After a life has ended: takes the host out of the world. */
  finish(): void;
  /** Runs until `done()` holds, the life ends, or event time reaches `limit` (seconds). */
  run(done: () => boolean, limit: number, tick?: (seconds: number) => void): Promise<WorldStop>;
  /** Lets so many seconds pass, or less when the life ends. @param limit event time, seconds */
  wait(seconds: number, limit: number, tick?: (seconds: number) => void): Promise<void>;
  /** Ends the run at the next opportunity. */
  abort(): void;
  /** Lets the host be busy for so many seconds; in real time it was busy already. */
  charge(seconds: number): void;
  /** Clock of the main micro-controller now. */
  mcuClock(): number;
  /** CRC of the configuration that the main micro-controller has. */
  configCrc(): number;
  /** How often the main micro-controller was configured. */
  timesConfigured(): number;
  /** Steps made on all micro-controllers, or queued where they cannot be counted. */
  totalSteps(): number;
  /** By how much the host missed a deadline at most since this was last asked, seconds; 0 in virtual time. */
  takeLateness(): number;
  /** From now on nothing gets through the line. */
  cutLine(): void;
  /** The micro-controller shuts itself down, as for a fault that it found. */
  forceShutdown(): void;
  /** Lets go of ports and processes. */
  close(): Promise<void>;
  /** The simulation, for traces and pictures; undefined on an attached board. */
  readonly simulation: SimWorld | undefined;
}
