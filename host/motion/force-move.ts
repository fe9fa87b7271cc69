/**
 * Object `force_move`: moves one stepper by itself, past look-ahead and kinematics, for diagnosis; and
 * declares positions by hand. Distances mm, or radians for rotary steppers.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { formatFixed } from "./format-fixed.js";
import { calcMoveTime, SideQueue } from "./lone-move.js";
import type { Gcode, GcodeCommand } from "./ports.js";
import type { EnableTracking, PrinterStepperEnable } from "./stepper-enable.js";
import type { McuStepper } from "./stepper.js";
import type { Toolhead } from "./surface.js";

const BUZZ_SECONDS = 0.25;
const BUZZ_DISTANCE = 1;
const BUZZ_RADIANS = Math.PI / 180;
const BUZZ_COUNT = 10;
/** There and back: direction, and rest, s, after it. */
const BUZZ_STROKES = [[1, 0.05], [-1, 0.45]] as const;
/** Rest, s, around the switching of a motor. */
const STALL_TIME = 0.1;

export class ForceMove {
  readonly printer: Printer;
  readonly steppers = new Map<string, McuStepper>();
  private readonly sideQueue = new SideQueue();

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

  private async switchMotor(stepper: McuStepper, isOn: boolean): Promise<void> {
    const toolhead = this.toolhead();
    const printTime = toolhead.getLastMoveTime();
    const motor = this.motor(stepper);
    if (isOn) motor.motorEnable(printTime);
    else motor.motorDisable(printTime);
    await toolhead.dwell(STALL_TIME);
  }

  private motor(stepper: McuStepper): EnableTracking {
    return this.printer.lookupObject<PrinterStepperEnable>("stepper_enable").lookupEnable(stepper.getName());
  }

  /** Switches the motor on where it is off. @returns whether it was on */
  async forceEnable(stepper: McuStepper): Promise<boolean> {
    this.toolhead().getLastMoveTime();
    const wasEnabled = this.motor(stepper).isMotorEnabled();
    if (!wasEnabled) await this.switchMotor(stepper, true);
    return wasEnabled;
  }

  /** Undoes `forceEnable`. */
  async restoreEnable(stepper: McuStepper, wasEnabled: boolean): Promise<void> {
    if (wasEnabled) return;
    await this.toolhead().dwell(STALL_TIME);
    await this.switchMotor(stepper, false);
  }

  /** Has the motor on during `work`, and as it was before when that went well. */
  private async withMotorOn(stepper: McuStepper, work: () => Promise<void>): Promise<void> {
    const wasEnabled = await this.forceEnable(stepper);
    await work();
    await this.restoreEnable(stepper, wasEnabled);
  }

  /** Turns one stepper by `dist` at `speed` (per s) with `accel` (per s²; 0: none). The kinematics are not told. */
  async manualMove(stepper: McuStepper, dist: number, speed: number, accel = 0): Promise<void> {
    const toolhead = this.toolhead();
    const move = calcMoveTime(dist, speed, accel);
    toolhead.flushStepGeneration();
    const endTime = this.sideQueue.withOwnTrapq(stepper, () => this.sideQueue.run(stepper, move, toolhead.getLastMoveTime(), accel));
    toolhead.noteMcuMovequeueActivity(endTime);
    await toolhead.dwell(move.accelT + move.cruiseT + move.accelT);
    toolhead.flushStepGeneration();
  }

  private requestedStepper(gcmd: GcodeCommand): McuStepper {
    const name = gcmd.get("STEPPER");
    const stepper = this.steppers.get(name);
    if (stepper === undefined) throw gcmd.error(`Unknown stepper ${name}`);
    return stepper;
  }

  async cmdStepperBuzz(gcmd: GcodeCommand): Promise<void> {
    const stepper = this.requestedStepper(gcmd);
    this.printer.log("info", `Stepper buzz ${stepper.getName()}`);
    const stroke = stepper.unitsInRadians() ? BUZZ_RADIANS : BUZZ_DISTANCE;
    await this.withMotorOn(stepper, async () => {
      for (let i = 0; i < BUZZ_COUNT; i++) {
        for (const [direction, rest] of BUZZ_STROKES) {
          await this.manualMove(stepper, direction * stroke, stroke / BUZZ_SECONDS);
          await this.toolhead().dwell(rest);
        }
      }
    });
  }

  async cmdForceMove(gcmd: GcodeCommand): Promise<void> {
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

  cmdSetKinematicPosition(gcmd: GcodeCommand): void {
    const toolhead = this.toolhead();
    toolhead.getLastMoveTime();
    const current = toolhead.getPosition();
    const position = ["X", "Y", "Z"].map((axis, index) => gcmd.getFloat(axis, { default: current[index]! }));
    const homed = axesIn(gcmd.get("SET_HOMED", { default: "xyz" }));
    const cleared = axesIn(gcmd.get(gcmd.get("CLEAR_HOMED", { default: null }) === null ? "CLEAR" : "CLEAR_HOMED", { default: "" }));
    const told = position.map((value) => formatFixed(value, 3)).join(",");
    this.printer.log("info", `SET_KINEMATIC_POSITION pos=${told} set_homed=${homed} clear_homed=${cleared}`);
    toolhead.setPosition(position, { homingAxes: homed });
    toolhead.getKinematics().clearHomingState(cleared);
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
