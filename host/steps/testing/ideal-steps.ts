/**
 * Steps that a stepper should make, found the slow way: by bisection on the position, segment after segment, with no
 * formula in common with the code under test.
 */
import { positionAt, type StepperKinematics } from "../stepper-kinematics.js";
import { STEP_DIR_STEP_SECONDS } from "../step-run.js";
import type { AppendArguments } from "./random-motion.js";

export interface IdealSteps {
  clocks: number[];
  dirs: number[];
}

interface Stretch {
  start: number;
  duration: number;
  position(seconds: number): number;
}

/** Steps from position 0 on; clock = printTime * freq. */
export function idealSteps(moves: AppendArguments[], kinematics: StepperKinematics, stepDist: number, freq: number): IdealSteps {
  const steps: IdealSteps = { clocks: [], dirs: [] };
  let at = 0;
  let dir = 0;
  let committed = true;
  for (const stretch of stretches(moves, kinematics)) {
    const end = stretch.position(stretch.duration);
    let low = 0;
    for (;;) {
      const up = end > stretch.position(0) ? 1 : 0;
      const sign = up ? 1 : -1;
      const boundary = (at + sign / 2) * stepDist;
      const beyond = sign * (end - boundary);
      if (beyond < (up === dir ? -1e-9 : 1e-8)) break;
      low = crossing(stretch, boundary, sign, low);
      const clock = Math.floor((stretch.start + low) * freq + 0.5);
      at += sign;
      const last = steps.clocks.length - 1;
      if (up !== dir && !committed && clock - steps.clocks[last]! < STEP_DIR_STEP_SECONDS * freq) {
        steps.clocks.pop();
        steps.dirs.pop();
        committed = true;
      } else {
        steps.clocks.push(clock);
        steps.dirs.push(up);
        committed = false;
      }
      dir = up;
    }
    if ((dir ? 1 : -1) * (end / stepDist - at) >= 0) committed = true;
  }
  return steps;
}

/** Time at which the position passes the boundary, s. */
function crossing(stretch: Stretch, boundary: number, sign: number, from: number): number {
  let low = from;
  let high = stretch.duration;
  for (let i = 0; i < 70; i++) {
    const middle = (low + high) / 2;
    if (sign * (stretch.position(middle) - boundary) < 0) low = middle;
    else high = middle;
  }
  return high;
}

function* stretches(moves: AppendArguments[], kinematics: StepperKinematics): Generator<Stretch> {
  for (const [printTime, accelT, cruiseT, decelT, x, y, z, rx, ry, rz, startV, cruiseV, accel] of moves) {
    let start = printTime;
    let done = 0;
    for (const [duration, v, a] of [[accelT, startV, accel], [cruiseT, cruiseV, 0], [decelT, cruiseV, -accel]] as const) {
      if (duration === 0) continue;
      const base = done;
      yield {
        start, duration,
        position: (s) => {
          const distance = base + (v + 0.5 * a * s) * s;
          return positionAt(kinematics, x + rx * distance, y + ry * distance, z + rz * distance);
        },
      };
      done += (v + 0.5 * a * duration) * duration;
      start += duration;
    }
  }
}
