/**
 * The look-ahead queue: moves wait here until the speeds at their corners are certain. All speeds are squared, (mm/s)².
 *
 * A flush goes over the queue twice. From the newest move to the oldest, as if the toolhead had to stop at the end, it
 * finds how fast each move may start: plainly (full acceleration), and smoothed (reduced acceleration, so that short
 * zig-zags do not make the toolhead rush and brake). A move whose smoothed start lies below what it could brake down from
 * has room to accelerate: it rises; the others only fall. The last rising move before a fall, or one that can itself
 * both accelerate and brake, is a peak, and its height caps the cruise speed of the moves that lead up to it. From the
 * oldest to the newest the moves then get their speeds; falling ones cruise no faster than what came before them.
 *
 * A lazy flush hands out only the moves before the last peak but one: more input can no longer change those.
 */
import type { Move } from "./move.js";

/** Queued moves worth this time, s, start a lazy flush. */
export const LOOKAHEAD_FLUSH_TIME = 0.25;

export class LookAheadQueue {
  readonly queue: Move[] = [];
  /** Time, s, of moves that may still be queued before a lazy flush is due. */
  junctionFlush = LOOKAHEAD_FLUSH_TIME;

  /** By move, from the latest survey: plain start speed, and the cap of its cruise speed; NaN when it falls. */
  private startV2 = new Float64Array(64);
  private capV2 = new Float64Array(64);

  reset(): void {
    this.queue.length = 0;
    this.junctionFlush = LOOKAHEAD_FLUSH_TIME;
  }

  setFlushTime(flushTime: number): void {
    this.junctionFlush = flushTime;
  }

  getLast(): Move | null {
    return this.queue.length === 0 ? null : this.queue[this.queue.length - 1]!;
  }

  /** Queues a move; true when enough moves wait that a lazy flush is worth while. */
  addMove(move: Move): boolean {
    const queue = this.queue;
    queue.push(move);
    if (queue.length === 1) return false;
    move.calcJunction(queue[queue.length - 2]!);
    this.junctionFlush -= move.minMoveT;
    return this.junctionFlush <= 0;
  }

  /** Chooses the speeds of the queued moves and takes those that are settled out of the queue, oldest first. */
  flush(lazy = false): Move[] {
    this.junctionFlush = LOOKAHEAD_FLUSH_TIME;
    const { queue } = this;
    const lastPeakButOne = this.survey();
    const settled = lazy ? lastPeakButOne : queue.length;
    let fallingV2 = 0;
    for (let i = 0; i < settled; i++) {
      const move = queue[i]!;
      const startV2 = this.startV2[i]!;
      const endV2 = this.startV2[i + 1]!;
      const capV2 = this.capV2[i]!;
      const isFalling = Number.isNaN(capV2);
      fallingV2 = isFalling ? Math.min(fallingV2, startV2) : capV2;
      const cruiseV2 = isFalling ? fallingV2 : Math.min((startV2 + (endV2 + move.deltaV2)) * 0.5, move.maxCruiseV2, capV2);
      move.setJunction(Math.min(startV2, cruiseV2), cruiseV2, Math.min(endV2, cruiseV2));
    }
    return queue.splice(0, settled);
  }

  /** Finds start speeds and peaks; returns the index of the last peak but one, 0 when there is none. */
  private survey(): number {
    const { queue } = this;
    const count = queue.length;
    if (count >= this.startV2.length) {
      this.startV2 = new Float64Array(2 * count);
      this.capV2 = new Float64Array(2 * count);
    }
    const { startV2, capV2 } = this;
    startV2[count] = 0;
    let smoothedEndV2 = 0;
    let peakV2 = 0;
    let peaks = 0;
    let lastPeakButOne = 0;
    let isBeforeFall = false;
    for (let i = count - 1; i >= 0; i--) {
      const move = queue[i]!;
      startV2[i] = Math.min(move.maxStartV2, startV2[i + 1]! + move.deltaV2);
      const brakableV2 = smoothedEndV2 + move.smoothDeltaV2;
      const smoothedV2 = Math.min(move.maxSmoothedV2, brakableV2);
      const isRising = smoothedV2 < brakableV2;
      if (isRising && (isBeforeFall || smoothedV2 + move.smoothDeltaV2 > smoothedEndV2)) {
        peakV2 = Math.min(move.maxCruiseV2, (smoothedV2 + brakableV2) * 0.5);
        peaks++;
        if (peaks === 2) lastPeakButOne = i;
      }
      capV2[i] = isRising ? peakV2 : NaN;
      isBeforeFall = !isRising;
      smoothedEndV2 = smoothedV2;
    }
    return lastPeakButOne;
  }
}
