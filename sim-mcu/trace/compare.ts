/**
 * Compares what two MCUs did: row by row (the same commands) or step by step (the same motion, however it was cut into rows).
 */
import type { McuTrace, StepColumns } from "./mcu-trace.js";

/** Single steps in order of time, with the level of the dir pin at each. */
export interface StepList {
  clocks: Float64Array;
  dirs: Uint8Array;
}

/** Expands the rows of a stepper. */
export function expandSteps(steps: StepColumns): StepList {
  const clocks = new Float64Array(steps.steps);
  const dirs = new Uint8Array(steps.steps);
  let n = 0;
  for (let row = 0; row < steps.firstClock.length; row++) {
    let clock = steps.firstClock.at(row);
    let interval = steps.interval.at(row);
    const add = steps.add.at(row);
    const dir = steps.dir.at(row);
    for (let k = steps.count.at(row); k > 0; k--) {
      clocks[n] = clock;
      dirs[n++] = dir;
      interval += add;
      clock += interval;
    }
  }
  return { clocks, dirs };
}

/** Where two traces part. */
export interface StepDifference {
  oid: number;
  /** Number of the first step that differs, from 0; the length of the shorter one when one ends early. */
  step: number;
  left: string;
  right: string;
}

/** First step that two traces do not share within `toleranceTicks`, or undefined when they agree. */
export function firstStepDifference(left: McuTrace, right: McuTrace, toleranceTicks = 0): StepDifference | undefined {
  const leftSteps = new Map(left.allSteps().map((s) => [s.oid, s]));
  const rightSteps = new Map(right.allSteps().map((s) => [s.oid, s]));
  const oids = [...new Set([...leftSteps.keys(), ...rightSteps.keys()])].sort((a, b) => a - b);
  const none: StepList = { clocks: new Float64Array(0), dirs: new Uint8Array(0) };
  for (const oid of oids) {
    const a = leftSteps.has(oid) ? expandSteps(leftSteps.get(oid)!) : none;
    const b = rightSteps.has(oid) ? expandSteps(rightSteps.get(oid)!) : none;
    const show = (s: StepList, i: number): string => (i < s.clocks.length ? `step at ${s.clocks[i]} dir ${s.dirs[i]}` : "no step");
    for (let i = 0; i < Math.max(a.clocks.length, b.clocks.length); i++) {
      const same = i < a.clocks.length && i < b.clocks.length && a.dirs[i] === b.dirs[i] && Math.abs(a.clocks[i]! - b.clocks[i]!) <= toleranceTicks;
      if (!same) return { oid, step: i, left: show(a, i), right: show(b, i) };
    }
  }
  return undefined;
}
