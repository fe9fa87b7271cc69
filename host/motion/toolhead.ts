/**
 * Object `toolhead`: turns requests to move into timed trapezoids and decides how far ahead of the
 * micro-controllers' clock everything is prepared.
 *
 * moves → look-ahead → trapq (print time) → step generators → mcu.flushMoves.
 *
 * States (`specialQueuingState`): "NeedPrime" — nothing planned, the next moves start a new stretch of print
 * time; "Priming" — moves wait in the look-ahead, a timer will plan them even if no more come; "" — main: print
 * time runs ahead, and the flush timer falls back to "NeedPrime" when less than 1 s is left; "Drip" — homing, steps
 * are handed out 50 ms at a time so that a trigger can stop them. The states share two timers and their flags, which is why they
 * share this file, long as it is. Times in s, print time unless said otherwise.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { Mcu } from "../mcu/mcu.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import { Trapq } from "../steps/trapq.js";
import { Coord } from "./coord.js";
import { DummyExtruder } from "./dummy-extruder.js";
import { formatFixed } from "./format-fixed.js";
import { loadKinematics } from "./kinematics/index.js";
import { LookAheadQueue } from "./lookahead.js";
import { Move, type LookaheadCallback } from "./move.js";
import { dangerOptions, type Gcode, type MaybePromise } from "./ports.js";
import type { PrinterRail } from "./rail.js";
import { StepFlusher, type StepGenerator } from "./step-flusher.js";
import type { Kinematics, Toolhead, ToolheadAxis } from "./surface.js";
import { AXIS_LIMITS, registerToolheadCommands } from "./toolhead-commands.js";
import { VelocityLimits } from "./velocity-limits.js";

const BUFFER_TIME_LOW = 1.0;
const BUFFER_TIME_HIGH = 2.0;
const BGFLUSH_LOW_TIME = 0.2;
const BGFLUSH_BATCH_TIME = 0.2;
const DRIP_SEGMENT_TIME = 0.05;

export type QueuingState = "" | "NeedPrime" | "Priming" | "Drip";

/** Modules that every printer with a toolhead has. */
const DEFAULT_MODULES = ["gcode_move", "homing", "idle_timeout", "statistics", "manual_probe", "tuning_tower", "garbage_collection"];

export class ToolHead extends VelocityLimits implements Toolhead {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly allMcus: Mcu[];
  readonly mcu: Mcu;
  readonly Coord = Coord;
  readonly lookahead = new LookAheadQueue();
  /** Where the last queued move ends: x, y, z, e, extra axes; mm. */
  readonly commandedPos: number[] = [0, 0, 0, 0];

  checkStallTime = 0;
  printStall = 0;
  canPause: boolean;
  /** As in Kalico's batch output, M400 flushes the queue and does not wait for the machine (start argument `batch_input`). */
  readonly batchInput: boolean;
  needCheckPause = -1;
  specialQueuingState: QueuingState = "NeedPrime";

  readonly trapq = new Trapq();
  readonly extraAxes: ToolheadAxis[];
  readonly kin: Kinematics;

  private primingTimer: Timer | null = null;
  private readonly flushTimer: Timer;
  private doKickFlushTimer = true;
  private readonly flusher: StepFlusher;

  constructor(config: ConfigSection) {
    super(config);
    const printer = config.getPrinter();
    this.printer = printer;
    this.reactor = printer.getReactor();
    this.allMcus = printer.lookupObjects("mcu").map(([, mcu]) => mcu as Mcu);
    this.mcu = this.allMcus[0]!;
    this.lookahead.setFlushTime(BUFFER_TIME_HIGH);
    this.canPause = !this.mcu.isFileoutput();
    this.batchInput = this.printer.getStartArgs()["batch_input"] === true;
    this.flushTimer = this.reactor.registerTimer((eventTime) => this.handleFlush(eventTime));
    this.flusher = new StepFlusher(this.allMcus);
    this.flusher.keepTrapq(this.trapq);
    this.extraAxes = [new DummyExtruder(printer)];
    this.kin = loadKinematics(this, config);
    for (const [key, option] of Object.entries(AXIS_LIMITS)) {
      const value = (this.kin as unknown as Record<string, unknown>)[key];
      if (typeof value === "number") this.origCfg[option] = value;
    }
    registerToolheadCommands(this, printer.lookupObject<Gcode>("gcode"));
    printer.registerEventHandler("klippy:shutdown", () => this.handleShutdown());
    for (const name of DEFAULT_MODULES) printer.loadObject(config, name);
  }

  /** Rails with a stepper that moves when `axis` ("x", "y" or "z") does. */
  getActiveRailsForAxis(axis: "x" | "y" | "z"): PrinterRail[] {
    return (this.kin.rails ?? []).filter((rail) => rail.getSteppers().some((stepper) => stepper.isActiveAxis(axis)));
  }

  // ── Print time and flushing ───────────────────────────────────────────────────────────────────

  /** End of what is planned, print time. */
  get printTime(): number {
    return this.flusher.printTime;
  }

  /** End of what was sent, print time. */
  get lastFlushTime(): number {
    return this.flusher.lastFlushTime;
  }

  /** Scan window of the step solvers on either side of a step, s. */
  get kinFlushDelay(): number {
    return this.flusher.kinFlushDelay;
  }

  /** Puts print time far enough ahead of the micro-controller for a new stretch of moves. */
  private calcPrintTime(): void {
    const curTime = this.reactor.monotonic();
    const estPrintTime = this.mcu.estimatedPrintTime(curTime);
    if (this.flusher.restart(estPrintTime)) {
      this.printer.sendEvent("toolhead:sync_print_time", curTime, estPrintTime, this.printTime);
    }
  }

  private processLookahead(lazy = false): void {
    const moves = this.lookahead.flush(lazy);
    if (moves.length === 0) return;
    if (this.specialQueuingState !== "") {
      this.specialQueuingState = "";
      this.needCheckPause = -1;
      this.calcPrintTime();
    }
    const extraAxes = this.extraAxes;
    let moveTime = this.printTime;
    for (let i = 0; i < moves.length; i++) {
      const move = moves[i]!;
      if (move.isKinematicMove) this.appendToTrapq(moveTime, move);
      for (let e = 0; e < extraAxes.length; e++) {
        if (move.axesD[e + 3]) extraAxes[e]!.processMove!(moveTime, move, e + 3);
      }
      moveTime = moveTime + move.accelT + move.cruiseT + move.decelT;
      if (move.timingCallbacks.length > 0) for (const callback of move.timingCallbacks) callback(moveTime);
    }
    this.noteMcuMovequeueActivity(moveTime + this.kinFlushDelay, { setStepGenTime: true });
    this.flusher.advanceMoveTime(moveTime, this.canPause);
  }

  private appendToTrapq(printTime: number, move: Move): void {
    const start = move.startPos;
    const r = move.axesR;
    this.trapq.append(
      printTime, move.accelT, move.cruiseT, move.decelT,
      start[0]!, start[1]!, start[2]!, r[0]!, r[1]!, r[2]!,
      move.startV, move.cruiseV, move.accel,
    );
  }

  /** Plans everything queued as if no more moves came; the next ones start a new stretch. */
  private flushLookahead(): void {
    this.processLookahead();
    this.specialQueuingState = "NeedPrime";
    this.needCheckPause = -1;
    this.lookahead.setFlushTime(BUFFER_TIME_HIGH);
    this.checkStallTime = 0;
  }

  /** Plans everything queued and generates all of its steps. Brings the toolhead to a stop. */
  flushStepGeneration(): void {
    this.flushLookahead();
    this.flusher.flushAll(this.canPause);
  }

  /** Print time of the end of the last move. Plans everything queued: brings the toolhead to a stop. */
  getLastMoveTime(): number {
    if (this.specialQueuingState !== "") {
      this.flushLookahead();
      this.calcPrintTime();
    } else {
      this.processLookahead();
    }
    return this.printTime;
  }

  /** Starts the priming timer when idle, and pauses the caller while print time is too far ahead. */
  private checkPause(): MaybePromise {
    const eventTime = this.reactor.monotonic();
    const estPrintTime = this.mcu.estimatedPrintTime(eventTime);
    const bufferTime = this.printTime - estPrintTime;
    if (this.specialQueuingState !== "") {
      if (this.checkStallTime) {
        // The queue ran dry while moves were still expected.
        if (estPrintTime < this.checkStallTime) this.printStall += 1;
        this.checkStallTime = 0;
      }
      this.specialQueuingState = "Priming";
      this.needCheckPause = -1;
      this.primingTimer ??= this.reactor.registerTimer((time) => this.handlePriming(time));
      this.reactor.updateTimer(this.primingTimer, eventTime + Math.max(0.1, bufferTime - BUFFER_TIME_LOW));
    }
    if (bufferTime - BUFFER_TIME_HIGH > 0) return this.pauseForBuffer(eventTime, bufferTime);
    this.deferPauseCheck(estPrintTime);
  }

  private async pauseForBuffer(eventTime: number, bufferTime: number): Promise<void> {
    let estPrintTime = 0;
    while (bufferTime - BUFFER_TIME_HIGH > 0) {
      if (!this.canPause) {
        this.needCheckPause = this.reactor.NEVER;
        return;
      }
      eventTime = await this.reactor.pause(eventTime + Math.min(1, bufferTime - BUFFER_TIME_HIGH));
      estPrintTime = this.mcu.estimatedPrintTime(eventTime);
      bufferTime = this.printTime - estPrintTime;
    }
    this.deferPauseCheck(estPrintTime);
  }

  /** In the main state the buffer need not be looked at before print time has passed this mark. */
  private deferPauseCheck(estPrintTime: number): void {
    if (this.specialQueuingState === "") this.needCheckPause = estPrintTime + BUFFER_TIME_HIGH + 0.1;
  }

  private handlePriming(_eventTime: number): number {
    this.reactor.unregisterTimer(this.primingTimer!);
    this.primingTimer = null;
    try {
      if (this.specialQueuingState === "Priming") {
        this.flushLookahead();
        this.checkStallTime = this.printTime;
      }
    } catch (error) {
      this.shutdownFromTimer("Exception in priming_handler", error);
    }
    return this.reactor.NEVER;
  }

  private handleFlush(eventTime: number): number {
    try {
      const estPrintTime = this.mcu.estimatedPrintTime(eventTime);
      if (this.specialQueuingState === "") {
        const printTime = this.printTime;
        const bufferTime = printTime - estPrintTime;
        if (bufferTime > BUFFER_TIME_LOW) return eventTime + bufferTime - BUFFER_TIME_LOW;
        this.flushLookahead();
        if (printTime !== this.printTime) this.checkStallTime = this.printTime;
      }
      const extraTime = dangerOptions(this.printer).bgflushExtraTime;
      for (;;) {
        const endFlush = this.flusher.needFlushTime + extraTime;
        if (this.lastFlushTime >= endFlush) {
          this.doKickFlushTimer = true;
          return this.reactor.NEVER;
        }
        const bufferTime = this.lastFlushTime - estPrintTime;
        if (bufferTime > BGFLUSH_LOW_TIME) return eventTime + bufferTime - BGFLUSH_LOW_TIME;
        this.flusher.advanceFlushTime(Math.min(endFlush, estPrintTime + BGFLUSH_LOW_TIME + BGFLUSH_BATCH_TIME), this.canPause);
      }
    } catch (error) {
      this.shutdownFromTimer("Exception in flush_handler", error);
    }
    return this.reactor.NEVER;
  }

  private shutdownFromTimer(message: string, error: unknown): void {
    this.printer.log("error", `${message}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    void this.printer.invokeShutdown(message);
  }

  // ── Moving ────────────────────────────────────────────────────────────────────────────────────

  getPosition(): number[] {
    return this.commandedPos.slice();
  }

  /** Declares the toolhead to be at `newPos` (x, y, z in mm) and the named axes, as in "xy", to be homed. */
  setPosition(newPos: readonly number[], homing: string | { homingAxes?: string } = ""): void {
    const homingAxes = typeof homing === "string" ? homing : (homing.homingAxes ?? "");
    this.flushStepGeneration();
    this.trapq.setPosition(this.printTime, newPos[0]!, newPos[1]!, newPos[2]!);
    for (let i = 0; i < 3; i++) this.commandedPos[i] = newPos[i]!;
    this.kin.setPosition(newPos, homingAxes);
    this.printer.sendEvent("toolhead:set_position");
  }

  /** Lowers the speed, mm/s, at which the move after the last queued one may start. */
  limitNextJunctionSpeed(speed: number): void {
    this.lookahead.getLast()?.limitNextJunctionSpeed(speed);
  }

  /**
   * Queues a move to `newPos` (mm, every axis) at `speed` mm/s. Returns a promise only when the caller
   * has to pause because print time is far enough ahead.
   * @throws CommandError when the move is out of range or the extruder refuses it.
   */
  move(newPos: readonly number[], speed: number): MaybePromise {
    const move = new Move(this, this.commandedPos, newPos, speed);
    if (move.moveD === 0) return;
    if (move.isKinematicMove) this.kin.checkMove(move);
    const extraAxes = this.extraAxes;
    for (let e = 0; e < extraAxes.length; e++) {
      if (move.axesD[e + 3]) extraAxes[e]!.checkMove(move, e + 3);
    }
    this.setCommandedPos(move.endPos);
    if (this.lookahead.addMove(move)) this.processLookahead(true);
    if (this.printTime > this.needCheckPause) return this.checkPause();
  }

  private setCommandedPos(pos: readonly number[]): void {
    const commanded = this.commandedPos;
    commanded.length = pos.length;
    for (let i = 0; i < pos.length; i++) commanded[i] = pos[i]!;
  }

  /** Like `move`, outside of g-code coordinates; `null` keeps an axis where it is. */
  manualMove(coord: readonly (number | null | undefined)[], speed: number): MaybePromise {
    const target = this.commandedPos.slice();
    for (let i = 0; i < coord.length; i++) {
      const value = coord[i];
      if (value !== null && value !== undefined) target[i] = value;
    }
    const pause = this.move(target, speed);
    if (pause !== undefined) return pause.then(() => void this.printer.sendEvent("toolhead:manual_move"));
    this.printer.sendEvent("toolhead:manual_move");
  }

  /** Stops for `delay` seconds after the last move. */
  dwell(delay: number): MaybePromise {
    const endTime = this.getLastMoveTime() + Math.max(0, delay);
    this.flusher.advanceMoveTime(endTime, this.canPause);
    return this.checkPause();
  }

  /** Waits until the micro-controllers have done everything queued so far. */
  async waitMoves(): Promise<void> {
    this.flushLookahead();
    let eventTime = this.reactor.monotonic();
    while (this.specialQueuingState === "" || this.printTime >= this.mcu.estimatedPrintTime(eventTime)) {
      if (!this.canPause || this.batchInput) break;
      eventTime = await this.reactor.pause(eventTime + 0.1);
    }
  }

  // ── Extruder and extra axes ───────────────────────────────────────────────────────────────────

  setExtruder(extruder: ToolheadAxis, extrudePos: number): void {
    this.flusher.dropTrapq(this.extraAxes[0]!.getTrapq());
    this.extraAxes[0] = extruder;
    this.commandedPos[3] = extrudePos;
    this.flusher.keepTrapq(extruder.getTrapq());
  }

  getExtruder(): ToolheadAxis {
    return this.extraAxes[0]!;
  }

  addExtraAxis(axis: ToolheadAxis, axisPos: number): void {
    this.flushLookahead();
    this.extraAxes.push(axis);
    this.commandedPos.push(axisPos);
    this.flusher.keepTrapq(axis.getTrapq());
    this.printer.sendEvent("toolhead:update_extra_axes");
  }

  removeExtraAxis(axis: ToolheadAxis): void {
    this.flushLookahead();
    const index = this.extraAxes.indexOf(axis);
    if (index < 0) return;
    this.flusher.dropTrapq(axis.getTrapq());
    this.commandedPos.splice(index + 3, 1);
    this.extraAxes.splice(index, 1);
    this.printer.sendEvent("toolhead:update_extra_axes");
  }

  getExtraAxes(): (ToolheadAxis | null)[] {
    return [null, null, null, ...this.extraAxes];
  }

  // ── Drip moves ────────────────────────────────────────────────────────────────────────────────

  /** Runs print time up to `nextPrintTime` in small slices close to real time, until `dripCompletion` is done. */
  async dripUpdateTime(
    nextPrintTime: number,
    dripCompletion: Completion<unknown>,
    addStepper: readonly { generateSteps: StepGenerator }[] = [],
  ): Promise<void> {
    this.specialQueuingState = "Drip";
    this.needCheckPause = this.reactor.NEVER;
    this.reactor.updateTimer(this.flushTimer, this.reactor.NEVER);
    this.doKickFlushTimer = false;
    this.lookahead.setFlushTime(BUFFER_TIME_HIGH);
    this.checkStallTime = 0;
    while (this.printTime < nextPrintTime && !dripCompletion.test()) {
      const curTime = this.reactor.monotonic();
      const waitTime = this.printTime - this.mcu.estimatedPrintTime(curTime) - this.flusher.dripLead;
      if (waitTime > 0 && this.canPause) {
        await dripCompletion.wait(curTime + waitTime);
        continue;
      }
      const sliceEnd = Math.min(this.printTime + DRIP_SEGMENT_TIME, nextPrintTime);
      this.noteMcuMovequeueActivity(sliceEnd + this.kinFlushDelay, { setStepGenTime: true });
      for (const stepper of addStepper) stepper.generateSteps(sliceEnd);
      this.flusher.advanceMoveTime(sliceEnd, this.canPause);
    }
    this.reactor.updateTimer(this.flushTimer, this.reactor.NOW);
    this.flushStepGeneration();
  }

  /** Plans the single move of a drip; returns the print time of its end. */
  private loadDripMove(dripMove: Move): number {
    if (dripMove.moveD !== 0) {
      this.setCommandedPos(dripMove.endPos);
      this.lookahead.addMove(dripMove);
    }
    const moves = this.lookahead.flush();
    this.calcPrintTime();
    let moveTime = this.printTime;
    for (const move of moves) {
      this.appendToTrapq(moveTime, move);
      moveTime = moveTime + move.accelT + move.cruiseT + move.decelT;
    }
    this.lookahead.reset();
    return moveTime;
  }

  /** Moves towards `newPos` (mm) at `speed` mm/s until there or until `dripCompletion` is done. */
  async dripMove(newPos: readonly number[], speed: number, dripCompletion: Completion<unknown>): Promise<void> {
    const target = [...newPos.slice(0, 3), ...this.commandedPos.slice(3)];
    const move = new Move(this, this.commandedPos, target, speed);
    if (move.moveD !== 0) this.kin.checkMove(move);
    // The endstop's start time has to pass before the first step.
    await this.dwell(this.kinFlushDelay);
    this.processLookahead();
    const endTime = this.loadDripMove(move);
    await this.dripUpdateTime(endTime, dripCompletion);
    // What was not stepped is dropped.
    this.trapq.finalizeMoves(this.reactor.NEVER, 0);
  }

  // ── Everything else ───────────────────────────────────────────────────────────────────────────

  stats(eventTime: number): [boolean, string] {
    const maxQueueTime = Math.max(this.printTime, this.lastFlushTime);
    for (const mcu of this.allMcus) mcu.checkActive(maxQueueTime, eventTime);
    const estPrintTime = this.mcu.estimatedPrintTime(eventTime);
    this.flusher.expireHistory(estPrintTime);
    let bufferTime = this.printTime - estPrintTime;
    const isActive = bufferTime > -60 || this.specialQueuingState === "";
    if (this.specialQueuingState === "Drip") bufferTime = 0;
    const text =
      `print_time=${formatFixed(this.printTime, 3)} buffer_time=${formatFixed(Math.max(bufferTime, 0), 3)}` +
      ` print_stall=${this.printStall}`;
    return [isActive, text];
  }

  /** [print time, estimated print time of the micro-controller at `eventTime`, is the look-ahead empty]. */
  checkBusy(eventTime: number): [number, number, boolean] {
    return [this.printTime, this.mcu.estimatedPrintTime(eventTime), this.lookahead.queue.length === 0];
  }

  getStatus(eventTime: number): Record<string, unknown> {
    const [x, y, z, e] = this.commandedPos;
    return {
      ...this.kin.getStatus(eventTime),
      print_time: this.printTime,
      stalls: this.printStall,
      estimated_print_time: this.mcu.estimatedPrintTime(eventTime),
      extruder: this.extraAxes[0]!.getName(),
      position: new Coord(x, y, z, e),
      max_velocity: this.maxVelocity,
      max_accel: this.maxAccel,
      minimum_cruise_ratio: this.minCruiseRatio,
      square_corner_velocity: this.squareCornerVelocity,
    };
  }

  private handleShutdown(): void {
    this.canPause = false;
    this.lookahead.reset();
  }

  getKinematics(): Kinematics {
    return this.kin;
  }

  getTrapq(): Trapq {
    return this.trapq;
  }

  registerStepGenerator(handler: StepGenerator): void {
    this.flusher.addGenerator(handler);
  }

  unregisterStepGenerator(handler: StepGenerator): void {
    this.flusher.removeGenerator(handler);
  }

  /** Widens (or, with `oldDelay`, changes) the time, s, around each step that a solver looks at. */
  noteStepGenerationScanTime(delay: number, options: { oldDelay?: number } = {}): void {
    this.flushStepGeneration();
    this.flusher.changeScanTime(delay, options.oldDelay ?? 0);
  }

  /** Calls back with the print time of the end of the last queued move, once it is planned. */
  registerLookaheadCallback(callback: LookaheadCallback): void {
    const lastMove = this.lookahead.getLast();
    if (lastMove === null) callback(this.getLastMoveTime());
    else lastMove.timingCallbacks.push(callback);
  }

  /** Something was queued for `mqTime`: the flush timer must reach it. */
  noteMcuMovequeueActivity(mqTime: number, options: { setStepGenTime?: boolean } = {}): void {
    this.flusher.noteActivity(mqTime, options.setStepGenTime ?? false);
    if (this.doKickFlushTimer) {
      this.doKickFlushTimer = false;
      this.reactor.updateTimer(this.flushTimer, this.reactor.NOW);
    }
  }
}
