/**
 * Object `toolhead`: turns requests to move into timed trapezoids and decides how far ahead of the
 * micro-controllers' clock everything is prepared.
 *
 * moves → look-ahead → trapq (print time) → step generators → mcu.flushMoves.
 *
 * States (`specialQueuingState`): "NeedPrime" — nothing planned, the next moves start a new stretch of print
 * time; "Priming" — moves wait in the look-ahead, a timer will plan them even if no more come; "" — main: print
 * time runs ahead, and the flush timer falls back to "NeedPrime" when less than 1 s is left; "Drip" — homing, steps
 * are handed out 50 ms at a time so that a trigger can stop them. Times in s, print time unless said otherwise.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { Mcu } from "../mcu/mcu.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import { Trapq } from "../steps/trapq.js";
import { Coord } from "./coord.js";
import { DummyExtruder } from "./dummy-extruder.js";
import { formatFixed } from "./format-fixed.js";
import { kinematicsTable } from "./kinematics/index.js";
import type { Kinematics } from "./kinematics/kinematics.js";
import { LookAheadQueue } from "./lookahead.js";
import { Move, type ExtraAxis, type LookaheadCallback } from "./move.js";
import { dangerOptions, type Gcode, type MaybePromise } from "./ports.js";
import type { PrinterRail } from "./rail.js";
import { AXIS_LIMITS, registerToolheadCommands } from "./toolhead-commands.js";

const BUFFER_TIME_LOW = 1.0;
const BUFFER_TIME_HIGH = 2.0;
const BUFFER_TIME_START = 0.25;
const BGFLUSH_LOW_TIME = 0.2;
const BGFLUSH_BATCH_TIME = 0.2;
const MIN_KIN_TIME = 0.1;
const MOVE_BATCH_TIME = 0.5;
const STEPCOMPRESS_FLUSH_TIME = 0.05;
/** Reach of the step+dir+step filter of the step compression. */
const SDS_CHECK_TIME = 0.001;
const MOVE_HISTORY_EXPIRE = 30;
const DRIP_SEGMENT_TIME = 0.05;
const DRIP_TIME = 0.1;

export type QueuingState = "" | "NeedPrime" | "Priming" | "Drip";
export type StepGenerator = (flushTime: number) => void;

/** An extra axis as the toolhead keeps it: the extruder at index 3, others behind it. */
export interface ToolheadAxis extends ExtraAxis {
  getName(): string;
  getTrapq(): Trapq | null;
  getAxisGcodeId(): string | null;
  findPastPosition?(printTime: number): number;
}

/** Modules that every printer with a toolhead has. */
const DEFAULT_MODULES = ["gcode_move", "homing", "idle_timeout", "statistics", "manual_probe", "tuning_tower", "garbage_collection"];

export class ToolHead {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly allMcus: Mcu[];
  readonly mcu: Mcu;
  readonly Coord = Coord;
  readonly lookahead = new LookAheadQueue();
  /** Where the last queued move ends: x, y, z, e, extra axes; mm. */
  readonly commandedPos: number[] = [0, 0, 0, 0];

  maxVelocity: number;
  maxAccel: number;
  minCruiseRatio: number;
  squareCornerVelocity: number;
  /** Limits as configured, by their names in Kalico. */
  readonly origCfg: Record<string, number>;
  junctionDeviation = 0;
  maxAccelToDecel = 0;

  checkStallTime = 0;
  printStall = 0;
  canPause: boolean;
  needCheckPause = -1;
  printTime = 0;
  specialQueuingState: QueuingState = "NeedPrime";
  lastFlushTime = 0;
  kinFlushDelay = SDS_CHECK_TIME;

  readonly trapq = new Trapq();
  readonly extraAxes: ToolheadAxis[];
  readonly kin: Kinematics;

  private primingTimer: Timer | null = null;
  private readonly flushTimer: Timer;
  private doKickFlushTimer = true;
  private minRestartTime = 0;
  private needFlushTime = 0;
  private stepGenTime = 0;
  private clearHistoryTime = 0;
  private readonly kinFlushTimes: number[] = [];
  private readonly stepGenerators: StepGenerator[] = [];
  private readonly flushTrapqs: Trapq[];

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.printer = printer;
    this.reactor = printer.getReactor();
    this.allMcus = printer.lookupObjects("mcu").map(([, mcu]) => mcu as Mcu);
    this.mcu = this.allMcus[0]!;
    this.lookahead.setFlushTime(BUFFER_TIME_HIGH);
    this.maxVelocity = config.getFloat("max_velocity", { above: 0 });
    this.maxAccel = config.getFloat("max_accel", { above: 0 });
    this.minCruiseRatio = config.getFloat("minimum_cruise_ratio", { default: 0.5, below: 1, minval: 0 });
    this.squareCornerVelocity = config.getFloat("square_corner_velocity", { default: 5, minval: 0 });
    this.origCfg = {
      max_velocity: this.maxVelocity,
      max_accel: this.maxAccel,
      min_cruise_ratio: this.minCruiseRatio,
      square_corner_velocity: this.squareCornerVelocity,
    };
    this.calcJunctionDeviation();
    this.canPause = !this.mcu.isFileoutput();
    this.flushTimer = this.reactor.registerTimer((eventTime) => this.handleFlush(eventTime));
    this.flushTrapqs = [this.trapq];
    this.extraAxes = [new DummyExtruder(printer)];
    this.kin = this.loadKinematics(config);
    for (const [key, option] of Object.entries(AXIS_LIMITS)) {
      const value = (this.kin as unknown as Record<string, unknown>)[key];
      if (typeof value === "number") this.origCfg[option] = value;
    }
    registerToolheadCommands(this, printer.lookupObject<Gcode>("gcode"));
    printer.registerEventHandler("klippy:shutdown", () => this.handleShutdown());
    for (const name of DEFAULT_MODULES) printer.loadObject(config, name);
  }

  private loadKinematics(config: ConfigSection): Kinematics {
    const name = config.get("kinematics");
    let kin: Kinematics;
    try {
      const load = kinematicsTable.get(name);
      if (load === undefined) throw new Error(`No kinematics "${name}"`);
      kin = load(this, config);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const message = `Error loading kinematics '${name}'`;
      this.printer.log("error", `${message}: ${String(error)}`);
      throw new ConfigError(message, { section: "printer", option: "kinematics" });
    }
    if (config.hasSection("dual_carriage") && !kin.supportsDualCarriage) {
      throw new ConfigError(`dual_carriage not compatible with '${name}' kinematics system`);
    }
    return kin;
  }

  /** Rails with a stepper that moves when `axis` ("x", "y" or "z") does. */
  getActiveRailsForAxis(axis: "x" | "y" | "z"): PrinterRail[] {
    return (this.kin.rails ?? []).filter((rail) => rail.getSteppers().some((stepper) => stepper.isActiveAxis(axis)));
  }

  // ── Print time and flushing ───────────────────────────────────────────────────────────────────

  /** Generates and hands out the steps up to `flushTime`. */
  private advanceFlushTime(flushTime: number): void {
    flushTime = Math.max(flushTime, this.lastFlushTime);
    const wanted = Math.min(flushTime + STEPCOMPRESS_FLUSH_TIME, this.printTime - this.kinFlushDelay);
    const stepGenTime = Math.max(wanted, flushTime);
    for (const generate of this.stepGenerators) generate(stepGenTime);
    this.minRestartTime = Math.max(this.minRestartTime, stepGenTime);
    const clearHistoryTime = this.canPause ? this.clearHistoryTime : flushTime - MOVE_HISTORY_EXPIRE;
    const freeTime = stepGenTime - this.kinFlushDelay;
    for (const trapq of this.flushTrapqs) trapq.finalizeMoves(freeTime, clearHistoryTime);
    for (const mcu of this.allMcus) mcu.flushMoves(flushTime, clearHistoryTime);
    this.lastFlushTime = flushTime;
  }

  /** Moves print time on to `nextPrintTime`, flushing in slices so that no step batch gets large. */
  private advanceMoveTime(nextPrintTime: number): void {
    const delay = this.kinFlushDelay + STEPCOMPRESS_FLUSH_TIME;
    let flushTime = Math.max(this.lastFlushTime, this.printTime - delay);
    this.printTime = Math.max(this.printTime, nextPrintTime);
    const wanted = Math.max(flushTime, this.printTime - delay);
    do {
      flushTime = Math.min(flushTime + MOVE_BATCH_TIME, wanted);
      this.advanceFlushTime(flushTime);
    } while (flushTime < wanted);
  }

  /** Puts print time far enough ahead of the micro-controller for a new stretch of moves. */
  private calcPrintTime(): void {
    const curTime = this.reactor.monotonic();
    const estPrintTime = this.mcu.estimatedPrintTime(curTime);
    const kinTime = Math.max(estPrintTime + MIN_KIN_TIME, this.minRestartTime) + this.kinFlushDelay;
    const minPrintTime = Math.max(estPrintTime + BUFFER_TIME_START, kinTime);
    if (minPrintTime > this.printTime) {
      this.printTime = minPrintTime;
      this.printer.sendEvent("toolhead:sync_print_time", curTime, estPrintTime, minPrintTime);
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
    this.advanceMoveTime(moveTime);
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
    this.advanceFlushTime(this.stepGenTime);
    this.minRestartTime = Math.max(this.minRestartTime, this.printTime);
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
        const endFlush = this.needFlushTime + extraTime;
        if (this.lastFlushTime >= endFlush) {
          this.doKickFlushTimer = true;
          return this.reactor.NEVER;
        }
        const bufferTime = this.lastFlushTime - estPrintTime;
        if (bufferTime > BGFLUSH_LOW_TIME) return eventTime + bufferTime - BGFLUSH_LOW_TIME;
        this.advanceFlushTime(Math.min(endFlush, estPrintTime + BGFLUSH_LOW_TIME + BGFLUSH_BATCH_TIME));
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
    this.advanceMoveTime(this.getLastMoveTime() + Math.max(0, delay));
    return this.checkPause();
  }

  /** Waits until the micro-controllers have done everything queued so far. */
  async waitMoves(): Promise<void> {
    this.flushLookahead();
    let eventTime = this.reactor.monotonic();
    while (this.specialQueuingState === "" || this.printTime >= this.mcu.estimatedPrintTime(eventTime)) {
      if (!this.canPause) break;
      eventTime = await this.reactor.pause(eventTime + 0.1);
    }
  }

  // ── Extruder and extra axes ───────────────────────────────────────────────────────────────────

  setExtruder(extruder: ToolheadAxis, extrudePos: number): void {
    this.dropTrapq(this.extraAxes[0]!.getTrapq());
    this.extraAxes[0] = extruder;
    this.commandedPos[3] = extrudePos;
    this.keepTrapq(extruder.getTrapq());
  }

  getExtruder(): ToolheadAxis {
    return this.extraAxes[0]!;
  }

  addExtraAxis(axis: ToolheadAxis, axisPos: number): void {
    this.flushLookahead();
    this.extraAxes.push(axis);
    this.commandedPos.push(axisPos);
    this.keepTrapq(axis.getTrapq());
    this.printer.sendEvent("toolhead:update_extra_axes");
  }

  removeExtraAxis(axis: ToolheadAxis): void {
    this.flushLookahead();
    const index = this.extraAxes.indexOf(axis);
    if (index < 0) return;
    this.dropTrapq(axis.getTrapq());
    this.commandedPos.splice(index + 3, 1);
    this.extraAxes.splice(index, 1);
    this.printer.sendEvent("toolhead:update_extra_axes");
  }

  getExtraAxes(): (ToolheadAxis | null)[] {
    return [null, null, null, ...this.extraAxes];
  }

  private keepTrapq(trapq: Trapq | null): void {
    if (trapq !== null) this.flushTrapqs.push(trapq);
  }

  private dropTrapq(trapq: Trapq | null): void {
    const index = trapq === null ? -1 : this.flushTrapqs.indexOf(trapq);
    if (index >= 0) this.flushTrapqs.splice(index, 1);
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
    const flushDelay = DRIP_TIME + STEPCOMPRESS_FLUSH_TIME + this.kinFlushDelay;
    while (this.printTime < nextPrintTime && !dripCompletion.test()) {
      const curTime = this.reactor.monotonic();
      const waitTime = this.printTime - this.mcu.estimatedPrintTime(curTime) - flushDelay;
      if (waitTime > 0 && this.canPause) {
        await dripCompletion.wait(curTime + waitTime);
        continue;
      }
      const sliceEnd = Math.min(this.printTime + DRIP_SEGMENT_TIME, nextPrintTime);
      this.noteMcuMovequeueActivity(sliceEnd + this.kinFlushDelay, { setStepGenTime: true });
      for (const stepper of addStepper) stepper.generateSteps(sliceEnd);
      this.advanceMoveTime(sliceEnd);
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
    this.clearHistoryTime = estPrintTime - MOVE_HISTORY_EXPIRE;
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
    this.stepGenerators.push(handler);
  }

  unregisterStepGenerator(handler: StepGenerator): void {
    const index = this.stepGenerators.indexOf(handler);
    if (index >= 0) this.stepGenerators.splice(index, 1);
  }

  /** Widens (or, with `oldDelay`, changes) the time, s, around each step that a solver looks at. */
  noteStepGenerationScanTime(delay: number, options: { oldDelay?: number } = {}): void {
    const oldDelay = options.oldDelay ?? 0;
    this.flushStepGeneration();
    if (oldDelay) this.kinFlushTimes.splice(this.kinFlushTimes.indexOf(oldDelay), 1);
    if (delay) this.kinFlushTimes.push(delay);
    this.kinFlushDelay = Math.max(SDS_CHECK_TIME, ...this.kinFlushTimes);
  }

  /** Calls back with the print time of the end of the last queued move, once it is planned. */
  registerLookaheadCallback(callback: LookaheadCallback): void {
    const lastMove = this.lookahead.getLast();
    if (lastMove === null) callback(this.getLastMoveTime());
    else lastMove.timingCallbacks.push(callback);
  }

  /** Something was queued for `mqTime`: the flush timer must reach it. */
  noteMcuMovequeueActivity(mqTime: number, options: { setStepGenTime?: boolean } = {}): void {
    this.needFlushTime = Math.max(this.needFlushTime, mqTime);
    if (options.setStepGenTime === true) this.stepGenTime = Math.max(this.stepGenTime, mqTime);
    if (this.doKickFlushTimer) {
      this.doKickFlushTimer = false;
      this.reactor.updateTimer(this.flushTimer, this.reactor.NOW);
    }
  }

  /** [mm/s, mm/s²]. */
  getMaxVelocity(): [number, number] {
    return [this.maxVelocity, this.maxAccel];
  }

  /** Call after a change of maxAccel, minCruiseRatio or squareCornerVelocity. */
  calcJunctionDeviation(): void {
    const scv2 = this.squareCornerVelocity * this.squareCornerVelocity;
    this.junctionDeviation = (scv2 * (Math.sqrt(2) - 1)) / this.maxAccel;
    this.maxAccelToDecel = this.maxAccel * (1 - this.minCruiseRatio);
  }

  setAccel(accel: number): void {
    this.maxAccel = accel;
    this.calcJunctionDeviation();
  }

  resetAccel(): void {
    this.setAccel(this.origCfg["max_accel"]!);
  }
}
