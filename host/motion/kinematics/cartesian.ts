/** Cartesian printers: one rail per axis. A second carriage is not available yet. */
import type { ConfigSection } from "../../config/config-section.js";
import type { Move } from "../move.js";
import { LookupMultiRail, type PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import { BoxLimits, homeAxis, readZLimits } from "./box-limits.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";

export class CartKinematics implements Kinematics {
  readonly supportsDualCarriage: boolean = false;
  readonly rails: PrinterRail[];
  maxZVelocity: number;
  maxZAccel: number;
  protected readonly box: BoxLimits;

  constructor(toolhead: Toolhead, config: ConfigSection) {
    this.rails = ["x", "y", "z"].map((axis) => LookupMultiRail(config.getSection(`stepper_${axis}`)));
    this.setupRails();
    this.box = new BoxLimits(this.rails);
    for (const stepper of this.getSteppers()) {
      stepper.setTrapq(toolhead.getTrapq());
      toolhead.registerStepGenerator(stepper.generateSteps);
    }
    [this.maxZVelocity, this.maxZAccel] = readZLimits(toolhead, config);
  }

  /** Tells each rail which mix of axes it follows. */
  protected setupRails(): void {
    for (const [i, axis] of ["x", "y", "z"].entries()) this.rails[i]!.setupItersolve("cartesian_stepper_alloc", axis);
  }

  get limits(): (readonly [number, number])[] {
    return this.box.limits;
  }

  getSteppers(): McuStepper[] {
    return this.rails.flatMap((rail) => rail.getSteppers());
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    return this.rails.map((rail) => stepperPositions[rail.getName()]!);
  }

  /** Replaces the limits of an axis that is homed. */
  updateLimits(axis: number, range: readonly [number, number]): void {
    if (this.box.isHomed(axis)) this.box.limits[axis] = range;
  }

  setPosition(newPos: readonly number[], homingAxes: string): void {
    for (const rail of this.rails) rail.setPosition(newPos);
    for (const [axis, rail] of this.rails.entries()) {
      if (homingAxes.includes("xyz"[axis]!)) this.box.setHomed(axis, rail);
    }
  }

  noteZNotHomed(): void {
    this.clearHomingState("z");
  }

  clearHomingState(clearAxes: string): void {
    this.box.clear(clearAxes);
  }

  /** Homes the requested axes one after another. */
  async home(homing: HomingRequest): Promise<void> {
    for (const axis of homing.getAxes()) await homeAxis(homing, axis, this.rails[axis]!);
  }

  checkMove(move: Move): void {
    this.box.checkMove(move, this.maxZVelocity, this.maxZAccel);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return this.box.getStatus();
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new CartKinematics(toolhead, config);
}
