/** Built-in modules that level a bed or a gantry and calibrate what the height depends on, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as bedScrews from "./levelling/bed-screws.js";
import * as bedTilt from "./levelling/bed-tilt.js";
import * as deltaCalibrate from "./levelling/delta-calibrate.js";
import * as quadGantryLevel from "./levelling/quad-gantry-level.js";
import * as screwsTiltAdjust from "./levelling/screws-tilt-adjust.js";
import * as zTiltNg from "./levelling/z-tilt-ng.js";
import * as zTilt from "./levelling/z-tilt.js";

export const levellingModules: Readonly<Record<string, HostModule>> = {
  bed_screws: bedScrews,
  bed_tilt: bedTilt,
  delta_calibrate: deltaCalibrate,
  quad_gantry_level: quadGantryLevel,
  screws_tilt_adjust: screwsTiltAdjust,
  z_tilt: zTilt,
  z_tilt_ng: zTiltNg,
};
