/** Tests of vibrations as Python plugins have them: a list of (time, acceleration, frequency), made and followed. Times s, mm/s², Hz. */
import type { GCodeCommand, Printer } from "../../heaters/host-types.js";
import { pulses } from "./vibration-test.js";
import { vibrate } from "./vibrate.js";

/** Constant acceleration up to a time, and the frequency that it belongs to. */
export type SequenceItem = readonly [until: number, accel: number, frequency: number];

/** The pulses of a test. */
export function testSequence(minFrequency: number, maxFrequency: number, accelPerHz: number, hzPerSecond: number, sweepingAccel: number, sweepingPeriod: number): SequenceItem[] {
  return [...pulses({ minFrequency, maxFrequency, accelPerHz, hzPerSecond, sweepingAccel, sweepingPeriod })].map(({ until, accel, frequency }) => [until, accel, frequency]);
}

/**
 * Vibrates along a direction, a unit vector.
 * @param sequence from whomever it is @param maxFrequency and `accelPerHz`: what the limits are lifted to
 */
export function runSequence(printer: Printer, gcmd: GCodeCommand, direction: readonly [x: number, y: number], sequence: readonly SequenceItem[], maxFrequency: number, accelPerHz: number): Promise<void> {
  return vibrate(printer, gcmd, { axis: { name: "", direction }, pulses: sequence.map(([until, accel, frequency]) => ({ until, accel, frequency })), maxFrequency, accelPerHz });
}
