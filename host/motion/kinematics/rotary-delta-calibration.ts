/** The geometry of a rotary delta as calibration sees it. Lengths mm, angles of the configuration in degrees, of steppers in radians. */
import { positionAt, type FunctionKinematics } from "../../steps/stepper-kinematics.js";
import { rotaryDeltaKinematics } from "../../steps/turning-kinematics.js";
import { ofTowers, perTower, six, TOWERS, type ConfigSetter, type DeltaCalibration, type StablePosition } from "./delta-calibration.js";
import { trilaterate, type Point } from "./trilateration.js";

export interface RotaryDeltaGeometry {
  readonly shoulderRadius: number;
  readonly shoulderHeight: number;
  readonly angles: readonly number[];
  readonly upperArms: readonly number[];
  readonly lowerArms: readonly number[];
  /** Height of the effector, mm, at each endstop. */
  readonly endstops: readonly number[];
  readonly stepDists: readonly number[];
}

/** The elbow of an arm whose stepper is at `position`, radians. */
export function elbowAt({ shoulderRadius, shoulderHeight, angles, upperArms }: Pick<RotaryDeltaGeometry, "shoulderRadius" | "shoulderHeight" | "angles" | "upperArms">, arm: number, position: number): Point {
  const upper = upperArms[arm]!;
  const angle = (angles[arm]! * Math.PI) / 180;
  const out = upper * Math.cos(position) + shoulderRadius;
  return [out * Math.cos(angle), out * Math.sin(angle), upper * Math.sin(position) + shoulderHeight];
}

export class RotaryDeltaCalibration implements DeltaCalibration {
  readonly geometry: RotaryDeltaGeometry;
  private readonly arms: readonly FunctionKinematics[];
  private readonly squaredArms: [number, number, number];
  /** Positions of the steppers at their endstops. */
  private readonly tops: readonly number[];

  constructor(geometry: RotaryDeltaGeometry) {
    this.geometry = geometry;
    const { shoulderRadius, shoulderHeight, angles, upperArms, lowerArms, endstops } = geometry;
    this.arms = angles.map((degrees, i) => rotaryDeltaKinematics(shoulderRadius, shoulderHeight, (degrees * Math.PI) / 180, upperArms[i]!, lowerArms[i]!));
    this.squaredArms = lowerArms.map((arm) => arm * arm) as [number, number, number];
    this.tops = this.arms.map((arm, i) => positionAt(arm, 0, 0, endstops[i]!));
  }

  coordinateDescentParams(isExtended: boolean): { adjusted: string[]; params: Record<string, number> } {
    const { shoulderRadius, shoulderHeight, angles, upperArms, lowerArms, endstops, stepDists } = this.geometry;
    const params = Object.fromEntries([
      ["shoulder_radius", shoulderRadius], ["shoulder_height", shoulderHeight], ...perTower("angle", angles), ...perTower("upper_arm", upperArms),
      ...perTower("lower_arm", lowerArms), ...perTower("endstop", endstops), ...perTower("stepdist", stepDists),
    ]) as Record<string, number>;
    const adjusted = ["shoulder_height", "endstop_a", "endstop_b", "endstop_c"];
    return { adjusted: isExtended ? [...adjusted, "shoulder_radius", "angle_a", "angle_b"] : adjusted, params };
  }

  newCalibration(params: Readonly<Record<string, number>>): RotaryDeltaCalibration {
    return new RotaryDeltaCalibration({
      shoulderRadius: params["shoulder_radius"]!, shoulderHeight: params["shoulder_height"]!, angles: ofTowers(params, "angle"),
      upperArms: ofTowers(params, "upper_arm"), lowerArms: ofTowers(params, "lower_arm"), endstops: ofTowers(params, "endstop"), stepDists: ofTowers(params, "stepdist"),
    });
  }

  getPositionFromStable(stable: StablePosition): number[] {
    const elbows = this.tops.map((top, i) => elbowAt(this.geometry, i, top - stable[i]! * this.geometry.stepDists[i]!));
    return trilaterate(elbows as [Point, Point, Point], this.squaredArms);
  }

  calcStablePosition([x, y, z]: readonly number[]): number[] {
    return this.arms.map((arm, i) => (this.tops[i]! - positionAt(arm, x!, y!, z!)) / this.geometry.stepDists[i]!);
  }

  saveState(configfile: ConfigSetter): string {
    const { shoulderRadius, shoulderHeight, angles, endstops } = this.geometry;
    configfile.set("printer", "shoulder_radius", six(shoulderRadius));
    configfile.set("printer", "shoulder_height", six(shoulderHeight));
    const arms = TOWERS.map((tower, i) => {
      const section = `stepper_${tower}`;
      configfile.set(section, "angle", six(angles[i]!));
      configfile.set(section, "position_endstop", six(endstops[i]!));
      return `${section}: position_endstop: ${six(endstops[i]!)} angle: ${six(angles[i]!)}`;
    });
    return [...arms, `shoulder_radius: ${six(shoulderRadius)} shoulder_height: ${six(shoulderHeight)}`].join("\n");
  }
}
