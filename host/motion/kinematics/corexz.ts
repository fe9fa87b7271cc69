/** CoreXZ printers: the X rail turns with x + z, the Z rail with x − z; either endstop stops both. */
import type { ConfigSection } from "../../config/config-section.js";
import type { Kinematics, Toolhead } from "../surface.js";
import { BoxKinematics, stopTogether, type RailLayout } from "./box-kinematics.js";

export const COREXZ: RailLayout = {
  carriageAxes: [],
  connect([railX, railY, railZ]) {
    stopTogether(railX!, railZ!);
    stopTogether(railZ!, railX!);
    railX!.setupItersolve("corexz_stepper_alloc", "+");
    railY!.setupItersolve("cartesian_stepper_alloc", "y");
    railZ!.setupItersolve("corexz_stepper_alloc", "-");
  },
  position([a, y, b]) {
    return [0.5 * (a + b), y, 0.5 * (a - b)];
  },
};

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new BoxKinematics(toolhead, config, COREXZ);
}
