/** `[pid_calibrate]`: PID_CALIBRATE runs a relay test on a heater and stores the gains as a profile. */
import type { Heater } from "../heaters/heater.js";
import type { ControlProfile } from "../heaters/heater-control.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import { ControlAutoTune, TUNE_PID_TOL } from "../heaters/pid-autotune.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import { ConfigError } from "../errors.js";
import { formatFixed } from "../motion/format-fixed.js";

export class PidCalibrate {
  private readonly printer: Printer;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("PID_CALIBRATE", (gcmd) => this.cmdPidCalibrate(gcmd), { desc: "Run PID calibration test" });
  }

  private async cmdPidCalibrate(gcmd: GCodeCommand): Promise<void> {
    const heaterName = gcmd.get("HEATER");
    const target = gcmd.getFloat("TARGET");
    gcmd.getInt("WRITE_FILE", { default: 0 });
    const tolerance = gcmd.getFloat("TOLERANCE", { default: TUNE_PID_TOL, above: 0 });
    const profileName = gcmd.get("PROFILE", { default: "default" });
    const heater = this.lookupHeater(gcmd, heaterName);
    if (heater.control.getType() === "dual_loop_pid") {
      throw gcmd.error("PID_CALIBRATE of a dual_loop_pid heater is not supported: set its gains by hand");
    }
    this.printer.lookupObject<{ getLastMoveTime(): number }>("toolhead").getLastMoveTime();

    const { gains, formerType } = await this.calibrate(heater, target, tolerance, gcmd);
    const three = (value: number): string => formatFixed(value, 3);
    gcmd.respondInfo(
      `PID parameters for ${formatFixed(target, 2)}\u00b0C: pid_Kp=${three(gains.kp)} pid_Ki=${three(gains.ki)} pid_Kd=${three(gains.kd)}\n` +
        `Heater: ${heaterName}\nTolerance: ${formatFixed(tolerance, 4)}\nProfile: ${profileName}\n` +
        "The SAVE_CONFIG command will update the printer config file\nwith these parameters and restart the printer.");
    const profile: ControlProfile = {
      pid_target: target, pid_tolerance: tolerance, control: formerType === "pid_v" ? "pid_v" : "pid",
      pid_kp: gains.kp, pid_ki: gains.ki, pid_kd: gains.kd, smooth_time: null, name: profileName,
    };
    heater.setControl(heater.lookupControl(profile, true), false);
    heater.pmgr.saveProfile(profileName, false);
  }

  private lookupHeater(gcmd: GCodeCommand, name: string): Heater {
    try {
      return this.printer.lookupObject<PrinterHeaters>("heaters").lookupHeater(name);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw gcmd.error(error.message);
    }
  }

  private async calibrate(
    heater: Heater, target: number, tolerance: number, gcmd: GCodeCommand,
  ): Promise<{ gains: { kp: number; ki: number; kd: number }; formerType: string }> {
    const test = new ControlAutoTune(heater, target, tolerance, (message) => heater.gcode.respondInfo(message));
    const former = heater.setControl(test);
    try {
      await this.printer.lookupObject<PrinterHeaters>("heaters").setTemperature(heater, target, true);
    } finally {
      heater.setControl(former, false);
    }
    if (test.errored) throw gcmd.error("pid_calibrate interrupted");
    const gains = test.calcPid();
    this.printer.log("info",
      `Autotune: final: Kp=${formatFixed(gains.kp, 6)} Ki=${formatFixed(gains.ki, 6)} Kd=${formatFixed(gains.kd, 6)}`);
    return { gains, formerType: former.getType() };
  }
}

export function loadConfig(config: ConfigSection): PidCalibrate {
  return new PidCalibrate(config);
}
