/** Position of a stepper as a function of the toolhead's x, y, z, by the names under which plugins ask for it. */
import { InvariantError } from "../errors.js";
import {
  cartesianKinematics, corexyKinematics, deltaKinematics, deltesianKinematics, extruderKinematics, polarArmKinematics, polarBedKinematics,
  rotaryDeltaKinematics, winchKinematics, type Axis, type StepperKinematics,
} from "../steps/stepper-steps.js";

type Parameter = string | number;

const ALLOCATORS: Readonly<Record<string, (...params: Parameter[]) => StepperKinematics>> = {
  cartesian_stepper_alloc: (axis) => cartesianKinematics(axis as Axis),
  corexy_stepper_alloc: (type) => corexyKinematics(type as "+" | "-"),
  corexz_stepper_alloc: (type) => ({ kind: "linear", x: 1, y: 0, z: type === "+" ? 1 : -1 }),
  delta_stepper_alloc: (arm2, towerX, towerY) => deltaKinematics(arm2 as number, towerX as number, towerY as number),
  deltesian_stepper_alloc: (arm2, armX) => deltesianKinematics(arm2 as number, armX as number),
  polar_stepper_alloc: (type) => (type === "a" ? polarBedKinematics() : polarArmKinematics()),
  rotary_delta_stepper_alloc: (...lengths) => rotaryDeltaKinematics(...(lengths as [number, number, number, number, number])),
  winch_stepper_alloc: (x, y, z) => winchKinematics(x as number, y as number, z as number),
  extruder_stepper_alloc: () => extruderKinematics(),
};

/** Fresh kinematics, as `stepperKinematics("corexy_stepper_alloc", ["+"])`. @throws InvariantError for an unknown one. */
export function stepperKinematics(allocFunc: string, params: readonly Parameter[]): StepperKinematics {
  const alloc = ALLOCATORS[allocFunc];
  if (alloc === undefined) throw new InvariantError(`Unknown stepper kinematics "${allocFunc}"`);
  return alloc(...params);
}
