/**
 * Stepper in closed form: rows of steps are kept as rows; since moves chain without gaps, the clock of every step is known when its
 * row is queued, and nothing runs per step. Rows go to the trace when their last step is past, cut short when a trigger stops the
 * stepper. A node of the move pool is freed when the firmware would load its row, at the end of the row before.
 *
 * The step paths of the firmware: "edge" and "avr" take one event per step and check nothing; "full" takes a step and an unstep event,
 * pushes steps back that follow too closely, and shuts down when a new row lies too far back; "single" is full with one edge per step.
 */
import { clock32Of, clock64Near, NEVER_CLOCK } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type TrsyncSignal } from "./feature.js";
import type { Level, RowVisitor, Step, StepSource, StepsAround } from "./gpio.js";
import { shortestInterval, stepOffset, StepRows, stepsWithin } from "./step-rows.js";
import type { StepColumns } from "../trace/mcu-trace.js";

export type StepPath = "edge" | "avr" | "full" | "single";

/** How far a new row may lie before the earliest step that it could take. */
const TOO_FAR_US = 1000;
const MAX_INTERVAL = 0x80000000;

export class Stepper implements StepSource {
  readonly oid: number;
  readonly stepPin: string;
  readonly dirPin: string;
  readonly path: StepPath;
  readonly signal: TrsyncSignal = { func: undefined };
  private readonly pulseTicks: number;
  private readonly ctx: FirmwareContext;
  private readonly dirPinNumber: number;
  private readonly rows = new StepRows();
  private readonly columns: StepColumns;
  /** Rows already loaded, counted from index 0. */
  private loaded = 0;
  /** Net steps of the rows that have left the queue. */
  private settledPosition = 0;
  /** The last of their steps. */
  private settledLast: Step | undefined;
  /** 32 bit clock that the next row of an idle stepper counts from. */
  private referenceClock32 = 0;
  /** Nominal 64 bit clock of the last queued step; valid while rows are queued. */
  private nominalEnd = 0;
  /** Clock until which the stepper counts as active: the event that finds its queue empty. */
  private activeUntil = -1;
  private nextDir: Level = 0;
  private lastDir: Level = 0;
  needReset = false;
  private failure = "";
  private readonly failTimer: FirmwareTimer;
  /** Steps of all rows that have left the queue; monotone. */
  private settledSteps = 0;
  /** Highest step rate of the queued rows, in steps per tick, since the stepper was last idle. */
  peakRate = 0;

  constructor(oid: number, stepPin: number, dirPin: number, path: StepPath, pulseTicks: number, ctx: FirmwareContext) {
    this.oid = oid;
    this.stepPin = ctx.gpio.nameOf(stepPin);
    this.dirPin = ctx.gpio.nameOf(dirPin);
    this.dirPinNumber = dirPin;
    this.path = path;
    this.pulseTicks = pulseTicks;
    this.ctx = ctx;
    this.columns = ctx.trace.stepsOf(oid);
    this.failTimer = new FirmwareTimer(() => ctx.shutdown(this.failure));
  }

  // --- commands ------------------------------------------------------------------------------------------------

  setNextDir(dir: number): void { this.nextDir = dir ? 1 : 0; }

  /** @throws shutdown "Can't reset time when stepper active" */
  resetClock(clock32: number): void {
    if (this.isActive()) this.ctx.shutdown("Can't reset time when stepper active");
    this.referenceClock32 = clock32;
    this.needReset = false;
  }

  /** Queues a row; the caller has taken its node from the pool. Returns the clock of its first step, NaN when it is discarded. */
  queue(interval: number, count: number, add: number): number {
    const now = this.ctx.now;
    this.settle(now);
    if (this.isActive()) return this.chain(interval, count, add);
    if (this.needReset) {
      this.ctx.moveFree();
      return Number.NaN;
    }
    this.peakRate = 0;
    this.lastDir = this.nextDir;
    const first = clock64Near((this.referenceClock32 + interval) >>> 0, now);
    if (first < now) {
      this.ctx.moveFree();
      this.ctx.tryShutdown("Timer too close");
    }
    this.append(now, first, first, interval, count, add, false);
    return first;
  }

  /** Stops at once, as a trigger or a shutdown does: what is queued is lost, and steps are refused until the clock is reset. */
  stop(): void {
    const now = this.ctx.now;
    this.settle(now);
    const rows = this.rows;
    let dropped = 0;
    for (let i = this.loaded; i < rows.length; i++) if (rows.freesNode(i)) dropped++;
    if (dropped > 0) this.ctx.moveFree(dropped);
    if (rows.length > 0) {
      const done = stepsWithin(now - rows.first(0), rows.interval(0), rows.add(0), rows.count(0));
      if (done > 0) this.retire(done);
    }
    rows.clear();
    this.loaded = 0;
    this.activeUntil = -1;
    this.referenceClock32 = 0;
    this.nextDir = this.lastDir = 0;
    this.needReset = true;
    this.peakRate = 0;
    this.ctx.delTimer(this.failTimer);
    this.ctx.gpio.write(this.dirPinNumber, 0);
    this.ctx.gpio.stepsChanged(this);
  }

  // --- what others may ask ---------------------------------------------------------------------------------------

  isActive(): boolean { return this.activeUntil > this.ctx.now; }

  positionAt(clock: number): number {
    const rows = this.rows;
    let position = this.settledPosition;
    for (let i = 0; i < rows.length && rows.first(i) <= clock; i++) {
      const done = clock >= rows.last(i) ? rows.count(i) : stepsWithin(clock - rows.first(i), rows.interval(i), rows.add(i), rows.count(i));
      position += rows.dir(i) ? done : -done;
    }
    return position;
  }

  stepsAround(clock: number): StepsAround {
    const rows = this.rows;
    let position = this.settledPosition, last = this.settledLast;
    for (let i = 0; i < rows.length; i++) {
      const first = rows.first(i), count = rows.count(i), sign = rows.dir(i) ? 1 : -1;
      const step = (k: number): Step => ({ clock: first + stepOffset(k, rows.interval(i), rows.add(i)), sign });
      const done = stepsWithin(clock - first, rows.interval(i), rows.add(i), count);
      position += sign * done;
      if (done > 0) last = step(done - 1);
      if (done < count) return { position, last, next: step(done) };
    }
    return { position, last, next: undefined };
  }

  /** Steps done up to and including `clock`, in either direction. */
  stepsDoneAt(clock: number): number {
    const rows = this.rows;
    let steps = this.settledSteps;
    for (let i = 0; i < rows.length && rows.first(i) <= clock; i++) {
      steps += clock >= rows.last(i) ? rows.count(i) : stepsWithin(clock - rows.first(i), rows.interval(i), rows.add(i), rows.count(i));
    }
    return steps;
  }

  clockOfPosition(position: number, clock: number): number {
    const rows = this.rows;
    let before = this.settledPosition;
    for (let i = 0; i < rows.length; i++) {
      const count = rows.count(i);
      const sign = rows.dir(i) ? 1 : -1;
      const nth = (position - before) * sign;
      before += sign * count;
      if (rows.last(i) <= clock || nth < 1 || nth > count) continue;
      const at = rows.first(i) + stepOffset(nth - 1, rows.interval(i), rows.add(i));
      if (at > clock) return at;
    }
    return NEVER_CLOCK;
  }

  eachRow(clock: number, visit: RowVisitor): void {
    const rows = this.rows;
    for (let i = 0; i < rows.length; i++) {
      if (rows.last(i) <= clock) continue;
      if (visit(rows.first(i), rows.interval(i), rows.add(i), rows.count(i), rows.dir(i)) === true) return;
    }
  }

  /** Looks for the highest rate again, now that rows have left the queue. */
  reviewPeakRate(): void {
    this.settle(this.ctx.now);
    const rows = this.rows;
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < rows.length; i++) shortest = Math.min(shortest, shortestInterval(rows.interval(i), rows.add(i), rows.count(i)));
    this.peakRate = 1 / Math.max(1, shortest);
  }

  /** Moves rows whose last step is past to the trace and frees the nodes of rows that were loaded. */
  settle(now: number): void {
    const rows = this.rows;
    let freed = 0;
    while (this.loaded < rows.length && rows.load(this.loaded) <= now) {
      if (rows.freesNode(this.loaded)) freed++;
      this.loaded++;
    }
    while (rows.length > 0 && rows.last(0) <= now) this.retire(rows.count(0));
    if (freed > 0) this.ctx.moveFree(freed);
  }

  /** Takes the oldest row off the queue; `done` of its steps were taken. */
  private retire(done: number): void {
    const rows = this.rows;
    const dir = rows.dir(0);
    this.columns.push(rows.first(0), rows.interval(0), done, rows.add(0), dir);
    if (done > 0) this.settledLast = { clock: rows.first(0) + stepOffset(done - 1, rows.interval(0), rows.add(0)), sign: dir ? 1 : -1 };
    this.settledPosition += dir ? done : -done;
    this.settledSteps += done;
    rows.shift();
    if (this.loaded > 0) this.loaded--;
  }

  // --- chaining ----------------------------------------------------------------------------------------------------

  /** Appends a row to a stepper that is stepping. */
  private chain(interval: number, count: number, add: number): number {
    const load = this.activeUntil;
    const turn = this.lastDir !== this.nextDir;
    this.lastDir = this.nextDir;
    const nominal = this.nominalEnd + interval;
    let first = nominal;
    if (interval >= MAX_INTERVAL) {
      // The firmware compares signed: so far ahead is the past, and the timer runs without end.
      this.fail(load, "Rescheduled timer in the past");
    } else if (this.path === "full" || this.path === "single") {
      const earliest = load + this.pulseTicks;
      if (nominal < earliest) {
        if (nominal - earliest < -this.ctx.ticksFromUs(TOO_FAR_US)) this.fail(load, "Stepper too far in past");
        first = earliest;
      }
      if (turn) first = Math.max(first, load + (this.path === "single" ? 2 : 1) * this.pulseTicks);
    }
    this.append(load, first, nominal, interval, count, add, true);
    return first;
  }

  /** Puts a row whose first step is known into the queue. @param chained whether its first interval is a distance between steps */
  private append(load: number, first: number, nominal: number, interval: number, count: number, add: number, chained: boolean): void {
    const within = count < 2 ? Number.POSITIVE_INFINITY : shortestInterval(interval + add, add, count - 1);
    const spacing = this.path === "full" ? 2 * this.pulseTicks : this.path === "single" ? this.pulseTicks : 0;
    const span = stepOffset(count - 1, interval, add);
    if (within < 0) {
      this.appendUntilItTurnsBack(load, first, interval, count, add);
    } else if (first === nominal && within >= spacing) {
      this.rows.push(load, first, first + span, interval, count, add, this.lastDir, true);
      this.setEnd(first + span, nominal + span);
    } else {
      this.appendPushedBack(load, first, nominal, interval, count, add, spacing);
    }
    this.peakRate = Math.max(this.peakRate, 1 / Math.max(1, chained ? Math.min(within, interval) : within));
    this.ctx.gpio.stepsChanged(this);
  }

  private setEnd(last: number, nominal: number): void {
    this.nominalEnd = nominal;
    this.referenceClock32 = clock32Of(nominal);
    // An idle stepper is found idle by the event that takes the last step, or the unstep after it.
    this.activeUntil = this.path === "full" ? last + this.pulseTicks : last;
  }

  /** A row with steps that follow each other too closely: each waits for the pulse before it, so the row falls into pieces. */
  private appendPushedBack(load: number, first: number, nominal: number, interval: number, count: number, add: number, spacing: number): void {
    let wanted = nominal;
    let distance = interval;
    let pieceFirst = first;
    let previous = first;
    let pieceCount = 1;
    let pieceDistance = 0;
    let owns = true;
    const flush = (): void => {
      this.rows.push(owns ? load : pieceFirst, pieceFirst, previous, pieceDistance, pieceCount, 0, this.lastDir, owns);
      owns = false;
    };
    for (let k = 1; k < count; k++) {
      distance += add;
      wanted += distance;
      const at = Math.max(wanted, previous + spacing);
      if (pieceCount > 1 && at - previous !== pieceDistance) {
        flush();
        pieceFirst = at;
        pieceCount = 1;
      } else {
        pieceDistance = at - previous;
        pieceCount++;
      }
      previous = at;
    }
    flush();
    this.setEnd(previous, wanted);
  }

  /** A row whose interval becomes negative: it is taken as far as clocks go forward, then timers run in the past. */
  private appendUntilItTurnsBack(load: number, first: number, interval: number, count: number, add: number): void {
    let good = 1;
    while (good < count && interval + good * add >= 0) good++;
    const span = stepOffset(good - 1, interval, add);
    this.rows.push(load, first, first + span, interval, good, add, this.lastDir, true);
    this.setEnd(first + span, first + span);
    this.fail(first + span, "Rescheduled timer in the past");
  }

  /** Shuts down at a clock to come, unless the stepper is stopped before. */
  private fail(clock: number, reason: string): void {
    if (this.failTimer.heapIndex >= 0) return;
    this.failure = reason;
    this.failTimer.waketime = clock;
    this.ctx.addTimer(this.failTimer);
  }
}
