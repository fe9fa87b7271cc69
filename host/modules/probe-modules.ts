/** Built-in modules around probing: probes, the meshes they measure, and ways to home, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as axisTwistCompensation from "./axis-twist-compensation.js";
import * as bedMesh from "./bed-mesh/bed-mesh.js";
import * as bltouch from "./bltouch.js";
import * as homingHeaters from "./homing-heaters.js";
import * as homingOverride from "./homing-override.js";
import * as dockableProbe from "./probe/dockable-probe.js";
import * as endstopPhase from "./endstop-phase.js";
import * as zCalibration from "./probe/z-calibration.js";
import * as safeZHome from "./safe-z-home.js";

export const probeModules: Readonly<Record<string, HostModule>> = {
  axis_twist_compensation: axisTwistCompensation,
  bed_mesh: bedMesh,
  bltouch,
  dockable_probe: dockableProbe,
  endstop_phase: endstopPhase,
  homing_heaters: homingHeaters,
  homing_override: homingOverride,
  safe_z_home: safeZHome,
  z_calibration: zCalibration,
};
