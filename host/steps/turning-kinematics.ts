/** Steppers that turn something by an angle, radians: the bed of a polar printer, the upper arms of a rotary delta. */
import type { Axis, FunctionKinematics } from "./stepper-kinematics.js";

const TURN = 2 * Math.PI;

/** The turn of `angle` that is within half a turn of `near`, which is within one turn of it. */
function unwrap(angle: number, near: number): number {
  if (angle - near > Math.PI) return angle - TURN;
  return angle - near < -Math.PI ? angle + TURN : angle;
}

/** The bed of Kalico's polar_stepper_alloc: angle of the point, counted on past half a turn within a move. */
export function polarBedKinematics(): FunctionKinematics {
  const activeAxes: readonly Axis[] = ["x", "y"];
  return {
    kind: "function",
    activeAxes,
    position: (x, y, _z, near) => unwrap(Math.atan2(y, x), near),
    normalize: (position) => (position < -Math.PI ? position + TURN : position > Math.PI ? position - TURN : position),
  };
}

/**
 * Kalico's rotary_delta_stepper_alloc: elevation of an upper arm whose shoulder is `shoulderRadius` from the centre at `angle` (radians)
 * and at `shoulderHeight`, when the lower arm reaches the point. Lengths mm.
 *
 * In the arm's plane, seen from the shoulder, the elbow is on the circle of the upper arm and on the circle about the point in which
 * the plane cuts the sphere of the lower arm. The line through both intersections is y = c1 - c2*x; the outer one is the elbow.
 */
export function rotaryDeltaKinematics(
  shoulderRadius: number, shoulderHeight: number, angle: number, upperArm: number, lowerArm: number,
): FunctionKinematics {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const upperSquare = upperArm * upperArm;
  const lowerSquare = lowerArm * lowerArm;
  return {
    kind: "function",
    activeAxes: ["x", "y", "z"],
    position: (x, y, z) => {
      const across = y * cos - x * sin;
      const out = x * cos + y * sin - shoulderRadius;
      const up = z - shoulderHeight;
      const c1 = (out * out + up * up + upperSquare - (lowerSquare - across * across)) / (2 * up);
      const c2 = out / up;
      const scale = c2 * c2 + 1;
      const elbowX = c1 * c2 + Math.sqrt(scale * upperSquare - c1 * c1);
      return Math.atan2(c1 * scale - c2 * elbowX, elbowX);
    },
  };
}
