/**
 * A host in real time, on whatever lines it is given: serial devices of this machine, or simulated micro-controllers. It lives as
 * Kalico's process does: RESTART and FIRMWARE_RESTART end a life, and after a second the next one begins, until somebody ends it.
 */
import { createHost } from "../../host/host.js";
import type { HostObserver } from "../../host/observer.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { ExitResult, Printer, StartArgs } from "../../host/printer/printer.js";
import type { Participant } from "../../host/reactor/clock.js";
import type { PythonMacros } from "../../host/plugins/python/python-macros.js";
import { Reactor } from "../../host/reactor/reactor.js";
import type { PortOpener } from "../../host/transport/port.js";
import { macroPython } from "./macro-python.js";
import { RealtimeWorld } from "./realtime-world.js";
import type { WorldStop } from "./virtual-world.js";

/** Pause between two lives of the host, seconds: Kalico's. */
const RESTART_SECONDS = 1;

/** The lines to the micro-controllers; the world takes the transmit queues itself. */
export type HostLines = Omit<PortOpener<any>, "addParticipant" | "removeParticipant">;

export interface LivePrinterOptions {
  /** Path of printer.cfg; includes are resolved from it. */
  configFile: string;
  lines: HostLines;
  world?: RealtimeWorld;
  plugins?: readonly ImportedPlugin[];
  observer?: HostObserver;
  watchPlugins?: boolean;
  startArgs?: Partial<StartArgs>;
  /** Interpreter or environment for macros in Python; else what is found. */
  python?: string;
}

export class LivePrinter {
  readonly world: RealtimeWorld;
  printer: Printer | undefined;
  reactor: Reactor | undefined;
  /** Why the last life ended; undefined while one runs. */
  ended: ExitResult | undefined;
  lives = 0;
  /** Called before each life starts, with its printer. */
  onStart: (printer: Printer, reactor: Reactor) => void = () => undefined;
  /** Called when a life has ended for another to begin, before anything of that one. */
  onRestart: () => void = () => undefined;
  private readonly options: LivePrinterOptions;
  private startReason: StartArgs["start_reason"] = "startup";
  private participants: Participant[] = [];
  private readonly macros: PythonMacros;

  constructor(options: LivePrinterOptions) {
    this.options = options;
    this.world = options.world ?? new RealtimeWorld();
    this.macros = macroPython({ python: options.python, live: true, now: () => this.world.clock.monotonic(), reactor: () => this.reactor });
  }

  /** Starts a life of the host. */
  start(): void {
    const { options, world } = this;
    const { lines } = options;
    const reactor = new Reactor(world.clock);
    const startArgs: StartArgs = {
      config_file: options.configFile,
      start_reason: this.startReason,
      software_version: "kalico-hil",
      cpu_info: "",
      wallTime: () => Date.now() / 1000,
      compile_python: this.macros.compile,
      ...options.startArgs,
      openPort: (name, section, line?: { rts: boolean }) => world.portInTurn(lines.openPort(name, section, line)),
      ...(lines.portExists === undefined ? {} : { portExists: lines.portExists.bind(lines) }),
      ...(lines.resetByLines === undefined ? {} : { resetByLines: lines.resetByLines.bind(lines) }),
      addParticipant: (participant: Participant) => this.add(participant),
      removeParticipant: (participant: Participant) => world.remove(participant),
    };
    const printer = createHost({
      reactor, startArgs,
      ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
      ...(options.observer === undefined ? {} : { observer: options.observer }),
      ...(options.watchPlugins === undefined ? {} : { watchPlugins: options.watchPlugins }),
    });
    this.printer = printer;
    this.reactor = reactor;
    this.ended = undefined;
    this.lives += 1;
    this.add(reactor);
    this.onStart(printer, reactor);
    void printer.run().then((result) => { this.ended = result; });
  }

  private add(participant: Participant): void {
    this.participants.push(participant);
    this.world.add(participant);
  }

  /**
   * Runs until `done()` holds, the world's clock reads `limit` (seconds), or a life ends that no other follows.
   * The first life starts by itself.
   */
  async run(done: () => boolean, limit = Number.POSITIVE_INFINITY): Promise<WorldStop> {
    if (this.printer === undefined) this.start();
    for (;;) {
      const stop = await this.world.run(() => this.ended !== undefined || done(), limit);
      if (this.ended === undefined || stop !== "done" || done()) return stop;
      if (!await this.nextLife(limit)) return "done";
    }
  }

  /**
   * After a life has ended: begins the next one, after Kalico's pause, where the last one ended for a restart.
   * @param limit clock of the world, seconds @returns whether there is another life
   */
  async nextLife(limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (this.ended !== "restart" && this.ended !== "firmware_restart") {
      this.finish();
      return false;
    }
    this.leave();
    this.macros.endLife();
    this.startReason = this.ended;
    this.onRestart();
    await this.world.run(() => false, Math.min(limit, this.world.clock.monotonic() + RESTART_SECONDS));
    this.start();
    return true;
  }

  /** Ends the present life in good order: handlers of the disconnect run, ports are closed. */
  async stop(): Promise<void> {
    if (this.printer === undefined || this.ended !== undefined) return;
    this.printer.requestExit("exit");
    await this.world.run(() => this.ended !== undefined, this.world.clock.monotonic() + RESTART_SECONDS);
    this.finish();
  }

  /** Takes the last life out of the world after its end, and ends the Python of its macros. */
  finish(): void {
    this.leave();
    this.macros.close();
  }

  private leave(): void {
    for (const participant of this.participants) this.world.remove(participant);
    this.participants = [];
    this.reactor?.finalize();
  }
}
