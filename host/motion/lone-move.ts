/**
 * Moves of one stepper by itself, from rest to rest, past look-ahead and kinematics. For the time in which its steps are made the
 * stepper follows a queue of its own, along one straight axis that begins at 0 where the stepper stands.
 * Distances mm, or radians for rotary steppers; times s.
 */
import { cartesianKinematics } from "../steps/stepper-steps.js";
import { Trapq } from "../steps/trapq.js";
import type { McuStepper } from "./stepper.js";

/** Segments are retired this long, s, after the last one: all of them. */
const RETIRE_ALL_SECONDS = 99999.9;

/** A move over a distance from rest to rest. */
export interface ForcedMoveTimes {
  /** 1 or -1. */
  axisR: number;
  accelT: number;
  cruiseT: number;
  cruiseV: number;
}

/** Times, s, of a move over `dist` at most `speed`; without acceleration when `accel` is 0. */
export function calcMoveTime(dist: number, speed: number, accel: number): ForcedMoveTimes {
  const axisR = dist < 0 ? -1 : 1;
  const length = Math.abs(dist);
  if (accel === 0 || length === 0) return { axisR, accelT: 0, cruiseT: length / speed, cruiseV: speed };
  const reachableV2 = length * accel;
  const cruiseV = reachableV2 < speed * speed ? Math.sqrt(reachableV2) : speed;
  const accelT = cruiseV / accel;
  return { axisR, accelT, cruiseT: (length - accelT * cruiseV) / cruiseV, cruiseV };
}

/** A queue beside the toolhead's, that steppers are lent to. */
export class SideQueue {
  private readonly trapq = new Trapq();
  private readonly kinematics = cartesianKinematics("x");

  /** Lets the stepper follow this queue, standing at 0, for as long as `work` runs. */
  withOwnTrapq<T>(stepper: McuStepper, work: () => T): T {
    const usualKinematics = stepper.setStepperKinematics(this.kinematics);
    const usualTrapq = stepper.setTrapq(this.trapq);
    try {
      stepper.setPosition([0, 0, 0]);
      return work();
    } finally {
      stepper.setTrapq(usualTrapq);
      if (usualKinematics !== null) stepper.setStepperKinematics(usualKinematics);
    }
  }

  /** Makes the steps of a move that begins at print time `startTime`; only for a stepper on this queue. @returns the end, s */
  run(stepper: McuStepper, move: ForcedMoveTimes, startTime: number, accel: number): number {
    const { axisR, accelT, cruiseT, cruiseV } = move;
    const endTime = startTime + accelT + cruiseT + accelT;
    this.trapq.append(startTime, accelT, cruiseT, accelT, 0, 0, 0, axisR, 0, 0, 0, cruiseV, accel);
    stepper.generateSteps(endTime);
    this.trapq.finalizeMoves(endTime + RETIRE_ALL_SECONDS, endTime + RETIRE_ALL_SECONDS);
    return endTime;
  }
}
