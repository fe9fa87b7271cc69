/**
 * Bends a straight move along a mesh: looks at the mesh at equal distances and cuts the move where the height differs enough from that of
 * the last cut. In and out: positions of all axes, mm.
 */
import { between } from "./z-mesh.js";

export interface SplitOptions {
  /** Least difference in height for a cut, mm. */
  readonly splitDeltaZ: number;
  /** Distance between looks, mm. */
  readonly moveCheckDistance: number;
}

/** Differences below this are none, mm. */
const STANDSTILL = 1e-10;

/** What is added to z at a place. */
export type HeightAt = (x: number, y: number) => number;

/** Ends of the pieces of a move, adjusted in height; the last one is the end of the move. */
export function splitMove(from: readonly number[], to: readonly number[], heightAt: HeightAt, options: SplitOptions): number[][] {
  const { splitDeltaZ, moveCheckDistance } = options;
  const ends: number[][] = [];
  const moves = to.map((end, axis) => Math.abs(end - from[axis]!) > STANDSTILL);
  if (moves[0] || moves[1]) {
    const length = Math.sqrt((to[0]! - from[0]!) ** 2 + (to[1]! - from[1]!) ** 2 + (to[2]! - from[2]!) ** 2);
    let lastHeight = heightAt(from[0]!, from[1]!);
    for (let way = moveCheckDistance; way < length; way += moveCheckDistance) {
      const place = from.map((start, axis) => (moves[axis] ? between(way / length, start, to[axis]!) : start));
      const height = heightAt(place[0]!, place[1]!);
      if (Math.abs(height - lastHeight) < splitDeltaZ) continue;
      lastHeight = height;
      place[2] = place[2]! + height;
      ends.push(place);
    }
  }
  const end = [...to];
  end[2] = end[2]! + heightAt(to[0]!, to[1]!);
  ends.push(end);
  return ends;
}
