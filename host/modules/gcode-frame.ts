/**
 * What gives the numbers of G1 a meaning, as a value: where g-code's zero lies on each axis, how much machine travel one unit of g-code
 * is, and whether numbers count from zero or from where the axis stands. Pure conversions between the
 * coordinates of g-code and of the machine, mm, and the frames that commands lead to.
 */

/** Index of E. It alone has a factor, and a mode of its own. */
export const E_AXIS = 3;

export interface GcodeFrame {
  /** Numbers count from zero, not from where the axis stands. */
  readonly absoluteCoord: boolean;
  /** The same for E; E is absolute where both are. */
  readonly absoluteExtrude: boolean;
  /** Where g-code's zero lies, mm. */
  readonly basePosition: readonly number[];
  /** mm of filament for one mm of E. */
  readonly extrudeFactor: number;
}

/** Machine travel for one unit of g-code. */
const unitOf = (frame: GcodeFrame, axis: number): number => (axis === E_AXIS ? frame.extrudeFactor : 1);

/** Machine coordinate that the number `word` of an axis asks for when the axis stands at `from`. */
export function machineCoordinate(frame: GcodeFrame, axis: number, word: number, from: number): number {
  const isAbsolute = frame.absoluteCoord && (axis !== E_AXIS || frame.absoluteExtrude);
  return (isAbsolute ? frame.basePosition[axis]! : from) + word * unitOf(frame, axis);
}

/** What g-code calls the machine coordinate `at` of an axis; an axis without a zero has it at 0. */
export function gcodeCoordinate(frame: GcodeFrame, axis: number, at: number): number {
  return (at - (frame.basePosition[axis] ?? 0)) / unitOf(frame, axis);
}

/** Where zero must lie for the machine coordinate `at` to be called `word`. */
export function zeroFor(frame: GcodeFrame, axis: number, at: number, word: number): number {
  return at - word * unitOf(frame, axis);
}

/** Zero and factor of E after a change of the factor: what E is called at `at` stays. */
export function withExtrudeFactor(frame: GcodeFrame, at: number, extrudeFactor: number): { zero: number; extrudeFactor: number } {
  return { zero: zeroFor({ ...frame, extrudeFactor }, E_AXIS, at, gcodeCoordinate(frame, E_AXIS, at)), extrudeFactor };
}

/** Speed of moves, mm/s, and what turns F (mm/min) into it, override included. */
export interface Feed {
  readonly speed: number;
  readonly speedFactor: number;
}

/** The same F under another factor. */
export function withSpeedFactor({ speed, speedFactor }: Feed, factor: number): Feed {
  return { speed: (speed / speedFactor) * factor, speedFactor: factor };
}

/** All that SAVE_GCODE_STATE keeps. */
export interface SavedState extends GcodeFrame, Feed {
  /** Where the last move ended, mm. */
  readonly lastPosition: readonly number[];
  /** The part of the zero that homing leaves in place, mm. */
  readonly homingPosition: readonly number[];
}

/** Zero after a saved state comes back while E stands at `e`: what was extruded since is kept, E goes on from where it is. */
export function restoredZero(saved: SavedState, e: number): number[] {
  const zero = saved.basePosition.slice(0, 4);
  zero[E_AXIS]! += e - saved.lastPosition[E_AXIS]!;
  return zero;
}

/** Kalico's names of what a saved state holds. */
const KALICO_KEYS = {
  absoluteCoord: "absolute_coord", absoluteExtrude: "absolute_extrude", basePosition: "base_position", lastPosition: "last_position",
  homingPosition: "homing_position", speed: "speed", speedFactor: "speed_factor", extrudeFactor: "extrude_factor",
} as const satisfies Record<keyof SavedState, string>;
const KEYS = Object.entries(KALICO_KEYS) as [keyof SavedState, string][];

/** A copy that later changes of `state` do not reach. */
export function copyOfState(state: SavedState): SavedState {
  return Object.fromEntries(KEYS.map(([key]) => [key, copyOf(state[key])])) as unknown as SavedState;
}

const copyOf = (value: unknown): unknown => (Array.isArray(value) ? [...(value as unknown[])] : value);

/** A state under Kalico's names, each number as `number` writes it. */
export function stateToKalico(state: SavedState, number: (value: number) => unknown): Record<string, unknown> {
  const written = (value: unknown): unknown => (Array.isArray(value) ? value.map(written) : typeof value === "number" ? number(value) : value);
  return Object.fromEntries(KEYS.map(([key, name]) => [name, written(state[key])]));
}

export function stateFromKalico(state: Readonly<Record<string, unknown>>): SavedState {
  return Object.fromEntries(KEYS.map(([key, name]) => [key, state[name]])) as unknown as SavedState;
}
