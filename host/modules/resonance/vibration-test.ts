/**
 * Accelerations that make a machine vibrate, from low frequencies to high ones: a pulse forward and one back per half period, their strength in
 * proportion to the frequency. A slow motion to and fro may be laid under it. Frequencies Hz, times s, accelerations mm/s².
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeCommand } from "../../heaters/host-types.js";

const MOST_FREQUENCY = 300;
/** Keeps a last frequency that is the end but for its rounding. */
const ROUNDING = 1e-6;

/** Constant acceleration up to a time from the start of the test. */
export interface Pulse {
  readonly until: number;
  readonly accel: number;
  readonly frequency: number;
}

/** What a test is like: by the configuration, or as a command asks for it. */
export interface VibrationTest {
  readonly minFrequency: number;
  readonly maxFrequency: number;
  readonly accelPerHz: number;
  readonly hzPerSecond: number;
  readonly sweepingAccel: number;
  /** 0: no slow motion. */
  readonly sweepingPeriod: number;
}

export function testFromConfig(config: ConfigSection): VibrationTest {
  const minFrequency = config.getFloat("min_freq", { default: 5, minval: 1 });
  return {
    minFrequency,
    maxFrequency: config.getFloat("max_freq", { default: 135, minval: minFrequency, maxval: MOST_FREQUENCY }),
    accelPerHz: config.getFloat("accel_per_hz", { default: 75, above: 0 }),
    hzPerSecond: config.getFloat("hz_per_sec", { default: 1, minval: 0.1, maxval: 2 }),
    sweepingAccel: config.getFloat("sweeping_accel", { default: 400, above: 0 }),
    sweepingPeriod: config.getFloat("sweeping_period", { default: 0, minval: 0 }),
  };
}

/** The test that a command asks for. @throws CommandError for parameters out of bounds */
export function testFromCommand(gcmd: GCodeCommand, usual: VibrationTest): VibrationTest {
  const minFrequency = gcmd.getFloat("FREQ_START", { default: usual.minFrequency, minval: 1 });
  return {
    minFrequency,
    maxFrequency: gcmd.getFloat("FREQ_END", { default: usual.maxFrequency, minval: minFrequency, maxval: MOST_FREQUENCY }),
    accelPerHz: gcmd.getFloat("ACCEL_PER_HZ", { default: usual.accelPerHz, above: 0 }),
    hzPerSecond: gcmd.getFloat("HZ_PER_SEC", { default: usual.hzPerSecond, above: 0, maxval: 2 }),
    sweepingAccel: gcmd.getFloat("SWEEPING_ACCEL", { default: usual.sweepingAccel, above: 0 }),
    sweepingPeriod: gcmd.getFloat("SWEEPING_PERIOD", { default: usual.sweepingPeriod, minval: 0 }),
  };
}

/** The pulses without the slow motion. */
function* vibration({ minFrequency, maxFrequency, accelPerHz, hzPerSecond }: VibrationTest): Generator<Pulse> {
  let until = 0, direction = 1;
  for (let frequency = minFrequency; frequency <= maxFrequency + ROUNDING; direction = -direction) {
    const quarter = 0.25 / frequency, accel = direction * accelPerHz * frequency;
    yield { until: (until += quarter), accel, frequency };
    yield { until: (until += quarter), accel: -accel, frequency };
    frequency += 2 * quarter * hzPerSecond;
  }
}

/** Times at which the slow motion turns its acceleration: so that it swings around the place where it began. */
function* turns(period: number): Generator<number> {
  const first = period * Math.SQRT2 * 0.125;
  let at = first;
  yield at;
  yield (at += first + period * 0.25);
  for (;;) yield (at += period * 0.5);
}

/** The pulses of a test. */
export function* pulses(test: VibrationTest): Generator<Pulse> {
  if (test.sweepingPeriod === 0) return yield* vibration(test);
  const turning = turns(test.sweepingPeriod);
  let turn = turning.next().value as number, sweep = test.sweepingAccel;
  for (const pulse of vibration(test)) {
    for (; turn <= pulse.until; turn = turning.next().value as number) {
      yield { ...pulse, until: turn, accel: pulse.accel + sweep };
      sweep = -sweep;
    }
    yield { ...pulse, accel: pulse.accel + sweep };
  }
}
