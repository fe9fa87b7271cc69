/** The answer of GET_POSITION: the same place in the coordinates of every stage, from steppers to g-code. */
import { formatFixed } from "../motion/format-fixed.js";

interface PositionedStepper {
  getName(): string;
  /** Steps. */
  getMcuPosition(): number;
  /** mm */
  getCommandedPosition(): number;
}

/** What the report needs from the toolhead. */
export interface PositionedToolhead {
  getPosition(): number[];
  getKinematics(): {
    getSteppers(): readonly PositionedStepper[];
    calcPosition(stepperPositions: Readonly<Record<string, number>>): readonly (number | null)[];
  };
}

/** The positions that g-code keeps, mm. */
export interface GcodePositions {
  readonly lastPosition: readonly number[];
  readonly basePosition: readonly number[];
  readonly homingPosition: readonly number[];
}

const pairs = (letters: string, values: readonly (number | null)[]): string =>
  [...letters].slice(0, values.length).map((letter, axis) => `${letter}:${formatFixed(values[axis] ?? 0, 6)}`).join(" ");

/** The lines of the report. */
export function describePosition(toolhead: PositionedToolhead, gcode: GcodePositions): string {
  const kinematics = toolhead.getKinematics();
  const steppers = kinematics.getSteppers();
  const commanded: Record<string, number> = {};
  for (const stepper of steppers) commanded[stepper.getName()] = stepper.getCommandedPosition();
  return [
    `mcu: ${steppers.map((stepper) => `${stepper.getName()}:${Math.trunc(stepper.getMcuPosition())}`).join(" ")}`,
    `stepper: ${steppers.map((stepper) => `${stepper.getName()}:${formatFixed(commanded[stepper.getName()]!, 6)}`).join(" ")}`,
    `kinematic: ${pairs("XYZ", kinematics.calcPosition(commanded))}`,
    `toolhead: ${pairs("XYZE", toolhead.getPosition().slice(0, 4))}`,
    `gcode: ${pairs("XYZE", gcode.lastPosition)}`,
    `gcode base: ${pairs("XYZE", gcode.basePosition)}`,
    `gcode homing: ${pairs("XYZ", gcode.homingPosition)}`,
  ].join("\n");
}
