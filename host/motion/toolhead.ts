/**
 * Object `toolhead`: requests to move become moves (look-ahead), moves get their print times (trapq), and steps
 * of them go to the micro-controllers in time.
 *
 * This file puts four parts together and is what others see of them:
 * `LookAheadQueue` chooses speeds; `InputPacing` holds back whoever queues too much, and knows whether a stretch of moves
 * runs; `StepPipeline` generates and sends; `BackgroundFlush` sends what nobody waits for.
 * Times in s, print time unless said otherwise; positions mm.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { Mcu } from "../mcu/mcu.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import type { Reactor } from "../reactor/reactor.js";
import { Trapq } from "../steps/trapq.js";
import { BackgroundFlush } from "./background-flush.js";
import { Coord } from "./coord.js";
import { DummyExtruder } from "./dummy-extruder.js";
import { formatFixed } from "./format-fixed.js";
import { HIGH_LEAD, InputPacing, type QueuingEvent, type QueuingState } from "./input-pacing.js";
import { loadKinematics } from "./kinematics/index.js";
import { LookAheadQueue } from "./lookahead.js";
import { Move, type LookaheadCallback } from "./move.js";
import { dangerOptions, type Gcode, type MaybePromise } from "./ports.js";
import type { PrinterRail } from "./rail.js";
import { StepPipeline, type StepGenerator } from "./step-pipeline.js";
import type { Kinematics, Toolhead, ToolheadAxis } from "./surface.js";
import { AXIS_LIMITS, registerToolheadCommands } from "./toolhead-commands.js";
import { VelocityLimits } from "./velocity-limits.js";

/** Modules that every printer with a toolhead has. */
const DEFAULT_MODULES = ["gcode_move", "homing", "idle_timeout", "statistics", "manual_probe", "tuning_tower", "garbage_collection"];
/** Index of the first extra axis, the extruder, in a coordinate. */
const FIRST_EXTRA = 3;
/** Piece of a drip move that goes out at once. */
const DRIP_PIECE = 0.05;
const WAIT_POLL = 0.1;
/** A toolhead that stands still for longer has nothing to say in the statistics. */
const IDLE_AFTER = 60;

export class ToolHead extends VelocityLimits implements Toolhead {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly allMcus: Mcu[];
  readonly mcu: Mcu;
  readonly Coord = Coord;
  readonly lookahead = new LookAheadQueue();
  /** Where the last queued move ends: x, y, z, e, extra axes; mm. */
  readonly commandedPos: number[] = [0, 0, 0, 0];
  canPause: boolean;
  /** As in Kalico's batch output, M400 flushes the queue and does not wait for the machine (start argument `batch_input`). */
  readonly batchInput: boolean;
  readonly trapq = new Trapq();
  readonly extraAxes: ToolheadAxis[];
  readonly kin: Kinematics;
  private readonly pipeline: StepPipeline;
  private readonly pacing: InputPacing;
  private readonly background: BackgroundFlush;

  constructor(config: ConfigSection) {
    super(config);
    const printer = config.getPrinter();
    const reactor = printer.getReactor();
    this.printer = printer;
    this.reactor = reactor;
    this.allMcus = printer.lookupObjects("mcu").map(([, mcu]) => mcu as Mcu);
    this.mcu = this.allMcus[0]!;
    this.canPause = !this.mcu.isFileoutput();
    this.batchInput = printer.getStartArgs()["batch_input"] === true;
    const canPause = (): boolean => this.canPause;
    const mcuTime = (eventTime: number): number => this.mcu.estimatedPrintTime(eventTime);
    this.pipeline = new StepPipeline(this.allMcus, canPause);
    this.pipeline.exchangeTrapq(null, this.trapq);
    this.pacing = new InputPacing(reactor, { printTime: () => this.printTime, mcuTime, canPause }, () => this.endPriming());
    this.background = new BackgroundFlush(reactor, this.pipeline, {
      mcuTime,
      runningLead: (time) => (this.pacing.running ? this.printTime - time : null),
      runDown: () => this.runDown(),
      extraTime: () => dangerOptions(printer).bgflushExtraTime,
    }, (error) => this.shutdownFor("Exception in flush_handler", error));
    this.lookahead.setFlushTime(HIGH_LEAD);
    this.extraAxes = [new DummyExtruder(printer)];
    this.kin = loadKinematics(this, config);
    for (const [key, option] of Object.entries(AXIS_LIMITS)) {
      const value = (this.kin as unknown as Record<string, unknown>)[key];
      if (typeof value === "number") this.origCfg[option] = value;
    }
    registerToolheadCommands(this, printer.lookupObject<Gcode>("gcode"));
    printer.registerEventHandler("klippy:shutdown", () => {
      this.canPause = false;
      this.lookahead.reset();
    });
    for (const name of DEFAULT_MODULES) printer.loadObject(config, name);
  }

  // ── What the parts show ───────────────────────────────────────────────────────────────────────

  /** End of what is planned. */
  get printTime(): number {
    return this.pipeline.times.planned;
  }

  /** End of what was sent. */
  get lastFlushTime(): number {
    return this.pipeline.times.sent;
  }

  /** Scan window of the step solvers on either side of a step. */
  get kinFlushDelay(): number {
    return this.pipeline.times.window;
  }

  get specialQueuingState(): QueuingState {
    return this.pacing.state;
  }

  /** How often moves came too late to keep the toolhead moving. */
  get printStall(): number {
    return this.pacing.stalls;
  }

  // ── From queued moves to print time ───────────────────────────────────────────────────────────

  /** Times the moves whose speeds are settled (`lazy`) or all of them, and sends what this makes sendable. */
  private plan(lazy: boolean): void {
    const moves = this.lookahead.flush(lazy);
    if (moves.length === 0) return;
    if (this.pacing.enter("timed")) this.startStretch();
    const end = this.timeMoves(moves);
    this.wantSteps(end);
    this.pipeline.extend(end);
  }

  /** Lays moves one behind the other from the end of what is planned; returns their end. */
  private timeMoves(moves: readonly Move[]): number {
    let start = this.printTime;
    for (const move of moves) {
      this.place(move, start);
      start = start + move.accelT + move.cruiseT + move.decelT;
      for (const callback of move.timingCallbacks) callback(start);
    }
    return start;
  }

  private place(move: Move, start: number): void {
    if (move.isKinematicMove) {
      const [x, y, z] = move.startPos;
      const [rx, ry, rz] = move.axesR;
      const { accelT, cruiseT, decelT, startV, cruiseV, accel } = move;
      this.trapq.append(start, accelT, cruiseT, decelT, x!, y!, z!, rx!, ry!, rz!, startV, cruiseV, accel);
    }
    this.forMovedAxes(move, (axis, index) => axis.processMove!(start, move, index));
  }

  private forMovedAxes(move: Move, visit: (axis: ToolheadAxis, index: number) => void): void {
    for (let i = 0; i < this.extraAxes.length; i++) {
      if (move.axesD[FIRST_EXTRA + i]) visit(this.extraAxes[i]!, FIRST_EXTRA + i);
    }
  }

  /** Puts the end of what is planned far enough ahead of the micro-controller to go on from there. */
  private startStretch(): void {
    const eventTime = this.reactor.monotonic();
    const mcuTime = this.mcu.estimatedPrintTime(eventTime);
    const { times } = this.pipeline;
    const start = times.stretchStart(mcuTime);
    if (start === times.planned) return;
    times.planned = start;
    this.printer.sendEvent("toolhead:sync_print_time", eventTime, mcuTime, start);
  }

  /** Plans everything queued to a standstill; what comes then is a new stretch. */
  private endStretch(): void {
    this.plan(false);
    this.leaveRunning("stop");
  }

  /** The next moves wait in the look-ahead for longer, since nothing runs that they would hold up. */
  private leaveRunning(event: Extract<QueuingEvent, "stop" | "drip">): void {
    this.pacing.enter(event);
    this.lookahead.setFlushTime(HIGH_LEAD);
  }

  /** No more moves came in time. */
  private endPriming(): void {
    try {
      this.endStretch();
      this.pacing.noteRunDown();
    } catch (error) {
      this.shutdownFor("Exception in priming_handler", error);
    }
  }

  private runDown(): void {
    const before = this.printTime;
    this.endStretch();
    if (this.printTime !== before) this.pacing.noteRunDown();
  }

  private shutdownFor(message: string, error: unknown): void {
    this.printer.log("error", `${message}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    void this.printer.invokeShutdown(message);
  }

  private wantSteps(end: number): void {
    this.noteMcuMovequeueActivity(end + this.kinFlushDelay, { setStepGenTime: true });
  }

  /** Plans everything queued and generates all of its steps. Brings the toolhead to a stop. */
  flushStepGeneration(): void {
    this.endStretch();
    this.pipeline.sendAll();
  }

  /** Print time of the end of the last move. Plans everything queued: brings the toolhead to a stop. */
  getLastMoveTime(): number {
    if (this.pacing.running) {
      this.plan(false);
    } else {
      this.endStretch();
      this.startStretch();
    }
    return this.printTime;
  }

  // ── Moving ────────────────────────────────────────────────────────────────────────────────────

  getPosition(): number[] {
    return this.commandedPos.slice();
  }

  /** Declares the toolhead to be at `newPos` (x, y, z in mm) and the named axes, as in "xy", to be homed. */
  setPosition(newPos: readonly number[], homing: string | { homingAxes?: string } = ""): void {
    const homingAxes = typeof homing === "string" ? homing : (homing.homingAxes ?? "");
    const [x, y, z] = newPos as [number, number, number];
    this.flushStepGeneration();
    this.trapq.setPosition(this.printTime, x, y, z);
    this.commandedPos.splice(0, FIRST_EXTRA, x, y, z);
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
    this.forMovedAxes(move, (axis, index) => axis.checkMove(move, index));
    if (this.enqueue(move)) this.plan(true);
    if (this.pacing.needsAdmission()) return this.pacing.admit();
  }

  /** True when so many moves are queued that some should be planned. */
  private enqueue(move: Move): boolean {
    this.commandedPos.splice(0, this.commandedPos.length, ...move.endPos);
    return this.lookahead.addMove(move);
  }

  /** Like `move`, outside of g-code coordinates; `null` keeps an axis where it is. */
  manualMove(coord: readonly (number | null | undefined)[], speed: number): MaybePromise {
    const target = this.getPosition();
    for (const [axis, value] of coord.entries()) if (typeof value === "number") target[axis] = value;
    const notify = (): void => void this.printer.sendEvent("toolhead:manual_move");
    const pause = this.move(target, speed);
    return pause === undefined ? notify() : pause.then(notify);
  }

  /** Stops for `delay` seconds after the last move. */
  dwell(delay: number): MaybePromise {
    this.pipeline.extend(this.getLastMoveTime() + Math.max(0, delay));
    return this.pacing.admit();
  }

  /** Waits until the micro-controllers have done everything queued so far. */
  async waitMoves(): Promise<void> {
    this.endStretch();
    let eventTime = this.reactor.monotonic();
    const isMoving = (): boolean => this.pacing.running || this.mcu.estimatedPrintTime(eventTime) <= this.printTime;
    while (this.canPause && !this.batchInput && isMoving()) eventTime = await this.reactor.pause(eventTime + WAIT_POLL);
  }

  /** Moves towards `newPos` (mm) at `speed` mm/s until there or until `dripCompletion` is done. */
  async dripMove(newPos: readonly number[], speed: number, dripCompletion: Completion<unknown>): Promise<void> {
    const target = [...newPos.slice(0, FIRST_EXTRA), ...this.commandedPos.slice(FIRST_EXTRA)];
    const move = new Move(this, this.commandedPos, target, speed);
    if (move.moveD !== 0) this.kin.checkMove(move);
    // The endstop's start time has to pass before the first step.
    await this.dwell(this.kinFlushDelay);
    this.plan(false);
    if (move.moveD !== 0) this.enqueue(move);
    const moves = this.lookahead.flush();
    this.startStretch();
    const end = this.timeMoves(moves);
    this.lookahead.reset();
    await this.dripUpdateTime(end, dripCompletion);
    // What was not stepped is dropped.
    this.trapq.finalizeMoves(this.reactor.NEVER, 0);
  }

  /** Runs print time up to `nextPrintTime` in small pieces close to real time, until `dripCompletion` is done. */
  async dripUpdateTime(
    nextPrintTime: number,
    dripCompletion: Completion<unknown>,
    addStepper: readonly { generateSteps: StepGenerator }[] = [],
  ): Promise<void> {
    const { times } = this.pipeline;
    this.leaveRunning("drip");
    this.background.hold();
    while (times.planned < nextPrintTime && !dripCompletion.test()) {
      const eventTime = this.reactor.monotonic();
      const wait = times.untilDrip(this.mcu.estimatedPrintTime(eventTime));
      if (wait > 0 && this.canPause) {
        await dripCompletion.wait(eventTime + wait);
      } else {
        const end = Math.min(times.planned + DRIP_PIECE, nextPrintTime);
        this.wantSteps(end);
        for (const stepper of addStepper) stepper.generateSteps(end);
        this.pipeline.extend(end);
      }
    }
    this.background.release();
    this.flushStepGeneration();
  }

  // ── Axes and generators ───────────────────────────────────────────────────────────────────────

  /** Makes `extruder` the axis E, which stands at `extrudePos` mm. */
  setExtruder(extruder: ToolheadAxis, extrudePos: number): void {
    this.pipeline.exchangeTrapq(this.getExtruder().getTrapq(), extruder.getTrapq());
    this.extraAxes[0] = extruder;
    this.commandedPos[FIRST_EXTRA] = extrudePos;
  }

  getExtruder(): ToolheadAxis {
    return this.extraAxes[0]!;
  }

  addExtraAxis(axis: ToolheadAxis, axisPos: number): void {
    this.endStretch();
    this.pipeline.exchangeTrapq(null, axis.getTrapq());
    this.extraAxes.push(axis);
    this.commandedPos.push(axisPos);
    this.printer.sendEvent("toolhead:update_extra_axes");
  }

  removeExtraAxis(axis: ToolheadAxis): void {
    this.endStretch();
    const at = this.extraAxes.indexOf(axis);
    if (at < 0) return;
    this.pipeline.exchangeTrapq(axis.getTrapq(), null);
    this.extraAxes.splice(at, 1);
    this.commandedPos.splice(FIRST_EXTRA + at, 1);
    this.printer.sendEvent("toolhead:update_extra_axes");
  }

  /** Axes by their index in a coordinate; x, y and z are null. */
  getExtraAxes(): (ToolheadAxis | null)[] {
    return [...Array.from({ length: FIRST_EXTRA }, () => null), ...this.extraAxes];
  }

  registerStepGenerator(handler: StepGenerator): void {
    this.pipeline.generators.add(handler);
  }

  unregisterStepGenerator(handler: StepGenerator): void {
    this.pipeline.generators.delete(handler);
  }

  /** Widens (or, with `oldDelay`, changes) the time around each step that a solver looks at. */
  noteStepGenerationScanTime(delay: number, options: { oldDelay?: number } = {}): void {
    this.flushStepGeneration();
    this.pipeline.times.exchangeWindow(options.oldDelay ?? 0, delay);
  }

  /** Calls back with the print time of the end of the last queued move, once it is planned. */
  registerLookaheadCallback(callback: LookaheadCallback): void {
    const last = this.lookahead.getLast();
    if (last !== null) last.timingCallbacks.push(callback);
    else callback(this.getLastMoveTime());
  }

  /** Something was queued for `mqTime`: the background must send it. */
  noteMcuMovequeueActivity(mqTime: number, options: { setStepGenTime?: boolean } = {}): void {
    this.pipeline.times.want(mqTime, options.setStepGenTime ?? false);
    this.background.wake();
  }

  getKinematics(): Kinematics {
    return this.kin;
  }

  getTrapq(): Trapq {
    return this.trapq;
  }

  /** Rails with a stepper that moves when `axis` ("x", "y" or "z") does. */
  getActiveRailsForAxis(axis: "x" | "y" | "z"): PrinterRail[] {
    return (this.kin.rails ?? []).filter((rail) => rail.getSteppers().some((stepper) => stepper.isActiveAxis(axis)));
  }

  // ── Reports ───────────────────────────────────────────────────────────────────────────────────

  stats(eventTime: number): [boolean, string] {
    const { planned, sent } = this.pipeline.times;
    for (const mcu of this.allMcus) mcu.checkActive(Math.max(planned, sent), eventTime);
    const mcuTime = this.mcu.estimatedPrintTime(eventTime);
    this.pipeline.expireHistory(mcuTime);
    const lead = planned - mcuTime;
    const shownLead = this.pacing.state === "Drip" ? 0 : Math.max(lead, 0);
    const text = `print_time=${formatFixed(planned, 3)} buffer_time=${formatFixed(shownLead, 3)} print_stall=${this.printStall}`;
    return [this.pacing.running || lead > -IDLE_AFTER, text];
  }

  /** [print time, estimated print time of the micro-controller at `eventTime`, is the look-ahead empty]. */
  checkBusy(eventTime: number): [number, number, boolean] {
    return [this.printTime, this.mcu.estimatedPrintTime(eventTime), this.lookahead.getLast() === null];
  }

  getStatus(eventTime: number): Record<string, unknown> {
    const [x, y, z, e] = this.commandedPos;
    return {
      ...this.kin.getStatus(eventTime),
      print_time: this.printTime,
      stalls: this.printStall,
      estimated_print_time: this.mcu.estimatedPrintTime(eventTime),
      extruder: this.getExtruder().getName(),
      position: new Coord(x, y, z, e),
      max_velocity: this.maxVelocity,
      max_accel: this.maxAccel,
      minimum_cruise_ratio: this.minCruiseRatio,
      square_corner_velocity: this.squareCornerVelocity,
    };
  }
}
