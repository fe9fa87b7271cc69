/**
 * What an export of one session is made from, as plain data in typed arrays, so that it goes between processes at the cost of
 * a copy. All times are world seconds since the bench was switched on.
 */

/** Segments of one motion: seven numbers each, see MOVE_FIELDS. */
export const MOVE_FIELDS = ["at", "seconds", "startV", "accel", "xR", "yR", "zR"] as const;

export interface StepperLog {
  name: string;
  mcu: string;
  stepPin: string;
  dirPin: string;
  /** World time of clock 0, and seconds of a tick. */
  zero: number;
  tick: number;
  firstClock: Float64Array;
  interval: Uint32Array;
  count: Uint32Array;
  add: Int16Array;
  dir: Uint8Array;
}

export interface PinLog {
  /** MCU and pin of each index. */
  names: string[];
  at: Float64Array;
  pin: Uint16Array;
  /** Seconds high of each cycle; of a constant level (cycle 0) 1 or 0. */
  on: Float64Array;
  cycle: Float64Array;
}

export interface TraceLog {
  session: string;
  /** End of what was recorded. */
  seconds: number;
  gcode: { at: Float64Array; text: string[] };
  callbacks: { at: Float64Array; /** What it was charged. */ seconds: Float64Array; label: Uint16Array; labels: string[] };
  /** Toolhead and extruders. */
  moves: Record<string, Float64Array>;
  /** Least slack of each window, by arrival. */
  slack: { at: Float64Array; seconds: Float64Array };
  temperature: Record<string, { at: Float64Array; value: Float64Array }>;
  pins: PinLog;
  steppers: StepperLog[];
  /** Tracks that have reached their limit, in words. */
  cut: string[];
}
