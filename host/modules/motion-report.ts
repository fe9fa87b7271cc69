/**
 * `[motion_report]`: where the toolhead and the active extruder are now, from the motion queues; after a shutdown,
 * what they were doing then.
 */
import { addBatchEndpoint } from "../api/batch-clients.js";
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import { Coord } from "../motion/coord.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Trapq, TrapqHistoryMove } from "../steps/trapq.js";
import { moveStream, stepStream, type StreamedStepper } from "./motion-streams.js";

/** Shortest time, s, between two evaluations for the status. */
const STATUS_REFRESH_TIME = 0.25;
const MAX_EXTRUDERS = 99;
/** How much of the motion around a shutdown is logged, s to either side. */
const SHUTDOWN_WINDOW = 0.1;
const SHUTDOWN_MOVES = 128;

/** The part of a stepper that is read here. */
interface ReportedStepper extends StreamedStepper {
  getName(): string;
  getMcu(): Mcu;
}

interface ReportedToolhead {
  getTrapq(): Trapq;
  getExtruder(): { getName(): string };
}

/** Position and speed of a motion queue at a print time. */
interface QueueState {
  position: readonly [number, number, number];
  velocity: number;
}

/** State of `trapq` at `printTime` (s); undefined when it has no move at or before it. */
export function trapqState(trapq: Trapq, printTime: number): QueueState | undefined {
  const move = trapq.extractOld(1, 0, printTime)[0];
  if (move === undefined) return undefined;
  const seconds = Math.max(0, Math.min(move.moveT, printTime - move.printTime));
  const distance = (move.startV + 0.5 * move.accel * seconds) * seconds;
  return {
    position: [move.startX + move.xR * distance, move.startY + move.yR * distance, move.startZ + move.zR * distance],
    velocity: move.startV + move.accel * seconds,
  };
}

export class PrinterMotionReport {
  private readonly printer: Printer;
  private readonly steppers = new Map<string, ReportedStepper>();
  private readonly trapqs = new Map<string, Trapq>();
  private nextStatusTime = 0;
  private lastStatus: Record<string, unknown> = {
    live_position: new Coord(),
    live_velocity: 0,
    live_extruder_velocity: 0,
    steppers: [],
    trapq: [],
  };

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:connect", () => this.connect());
    this.printer.registerEventHandler("klippy:shutdown", () => {
      this.printer.getReactor().registerCallback(() => this.logShutdown());
    });
  }

  registerStepper(_config: ConfigSection, mcuStepper: ReportedStepper): void {
    const name = mcuStepper.getName();
    if (!this.steppers.has(name)) addBatchEndpoint(this.printer, "motion_report/dump_stepper", name, stepStream(mcuStepper));
    this.steppers.set(name, mcuStepper);
  }

  private connect(): void {
    this.addQueue("toolhead", this.toolhead().getTrapq());
    for (let i = 0; i < MAX_EXTRUDERS; i++) {
      const name = i === 0 ? "extruder" : `extruder${i}`;
      const extruder = this.printer.lookupObject<{ getTrapq(): Trapq } | null>(name, null);
      if (extruder === null) break;
      this.addQueue(name, extruder.getTrapq());
    }
    this.lastStatus.steppers = [...this.steppers.keys()].sort();
    this.lastStatus.trapq = [...this.trapqs.keys()].sort();
  }

  private addQueue(name: string, trapq: Trapq): void {
    this.trapqs.set(name, trapq);
    addBatchEndpoint(this.printer, "motion_report/dump_trapq", name, moveStream(trapq));
  }

  private toolhead(): ReportedToolhead {
    return this.printer.lookupObject<ReportedToolhead>("toolhead");
  }

  /** Motion around the time at which an MCU shut down, for the log. */
  private logShutdown(): void {
    let shutdownTime = Infinity;
    for (const stepper of this.steppers.values()) {
      const mcu = stepper.getMcu();
      const clock = mcu.getShutdownClock();
      if (clock) shutdownTime = Math.min(shutdownTime, mcu.clockToPrintTime(clock));
    }
    if (shutdownTime === Infinity) return;
    for (const [name, trapq] of this.trapqs) {
      const moves = trapq.extractOld(SHUTDOWN_MOVES, shutdownTime - SHUTDOWN_WINDOW, shutdownTime + SHUTDOWN_WINDOW).reverse();
      if (moves.length === 0) continue;
      const lines = [`Dumping trapq '${name}' ${moves.length} moves:`, ...moves.map((move, i) => moveText(move, i))];
      this.printer.log("info", lines.join("\n"));
    }
    const toolhead = this.trapqs.get("toolhead");
    const state = toolhead === undefined ? undefined : trapqState(toolhead, shutdownTime);
    if (state === undefined) return;
    this.printer.log("info",
      `Requested toolhead position at shutdown time ${formatFixed(shutdownTime, 6)}: (${state.position.join(", ")})`);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    if (eventTime < this.nextStatusTime || this.trapqs.size === 0) return this.lastStatus;
    this.nextStatusTime = eventTime + STATUS_REFRESH_TIME;
    const printTime = this.printer.lookupObject<Mcu>("mcu").estimatedPrintTime(eventTime);
    const toolhead = this.toolhead();
    const head = trapqState(this.trapqs.get("toolhead")!, printTime);
    const extruderQueue = this.trapqs.get(toolhead.getExtruder().getName());
    const extruder = extruderQueue === undefined ? undefined : trapqState(extruderQueue, printTime);
    const [x, y, z] = head?.position ?? [0, 0, 0];
    this.lastStatus = {
      ...this.lastStatus,
      live_position: new Coord(x, y, z, extruder?.position[0] ?? 0),
      live_velocity: head?.velocity ?? 0,
      live_extruder_velocity: extruder?.velocity ?? 0,
    };
    return this.lastStatus;
  }
}

function moveText(move: TrapqHistoryMove, index: number): string {
  const six = (value: number): string => formatFixed(value, 6);
  return `move ${index}: pt=${six(move.printTime)} mt=${six(move.moveT)} sv=${six(move.startV)} a=${six(move.accel)}` +
    ` sp=(${six(move.startX)},${six(move.startY)},${six(move.startZ)}) ar=(${six(move.xR)},${six(move.yR)},${six(move.zR)})`;
}

export function loadConfig(config: ConfigSection): PrinterMotionReport {
  return new PrinterMotionReport(config);
}
