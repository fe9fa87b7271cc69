/**
 * Steps that wait to be packed into rows: takes them one by one or as pieces of constant acceleration, lets opposite steps that are
 * close together cancel, and packs what is left as late as the flushes allow.
 *
 * Waiting steps all have one direction: a step the other way first packs those before it. A row thus ends at a turn, at a
 * change of speed that no row can follow, or at the end of what is known when a flush asks for it.
 */
import { ClockRunSearch } from "./clock-run-search.js";
import { KnotSearch } from "./knot-search.js";
import { PieceTable } from "./piece-table.js";
import { FAR_TICKS, type RowOutput } from "./row-output.js";

/** Window in which two opposite steps cancel each other, s. */
export const STEP_DIR_STEP_SECONDS = 0.00075;
/** More single steps than this are packed although no flush asked for it. */
const MAX_WAITING = 65535 + 2000;
/** Rows are sought step by step up to this length, beyond it by knots. */
const SHORT_ROW = 40;

/** A piece of constant acceleration, as PieceTable.append takes it. */
interface HeldStep {
  origin: number;
  fraction: number;
  v: number;
  h4: number;
  distance: number;
  travel: number;
}

export class StepRun {
  /** Direction of the last step appended: 1 up, 0 down. */
  lastUp = 0;
  /** False: pieces are turned into single steps at once (the reference for the search by knots). */
  usePieces = true;

  private readonly output: RowOutput;
  private readonly clockSearch = new ClockRunSearch();
  private readonly pieces = new PieceTable();
  private readonly knotSearch = new KnotSearch(this.pieces);
  private clocks = new Float64Array(1024);
  private head = 0;
  private end = 0;
  /** The last step is kept apart until it is sure that the next one does not cancel it; -1 for none. */
  private pendingClock = -1;
  /** Where the pending step comes from, if from a piece. */
  private readonly held: HeldStep = { origin: 0, fraction: 0, v: 0, h4: 0, distance: 0, travel: 0 };
  private isHeld = false;
  /** Clocks of the table's steps from number windowFirst to windowEnd. */
  private readonly window = new Float64Array(4 * SHORT_ROW);
  private windowFirst = 0;
  private windowEnd = 0;
  private lastCount = 0;
  private maxErrorTicks = 0;
  private filterTicks = 0;

  constructor(output: RowOutput) {
    this.output = output;
  }

  setMcu(freq: number, maxErrorTicks: number): void {
    this.maxErrorTicks = maxErrorTicks;
    this.filterTicks = STEP_DIR_STEP_SECONDS * freq;
  }

  /** Appends a step; it and the pending one vanish if they are opposite and close together. */
  append(up: number, clock: number): void {
    if (this.cancels(up, clock)) return;
    this.pendingClock = clock;
    this.isHeld = false;
    this.lastUp = up;
  }

  /** Appends `count` steps of a piece; see PieceTable.append. */
  appendPiece(
    up: number, origin: number, fraction: number, v: number, h4: number, distance: number, travel: number, count: number,
  ): void {
    if (!this.usePieces || this.head < this.end) {
      for (let j = 0; j < count; j++) this.append(up, clockAt(origin, fraction, v, h4, distance + j, travel));
      return;
    }
    let first = distance;
    let left = count;
    if (this.pendingClock >= 0) {
      const clock = up === this.lastUp ? 0 : clockAt(origin, fraction, v, h4, distance, travel);
      if (this.cancels(up, clock)) {
        first++;
        left--;
        if (left === 0) return;
      }
    }
    if (left > 1) {
      this.turn(up);
      this.addPiece(origin, fraction, v, h4, first, travel, left - 1);
    }
    const { held } = this;
    held.origin = origin;
    held.fraction = fraction;
    held.v = v;
    held.h4 = h4;
    held.distance = first + left - 1;
    held.travel = travel;
    this.isHeld = true;
    this.pendingClock = clockAt(origin, fraction, v, h4, held.distance, travel);
    this.lastUp = up;
  }

  /** The stepper went on past the last step's full position: the step stays. */
  commit(): void {
    if (this.pendingClock < 0) return;
    this.turn(this.lastUp);
    if (this.isHeld && this.head === this.end) {
      const { held } = this;
      this.addPiece(held.origin, held.fraction, held.v, held.h4, held.distance, held.travel, 1);
    } else {
      this.pushClock(this.pendingClock);
    }
    this.pendingClock = -1;
  }

  /** Packs rows until the last step sent is at or after `clock`, or all are sent. */
  flush(clock: number): void {
    if (this.pendingClock >= 0 && clock >= this.pendingClock) this.commit();
    this.pack(clock);
  }

  /** Decides about the pending step when the next one comes; true if both vanish. */
  private cancels(up: number, clock: number): boolean {
    if (this.pendingClock < 0) return false;
    if (up !== this.lastUp && clock - this.pendingClock < this.filterTicks) {
      this.pendingClock = -1;
      this.lastUp = up;
      return true;
    }
    this.commit();
    return false;
  }

  private turn(up: number): void {
    if (this.output.points(up)) return;
    this.pack(Infinity);
    this.output.turn(up);
  }

  private addPiece(origin: number, fraction: number, v: number, h4: number, distance: number, travel: number, count: number): void {
    // An empty table numbers its steps anew.
    if (this.pieces.length === 0) this.windowFirst = this.windowEnd = 0;
    this.pieces.append(origin, fraction, v, h4, distance, travel, count);
  }

  private pushClock(clock: number): void {
    if (this.pieces.length > 0) this.expandPieces();
    if (this.end === this.clocks.length) this.makeRoom();
    this.clocks[this.end++] = clock;
    if (this.end - this.head > MAX_WAITING) this.packClocks(this.clocks[this.end - 65535]!);
  }

  /** Turns waiting pieces into single steps, so that a step without a piece can follow them. */
  private expandPieces(): void {
    const { pieces } = this;
    for (let step = pieces.first; step < pieces.end; step++) {
      if (this.end === this.clocks.length) this.makeRoom();
      this.clocks[this.end++] = pieces.clockOf(step);
    }
    pieces.consume(pieces.length);
  }

  private pack(clock: number): void {
    this.packPieces(clock);
    this.packClocks(clock);
  }

  private packClocks(clock: number): void {
    const { output, clockSearch } = this;
    while (this.head < this.end && output.lastStepClock < clock) {
      if (this.packFar(this.clocks[this.head]!)) {
        this.head++;
        continue;
      }
      clockSearch.search(this.clocks, this.head, this.end, output.lastStepClock, this.maxErrorTicks);
      output.row(clockSearch.interval, clockSearch.count, clockSearch.add);
      this.head += clockSearch.count;
    }
  }

  private packPieces(clock: number): void {
    const { output, pieces, knotSearch, clockSearch } = this;
    while (pieces.length > 0 && output.lastStepClock < clock) {
      if (this.packFar(pieces.clockOf(pieces.first))) {
        pieces.consume(1);
        continue;
      }
      if (this.lastCount < SHORT_ROW && this.searchWindow()) {
        this.lastCount = clockSearch.count;
        output.row(clockSearch.interval, clockSearch.count, clockSearch.add);
      } else if (knotSearch.search(pieces.length, output.lastStepClock, this.maxErrorTicks)) {
        this.lastCount = knotSearch.count;
        output.row(knotSearch.interval, knotSearch.count, knotSearch.add);
      } else {
        this.expandPieces();
        this.packClocks(clock);
        return;
      }
      pieces.consume(this.lastCount);
    }
  }

  /** Searches step by step among the next few steps; false if the row may be longer than these. */
  private searchWindow(): boolean {
    const { pieces, window } = this;
    const { first } = pieces;
    const steps = Math.min(pieces.length, SHORT_ROW);
    if (first < this.windowFirst || first >= this.windowEnd) {
      this.windowFirst = this.windowEnd = first;
    } else if (first + steps - this.windowFirst > window.length) {
      window.copyWithin(0, first - this.windowFirst, this.windowEnd - this.windowFirst);
      this.windowFirst = first;
    }
    while (this.windowEnd < first + steps) {
      window[this.windowEnd - this.windowFirst] = pieces.clockOf(this.windowEnd);
      this.windowEnd++;
    }
    const from = first - this.windowFirst;
    this.clockSearch.search(window, from, from + steps, this.output.lastStepClock, this.maxErrorTicks);
    return this.clockSearch.count < steps || steps === pieces.length;
  }

  /** Sends a step by itself that is far after the last one, or before it, which is refused. */
  private packFar(clock: number): boolean {
    const ticks = clock - this.output.lastStepClock;
    if (ticks >= 0 && ticks < FAR_TICKS) return false;
    this.output.row(ticks, 1, 0);
    return true;
  }

  private makeRoom(): void {
    const used = this.end - this.head;
    const capacity = used * 2 > this.clocks.length ? this.clocks.length * 2 : this.clocks.length;
    const clocks = new Float64Array(capacity);
    clocks.set(this.clocks.subarray(this.head, this.end));
    this.clocks = clocks;
    this.head = 0;
    this.end = used;
  }
}

/** Clock of the step at a distance from the start of a piece; the same as PieceTable.clockOf. */
function clockAt(origin: number, fraction: number, v: number, h4: number, distance: number, travel: number): number {
  const d = Math.max(0, Math.min(distance, travel));
  const w = Math.sqrt(Math.max(0, v * v + h4 * d));
  return origin + Math.floor((d === 0 ? 0 : (2 * d) / (v + w)) + fraction + 0.5);
}
