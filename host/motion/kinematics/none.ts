/** No kinematics: a printer without axes, for tests of everything else. */
import type { ConfigSection } from "../../config/config-section.js";
import { Coord } from "../coord.js";
import type { Move } from "../move.js";
import type { McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";

export class NoneKinematics implements Kinematics {
  readonly supportsDualCarriage = false;
  private readonly axesMinmax = new Coord(0, 0, 0, 0);

  getSteppers(): McuStepper[] {
    return [];
  }

  calcPosition(_stepperPositions: Readonly<Record<string, number>>): number[] {
    return [0, 0, 0];
  }

  setPosition(_newPos: readonly number[], _homingAxes: string): void {
    // Nothing has a position.
  }

  clearHomingState(_clearAxes: string): void {
    // Nothing can be homed.
  }

  async home(_homing: HomingRequest): Promise<void> {
    // Nothing can be homed.
  }

  checkMove(_move: Move): void {
    // Every move is allowed.
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { homed_axes: "", axis_minimum: this.axesMinmax, axis_maximum: this.axesMinmax };
  }
}

export function loadKinematics(_toolhead: Toolhead, _config: ConfigSection): Kinematics {
  return new NoneKinematics();
}
