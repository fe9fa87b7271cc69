/** The plane z = x·X + y·Y + Z that lies nearest to points, by heights; mm. */
import { coordinateDescent } from "./coordinate-descent.js";

export interface Plane {
  /** mm of height per mm of x and of y. */
  readonly x: number;
  readonly y: number;
  /** Height at the origin. */
  readonly z: number;
}

/** Fits a plane, searching from the slopes and the height `start`. */
export function fitPlane(points: readonly (readonly number[])[], start: readonly [x: number, y: number, z: number] = [0, 0, 0]): Plane {
  const { parameters } = coordinateDescent(start, ([slopeX, slopeY, height]) =>
    points.reduce((sum, [x, y, z]) => sum + (z! - x! * slopeX! - y! * slopeY! - height!) ** 2, 0));
  const [x, y, z] = parameters as [number, number, number];
  return { x, y, z };
}

/** The height of a plane at a place. */
export function heightOn(plane: Plane, x: number, y: number): number {
  return x * plane.x + y * plane.y + plane.z;
}

/**
 * The bed, from the positions of the nozzle where a probe with these offsets triggered: how far above the zero height it lies.
 * The search starts from the slopes `start`.
 */
export function bedPlane(points: readonly (readonly number[])[], [dx, dy, dz]: readonly number[], start: readonly [number, number] = [0, 0]): Plane {
  const { x, y, z } = fitPlane(points, [...start, dz!]);
  return { x, y, z: z - dz! - x * dx! - y * dy! };
}
