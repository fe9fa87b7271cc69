/**
 * A bench in virtual time: one host, one simulated micro-controller for each [mcu] section, links between
 * them and a plant that follows the printer's configuration. Restarts keep the micro-controllers.
 */
import { createHost } from "../../host/host.js";
import { TransportError } from "../../host/errors.js";
import type { HostObserver } from "../../host/observer.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { ExitResult, Printer, StartArgs } from "../../host/printer/printer.js";
import { VirtualClock, type Participant } from "../../host/reactor/clock.js";
import type { PythonMacros } from "../../host/plugins/python/python-macros.js";
import { Reactor } from "../../host/reactor/reactor.js";
import type { Port } from "../../host/transport/port.js";
import { boards, type BoardProfile } from "../../sim-mcu/boards/index.js";
import type { LinkFaults } from "../../sim-mcu/faults/link-faults.js";
import { FirmwareTimer } from "../../sim-mcu/firmware/feature.js";
import { SimLink } from "../../sim-mcu/link.js";
import { plantFromConfig, type PlantOptions, type PrinterPlant } from "../../sim-mcu/plant/index.js";
import { SimMcu } from "../../sim-mcu/sim-mcu.js";
import { McuTrace } from "../../sim-mcu/trace/mcu-trace.js";
import { macroPython } from "./macro-python.js";
import { readPlantSections } from "./plant-sections.js";
import { VirtualWorld, type WorldStop } from "./virtual-world.js";

/** Pause between two lives of the host, seconds: Kalico's. */
const RESTART_SECONDS = 1;

export interface SimWorldOptions {
  /** Path of printer.cfg; includes are resolved from it. */
  configFile: string;
  /** Board of the micro-controllers: a name, or the data themselves. */
  board: string | BoardProfile;
  /** Other boards, by name of the micro-controller. */
  boards?: Readonly<Record<string, string | BoardProfile>>;
  /** Parts per million by which a crystal runs fast at a world time (s), by name of the micro-controller: its temperature. */
  crystals?: Readonly<Record<string, (worldTime: number) => number>>;
  seed: number;
  plugins?: readonly ImportedPlugin[];
  observer?: HostObserver;
  watchPlugins?: boolean;
  /** Keep commands with their clocks (for slack); steps are always kept. */
  traceCommands?: boolean;
  /** What is out of the ordinary about the machine: where carriages stand, the shape of the bed. */
  machine?: Omit<PlantOptions, "seed">;
  /** Further start arguments of the host. */
  startArgs?: Partial<StartArgs>;
  /** Delay added to each dispatch of the reactor, seconds. */
  jitter?: () => number;
  /** 64-bit clock of the micro-controllers at power-up: near 2^32 to see the 32-bit clock wrap. */
  initialClock?: number;
  /** What the line to each micro-controller does to bytes; by default nothing. */
  lineFaults?: LinkFaults;
  /** Interpreter or environment for macros in Python; else what is found. */
  python?: string;
  /** The host's end of a line, e.g. with somebody who reads along. */
  portOf?: (bench: BenchMcu) => Port;
}

/** A micro-controller of the bench with its line. */
export class BenchMcu {
  readonly name: string;
  readonly mcu: SimMcu;
  readonly trace: McuTrace;
  readonly #link: SimLink;
  #cut = false;
  #unplugged = false;
  /** Told of every chunk that is put on the line. */
  onTraffic: ((direction: "to-mcu" | "to-host", bytes: number) => void) | undefined;

  constructor(name: string, mcu: SimMcu, trace: McuTrace, clock: VirtualClock, faults?: LinkFaults) {
    this.name = name;
    this.mcu = mcu;
    this.trace = trace;
    const baud = mcu.board.serialBaud;
    this.#link = new SimLink({ mcu, clock, ...(baud === undefined ? {} : { baud }), faults: { pass: (direction, data, now) => {
      this.onTraffic?.(direction, data.length);
      return this.#cut ? undefined : faults === undefined ? data : faults.pass(direction, data, now);
    } } });
  }

  /** What the world drives. */
  get participants(): Participant[] {
    return [this.#link, this.mcu];
  }

  /** Bytes that reached the micro-controller. */
  get bytesToMcu(): number {
    return this.#link.bytesToMcu;
  }

  /** The host's end of the line; a host that starts again gets a fresh one. */
  openPort(): Port {
    if (this.#unplugged) throw new TransportError(`no device for '${this.name}'`);
    return this.#link.reopen();
  }

  /** From now on nothing gets through, in either direction. */
  cut(): void {
    this.#cut = true;
  }

  /** What was cut is joined again. */
  join(): void {
    this.#cut = false;
  }

  /** Whether there is a device that a host can open. */
  get isPlugged(): boolean {
    return !this.#unplugged;
  }

  /** Pulls the plug: the host's port sees its end, and there is no device any more. The micro-controller lives on. */
  unplug(): void {
    this.#unplugged = true;
    this.#link.disconnect();
  }

  plug(): void {
    this.#unplugged = false;
  }

  /** The micro-controller shuts itself down, as for a fault that it found. */
  forceShutdown(): void {
    const timer = new FirmwareTimer(() => this.mcu.firmware.shutdown("Timer too close"));
    timer.waketime = this.mcu.firmware.now + this.mcu.board.clockFreq * 0.001;
    this.mcu.firmware.addTimer(timer);
  }
}

/** Board of that name. @throws RangeError with the names there are */
export function boardNamed(name: string): (typeof boards)[string] {
  const board = boards[name];
  if (board === undefined) throw new RangeError(`Unknown board "${name}": use one of ${Object.keys(boards).join(", ")}`);
  return board;
}

/** Delays the reactor's deadlines: a host that is scheduled late. */
class JitteryReactor implements Participant {
  readonly name = "reactor";
  readonly #reactor: Reactor;
  readonly #jitter: () => number;
  #deadline = -1;
  #delayed = 0;
  constructor(reactor: Reactor, jitter: () => number) {
    this.#reactor = reactor;
    this.#jitter = jitter;
  }
  nextDeadline(): number {
    const deadline = this.#reactor.nextDeadline();
    if (deadline !== this.#deadline) {
      this.#deadline = deadline;
      this.#delayed = deadline + this.#jitter();
    }
    return this.#delayed;
  }
  run(now: number): void | Promise<void> {
    this.#deadline = -1;
    return this.#reactor.run(now);
  }
}

/** Between changes of a crystal's temperature, seconds. */
const TEMPERATURE_SECONDS = 0.5;

/** The temperature of a crystal, which its rate follows. */
class CrystalTemperature implements Participant {
  readonly name: string;
  readonly #mcu: SimMcu;
  readonly #ppmAt: (worldTime: number) => number;
  #next = 0;
  constructor(mcu: SimMcu, ppmAt: (worldTime: number) => number) {
    this.name = `crystal:${mcu.name}`;
    this.#mcu = mcu;
    this.#ppmAt = ppmAt;
  }
  nextDeadline(): number {
    return this.#next;
  }
  run(now: number): void {
    this.#mcu.setDrift(this.#ppmAt(now), now);
    this.#next = now + TEMPERATURE_SECONDS;
  }
}

export class SimWorld {
  readonly clock = new VirtualClock(0);
  readonly world = new VirtualWorld(this.clock);
  readonly mcus: BenchMcu[] = [];
  readonly plant: PrinterPlant;
  /** The host's present life. */
  printer: Printer | undefined;
  reactor: Reactor | undefined;
  /** Why the last life ended; undefined while one runs. */
  ended: ExitResult | undefined;
  lives = 0;
  /** Called before each start with the new printer. */
  onStart: (printer: Printer, reactor: Reactor) => void = () => undefined;
  readonly #options: SimWorldOptions;
  #startReason: StartArgs["start_reason"] = "startup";
  #hostParticipants: Participant[] = [];
  readonly #macros: PythonMacros;

  constructor(options: SimWorldOptions) {
    this.#options = options;
    this.#macros = macroPython({ python: options.python, seed: options.seed, now: () => this.clock.now, reactor: () => this.reactor });
    const sections = readPlantSections(options.configFile);
    const profile = (board: string | BoardProfile): BoardProfile => (typeof board === "string" ? boardNamed(board) : board);
    this.plant = plantFromConfig(sections, { ...options.machine, seed: options.seed });
    const names = Object.keys(sections).filter((s) => s === "mcu" || s.startsWith("mcu ")).map((s) => (s === "mcu" ? "mcu" : s.slice(4).trim()));
    for (const name of names.length === 0 ? ["mcu"] : [...new Set(names)]) {
      const board = profile(options.boards?.[name] ?? options.board);
      const trace = new McuTrace({ commands: options.traceCommands ?? true });
      const mcu = new SimMcu({ board, trace, plant: this.plant, seed: options.seed, name, ...(options.initialClock === undefined ? {} : { initialClock: options.initialClock }) });
      const bench = new BenchMcu(name, mcu, trace, this.clock, options.lineFaults);
      this.mcus.push(bench);
      for (const participant of bench.participants) this.world.add(participant);
      const ppmAt = options.crystals?.[name];
      if (ppmAt !== undefined) this.world.add(new CrystalTemperature(mcu, ppmAt));
    }
  }

  get main(): BenchMcu {
    return this.mcus[0]!;
  }

  /** Starts a life of the host. */
  start(): void {
    const reactor = new Reactor(this.clock);
    const portOf = this.#options.portOf ?? ((bench: BenchMcu): Port => bench.openPort());
    const startArgs = {
      config_file: this.#options.configFile,
      start_reason: this.#startReason,
      software_version: "kalico-hil",
      cpu_info: "simulated host",
      compile_python: this.#macros.compile,
      ...this.#options.startArgs,
      openPort: (name: string): Port => portOf(this.#bench(name)),
      portExists: (name: string) => this.#bench(name).isPlugged,
      // Whatever the lines do on a real board, a reset is what comes of it.
      resetByLines: (name: string) => this.#bench(name).mcu.restart(this.clock.now),
      addParticipant: (participant: Participant) => {
        this.#hostParticipants.push(participant);
        this.world.add(participant);
      },
      removeParticipant: (participant: Participant) => this.world.remove(participant),
    };
    const printer = createHost({
      reactor, startArgs,
      ...(this.#options.plugins === undefined ? {} : { plugins: this.#options.plugins }),
      ...(this.#options.observer === undefined ? {} : { observer: this.#options.observer }),
      ...(this.#options.watchPlugins === undefined ? {} : { watchPlugins: this.#options.watchPlugins }),
    });
    this.printer = printer;
    this.reactor = reactor;
    this.ended = undefined;
    this.lives += 1;
    const participant: Participant = this.#options.jitter === undefined ? reactor : new JitteryReactor(reactor, this.#options.jitter);
    this.#hostParticipants.push(participant);
    this.world.add(participant);
    this.onStart(printer, reactor);
    void printer.run().then((result) => { this.ended = result; });
  }

  #bench(name: string): BenchMcu {
    const found = this.mcus.find((m) => m.name === name);
    if (found === undefined) throw new Error(`No simulated micro-controller "${name}"`);
    return found;
  }

  /** Runs until `done()` holds, the life ends, or virtual time reaches `limit` (seconds). */
  async run(done: () => boolean, limit: number, tick?: (seconds: number) => void): Promise<WorldStop> {
    return this.world.run(() => this.ended !== undefined || done(), limit, tick);
  }

  /** After a life has ended with a restart: waits as Kalico does and starts the next. */
  async restart(): Promise<void> {
    this.#leave();
    this.#macros.endLife();
    const until = this.world.worldTime + RESTART_SECONDS;
    await this.world.run(() => false, until);
    this.world.worldTime = until;
    this.clock.now = until;
    this.#startReason = this.ended === "firmware_restart" ? "firmware_restart" : "restart";
    this.start();
  }

  /** Takes the host's participants out of the world and ends the Python of its macros; call it after the last life has ended. */
  finish(): void {
    this.#leave();
    this.#macros.close();
  }

  #leave(): void {
    for (const participant of this.#hostParticipants) this.world.remove(participant);
    this.#hostParticipants = [];
    this.reactor?.finalize();
  }
}
