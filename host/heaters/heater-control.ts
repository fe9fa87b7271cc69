/**
 * What a heater and its control algorithm ask of each other. The algorithm runs on every temperature
 * report, in the handler of the message, and answers with a duty for the heater pin.
 */
import type { MpcOptions } from "./mpc-profile.js";

/** Gains in the configuration are in units of 1/255 of full power. */
export const PID_PARAM_BASE = 255;
/** Temperature, degrees Celsius, that a freshly loaded controller takes as its last reading. */
export const AMBIENT_TEMP = 25;
/** A PID heater has settled when it is within this many degrees of the target … */
export const PID_SETTLE_DELTA = 1;
/** … and changes by less than this many degrees per second. */
export const PID_SETTLE_SLOPE = 0.1;

/** A stored set of control parameters; keys as the configuration has them. */
export interface ControlProfile {
  control: string;
  name?: string;
  max_delta?: number;
  pid_target?: number | null;
  pid_tolerance?: number | null;
  smooth_time?: number | null;
  pid_kp?: number | null;
  pid_ki?: number | null;
  pid_kd?: number | null;
  inner_pid_kp?: number | null;
  inner_pid_ki?: number | null;
  inner_pid_kd?: number | null;
  /** Of control "mpc". */
  mpc?: MpcOptions;
}

/** Power for a degree, a degree-second and a degree per second; in the configuration times PID_PARAM_BASE. */
export interface PidGains {
  kp: number;
  ki: number;
  kd: number;
}

/** Gains of a profile as a loop uses them. */
export function profileGains(profile: ControlProfile): PidGains {
  const [kp, ki, kd] = [profile.pid_kp, profile.pid_ki, profile.pid_kd].map((gain) => (gain ?? 0) / PID_PARAM_BASE);
  return { kp: kp!, ki: ki!, kd: kd! };
}

/** The heater as its control algorithm sees it. */
export interface ControlledHeater {
  /** Duty of the last command to the pin, 0…1. */
  lastPwmValue: number;
  getMaxPower(): number;
  /** Seconds over which a temperature is averaged. */
  getSmoothTime(): number;
  setInvSmoothTime(inverseSeconds: number): void;
  /** Current smoothed temperature, degrees Celsius. */
  currentTemp(): number;
  /** @param readTime print time of the reading that led to it. @param value duty 0…1. */
  setPwm(readTime: number, value: number): void;
}

/** A control algorithm. */
export interface HeaterControl {
  /** Of a single PID loop, which can be changed while it runs. */
  readonly gains?: PidGains;
  /** @param readTime print time, s. @param temp degrees Celsius. @param secondaryTemp of the inner sensor, if any. */
  temperatureUpdate(readTime: number, temp: number, targetTemp: number, secondaryTemp?: number): void;
  /** Is the heater still on its way to the target? */
  checkBusy(eventTime: number, smoothedTemp: number, targetTemp: number): boolean;
  updateSmoothTime(): void;
  getProfile(): ControlProfile;
  getType(): string;
  /** @throws CommandError when the heater may not be switched on. */
  checkValid?(): void;
  getStatus?(eventTime: number): unknown;
}

/** Limit a duty to what the heater may get. */
export function boundPower(value: number, maxPower: number): number {
  return Math.max(0, Math.min(maxPower, value));
}
