/**
 * The grid of steps of one stepper: whole steps from an anchor, with a boundary half way between two.
 *
 * A step happens where the position crosses a boundary. The grid is anchored where the position was set, not at
 * coordinate 0, and counts in integers, so no rounding adds up.
 *
 * Jobs often turn exactly on a full step. Whether it counts as reached, and so whether a quick step back cancels the one before, is then
 * a matter of the last bit of Kalico's position, which is summed up half step by half step. That sum is kept beside the count.
 */
import { repeatedSum } from "./repeated-sum.js";

/** A step in the direction of travel counts from this much short of its boundary, mm. */
const REACH_TOLERANCE = 1e-9;
/** A step back counts only from this much beyond its boundary, mm: noise at rest must not step. */
const REVERSAL_TOLERANCE = 1e-8;

/** So near a full step, in steps, the sum decides. */
const NEAR_STEPS = 1e-6;

export class StepGrid {
  /** Position of step 0, mm. */
  anchor = 0;
  /** Steps from the anchor. */
  steps = 0;
  /** mm per step */
  stepDist = 1;
  /** clock = (printTime - timeOffset) * freq */
  timeOffset = 0;
  freq = 1;
  /** The position reached as Kalico sums it up, mm. */
  private sum = 0;
  /** The next boundary, in the direction of the last step, as Kalico sums it up, mm. */
  private sumTarget = 0;

  /** Position reached, mm. */
  get position(): number {
    return this.anchor + this.steps * this.stepDist;
  }

  /** Anchors the grid at a position, mm. */
  setPosition(position: number): void {
    this.anchor = this.sum = position;
    this.steps = 0;
  }

  /** Gives the present position another value, mm (an angle one turn on). */
  shiftTo(position: number): void {
    this.anchor += position - this.position;
    this.sum = position;
  }

  /** Moves on by `count` steps in direction `up` (1, 0), when the last step before went `lastUp`. */
  take(count: number, up: number, lastUp: number): void {
    const half = up ? 0.5 * this.stepDist : -0.5 * this.stepDist;
    const first = up === lastUp ? this.sum + half : this.sum - half + half + half;
    this.sumTarget = repeatedSum(first, half, 2 * count);
    this.sum = this.sumTarget - half;
    this.steps += up ? count : -count;
  }

  /** Boundaries crossed on the way to `position` (mm) in direction `up` (1, 0), when the last step went `lastUp`. */
  stepsTo(position: number, up: number, lastUp: number): number {
    const sign = up ? 1 : -1;
    const beyond = (sign * (position - this.anchor)) / this.stepDist - sign * this.steps - 0.5;
    const tolerance = REACH_TOLERANCE / this.stepDist;
    if (up === lastUp ? beyond < -tolerance : beyond <= REVERSAL_TOLERANCE / this.stepDist) return 0;
    return Math.floor(beyond + tolerance) + 1;
  }

  /** Boundary of the next step in direction `up`, mm. */
  boundary(up: number): number {
    return this.anchor + (this.steps + (up ? 0.5 : -0.5)) * this.stepDist;
  }

  /**
   * Whether `position` is at or past the full position of the last step, which went `up`: a turn will not undo it.
   * Undefined when it is too close to tell from a position that is not rounded as Kalico's is: then ask isSumReached.
   */
  isFullyReached(position: number, up: number): boolean | undefined {
    const steps = (position - this.anchor) / this.stepDist - this.steps;
    const past = up ? steps : -steps;
    return past > NEAR_STEPS ? true : past < -NEAR_STEPS ? false : undefined;
  }

  /** As isFullyReached, for a position with Kalico's rounding. @param isFresh no step was taken since Kalico's solver was last called */
  isSumReached(position: number, up: number, isFresh: boolean): boolean {
    const half = 0.5 * this.stepDist;
    const target = isFresh ? this.sum + (up ? half : -half) : this.sumTarget;
    return (up ? position - target : target - position) >= -half;
  }
}
