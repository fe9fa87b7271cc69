/**
 * Object `force_move`: moves one stepper by itself, past look-ahead and kinematics, for diagnosis; and
 * declares positions by hand. Distances mm, or radians for rotary steppers.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { cartesianKinematics } from "../steps/stepper-steps.js";
import { Trapq } from "../steps/trapq.js";
import { formatFixed } from "./format-fixed.js";
import type { Gcode, GcodeCommand } from "./ports.js";
import type { PrinterStepperEnable } from "./stepper-enable.js";
import type { McuStepper } from "./stepper.js";
import type { Toolhead } from "./surface.js";

const BUZZ_SECONDS = 0.25;
const BUZZ_DISTANCE = 1;
const BUZZ_RADIANS = Math.PI / 180;
const BUZZ_COUNT = 10;
/** Rest, s, around the switching of a motor. */
const STALL_TIME = 0.1;
const RETIRE_ALL_SECONDS = 99999.9;

/** A move over `dist` from rest to rest. */
export interface ForcedMoveTimes {
  /** 1 or -1. */
  axisR: number;
  accelT: number;
  cruiseT: number;
  cruiseV: number;
}

/** Times, s, of a move over `dist` at most `speed`; without acceleration when `accel` is 0. */
export function calcMoveTime(dist: number, speed: number, accel: number): ForcedMoveTimes {
  const axisR = dist < 0 ? -1 : 1;
  const length = Math.abs(dist);
  if (accel === 0 || length === 0) return { axisR, accelT: 0, cruiseT: length / speed, cruiseV: speed };
  const reachableV2 = length * accel;
  const cruiseV = reachableV2 < speed * speed ? Math.sqrt(reachableV2) : speed;
  const accelT = cruiseV / accel;
  return { axisR, accelT, cruiseT: (length - accelT * cruiseV) / cruiseV, cruiseV };
}

export class ForceMove {
  readonly printer: Printer;
  readonly steppers = new Map<string, McuStepper>();
  private readonly trapq = new Trapq();
  private readonly stepperKinematics = cartesianKinematics("x");

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const gcode = this.printer.lookupObject<Gcode>("gcode");
    gcode.registerCommand("STEPPER_BUZZ", (gcmd) => this.cmdStepperBuzz(gcmd), {
      desc: "Oscillate a given stepper to help id it",
    });
    if (!config.getBoolean("enable_force_move", { default: true })) return;
    gcode.registerCommand("FORCE_MOVE", (gcmd) => this.cmdForceMove(gcmd), {
      desc: "Manually move a stepper; invalidates kinematics",
    });
    gcode.registerCommand("SET_KINEMATIC_POSITION", (gcmd) => this.cmdSetKinematicPosition(gcmd), {
      desc: "Force a low-level kinematic position",
    });
  }

  registerStepper(_config: ConfigSection, stepper: McuStepper): void {
    this.steppers.set(stepper.getName(), stepper);
  }

  /** @throws ConfigError for a name that no stepper has */
  lookupStepper(name: string): McuStepper {
    const stepper = this.steppers.get(name);
    if (stepper === undefined) throw new ConfigError(`Unknown stepper ${name}`);
    return stepper;
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private async forceEnable(stepper: McuStepper): Promise<boolean> {
    const toolhead = this.toolhead();
    const printTime = toolhead.getLastMoveTime();
    const line = this.printer.lookupObject<PrinterStepperEnable>("stepper_enable").lookupEnable(stepper.getName());
    const wasEnabled = line.isMotorEnabled();
    if (!wasEnabled) {
      line.motorEnable(printTime);
      await toolhead.dwell(STALL_TIME);
    }
    return wasEnabled;
  }

  private async restoreEnable(stepper: McuStepper, wasEnabled: boolean): Promise<void> {
    if (wasEnabled) return;
    const toolhead = this.toolhead();
    await toolhead.dwell(STALL_TIME);
    const printTime = toolhead.getLastMoveTime();
    const line = this.printer.lookupObject<PrinterStepperEnable>("stepper_enable").lookupEnable(stepper.getName());
    line.motorDisable(printTime);
    await toolhead.dwell(STALL_TIME);
  }

  /** Turns one stepper by `dist` at `speed` (per s) with `accel` (per s²; 0: none). The kinematics are not told. */
  async manualMove(stepper: McuStepper, dist: number, speed: number, accel = 0): Promise<void> {
    const toolhead = this.toolhead();
    toolhead.flushStepGeneration();
    const prevKinematics = stepper.setStepperKinematics(this.stepperKinematics);
    const prevTrapq = stepper.setTrapq(this.trapq);
    stepper.setPosition([0, 0, 0]);
    const { axisR, accelT, cruiseT, cruiseV } = calcMoveTime(dist, speed, accel);
    const startTime = toolhead.getLastMoveTime();
    this.trapq.append(startTime, accelT, cruiseT, accelT, 0, 0, 0, axisR, 0, 0, 0, cruiseV, accel);
    const endTime = startTime + accelT + cruiseT + accelT;
    stepper.generateSteps(endTime);
    this.trapq.finalizeMoves(endTime + RETIRE_ALL_SECONDS, endTime + RETIRE_ALL_SECONDS);
    stepper.setTrapq(prevTrapq);
    if (prevKinematics !== null) stepper.setStepperKinematics(prevKinematics);
    toolhead.noteMcuMovequeueActivity(endTime);
    await toolhead.dwell(accelT + cruiseT + accelT);
    toolhead.flushStepGeneration();
  }

  private requestedStepper(gcmd: GcodeCommand): McuStepper {
    const name = gcmd.get("STEPPER");
    const stepper = this.steppers.get(name);
    if (stepper === undefined) throw gcmd.error(`Unknown stepper ${name}`);
    return stepper;
  }

  private async cmdStepperBuzz(gcmd: GcodeCommand): Promise<void> {
    const stepper = this.requestedStepper(gcmd);
    this.printer.log("info", `Stepper buzz ${stepper.getName()}`);
    const wasEnabled = await this.forceEnable(stepper);
    const toolhead = this.toolhead();
    const dist = stepper.unitsInRadians() ? BUZZ_RADIANS : BUZZ_DISTANCE;
    const speed = dist / BUZZ_SECONDS;
    for (let i = 0; i < BUZZ_COUNT; i++) {
      await this.manualMove(stepper, dist, speed);
      await toolhead.dwell(0.05);
      await this.manualMove(stepper, -dist, speed);
      await toolhead.dwell(0.45);
    }
    await this.restoreEnable(stepper, wasEnabled);
  }

  private async cmdForceMove(gcmd: GcodeCommand): Promise<void> {
    const stepper = this.requestedStepper(gcmd);
    const distance = gcmd.getFloat("DISTANCE");
    const speed = gcmd.getFloat("VELOCITY", { above: 0 });
    const accel = gcmd.getFloat("ACCEL", { default: 0, minval: 0 });
    this.printer.log(
      "info",
      `FORCE_MOVE ${stepper.getName()} distance=${formatFixed(distance, 3)} velocity=${formatFixed(speed, 3)}` +
        ` accel=${formatFixed(accel, 3)}`,
    );
    await this.forceEnable(stepper);
    await this.manualMove(stepper, distance, speed, accel);
  }

  private cmdSetKinematicPosition(gcmd: GcodeCommand): void {
    const toolhead = this.toolhead();
    toolhead.getLastMoveTime();
    const current = toolhead.getPosition();
    const x = gcmd.getFloat("X", { default: current[0]! });
    const y = gcmd.getFloat("Y", { default: current[1]! });
    const z = gcmd.getFloat("Z", { default: current[2]! });
    const setHomed = axesIn(gcmd.get("SET_HOMED", { default: "xyz" }));
    const clearOption = gcmd.get("CLEAR_HOMED", { default: null }) === null ? "CLEAR" : "CLEAR_HOMED";
    const clearHomed = axesIn(gcmd.get(clearOption, { default: "" }));
    this.printer.log(
      "info",
      `SET_KINEMATIC_POSITION pos=${formatFixed(x, 3)},${formatFixed(y, 3)},${formatFixed(z, 3)}` +
        ` set_homed=${setHomed} clear_homed=${clearHomed}`,
    );
    toolhead.setPosition([x, y, z], { homingAxes: setHomed });
    toolhead.getKinematics().clearHomingState(clearHomed);
  }
}

/** The axis letters in a parameter, in order. */
function axesIn(text: string): string {
  const lower = text.toLowerCase();
  return ["x", "y", "z"].filter((axis) => lower.includes(axis)).join("");
}

export function loadConfig(config: ConfigSection): ForceMove {
  return new ForceMove(config);
}
