/** The control algorithms by the name that `control` in the configuration has for them. */
import { ControlDualLoopPid } from "./control-dual-loop-pid.js";
import { ControlMpc } from "./control-mpc.js";
import { ControlPid } from "./control-pid.js";
import { ControlVelocityPid } from "./control-velocity-pid.js";
import { ControlBangBang } from "./control-watermark.js";
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import type { ConfigSection, Printer } from "./host-types.js";

const INNER_TARGET_OPTION = "inner_target_temp";
const INNER_TARGET_DEPRECATED_OPTION = "inner_max_temp";

/** A heater with its section of the configuration. */
export interface ConfiguredHeater extends ControlledHeater {
  readonly config: ConfigSection;
  readonly printer: Printer;
  readonly shortName: string;
  getName(): string;
}

/** The algorithm that `profile` names, set up for `heater`. */
export function createControl(profile: ControlProfile, heater: ConfiguredHeater, loadClean: boolean): HeaterControl {
  switch (profile.control) {
    case "watermark":
      return new ControlBangBang(profile, heater, loadClean);
    case "pid":
      return new ControlPid(profile, heater, loadClean);
    case "pid_v":
      return new ControlVelocityPid(profile, heater, loadClean);
    case "dual_loop_pid":
      return new ControlDualLoopPid(profile, heater, loadClean, innerTargetTemp(heater.config));
    case "mpc":
      return new ControlMpc(profile, heater, loadClean);
    default:
      throw heater.printer.configError(`Unknown control type '${profile.control}' in [pid_profile ${heater.shortName} ${profile.name}].`);
  }
}

/** Limit of the heating element in degrees Celsius, under its present or its former name. */
function innerTargetTemp(config: ConfigSection): number {
  const current = config.getFloat(INNER_TARGET_OPTION, { default: null });
  const former = config.getFloat(INNER_TARGET_DEPRECATED_OPTION, { default: null });
  if (current !== null && former !== null) {
    throw config.error(`Options '${INNER_TARGET_OPTION}' and '${INNER_TARGET_DEPRECATED_OPTION}' may not both be specified`);
  }
  if (current !== null) return current;
  if (former === null) return config.getFloat(INNER_TARGET_OPTION);
  config.deprecate(INNER_TARGET_DEPRECATED_OPTION);
  return former;
}
