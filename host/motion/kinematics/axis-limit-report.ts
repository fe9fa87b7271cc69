/** Words of SET_KINEMATICS_LIMIT that kinematics with limits per axis share. */
import { pyFloatStr } from "../../config/python-text.js";

/** Numbers as Python shows a list of floats. */
export function floatList(values: readonly number[], brackets: "[]" | "()" = "[]"): string {
  return `${brackets[0]!}${values.map(pyFloatStr).join(", ")}${brackets[1]!}`;
}

/** Whether limits of acceleration follow the present one. */
export function scalingText(isScaled: boolean): string {
  return isScaled
    ? "Per axis accelerations limits scale with current acceleration."
    : "Per axis accelerations limits are independent of current acceleration.";
}

/** Direction of (x, y), degrees. */
export function degreesOf(x: number, y: number): number {
  return (Math.atan2(y, x) * 180) / Math.PI;
}
