/** The configurable modules of motion, by the names of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as extruderStepper from "./extruder-stepper.js";
import * as forceMove from "./force-move.js";
import * as homing from "./homing.js";
import * as inputShaper from "./input-shaper.js";
import * as manualProbe from "./manual-probe.js";
import * as stepperEnable from "./stepper-enable.js";
import * as tuningTower from "./tuning-tower.js";

export const motionModules: Record<string, HostModule> = {
  extruder_stepper: { loadConfigPrefix: extruderStepper.loadConfigPrefix },
  force_move: { loadConfig: forceMove.loadConfig },
  homing: { loadConfig: homing.loadConfig },
  input_shaper: { loadConfig: inputShaper.loadConfig },
  manual_probe: { loadConfig: manualProbe.loadConfig },
  stepper_enable: { loadConfig: stepperEnable.loadConfig },
  tuning_tower: { loadConfig: tuningTower.loadConfig },
};
