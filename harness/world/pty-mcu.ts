/**
 * A simulated micro-controller behind a pseudo-terminal, in real time: what any host opens as a serial device. Its line may be
 * faulty, its crystal may drift, and things may happen to it at given times. A board on USB takes its device with it when it
 * resets, as the real ones do.
 */
import type { Participant } from "../../host/reactor/clock.js";
import { NEVER } from "../../host/reactor/reactor.js";
import type { Port } from "../../host/transport/port.js";
import { withoutBaud, type BoardProfile } from "../../sim-mcu/boards/index.js";
import type { LinkFaults } from "../../sim-mcu/faults/link-faults.js";
import type { FirmwareFeature } from "../../sim-mcu/firmware/feature.js";
import type { Plant } from "../../sim-mcu/firmware/gpio.js";
import { SimLink } from "../../sim-mcu/link.js";
import { SimMcu } from "../../sim-mcu/sim-mcu.js";
import { McuTrace } from "../../sim-mcu/trace/mcu-trace.js";
import { openPseudoTerminal, type PseudoTerminal } from "./pseudo-terminal.js";
import type { RealtimeWorld } from "./realtime-world.js";

export interface PtyMcuOptions {
  world: RealtimeWorld;
  /** Name of its section: "mcu", "toolhead". */
  name: string;
  board: BoardProfile;
  /** Where the symbolic link to the pseudo-terminal is put. */
  path: string;
  flavour?: "kalico" | "klipper";
  seed?: number;
  plant?: Plant;
  faults?: LinkFaults;
  extraFeatures?: readonly FirmwareFeature[];
  /** Bytes take their time at the board's baud rate, which is in the dictionary; by default neither. */
  uart?: boolean;
  /** Told what happens to it. */
  log?(text: string): void;
  /** Told that the terminal is gone for good, though nobody closed it. */
  onLost?(reason: string): void;
}

export class PtyMcu {
  readonly name: string;
  readonly mcu: SimMcu;
  readonly terminal: PseudoTerminal;
  private readonly world: RealtimeWorld;
  private readonly link: SimLink;
  private readonly log: (text: string) => void;
  private readonly isUsb: boolean;
  /** Changes of the terminal follow one another. */
  private changing: Promise<void> = Promise.resolve();
  private readonly script = new Script();

  private constructor(options: PtyMcuOptions, terminal: PseudoTerminal) {
    const { world, name, board, uart = false } = options;
    this.world = world;
    this.name = name;
    this.terminal = terminal;
    this.log = (text) => options.log?.(`${name}: ${text}`);
    this.isUsb = board.serialBaud === undefined;
    this.mcu = new SimMcu({
      name, board: uart ? board : withoutBaud(board), trace: new McuTrace({ commands: false, steps: false, slacks: true }), powerUp: world.clock.monotonic(),
      ...(options.flavour === undefined ? {} : { flavour: options.flavour }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.plant === undefined ? {} : { plant: options.plant }),
      ...(options.extraFeatures === undefined ? {} : { extraFeatures: options.extraFeatures }),
    });
    const { clock } = world;
    this.link = new SimLink({
      mcu: this.mcu, latency: 0, clock: { get now() { return clock.monotonic(); } }, ...(options.faults === undefined ? {} : { faults: options.faults }),
    });
    const host = this.link.hostPort;
    const line = world.portInTurn(portOf(terminal));
    terminal.onLost((reason) => world.arrive(() => options.onLost?.(reason)));
    line.onData((data) => host.write(data));
    host.onData((data) => line.write(data));
    this.mcu.onReset = () => {
      this.log("reset");
      if (this.isUsb) this.replug();
    };
    for (const participant of [this.link, this.mcu, this.script]) world.add(participant);
  }

  /** @throws PseudoTerminalError */
  static async open(options: PtyMcuOptions): Promise<PtyMcu> {
    return new PtyMcu(options, await openPseudoTerminal(options.path));
  }

  /** Bytes that reached the micro-controller and the host. */
  get bytes(): { toMcu: number; toHost: number } {
    return { toMcu: this.link.bytesToMcu, toHost: this.link.bytesToHost };
  }

  /** Does something at a world time (seconds). */
  at(worldTime: number, action: () => void): void {
    this.script.add(worldTime, action);
  }

  /** Pulls the plug of the line; the micro-controller lives on. */
  unplug(): void {
    this.log("unplugged");
    this.change(() => this.terminal.unplug());
  }

  plug(): void {
    this.log("plugged in");
    this.change(() => this.terminal.plug());
  }

  /** Cuts its power, and with it the line. */
  powerOff(): void {
    this.mcu.powerOff(this.world.clock.monotonic());
    this.unplug();
  }

  powerOn(): void {
    this.plug();
    this.mcu.restart(this.world.clock.monotonic());
  }

  async close(): Promise<void> {
    for (const participant of [this.link, this.mcu, this.script]) this.world.remove(participant);
    await this.changing;
    await this.terminal.close();
  }

  private replug(): void {
    this.change(() => this.terminal.unplug());
    this.change(() => this.terminal.plug());
  }

  private change(action: () => Promise<void>): void {
    this.changing = this.changing.then(action).catch((error: unknown) => this.log(error instanceof Error ? error.message : String(error)));
  }
}

function portOf(terminal: PseudoTerminal): Port {
  return {
    write: (data) => terminal.write(data), onData: (callback) => terminal.onData(callback), onClose: () => {}, close: () => {},
  };
}

/** Things that happen at given world times. */
class Script implements Participant {
  readonly name = "script";
  private readonly entries: { at: number; action: () => void }[] = [];

  add(at: number, action: () => void): void {
    this.entries.push({ at, action });
    this.entries.sort((a, b) => a.at - b.at);
  }

  nextDeadline(): number {
    return this.entries[0]?.at ?? NEVER;
  }

  run(now: number): void {
    while (this.nextDeadline() <= now) this.entries.shift()!.action();
  }
}
