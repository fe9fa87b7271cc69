/** CoreXY printers: the X rail turns with x + y, the Y rail with x − y; either endstop stops both. */
import type { ConfigSection } from "../../config/config-section.js";
import type { Kinematics, Toolhead } from "../surface.js";
import { BoxKinematics, stopTogether, type RailLayout } from "./box-kinematics.js";

export const COREXY: RailLayout = {
  carriageAxes: [],
  connect([railX, railY, railZ]) {
    stopTogether(railX!, railY!);
    stopTogether(railY!, railX!);
    railX!.setupItersolve("corexy_stepper_alloc", "+");
    railY!.setupItersolve("corexy_stepper_alloc", "-");
    railZ!.setupItersolve("cartesian_stepper_alloc", "z");
  },
  position([a, b, z]) {
    return [0.5 * (a + b), 0.5 * (a - b), z];
  },
};

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new BoxKinematics(toolhead, config, COREXY);
}
