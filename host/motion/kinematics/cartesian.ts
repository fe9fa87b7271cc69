/** Cartesian printers: one rail per axis; a second carriage may run on X or Y. */
import type { ConfigSection } from "../../config/config-section.js";
import type { Kinematics, Toolhead } from "../surface.js";
import { BoxKinematics, type RailLayout } from "./box-kinematics.js";

export const CARTESIAN: RailLayout = {
  carriageAxes: ["x", "y"],
  connect(rails) {
    for (const [i, rail] of rails.entries()) rail.setupItersolve("cartesian_stepper_alloc", "xyz"[i]!);
  },
  connectSecond(second, axis) {
    second.setupItersolve("cartesian_stepper_alloc", axis);
  },
  position(rails, second, carriageAxis) {
    return rails.map((position, axis) => (second !== null && axis === carriageAxis ? second : position));
  },
};

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new BoxKinematics(toolhead, config, CARTESIAN);
}
