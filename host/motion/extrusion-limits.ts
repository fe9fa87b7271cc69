/**
 * What an extruder can do with filament, as a value, and what follows from it for one move. The E ratio of a move is mm of filament per mm
 * of travel; times the cross section of the filament it is the cross section of the line that is laid, mm².
 */
import type { ConfigSection } from "../config/config-section.js";
import { formatFixed } from "./format-fixed.js";

export interface ExtrusionLimits {
  readonly nozzleDiameter: number;
  /** Cross section of the filament, mm². */
  readonly filamentArea: number;
  /** Largest E ratio of a printing move. */
  readonly maxExtrudeRatio: number;
  /** Of moves of filament alone: mm/s, mm/s² and mm of filament. */
  readonly maxEVelocity: number;
  readonly maxEAccel: number;
  readonly maxEDist: number;
}

/** Nozzle and filament of a section; `usualRatio` is the E ratio of a line as wide and as high as twice the nozzle. */
export function filamentShape(config: ConfigSection): Pick<ExtrusionLimits, "nozzleDiameter" | "filamentArea" | "maxExtrudeRatio"> & { usualRatio: number } {
  const nozzleDiameter = config.getFloat("nozzle_diameter", { above: 0 });
  const radius = config.getFloat("filament_diameter", { minval: nozzleDiameter }) * 0.5;
  const filamentArea = Math.PI * (radius * radius);
  const usualArea = 4 * (nozzleDiameter * nozzleDiameter);
  const maxArea = config.getFloat("max_extrude_cross_section", { default: usualArea, above: 0 });
  return { nozzleDiameter, filamentArea, maxExtrudeRatio: maxArea / filamentArea, usualRatio: usualArea / filamentArea };
}

/** A part of a move along E: its ratio, its filament (mm), and whether X or Y move with it. */
export interface Extrusion {
  readonly ratio: number;
  readonly distance: number;
  readonly isAlongXy: boolean;
}

/** What a move may do; lines of a refusal are Kalico's. */
export type ExtrusionVerdict =
  | { readonly kind: "as it is" }
  | { readonly kind: "no faster than"; readonly velocity: number; readonly accel: number }
  | { readonly kind: "refused"; readonly lines: readonly [what: string, remedy: string]; readonly area?: number };

const AS_IT_IS: ExtrusionVerdict = { kind: "as it is" };

const seeOption = (option: string): string => `See the '${option}' config option for details`;
const against = (value: number, limit: number, unit: string): string => `(${formatFixed(value, 3)}${unit} vs ${formatFixed(limit, 3)}${unit})`;

/** Moves that lay a line are limited by its cross section; retractions and moves of filament alone by length, speed and acceleration. */
export function judgeExtrusion(limits: ExtrusionLimits, { ratio, distance, isAlongXy }: Extrusion): ExtrusionVerdict {
  const laysLine = isAlongXy && !(ratio < 0);
  if (!laysLine) {
    if (Math.abs(distance) > limits.maxEDist) {
      return { kind: "refused", lines: [`Extrude only move too long ${against(distance, limits.maxEDist, "mm")}`, seeOption("max_extrude_only_distance")] };
    }
    const travelPerFilament = 1 / Math.abs(ratio);
    return { kind: "no faster than", velocity: limits.maxEVelocity * travelPerFilament, accel: limits.maxEAccel * travelPerFilament };
  }
  const { maxExtrudeRatio: maxRatio, filamentArea } = limits;
  // A short blob does no harm.
  if (!(ratio > maxRatio && distance > limits.nozzleDiameter * maxRatio)) return AS_IT_IS;
  const area = ratio * filamentArea;
  return { kind: "refused", lines: [`Move exceeds maximum extrusion ${against(area, maxRatio * filamentArea, "mm^2")}`, seeOption("max_extrude_cross_section")], area };
}
