/**
 * Cable winch printers: three or more cables from anchors to the tool head. Nothing can be homed: the tool head is put to 0, 0, 0 by
 * hand, and G28 declares it to be there. Lengths mm.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { Coord } from "../coord.js";
import type { Move } from "../move.js";
import { PrinterStepper, type McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { followToolhead } from "./tower-rails.js";
import { trilaterate, type Point } from "./trilateration.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const MIN_WINCHES = 3;

export class WinchKinematics implements Kinematics {
  readonly supportsDualCarriage = false;
  private readonly steppers: McuStepper[] = [];
  private readonly anchors: Point[] = [];

  constructor(toolhead: Toolhead, config: ConfigSection) {
    for (const [i, letter] of [...LETTERS].entries()) {
      const name = `stepper_${letter}`;
      if (i >= MIN_WINCHES && !config.hasSection(name)) break;
      const section = config.getSection(name);
      const stepper = PrinterStepper(section);
      const anchor: Point = [section.getFloat("anchor_x"), section.getFloat("anchor_y"), section.getFloat("anchor_z")];
      stepper.setupItersolve("winch_stepper_alloc", ...anchor);
      this.steppers.push(stepper);
      this.anchors.push(anchor);
    }
    followToolhead(this.steppers, toolhead);
    this.setPosition([0, 0, 0], "");
  }

  getSteppers(): McuStepper[] {
    return this.steppers.slice();
  }

  /** By the first three cables. */
  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    const squares = this.steppers.slice(0, MIN_WINCHES).map((stepper) => stepperPositions[stepper.getName()]! ** 2);
    return trilaterate(this.anchors.slice(0, MIN_WINCHES) as [Point, Point, Point], squares as [number, number, number]);
  }

  setPosition(newPos: readonly number[], _homingAxes: string): void {
    for (const stepper of this.steppers) stepper.setPosition(newPos);
  }

  clearHomingState(_clearAxes: string): void {
    // Always taken to be homed.
  }

  async home(homing: HomingRequest): Promise<void> {
    homing.setAxes([0, 1, 2]);
    homing.setHomedPosition([0, 0, 0]);
  }

  checkMove(_move: Move): void {
    // The room that cables reach is not checked, nor their speed.
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    const bound = (pick: (...values: number[]) => number): Coord => {
      const [x, y, z] = [0, 1, 2].map((axis) => pick(...this.anchors.map((anchor) => anchor[axis]!)));
      return new Coord(x, y, z, 0);
    };
    return { homed_axes: "xyz", axis_minimum: bound(Math.min), axis_maximum: bound(Math.max) };
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new WinchKinematics(toolhead, config);
}
