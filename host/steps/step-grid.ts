/**
 * The grid of steps of one stepper: whole steps from an anchor, with a boundary half way between two.
 *
 * A step happens where the position crosses a boundary. The grid is anchored where the position was set, not at
 * coordinate 0, and counts in integers, so no rounding adds up.
 */

/** A step in the direction of travel counts from this much short of its boundary, mm. */
const REACH_TOLERANCE = 1e-9;
/** A step back counts only from this much beyond its boundary, mm: noise at rest must not step. */
const REVERSAL_TOLERANCE = 1e-8;

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

  /** Position reached, mm. */
  get position(): number {
    return this.anchor + this.steps * this.stepDist;
  }

  /** Gives the present position another value, mm (an angle one turn on). */
  shiftTo(position: number): void {
    this.anchor += position - this.position;
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

  /** True if `position` is at or past the full position of the last step, which went `up`: a turn will not undo it. */
  isFullyReached(position: number, up: number): boolean {
    const past = (position - this.anchor) / this.stepDist - this.steps;
    return up ? past >= 0 : past <= 0;
  }
}
