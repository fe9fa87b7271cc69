/** Direction in which a machine is made to vibrate. */
import type { GCodeCommand } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";

export interface TestAxis {
  /** For messages and names of files: `x`, or `axis=1.000,-1.000`. */
  readonly name: string;
  /** Unit vector. */
  readonly direction: readonly [x: number, y: number];
}

export const AXIS_X: TestAxis = { name: "x", direction: [1, 0] };
export const AXIS_Y: TestAxis = { name: "y", direction: [0, 1] };

/** `x`, `y`, or a direction such as `1,-1`. @throws CommandError */
export function parseAxis(gcmd: GCodeCommand, text: string): TestAxis {
  const axis = text.toLowerCase();
  if (axis === "x") return AXIS_X;
  if (axis === "y") return AXIS_Y;
  const parts = axis.split(",");
  if (parts.length !== 2) throw gcmd.error(`Invalid format of axis '${axis}'`);
  const [x, y] = parts.map((part) => (part.trim() === "" ? NaN : Number(part))) as [number, number];
  const length = Math.hypot(x, y);
  if (!(length > 0) || !Number.isFinite(length)) throw gcmd.error(`Unable to parse axis direction '${axis}'`);
  return { name: `axis=${[x, y].map((part) => formatFixed(part, 3)).join(",")}`, direction: [x / length, y / length] };
}

/** Whether a chip on the given axes (`x`, `y`, `xy`) feels the direction. */
export function isFelt({ direction: [x, y] }: TestAxis, chipAxes: string): boolean {
  return (x !== 0 && chipAxes.includes("x")) || (y !== 0 && chipAxes.includes("y"));
}
