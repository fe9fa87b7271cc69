/**
 * One PID loop: readings of a temperature in, a wish for power out. It does not know whether the wish is granted.
 *
 * The loop remembers the last reading, the slope of the temperature and the area between target and temperature.
 * `propose` makes a wish and the memory that goes with it; `settle` tells it what the heater really got. The area
 * grows only with wishes that were granted in full: power that was never applied has no history, so nothing winds up,
 * be it the heater's limit or another loop that held it back. s, degrees Celsius, duty 0…1.
 */
import type { PidGains } from "./heater-control.js";
import { boundPower, PID_SETTLE_DELTA, PID_SETTLE_SLOPE } from "./heater-control.js";

interface Memory {
  readonly time: number;
  readonly temp: number;
  /** Degrees per second. */
  readonly slope: number;
  /** Degrees times seconds below the target. */
  readonly area: number;
}

/** What a loop wants, and what it will remember if it gets it. */
export interface PidProposal {
  readonly power: number;
  readonly memory: Memory;
}

export class PidLoop {
  readonly gains: PidGains;
  private readonly smoothTime: number;
  private readonly areaLimit: number;
  private memory: Memory;

  /** @param smoothTime s over which the slope is averaged. @param startTemp stands for the reading before the first. */
  constructor(gains: PidGains, smoothTime: number, maxPower: number, startTemp: number) {
    this.gains = gains;
    this.smoothTime = smoothTime;
    this.areaLimit = gains.ki === 0 ? 0 : maxPower / gains.ki;
    this.memory = { time: 0, temp: startTemp, slope: 0, area: 0 };
  }

  get area(): number {
    return this.memory.area;
  }

  propose(time: number, temp: number, target: number): PidProposal {
    const { kp, ki, kd } = this.gains;
    const elapsed = time - this.memory.time;
    const slope = this.slopeAfter(elapsed, temp - this.memory.temp);
    const missing = target - temp;
    const area = boundPower(this.memory.area + missing * elapsed, this.areaLimit);
    return { power: kp * missing + ki * area - kd * slope, memory: { time, temp, slope, area } };
  }

  /** A reading that lies further back than the smoothing reaches replaces the slope, others are blended in. */
  private slopeAfter(elapsed: number, rise: number): number {
    const rest = this.smoothTime - elapsed;
    return rest <= 0 ? rise / elapsed : (this.memory.slope * rest + rise) / this.smoothTime;
  }

  /** @param granted power that the heater gets. */
  settle({ power, memory }: PidProposal, granted: number): void {
    this.memory = power === granted ? memory : { ...memory, area: this.memory.area };
  }

  /** Is the temperature still away from the target, or on the move? */
  isBusy(smoothedTemp: number, target: number): boolean {
    return Math.abs(target - smoothedTemp) > PID_SETTLE_DELTA || Math.abs(this.memory.slope) > PID_SETTLE_SLOPE;
  }
}
