/** Hybrid CoreXY printers, with one carriage or two on X. */
import type { ConfigSection } from "../../config/config-section.js";
import type { Kinematics, Toolhead } from "../surface.js";
import { BoxKinematics } from "./box-kinematics.js";
import { hybridLayout } from "./hybrid-core.js";

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new BoxKinematics(toolhead, config, hybridLayout(config, 1, "corexy_stepper_alloc"));
}
