/**
 * How a temperature fan finds its speed from a reading. Each control is a small machine of its own: readings in, speed 0…1 out.
 * Degrees Celsius, seconds.
 */
import { pyFloat } from "../config/python-text.js";
import type { ConfigSection } from "../heaters/host-types.js";
import { PidLoop } from "../heaters/pid-loop.js";

/** Gains of a PID fan are given for a duty of 0…255. */
const PID_PARAM_BASE = 255;
const AMBIENT_TEMP = 25;

/** What a control may ask of its fan; speeds change by command. */
export interface ControlledFan {
  readonly minTemp: number;
  readonly maxTemp: number;
  readonly minSpeed: number;
  readonly maxSpeed: number;
  readonly targetTemp: number;
}

export interface FanControl {
  /** Whether a command may set the target. */
  readonly hasTarget: boolean;
  /** The wanted speed after a reading. */
  speedFor(readTime: number, temp: number): number;
}

/** Full speed on one side of the target, none on the other; max_delta degrees to either side change nothing. */
export class WatermarkFan implements FanControl {
  readonly hasTarget = true;
  private readonly maxDelta: number;
  private readonly isReverse: boolean;
  private runs = false;

  constructor(private readonly fan: ControlledFan, config: ConfigSection) {
    this.isReverse = config.getBoolean("reverse", { default: false });
    this.maxDelta = config.getFloat("max_delta", { default: 2, above: 0 });
    // Before the first reading the thing counts as too warm, so that a fan that cools runs.
    this.runs = true;
  }

  speedFor(_readTime: number, temp: number): number {
    const excess = temp - this.fan.targetTemp;
    if (excess >= this.maxDelta) this.runs = !this.isReverse;
    else if (excess <= -this.maxDelta) this.runs = this.isReverse;
    return this.runs ? this.fan.maxSpeed : 0;
  }
}

/** A PID loop whose power is the warmth that is missing: the fan turns by what is left to its full speed. */
export class PidFan implements FanControl {
  readonly hasTarget = true;
  private readonly isReverse: boolean;
  private readonly loop: PidLoop;

  constructor(private readonly fan: ControlledFan, config: ConfigSection) {
    this.isReverse = config.getBoolean("reverse", { default: false });
    const gain = (name: string): number => config.getFloat(name) / PID_PARAM_BASE;
    const gains = { kp: gain("pid_Kp"), ki: gain("pid_Ki"), kd: gain("pid_Kd") };
    const smoothTime = config.getFloat("pid_deriv_time", { default: 2, above: 0 });
    const integralMax = config.getFloat("pid_integral_max", { default: fan.maxSpeed, minval: 0 });
    this.loop = new PidLoop(gains, smoothTime, integralMax, AMBIENT_TEMP);
  }

  speedFor(readTime: number, temp: number): number {
    const { minSpeed, maxSpeed, targetTemp } = this.fan;
    const proposal = this.loop.propose(readTime, temp, targetTemp);
    const granted = Math.max(0, Math.min(maxSpeed, proposal.power));
    this.loop.settle(proposal, granted);
    return Math.max(minSpeed, this.isReverse ? granted : maxSpeed - granted);
  }
}

type Point = readonly [temp: number, speed: number];

/** Speeds from a curve. A rising temperature follows the curve moved by the heating hysteresis, a falling one that of the cooling. */
export class CurveFan implements FanControl {
  readonly hasTarget = false;
  private readonly points: readonly Point[];
  private readonly cooling: number;
  private readonly heating: number;
  private speed = 0;

  /** @throws ConfigError for points that make no rising curve within the fan's limits */
  constructor(fan: ControlledFan, config: ConfigSection) {
    this.points = readPoints(fan, config);
    this.cooling = config.getFloat("cooling_hysteresis", { default: 0 });
    this.heating = config.getFloat("heating_hysteresis", { default: 0 });
    if (config.getInt("smooth_readings", { default: null, minval: 0 }) !== null) config.deprecate("smooth_readings");
  }

  speedFor(_readTime: number, temp: number): number {
    const rising = speedAt(this.points, temp - this.heating);
    const falling = speedAt(this.points, temp + this.cooling);
    this.speed = Math.min(Math.max(this.speed, rising), falling);
    return this.speed;
  }
}

function readPoints(fan: ControlledFan, config: ConfigSection): Point[] {
  const pairs = config.getLists<number>("points", { seps: [",", "\n"], parser: pyFloat, count: 2 }) as unknown as [number, number][];
  const points = [...pairs].sort((a, b) => a[0] - b[0]);
  const refuse = (why: string): never => { throw config.error(why); };
  if (points.length < 2) refuse("At least two points must be defined for curve in temperature_fan.");
  for (let i = 1; i < points.length; i++) {
    if (points[i]![1] < points[i - 1]![1]) refuse("The fan curve must be monotonically increasing.");
    if (points[i]![0] === points[i - 1]![0]) refuse("Temperature may not exist twice in curve table.");
  }
  for (const [temp, speed] of points) {
    if (temp > fan.targetTemp) refuse("Temperature in point may not exceed target_temp.");
    if (temp < fan.minTemp) refuse("Temperature in point may not fall below min_temp.");
    if (speed > fan.maxSpeed) refuse("Speed in point may not exceed max_speed.");
    if (speed < fan.minSpeed) refuse("Speed in point may not fall below min_speed.");
  }
  return points;
}

/** Between two points in a straight line, beyond the ends as at them. */
function speedAt(points: readonly Point[], temp: number): number {
  const next = points.findIndex(([t]) => t >= temp);
  if (next === 0) return points[0]![1];
  if (next < 0) return points.at(-1)![1];
  const [[t0, s0], [t1, s1]] = [points[next - 1]!, points[next]!];
  return s0 + ((s1 - s0) * (temp - t0)) / (t1 - t0);
}
