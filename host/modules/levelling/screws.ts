/** The screws below a bed as sections list them: screw1, screw1_name, screw2, … Positions mm. */
import type { ConfigSection } from "../../config/config-section.js";
import { formatFixed } from "../../motion/format-fixed.js";

/** Sections are read up to this number. */
export const MAX_SCREWS = 98;

export interface Screw {
  readonly name: string;
  readonly place: readonly [x: number, y: number];
}

/** The screw with that number, counted from 1; null where the section has none. @throws ConfigError */
export function readScrew(config: ConfigSection, number: number): Screw | null {
  const option = `screw${number}`;
  if (config.get(option, { default: null }) === null) return null;
  const [x, y] = config.getFloatList(option, { count: 2 }) as [number, number];
  return { name: config.get(`${option}_name`, { default: `screw at ${formatFixed(x, 3)},${formatFixed(y, 3)}` }), place: [x, y] };
}
