/** All built-in modules ("extras") by the first word of their sections. */
import { motionModules } from "../motion/motion-modules.js";
import type { HostModule } from "../printer/module-table.js";
import { busModules } from "./bus-modules.js";
import { gcodeModules } from "./gcode-modules.js";
import { hardwareModules } from "./hardware-modules.js";
import { levellingModules } from "./levelling-modules.js";
import { printModules } from "./print-modules.js";
import { probeModules } from "./probe-modules.js";

export const builtinModules: Readonly<Record<string, HostModule>> = { ...busModules, ...gcodeModules, ...hardwareModules, ...levellingModules, ...motionModules, ...printModules, ...probeModules };
