/**
 * The geometry of a delta printer as calibration sees it: numbers that may be a little off, and stable positions, which are not: steps of each tower from
 * its endstop, whatever the geometry is taken to be. A calibration tries geometries until known heights and distances come out right.
 * Lengths mm, angles degrees.
 */
import { formatFixed } from "../format-fixed.js";
import { trilaterate, type Point } from "./trilateration.js";

/** Steps of the towers a, b, c below their endstops. */
export type StablePosition = readonly number[];

export interface ConfigSetter {
  set(section: string, option: string, value: unknown): void;
}

/** A geometry that can be calibrated. */
export interface DeltaCalibration {
  /** The parameters by name, and the names of those to search for, in the order of the search. */
  coordinateDescentParams(isExtended: boolean): { adjusted: readonly string[]; params: Readonly<Record<string, number>> };
  newCalibration(params: Readonly<Record<string, number>>): DeltaCalibration;
  getPositionFromStable(stable: StablePosition): number[];
  calcStablePosition(coord: readonly number[]): number[];
  /** Hands the parameters over for SAVE_CONFIG; returns what the user is told. */
  saveState(configfile: ConfigSetter): string;
}

/** Kinematics of a printer with three towers or arms. */
export interface CalibratedKinematics {
  getCalibration(): DeltaCalibration;
}

export const TOWERS = ["a", "b", "c"] as const;

/** Names a number for each tower, as "angle_a". */
export function perTower(name: string, values: readonly number[]): [string, number][] {
  return TOWERS.map((tower, i) => [`${name}_${tower}`, values[i]!]);
}

/** The numbers that `perTower` named. */
export function ofTowers(params: Readonly<Record<string, number>>, name: string): number[] {
  return TOWERS.map((tower) => params[`${name}_${tower}`]!);
}

/** Six decimals, as parameters are saved. */
export const six = (value: number): string => formatFixed(value, 6);

export interface LinearDeltaGeometry {
  readonly radius: number;
  readonly angles: readonly number[];
  readonly arms: readonly number[];
  /** position_endstop of each tower. */
  readonly endstops: readonly number[];
  readonly stepDists: readonly number[];
}

/** Carriages on vertical rails. */
export class LinearDeltaCalibration implements DeltaCalibration {
  readonly geometry: LinearDeltaGeometry;
  private readonly towers: readonly (readonly [x: number, y: number])[];
  private readonly squaredArms: readonly [number, number, number];
  /** Heights of the carriages at their endstops. */
  private readonly tops: readonly number[];

  constructor(geometry: LinearDeltaGeometry) {
    this.geometry = geometry;
    const { radius, angles, arms, endstops } = geometry;
    this.towers = angles.map((degrees) => {
      const angle = (degrees * Math.PI) / 180;
      return [Math.cos(angle) * radius, Math.sin(angle) * radius];
    });
    this.squaredArms = arms.map((arm) => arm * arm) as [number, number, number];
    this.tops = endstops.map((endstop, i) => endstop + Math.sqrt(this.squaredArms[i]! - radius * radius));
  }

  coordinateDescentParams(isExtended: boolean): { adjusted: string[]; params: Record<string, number> } {
    const { radius, angles, arms, endstops, stepDists } = this.geometry;
    const params = Object.fromEntries([
      ["radius", radius], ...perTower("angle", angles), ...perTower("arm", arms), ...perTower("endstop", endstops), ...perTower("stepdist", stepDists),
    ]) as Record<string, number>;
    // The direction of one tower is what the others are measured by.
    const adjusted = ["radius", "angle_a", "angle_b", "endstop_a", "endstop_b", "endstop_c"];
    return { adjusted: isExtended ? [...adjusted, "arm_a", "arm_b", "arm_c"] : adjusted, params };
  }

  newCalibration(params: Readonly<Record<string, number>>): LinearDeltaCalibration {
    return new LinearDeltaCalibration({
      radius: params["radius"]!, angles: ofTowers(params, "angle"), arms: ofTowers(params, "arm"), endstops: ofTowers(params, "endstop"), stepDists: ofTowers(params, "stepdist"),
    });
  }

  getPositionFromStable(stable: StablePosition): number[] {
    const carriages = this.towers.map(([x, y], i) => [x, y, this.tops[i]! - stable[i]! * this.geometry.stepDists[i]!]);
    return trilaterate(carriages as unknown as [Point, Point, Point], this.squaredArms);
  }

  calcStablePosition([x, y, z]: readonly number[]): number[] {
    return this.towers.map(([towerX, towerY], i) => {
      const carriage = z! + Math.sqrt(this.squaredArms[i]! - (towerX - x!) ** 2 - (towerY - y!) ** 2);
      return (this.tops[i]! - carriage) / this.geometry.stepDists[i]!;
    });
  }

  saveState(configfile: ConfigSetter): string {
    const { radius, angles, arms, endstops } = this.geometry;
    configfile.set("printer", "delta_radius", six(radius));
    const towers = TOWERS.map((tower, i) => {
      const section = `stepper_${tower}`;
      configfile.set(section, "angle", six(angles[i]!));
      configfile.set(section, "arm_length", six(arms[i]!));
      configfile.set(section, "position_endstop", six(endstops[i]!));
      return `${section}: position_endstop: ${six(endstops[i]!)} angle: ${six(angles[i]!)} arm_length: ${six(arms[i]!)}`;
    });
    return [...towers, `delta_radius: ${six(radius)}`].join("\n");
  }
}
