/** `--tilt STEPPER=MM`: how the bed or gantry of the simulated machine leans at power-up, e.g. `stepper_z1=0.8`. Text → options of the plant; a wrong one is a UsageError. */
import type { RailOptions } from "../../sim-mcu/plant/index.js";
import { readPlantSections } from "../world/plant-sections.js";
import { UsageError } from "./exit-codes.js";

export const TILT_HELP = "a z motor stands so many mm further up at power-up than the others, STEPPER=MM, may be repeated: stepper_z1=0.8";

/** Further than this no levelling reaches, mm. */
const MAX_MM = 20;

/** @param configFile the machine's printer.cfg; read when something leans. @throws UsageError */
export function parseTilt(texts: readonly string[], configFile: string): NonNullable<RailOptions["tilt"]> {
  const tilt: Record<string, number> = {};
  if (texts.length === 0) return tilt;
  const motors = Object.keys(readPlantSections(configFile)).filter((section) => /^stepper_z\d*$/.test(section));
  for (const text of texts) {
    const [, motor, way] = /^\s*(\w+)\s*=\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
    if (motor === undefined || !(Math.abs(Number(way)) <= MAX_MM)) {
      throw new UsageError(`Option --tilt must be STEPPER=MM with at most ${MAX_MM} mm up or down, such as stepper_z1=-0.5, found "${text}"`);
    }
    if (!motors.includes(motor)) throw new UsageError(`Option --tilt names "${motor}", which is no z motor of the configuration: it has ${motors.join(", ") || "none"}`);
    tilt[motor] = Number(way);
  }
  return tilt;
}
