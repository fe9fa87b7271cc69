/** Options that list places of the bed, x and y in mm, a line each. */
import type { ConfigSection } from "../../config/config-section.js";
import { pyFloat } from "../../config/python-text.js";

export type Place = readonly [x: number, y: number];

/** The places of an option. @throws ConfigError */
export function readPlaces(config: ConfigSection, option: string): Place[] {
  return config.getLists<number>(option, { seps: [",", "\n"], parser: pyFloat, count: 2 }) as unknown as Place[];
}
