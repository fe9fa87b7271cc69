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

export class HeatingWatch {
  private readonly limits: HeatingLimits;
  private approaching = false;
  /** The goal may still follow a falling temperature: the heat has not reached the sensor yet. */
  private starting = false;
  private lastTarget = 0;
  private goalTemp = 0;
  private goalTime = Infinity;
  /** Accumulated degree-seconds below the accepted range. */
  error = 0;

  constructor(limits: HeatingLimits) {
    this.limits = limits;
  }

  /** Judge one reading. @param eventTime s. @param temp @param target degrees Celsius. */
  check(eventTime: number, temp: number, target: number): HeatingVerdict {
    const { hysteresis } = this.limits;
    const verdict = temp >= target - hysteresis || target <= 0
      ? this.nearTarget(temp, target)
      : this.belowTarget(eventTime, temp, target);
    this.lastTarget = target;
    return verdict;
  }

  private nearTarget(temp: number, target: number): HeatingVerdict {
    const arrived = this.approaching && target !== 0;
    this.approaching = this.starting = false;
    if (temp <= target + this.limits.hysteresis) this.error = 0;
    return { fault: false, ...(arrived ? { note: "within-range" as const } : {}) };
  }

  private belowTarget(eventTime: number, temp: number, target: number): HeatingVerdict {
    this.error += target - this.limits.hysteresis - temp;
    if (!this.approaching) {
      if (target === this.lastTarget) return { fault: this.error >= this.limits.maxError };
      this.approaching = this.starting = true;
      this.setGoal(eventTime, temp);
      return { fault: false, note: "approaching" };
    }
    if (temp >= this.goalTemp) {
      this.starting = false;
      this.error = 0;
      this.setGoal(eventTime, temp);
    } else if (eventTime >= this.goalTime) {
      this.approaching = false;
      return { fault: false, note: "no-longer-approaching" };
    } else if (this.starting) {
      this.goalTemp = Math.min(this.goalTemp, temp + this.limits.heatingGain);
    }
    return { fault: false };
  }

  private setGoal(eventTime: number, temp: number): void {
    this.goalTemp = temp + this.limits.heatingGain;
    this.goalTime = eventTime + this.limits.checkGainTime;
  }
}
