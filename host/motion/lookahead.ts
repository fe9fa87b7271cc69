/**
 * The look-ahead queue: moves wait here until the speeds at their corners are certain.
 *
 * A flush walks from the newest move to the oldest as if the toolhead had to stop at the end. For each
 * move two start speeds are found: the plain one (full acceleration) and the smoothed one (reduced
 * acceleration, so that short zig-zags do not make the toolhead rush and brake). Where the smoothed profile
 * turns from accelerating to decelerating lies a velocity peak; its height caps the cruise speed of every
 * move that leads up to it and away from it.
 *
 * A lazy flush hands out only the moves before the newest peak that has another one after it: more input
 * can no longer change those. All speeds are squared, (mm/s)².
 */
import type { Move } from "./move.js";

/** Queued moves worth this time, s, start a lazy flush. */
export const LOOKAHEAD_FLUSH_TIME = 0.25;

export class LookAheadQueue {
  readonly queue: Move[] = [];
  /** Time, s, of moves that may still be queued before a lazy flush is due. */
  junctionFlush = LOOKAHEAD_FLUSH_TIME;

  // Moves that can only decelerate, newest first: they learn their cruise speed from the peak before them.
  private readonly fallingMove: Move[] = [];
  private readonly fallingStartV2: number[] = [];
  private readonly fallingEndV2: number[] = [];

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
    const queue = this.queue;
    /** Moves [0, settled) leave the queue; known from the start unless lazy. */
    let settled = queue.length;
    let searching = lazy;
    let nextStartV2 = 0;
    let nextSmoothedV2 = 0;
    let peakCruiseV2 = 0;
    for (let i = queue.length - 1; i >= 0; i--) {
      const move = queue[i]!;
      const reachableStartV2 = nextStartV2 + move.deltaV2;
      const startV2 = Math.min(move.maxStartV2, reachableStartV2);
      const reachableSmoothedV2 = nextSmoothedV2 + move.smoothDeltaV2;
      const smoothedV2 = Math.min(move.maxSmoothedV2, reachableSmoothedV2);
      if (smoothedV2 < reachableSmoothedV2) {
        // There is room to accelerate.
        if (smoothedV2 + move.smoothDeltaV2 > nextSmoothedV2 || this.fallingMove.length > 0) {
          if (searching && peakCruiseV2 !== 0) {
            settled = i;
            searching = false;
          }
          peakCruiseV2 = Math.min(move.maxCruiseV2, (smoothedV2 + reachableSmoothedV2) * 0.5);
          this.settleFalling(!searching && i < settled, peakCruiseV2);
        }
        if (!searching && i < settled) {
          const cruiseV2 = Math.min((startV2 + reachableStartV2) * 0.5, move.maxCruiseV2, peakCruiseV2);
          move.setJunction(Math.min(startV2, cruiseV2), cruiseV2, Math.min(nextStartV2, cruiseV2));
        }
      } else {
        this.fallingMove.push(move);
        this.fallingStartV2.push(startV2);
        this.fallingEndV2.push(nextStartV2);
      }
      nextStartV2 = startV2;
      nextSmoothedV2 = smoothedV2;
    }
    this.fallingMove.length = this.fallingStartV2.length = this.fallingEndV2.length = 0;
    if (searching || settled === 0) return [];
    return queue.splice(0, settled);
  }

  /** Passes a peak's speed down the moves that decelerate from it, oldest first, and forgets them. */
  private settleFalling(emit: boolean, peakCruiseV2: number): void {
    const count = this.fallingMove.length;
    if (count === 0) return;
    if (emit) {
      let cruiseV2 = peakCruiseV2;
      for (let j = count - 1; j >= 0; j--) {
        const startV2 = this.fallingStartV2[j]!;
        cruiseV2 = Math.min(cruiseV2, startV2);
        this.fallingMove[j]!.setJunction(Math.min(startV2, cruiseV2), cruiseV2, Math.min(this.fallingEndV2[j]!, cruiseV2));
      }
    }
    this.fallingMove.length = this.fallingStartV2.length = this.fallingEndV2.length = 0;
  }
}
