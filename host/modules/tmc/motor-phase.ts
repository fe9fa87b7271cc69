/**
 * Where in its electrical cycle a motor stands. The driver counts microsteps of 1/256 in its table of sine values, 1024 to a cycle; the host
 * counts steps of its own width. The offset between the two tells at which step positions phase 0 lies.
 */
import type { FieldHelper } from "./fields.js";
import type { McuTmc } from "./ports.js";

/** Entries of the driver's table for one cycle. */
const TABLE = 1024;

/** Steps of a cycle at a microstep resolution of 256 / 2^mres. */
export const phasesOf = (mres: number): number => (256 >> mres) * 4;

/** The step position, 0 … phases - 1, at which phase 0 lies. @param tablePosition of the driver; it counts down with steps of a motor that is not inverted */
export function phaseOffset(tablePosition: number, phases: number, mcuPosition: number, isInverted: boolean): number {
  const position = isInverted ? tablePosition : TABLE - 1 - tablePosition;
  const phase = Math.trunc((position / TABLE) * phases + 0.5) % phases;
  return (((phase - mcuPosition) % phases) + phases) % phases;
}

/** Asks the driver for its place in the table. @throws CommandError */
export async function readTablePosition(mcuTmc: McuTmc, fields: FieldHelper): Promise<number> {
  const field = fields.lookupRegister("mscnt") === undefined ? "mstep" : "mscnt";
  return fields.getField(field, await mcuTmc.getRegister(fields.lookupRegister(field)!));
}
