/**
 * How the position of one stepper follows from the motion in a trapq.
 *
 * A kinematics is a plain value; StepperSteps keeps the solver's state (position, time reached) for each
 * kinematics it was given, so that one can be taken off and put back.
 */

export type Axis = "x" | "y" | "z";

/**
 * Fixed linear combination of the coordinates, mm: cartesian, corexy, corexz, hybrids, and an extruder without pressure
 * advance (x = 1). Active on the axes with a coefficient other than 0.
 */
export interface LinearKinematics {
  readonly kind: "linear";
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/**
 * Extruder: filament position is x; a segment with axesRY other than 0 takes pressure advance. The values are changed in
 * place with `setPressureAdvance`. Smooth time 0 means no pressure advance: the raw position.
 */
export interface PressureAdvanceKinematics {
  readonly kind: "pressure_advance";
  /** s */
  pressureAdvance: number;
  /** Full width of the smoothing window, s. */
  smoothTime: number;
}

/** Any other kinematics (delta, polar, …): position of the stepper, mm or radians, at a point. */
export interface FunctionKinematics {
  readonly kind: "function";
  readonly activeAxes: readonly Axis[];
  /** `near` is the stepper's commanded position, for angles that have to be taken near it. */
  position(x: number, y: number, z: number, near: number): number;
  /** Called after each generated range with the commanded position; returns the position to go on with (polar wrap-around). */
  normalize?(commandedPosition: number): number;
}

export type StepperKinematics = LinearKinematics | PressureAdvanceKinematics | FunctionKinematics;

/** Kalico's cartesian_stepper_alloc. */
export function cartesianKinematics(axis: Axis): LinearKinematics {
  return { kind: "linear", x: axis === "x" ? 1 : 0, y: axis === "y" ? 1 : 0, z: axis === "z" ? 1 : 0 };
}

/** Kalico's corexy_stepper_alloc: "+" is x + y, "-" is x - y. */
export function corexyKinematics(type: "+" | "-"): LinearKinematics {
  return { kind: "linear", x: 1, y: type === "+" ? 1 : -1, z: 0 };
}

/** Kalico's delta_stepper_alloc: tower at (towerX, towerY), arm2 is the squared arm length, mm^2. */
export function deltaKinematics(arm2: number, towerX: number, towerY: number): FunctionKinematics {
  return {
    kind: "function",
    activeAxes: ["x", "y", "z"],
    position: (x, y, z) => Math.sqrt(arm2 - (towerX - x) ** 2 - (towerY - y) ** 2) + z,
  };
}

/** Kalico's extruder_stepper_alloc: pressure advance off until set. */
export function extruderKinematics(): PressureAdvanceKinematics {
  return { kind: "pressure_advance", pressureAdvance: 0, smoothTime: 0 };
}

/**
 * Kalico's extruder_set_pressure_advance. The caller passes a smooth time of 0 when the advance is 0, and flushes step
 * generation before a change of the smooth time.
 */
export function setPressureAdvance(kinematics: PressureAdvanceKinematics, pressureAdvance: number, smoothTime: number): void {
  kinematics.smoothTime = smoothTime;
  if (smoothTime) kinematics.pressureAdvance = pressureAdvance;
}

/** True if movement along `axis` may move the stepper. */
export function isActiveAxis(kinematics: StepperKinematics, axis: Axis): boolean {
  switch (kinematics.kind) {
    case "linear":
      return kinematics[axis] !== 0;
    case "pressure_advance":
      return axis === "x";
    case "function":
      return kinematics.activeAxes.includes(axis);
  }
}

/** Stepper position at a point, mm. */
export function positionAt(kinematics: StepperKinematics, x: number, y: number, z: number): number {
  switch (kinematics.kind) {
    case "linear":
      return kinematics.x * x + kinematics.y * y + kinematics.z * z;
    case "pressure_advance":
      return x;
    case "function":
      return kinematics.position(x, y, z, 0);
  }
}

/** Seconds before and after a move during which it still moves the stepper (Kalico's gen_steps_pre_active, post_active). */
export function activeMargin(kinematics: StepperKinematics): number {
  return kinematics.kind === "pressure_advance" ? 0.5 * kinematics.smoothTime : 0;
}
