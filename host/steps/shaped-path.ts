/**
 * The shaped motion of a trapq as pieces of constant acceleration.
 *
 * An impulse of a shaper takes its share of a coordinate at another time. Each impulse is a tap that walks the segments on its own; from
 * one time at which any tap enters another segment to the next, every coordinate is a parabola, the sum of the taps' parabolas.
 */
import type { ShaperPulse } from "./stepper-kinematics.js";
import type { Trapq, TrapqMove } from "./trapq.js";

const UNSHAPED: readonly ShaperPulse[] = [{ offset: 0, share: 1 }];
const NO_PULSES: readonly ShaperPulse[] = [];
/** Rounding must not stop the walk, s. */
const MIN_STRIDE = 1e-9;

interface Tap {
  /** 0, 1, 2 for x, y, z */
  readonly axis: number;
  readonly offset: number;
  readonly share: number;
  /** Segment that the tap is in. */
  seq: number;
}

export class ShapedPath {
  /** Print time at which the current piece starts, and its duration, s. */
  at = 0;
  seconds = 0;
  /** Coefficients of the parabolas of x, y, z: value, speed, half acceleration at `at`. */
  readonly values = new Float64Array(3);
  readonly speeds = new Float64Array(3);
  readonly halves = new Float64Array(3);

  private taps: Tap[] = [];
  private trapq: Trapq | null = null;
  private pulses: readonly (readonly ShaperPulse[])[] = [];
  private next = 0;
  private end = 0;

  /** Impulses per axis x, y, z; null for an axis that does not matter, none for one that is not shaped. */
  setPulses(pulses: readonly (readonly ShaperPulse[] | null)[]): void {
    const wanted = pulses.map((axis) => (axis === null ? NO_PULSES : axis.length === 0 ? UNSHAPED : axis));
    if (wanted.every((axis, i) => axis === this.pulses[i])) return;
    this.pulses = wanted;
    this.taps = wanted.flatMap((axis, i) => axis.map(({ offset, share }) => ({ axis: i, offset, share, seq: 0 })));
  }

  /** Starts a walk from one print time to another, near segment `seq`. */
  begin(trapq: Trapq, seq: number, from: number, to: number): void {
    this.trapq = trapq;
    this.next = from;
    this.end = to;
    for (const tap of this.taps) tap.seq = segmentAt(trapq, seq, from + tap.offset);
  }

  /** Goes on to the next piece; false at the end. */
  advance(): boolean {
    if (this.next >= this.end) return false;
    const trapq = this.trapq!;
    const at = this.next;
    const { values, speeds, halves } = this;
    values.fill(0);
    speeds.fill(0);
    halves.fill(0);
    let next = this.end;
    for (const tap of this.taps) {
      let move = trapq.move(tap.seq);
      let end = move.printTime + move.moveT - tap.offset;
      while (end <= at) {
        move = trapq.move(++tap.seq);
        end = move.printTime + move.moveT - tap.offset;
      }
      if (end < next) next = end;
      this.add(move, tap, at);
    }
    if (next < at + MIN_STRIDE) next = Math.min(this.end, at + MIN_STRIDE);
    this.at = at;
    this.seconds = next - at;
    this.next = next;
    return true;
  }

  private add(move: TrapqMove, { axis, offset, share }: Tap, at: number): void {
    // Before the oldest segment the motion stood still at its start.
    const seconds = Math.max(0, at + offset - move.printTime);
    const start = axis === 0 ? move.startX : axis === 1 ? move.startY : move.startZ;
    const ratio = axis === 0 ? move.axesRX : axis === 1 ? move.axesRY : move.axesRZ;
    const part = share * ratio;
    this.values[axis]! += share * (start + ratio * (move.startV + move.halfAccel * seconds) * seconds);
    this.speeds[axis]! += part * (move.startV + 2 * move.halfAccel * seconds);
    this.halves[axis]! += part * move.halfAccel;
  }
}

/** Sequence number of the segment that contains `time`, sought from `seq`. */
function segmentAt(trapq: Trapq, seq: number, time: number): number {
  while (seq > trapq.firstSeq && trapq.move(seq).printTime > time) seq--;
  while (trapq.move(seq).printTime + trapq.move(seq).moveT <= time) seq++;
  return seq;
}
