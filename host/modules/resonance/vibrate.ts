/**
 * Moves the toolhead as a test of vibrations asks for, beyond the limits that printing has. The limits, and the input shaper, are as they were
 * afterwards, whatever happens.
 */
import type { GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Toolhead } from "../../motion/surface.js";
import type { TestAxis } from "./test-axis.js";
import type { Pulse } from "./vibration-test.js";

/** Speeds below this are none, mm/s. */
const NO_SPEED = 0.000001;
/** What the limits exceed the test by: mm/s² and mm/s. */
const SPARE_ACCEL = 10;
const SPARE_SPEED = 1;
/** The host looks after others at each whole frequency. */
const PAUSE_SECONDS = 0.01;

interface TestedToolhead extends Toolhead {
  getStatus(eventTime: number): Record<string, unknown>;
  limitNextJunctionSpeed(speed: number): void;
}

interface Shaping {
  disableShaping(): void;
  enableShaping(): void;
}

export interface VibrationOrder {
  readonly axis: TestAxis;
  readonly pulses: Iterable<Pulse>;
  /** Highest frequency, Hz. */
  readonly maxFrequency: number;
  /** mm/s² per Hz, for the limits. */
  readonly accelPerHz: number;
}

export async function vibrate(printer: Printer, gcmd: GCodeCommand, order: VibrationOrder): Promise<void> {
  const gcode = printer.lookupObject<GCodeDispatch>("gcode"), toolhead = printer.lookupObject<TestedToolhead>("toolhead");
  const shaping = gcmd.getInt("INPUT_SHAPING", { default: 0 }) === 0 ? printer.lookupObject<Shaping | null>("input_shaper", null) : null;
  if (shaping !== null) {
    shaping.disableShaping();
    gcmd.respondInfo("Disabled [input_shaper] for resonance testing");
  }
  const before = toolhead.getStatus(printer.getReactor().monotonic()) as Record<"max_accel" | "max_velocity" | "minimum_cruise_ratio", number>;
  const [accel, velocity] = [order.maxFrequency * order.accelPerHz + SPARE_ACCEL, order.accelPerHz * 0.25 + SPARE_SPEED];
  const limit = (a: number, ratio: string, v: number): Promise<void> =>
    gcode.runScriptFromCommand(`SET_VELOCITY_LIMIT ACCEL=${formatFixed(a, 3)} MINIMUM_CRUISE_RATIO=${ratio} VELOCITY=${formatFixed(v, 3)}`);
  await limit(accel, "0", velocity);
  const restoreAxes = toolhead.getKinematics().liftAxisLimits?.(velocity, accel);
  try {
    await follow(printer, toolhead, gcmd, order);
  } finally {
    if (shaping !== null) {
      shaping.enableShaping();
      gcmd.respondInfo("Re-enabled [input_shaper]");
    }
    await limit(before.max_accel, formatFixed(before.minimum_cruise_ratio, 3), before.max_velocity);
    restoreAxes?.();
  }
}

/** Queues the moves. Within each pulse the acceleration is constant; where the direction changes there is a standstill between two moves. */
async function follow(printer: Printer, toolhead: TestedToolhead, gcmd: GCodeCommand, { axis, pulses }: VibrationOrder): Promise<void> {
  const reactor = printer.getReactor();
  const [usualAccel, start] = [toolhead.maxAccel, toolhead.getPosition()];
  const to = (way: number, speed: number): unknown => toolhead.move([start[0]! + axis.direction[0] * way, start[1]! + axis.direction[1] * way, ...start.slice(2)], speed);
  let way = 0, speed = 0, entry = 0, time = 0, told = 0;
  for (const { until, accel, frequency } of pulses) {
    toolhead.setAccel(Math.abs(accel));
    entry = speed;
    const unrounded = entry + accel * (until - time);
    speed = Math.abs(unrounded) < NO_SPEED ? 0 : unrounded;
    const stop = way - (entry * entry) / (2 * accel);
    way += (speed * speed - entry * entry) / (2 * accel);
    toolhead.limitNextJunctionSpeed(Math.abs(entry));
    if (speed * entry < 0) {
      await to(stop, Math.abs(entry));
      await to(way, Math.abs(speed));
    } else {
      await to(way, Math.max(Math.abs(speed), Math.abs(entry)));
    }
    time = until;
    if (Math.floor(frequency) <= told) continue;
    told = Math.floor(frequency);
    gcmd.respondInfo(`Testing frequency ${formatFixed(frequency, 0)} Hz`);
    await reactor.pause(reactor.monotonic() + PAUSE_SECONDS);
  }
  if (speed === 0) return;
  // As Kalico stops: backwards, over the way of the speed before the last pulse.
  toolhead.setAccel(usualAccel);
  await to(way - (entry * entry) / (2 * usualAccel), Math.abs(speed));
}
