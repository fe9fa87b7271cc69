/** CoreXY printers: the X rail turns with x + y, the Y rail with x − y; either endstop stops both. */
import type { ConfigSection } from "../../config/config-section.js";
import { CartKinematics } from "./cartesian.js";
import type { Kinematics, Toolhead } from "../surface.js";

export class CoreXYKinematics extends CartKinematics {
  protected override setupRails(): void {
    const [railX, railY, railZ] = this.rails;
    for (const stepper of railY!.getSteppers()) railX!.getEndstops()[0]![0].addStepper(stepper);
    for (const stepper of railX!.getSteppers()) railY!.getEndstops()[0]![0].addStepper(stepper);
    railX!.setupItersolve("corexy_stepper_alloc", "+");
    railY!.setupItersolve("corexy_stepper_alloc", "-");
    railZ!.setupItersolve("cartesian_stepper_alloc", "z");
  }

  override calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    const [a, b, z] = super.calcPosition(stepperPositions) as [number, number, number];
    return [0.5 * (a + b), 0.5 * (a - b), z];
  }
}

export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  return new CoreXYKinematics(toolhead, config);
}
