/**
 * The grid of steps of one stepper: whole steps from where the position was set, with a boundary half way between two. A step
 * happens where the position crosses a boundary.
 *
 * The position reached is summed up half step by half step, with the rounding of each addition, as Kalico sums it. Jobs often stop
 * exactly on a full step or on a boundary; whether that is reached, and so whether a step comes before the rest or after it and
 * whether a quick step back cancels the one before, is then a matter of the last bits of that sum.
 */
import { repeatedSum } from "./repeated-sum.js";

/** A step in the direction of travel counts from this much short of its boundary, mm. */
const REACH_TOLERANCE = 1e-9;
/** A step back counts only from this much beyond its boundary, mm: noise at rest must not step. */
const REVERSAL_TOLERANCE = 1e-8;

/** So near a full step, in steps, the sum decides. */
const NEAR_STEPS = 1e-6;

export class StepGrid {
  /** mm per step */
  stepDist = 1;
  /** clock = (printTime - timeOffset) * freq */
  timeOffset = 0;
  freq = 1;
  /** Position reached, mm. */
  private sum = 0;
  /** The next boundary in the direction of the last step, mm. */
  private target = 0;

  /** Position reached, mm. */
  get position(): number {
    return this.sum;
  }

  /** Gives the present position a value, mm. */
  setPosition(position: number): void {
    this.sum = position;
  }

  /** Moves on by `count` steps in direction `up` (1, 0), when the last step before went `lastUp`. */
  take(count: number, up: number, lastUp: number): void {
    const half = up ? 0.5 * this.stepDist : -0.5 * this.stepDist;
    const first = up === lastUp ? this.sum + half : this.sum - half + half + half;
    this.target = repeatedSum(first, half, 2 * count);
    this.sum = this.target - half;
  }

  /** Boundaries crossed on the way to `position` (mm) in direction `up` (1, 0), when the last step went `lastUp`. */
  stepsTo(position: number, up: number, lastUp: number): number {
    const beyond = (up ? position - this.sum : this.sum - position) / this.stepDist - 0.5;
    const tolerance = REACH_TOLERANCE / this.stepDist;
    if (up === lastUp ? beyond < -tolerance : beyond <= REVERSAL_TOLERANCE / this.stepDist) return 0;
    return Math.floor(beyond + tolerance) + 1;
  }

  /** Boundary of the next step in direction `up`, mm. */
  boundary(up: number): number {
    return up ? this.sum + 0.5 * this.stepDist : this.sum - 0.5 * this.stepDist;
  }

  /**
   * Whether `position` is at or past the full position of the last step, which went `up`: a turn will not undo it.
   * Undefined when it is too close to tell from a position that is not rounded as Kalico's is: then ask isSumReached.
   */
  isFullyReached(position: number, up: number): boolean | undefined {
    const past = (up ? position - this.sum : this.sum - position) / this.stepDist;
    return past > NEAR_STEPS ? true : past < -NEAR_STEPS ? false : undefined;
  }

  /** As isFullyReached, for a position with Kalico's rounding. @param isFresh no step was taken since Kalico's solver was last called */
  isSumReached(position: number, up: number, isFresh: boolean): boolean {
    const half = 0.5 * this.stepDist;
    const target = isFresh ? this.sum + (up ? half : -half) : this.target;
    return (up ? position - target : target - position) >= -half;
  }
}
