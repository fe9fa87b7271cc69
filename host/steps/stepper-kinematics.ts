/**
 * How the position of one stepper follows from the motion in a trapq.
 *
 * A kinematics is a plain value; StepperSteps keeps the solver's state (position, time reached) for each
 * kinematics it was given, so that one can be taken off and put back.
 */

export type Axis = "x" | "y" | "z";

/**
 * Linear combination of the coordinates, mm: cartesian, corexy, corexz, hybrids, and an extruder without pressure
 * advance (x = 1). Active on the axes with a coefficient other than 0. Carriages that share an axis change the values in place;
 * flush step generation before, and set the commanded position after.
 */
export interface LinearKinematics {
  readonly kind: "linear";
  x: number;
  y: number;
  z: number;
  /** Added to the combination, mm. */
  offset?: number;
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
  /** Closed form on straight lines, where there is one. */
  readonly line?: StraightLine;
}

/**
 * Position of a stepper along a straight line from (x, y, z) in direction r, parametrised by distance, mm. The position may turn round
 * once; on either side of the turn it rises or falls all the way.
 */
export interface StraightLine {
  /** Chooses the line. @returns the distance at which the position turns round, NaN if it does not */
  begin(x: number, y: number, z: number, rx: number, ry: number, rz: number): number;
  /** Distance at which the stepper has a position, before the turn or after it. */
  distanceAt(position: number, isAfterTurn: boolean): number;
}

/** One impulse of an input shaper: a share of the motion at another time. */
export interface ShaperPulse {
  /** Seconds from the present at which the motion is taken; negative is the past. */
  readonly offset: number;
  /** Shares of a shaper sum up to 1. */
  readonly share: number;
}

/**
 * Input shaping in front of another kinematics: each shaped coordinate is the sum over its impulses of share * coordinate(t + offset).
 * No impulses: not shaped, as an axis must be that the base does not follow. Change them after a flush of step generation only.
 */
export interface ShapedKinematics {
  readonly kind: "shaped";
  readonly base: LinearKinematics | FunctionKinematics;
  pulsesX: readonly ShaperPulse[];
  pulsesY: readonly ShaperPulse[];
}

export type StepperKinematics = LinearKinematics | PressureAdvanceKinematics | FunctionKinematics | ShapedKinematics;

/** Kalico's cartesian_stepper_alloc. */
export function cartesianKinematics(axis: Axis): LinearKinematics {
  return { kind: "linear", x: axis === "x" ? 1 : 0, y: axis === "y" ? 1 : 0, z: axis === "z" ? 1 : 0 };
}

/** Kalico's corexy_stepper_alloc: "+" is x + y, "-" is x - y. */
export function corexyKinematics(type: "+" | "-"): LinearKinematics {
  return { kind: "linear", x: 1, y: type === "+" ? 1 : -1, z: 0 };
}

/** Kalico's input_shaper_alloc and input_shaper_set_sk: not shaped until impulses are set. */
export function shapedKinematics(base: LinearKinematics | FunctionKinematics): ShapedKinematics {
  return { kind: "shaped", base, pulsesX: [], pulsesY: [] };
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
    case "shaped":
      return isActiveAxis(kinematics.base, axis);
  }
}

/** Stepper position at a point, mm. */
export function positionAt(kinematics: StepperKinematics, x: number, y: number, z: number): number {
  switch (kinematics.kind) {
    case "linear":
      return kinematics.x * x + kinematics.y * y + kinematics.z * z + (kinematics.offset ?? 0);
    case "pressure_advance":
      return x;
    case "function":
      return kinematics.position(x, y, z, 0);
    case "shaped":
      return positionAt(kinematics.base, x, y, z);
  }
}

/** Seconds before a move from which on it moves the stepper (Kalico's gen_steps_pre_active). */
export function preActiveTime(kinematics: StepperKinematics): number {
  if (kinematics.kind === "pressure_advance") return 0.5 * kinematics.smoothTime;
  return kinematics.kind === "shaped" ? farthestPulse(kinematics, 1) : 0;
}

/** Seconds after a move until which it moves the stepper (Kalico's gen_steps_post_active). */
export function postActiveTime(kinematics: StepperKinematics): number {
  if (kinematics.kind === "pressure_advance") return 0.5 * kinematics.smoothTime;
  return kinematics.kind === "shaped" ? farthestPulse(kinematics, -1) : 0;
}

function farthestPulse({ pulsesX, pulsesY }: ShapedKinematics, side: 1 | -1): number {
  let farthest = 0;
  for (const pulses of [pulsesX, pulsesY]) {
    for (const { offset } of pulses) farthest = Math.max(farthest, side * offset);
  }
  return farthest;
}
