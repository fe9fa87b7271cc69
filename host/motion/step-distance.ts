/** The distance of one step from the options of a stepper's section. */
import type { ConfigSection } from "../config/config-section.js";
import { pyFloat } from "../config/python-text.js";
import { ConfigError } from "../errors.js";

/** Product of the ratios in `gear_ratio: 57:11, 2:1`; 1 without the option. */
export function parseGearRatio(config: ConfigSection, noteValid: boolean): number {
  const ratios = config.getLists<number>("gear_ratio", { default: [], seps: [":", ","], count: 2, parser: pyFloat, noteValid });
  let result = 1;
  for (const [driven, driving] of ratios as unknown as [number, number][]) result *= driven / driving;
  return result;
}

/**
 * [mm (or radians) per rotation, steps per rotation]. With `unitsInRadians` null the unit is inferred: a
 * section with a gear_ratio and no rotation_distance is rotary.
 * @throws ConfigError
 */
export function parseStepDistance(
  config: ConfigSection,
  unitsInRadians: boolean | null = null,
  noteValid = false,
): [number, number] {
  if (unitsInRadians === null) {
    const rotationDistance = config.get("rotation_distance", { default: null, noteValid: false });
    const gearRatio = config.get("gear_ratio", { default: null, noteValid: false });
    unitsInRadians = rotationDistance === null && gearRatio !== null;
  }
  let rotationDist: number;
  if (unitsInRadians) {
    rotationDist = 2 * Math.PI;
    config.get("gear_ratio", { noteValid });
  } else {
    rotationDist = config.getFloat("rotation_distance", { above: 0, noteValid });
  }
  const microsteps = config.getInt("microsteps", { minval: 1, noteValid });
  const fullSteps = config.getInt("full_steps_per_rotation", { default: 200, minval: 1, noteValid });
  if (fullSteps % 4 !== 0) {
    throw new ConfigError(`full_steps_per_rotation invalid in section '${config.getName()}'`, {
      section: config.getName(),
      option: "full_steps_per_rotation",
    });
  }
  return [rotationDist, fullSteps * microsteps * parseGearRatio(config, noteValid)];
}
