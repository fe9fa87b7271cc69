/**
 * Hybrid CoreXY and CoreXZ ("Markforged") printers: one axis (Y or Z) has motors of its own, and the belt of X also turns when that
 * axis moves. The first X motor turns with x − other, further ones and the first of a second carriage with x + other; all the other way
 * round with `invert_kinematics`.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { PrinterRail } from "../rail.js";
import { stopTogether, type RailLayout } from "./box-kinematics.js";

type Sign = "+" | "-";

const opposite = (sign: Sign): Sign => (sign === "+" ? "-" : "+");

/** Layout with the axis `otherAxis` (1, 2), whose belt steppers come from `allocFunc`. */
export function hybridLayout(config: ConfigSection, otherAxis: 1 | 2, allocFunc: string): RailLayout {
  const first: Sign = config.getBoolean("invert_kinematics", { default: false }) ? "+" : "-";
  const connectBelt = (rail: PrinterRail, rails: readonly PrinterRail[], leading: Sign): void => {
    stopTogether(rails[otherAxis]!, rail);
    for (const [i, stepper] of rail.getSteppers().entries()) stepper.setupItersolve(allocFunc, i === 0 ? leading : opposite(leading));
  };
  /** x from the position of a belt's first motor. */
  const unbend = (belt: number, other: number, sign: Sign): number => (sign === "-" ? belt + other : belt - other);
  return {
    carriageAxes: ["x"],
    connect(rails) {
      connectBelt(rails[0]!, rails, first);
      rails[1]!.setupItersolve("cartesian_stepper_alloc", "y");
      rails[2]!.setupItersolve("cartesian_stepper_alloc", "z");
    },
    connectSecond(second, _axis, rails) {
      connectBelt(second, rails, opposite(first));
    },
    position(rails, second) {
      const other = rails[otherAxis];
      return [second === null ? unbend(rails[0], other, first) : unbend(second, other, opposite(first)), rails[1], rails[2]];
    },
  };
}
