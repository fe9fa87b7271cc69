/** Built-in modules that deal in g-code and in the state of a print, by the first word of their sections. */
import { DelayedGcode } from "../gcode/delayed-gcode.js";
import { GCodeMacro, PrinterGCodeMacro } from "../gcode/gcode-macro.js";
import type { HostModule } from "../printer/module-table.js";
import { DangerOptions } from "./danger-options.js";
import { DisplayStatus } from "./display-status.js";
import { ExcludeObject } from "./exclude-object.js";
import * as gcodeArcs from "./gcode-arcs.js";
import * as gcodeShellCommand from "./gcode-shell-command.js";
import { GCodeMove } from "./gcode-move.js";
import { IdleTimeout } from "./idle-timeout.js";
import { PauseResume } from "./pause-resume.js";
import { PrintStats } from "./print-stats.js";
import { Respond } from "./respond.js";
import { SaveVariables } from "./save-variables.js";
import * as skewCorrection from "./skew-correction.js";
import { loadStatistics } from "./statistics.js";
import { VirtualSdcard } from "./virtual-sdcard.js";

export const gcodeModules: Readonly<Record<string, HostModule>> = {
  danger_options: { loadConfig: (config) => new DangerOptions(config) },
  delayed_gcode: { loadConfigPrefix: (config) => new DelayedGcode(config) },
  display_status: { loadConfig: (config) => new DisplayStatus(config) },
  exclude_object: { loadConfig: (config) => new ExcludeObject(config) },
  gcode_arcs: gcodeArcs,
  gcode_macro: { loadConfig: (config) => new PrinterGCodeMacro(config), loadConfigPrefix: (config) => new GCodeMacro(config) },
  gcode_move: { loadConfig: (config) => new GCodeMove(config) },
  gcode_shell_command: gcodeShellCommand,
  idle_timeout: { loadConfig: (config) => new IdleTimeout(config) },
  pause_resume: { loadConfig: (config) => new PauseResume(config) },
  print_stats: { loadConfig: (config) => new PrintStats(config) },
  respond: { loadConfig: (config) => new Respond(config) },
  save_variables: { loadConfig: (config) => new SaveVariables(config) },
  skew_correction: skewCorrection,
  statistics: { loadConfig: loadStatistics },
  virtual_sdcard: { loadConfig: (config) => new VirtualSdcard(config) },
};
