/**
 * Does a heater heat as it should? Once a second the watch gets temperature and target and says whether
 * the heater is at fault. Two ways to fail: near the target, the error below target - hysteresis adds up to
 * max_error; on the way to a new target, heating_gain degrees are not gained within check_gain_time, after
 * which the error adds up too.
 */

/** Parameters of a `[verify_heater]` section: degrees, degree-seconds, degrees, seconds. */
export interface HeatingLimits {
  hysteresis: number;
  maxError: number;
  heatingGain: number;
  checkGainTime: number;
}

/** What a check found; `note` is a line for the log. */
export interface HeatingVerdict {
  fault: boolean;
  note?: "approaching" | "within-range" | "no-longer-approaching";
}

/** The way to a new target: what is to be reached, and by when. */
interface Approach {
  /** Degrees. */
  readonly goal: number;
  /** Event time, s. */
  readonly due: number;
  /** Until a goal is reached, it follows a falling temperature: the heat may not have come to the sensor yet. */
  readonly hasRisen: boolean;
}

const FINE: HeatingVerdict = { fault: false };

export class HeatingWatch {
  private readonly limits: HeatingLimits;
  private approach: Approach | null = null;
  private lastTarget = 0;
  /** Accumulated degree-seconds below the accepted range. */
  error = 0;

  constructor(limits: HeatingLimits) {
    this.limits = limits;
  }

  /** Judge one reading. @param eventTime s. @param temp @param target degrees Celsius. */
  check(eventTime: number, temp: number, target: number): HeatingVerdict {
    const isNewTarget = target !== this.lastTarget;
    this.lastTarget = target;
    const missing = target - this.limits.hysteresis - temp;
    if (temp >= target - this.limits.hysteresis || target <= 0) return this.isThere(temp, target);
    this.error += missing;
    if (this.approach !== null) return this.onTheWay(this.approach, eventTime, temp);
    if (!isNewTarget) return { fault: this.error >= this.limits.maxError };
    this.approach = this.nextGoal(eventTime, temp, false);
    return { fault: false, note: "approaching" };
  }

  private isThere(temp: number, target: number): HeatingVerdict {
    const hasArrived = this.approach !== null && target !== 0;
    this.approach = null;
    // Far too hot is no proof that it heats as it should.
    if (temp <= target + this.limits.hysteresis) this.error = 0;
    return hasArrived ? { fault: false, note: "within-range" } : FINE;
  }

  private onTheWay(approach: Approach, eventTime: number, temp: number): HeatingVerdict {
    const { goal, due, hasRisen } = approach;
    if (temp >= goal) {
      this.error = 0;
      this.approach = this.nextGoal(eventTime, temp, true);
    } else if (eventTime >= due) {
      this.approach = null;
      return { fault: false, note: "no-longer-approaching" };
    } else if (!hasRisen) {
      this.approach = { goal: Math.min(goal, temp + this.limits.heatingGain), due, hasRisen };
    }
    return FINE;
  }

  private nextGoal(eventTime: number, temp: number, hasRisen: boolean): Approach {
    return { goal: temp + this.limits.heatingGain, due: eventTime + this.limits.checkGainTime, hasRisen };
  }
}
