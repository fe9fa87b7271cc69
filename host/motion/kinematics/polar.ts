/**
 * Polar printers: a turning bed, an arm that runs over its axis, and Z. The arm gives the distance from the axis; X and Y home and
 * are known together. Moves across the axis are not supported, as the bed would have to turn at once.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { Coord } from "../coord.js";
import type { Move } from "../move.js";
import { LookupMultiRail, PrinterRail } from "../rail.js";
import { PrinterStepper, type McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { readZLimits } from "./box-limits.js";
import { followToolhead } from "./tower-rails.js";

export class PolarKinematics implements Kinematics {
  readonly supportsDualCarriage = false;
  /** Rails of the arm and of Z. */
  readonly rails: PrinterRail[];
  maxZVelocity: number;
  maxZAccel: number;
  private readonly bed: McuStepper;
  private isXYHomed = false;
  private isZHomed = false;

  constructor(toolhead: Toolhead, config: ConfigSection) {
    this.bed = PrinterStepper(config.getSection("stepper_bed"), true);
    const arm = new PrinterRail(config.getSection("stepper_arm"));
    const railZ = LookupMultiRail(config.getSection("stepper_z"));
    this.bed.setupItersolve("polar_stepper_alloc", "a");
    arm.setupItersolve("polar_stepper_alloc", "r");
    railZ.setupItersolve("cartesian_stepper_alloc", "z");
    this.rails = [arm, railZ];
    followToolhead(this.getSteppers(), toolhead);
    [this.maxZVelocity, this.maxZAccel] = readZLimits(toolhead, config);
  }

  getSteppers(): McuStepper[] {
    return [this.bed, ...this.rails.flatMap((rail) => rail.getSteppers())];
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    const angle = stepperPositions[this.bed.getName()]!;
    const [radius, z] = this.rails.map((rail) => stepperPositions[rail.getName()]!) as [number, number];
    return [Math.cos(angle) * radius, Math.sin(angle) * radius, z];
  }

  setPosition(newPos: readonly number[], homingAxes: string): void {
    for (const stepper of this.getSteppers()) stepper.setPosition(newPos);
    if (homingAxes.includes("z")) this.isZHomed = true;
    if (homingAxes.includes("x") && homingAxes.includes("y")) this.isXYHomed = true;
  }

  noteZNotHomed(): void {
    this.clearHomingState("z");
  }

  clearHomingState(clearAxes: string): void {
    if (clearAxes.includes("x") || clearAxes.includes("y")) this.isXYHomed = false;
    if (clearAxes.includes("z")) this.isZHomed = false;
  }

  async home(homing: HomingRequest): Promise<void> {
    const asked = homing.getAxes();
    const homesXY = asked.includes(0) || asked.includes(1);
    const homesZ = asked.includes(2);
    homing.setAxes([...(homesXY ? [0, 1] : []), ...(homesZ ? [2] : [])]);
    // The arm homes along X: the bed is taken to be at angle 0.
    if (homesXY) await homeOver(homing, 0, this.rails[0]!);
    if (homesZ) await homeOver(homing, 2, this.rails[1]!);
  }

  checkMove(move: Move): void {
    const [x, y, z] = move.endPos as [number, number, number];
    if (!this.isXYHomed) throw move.moveError("Must home axis first");
    const reach = this.rails[0]!.getRange()[1];
    if (x * x + y * y > reach * reach) throw move.moveError();
    const dz = move.axesD[2]!;
    if (dz === 0) return;
    if (!this.isZHomed) throw move.moveError("Must home axis first");
    const [low, high] = this.rails[1]!.getRange();
    if (z < low || z > high) throw move.moveError();
    const zRatio = move.moveD / Math.abs(dz);
    move.limitSpeed(this.maxZVelocity * zRatio, this.maxZAccel * zRatio);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    const reach = this.rails[0]!.getRange()[1];
    const [low, high] = this.rails[1]!.getRange();
    return {
      homed_axes: (this.isXYHomed ? "xy" : "") + (this.isZHomed ? "z" : ""),
      axis_minimum: new Coord(-reach, -reach, low, 0),
      axis_maximum: new Coord(reach, reach, high, 0),
    };
  }
}

/** Homes an axis from one range away towards its endstop; a homed arm stands over the X axis. */
async function homeOver(homing: HomingRequest, axis: 0 | 2, rail: PrinterRail): Promise<void> {
  const [low, high] = rail.getRange();
  const { positionEndstop, positiveDir } = rail.getHomingInfo();
  const homePos: (number | null)[] = [null, axis === 0 ? 0 : null, null, null];
  homePos[axis] = positionEndstop;
  const forcePos = homePos.slice();
  forcePos[axis] = positiveDir ? low : high;
  await homing.homeRails([rail], forcePos, homePos);
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new PolarKinematics(toolhead, config);
}
