/** Built-in modules around probing: probes, the meshes they measure, and ways to home, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as bedMesh from "./bed-mesh/bed-mesh.js";
import * as bltouch from "./bltouch.js";
import * as homingHeaters from "./homing-heaters.js";
import * as homingOverride from "./homing-override.js";
import * as safeZHome from "./safe-z-home.js";

export const probeModules: Readonly<Record<string, HostModule>> = {
  bed_mesh: bedMesh,
  bltouch,
  homing_heaters: homingHeaters,
  homing_override: homingOverride,
  safe_z_home: safeZHome,
};
