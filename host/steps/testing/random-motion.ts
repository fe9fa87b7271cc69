/**
 * Motion for tests: chains of trapezoidal moves along a polyline, from rest to rest, with full or reduced speed at
 * the corners, and rests between chains. Everything follows from the numbers that the caller draws.
 */
import type { Trapq } from "../trapq.js";

/** Draws numbers in 0…1; tests pass a seeded one. */
export type Draw = () => number;

/** Small seeded generator (mulberry32). */
export function seededDraw(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export interface MotionLimits {
  /** Longest move, mm. */
  length: number;
  /** mm/s */
  speed: number;
  /** mm/s^2 */
  accel: number;
  /** Speed that corners keep, mm/s. */
  cornerSpeed: number;
  /** Longest rest between chains, s. */
  rest: number;
}

/** One move of a chain, as arguments of Trapq.append. */
export type AppendArguments = Parameters<Trapq["append"]>;

/** A chain of `count` moves in the plane from (x, y) at printTime; returns the moves, the end time and the end point. */
export function randomChain(
  draw: Draw, count: number, printTime: number, x: number, y: number, limits: MotionLimits,
): { moves: AppendArguments[]; endTime: number; x: number; y: number } {
  const legs = Array.from({ length: count }, () => {
    const angle = 2 * Math.PI * draw();
    const length = limits.length * draw() ** 3 + 0.01;
    return { rx: Math.cos(angle), ry: Math.sin(angle), length, speed: limits.speed * (0.1 + 0.9 * draw()) };
  });
  const { accel } = limits;
  const cornerV2 = legs.map((leg, i) => (i === 0 ? 0 : Math.min(limits.cornerSpeed * draw(), leg.speed, legs[i - 1]!.speed) ** 2));
  cornerV2.push(0);
  // Backward and forward pass: no corner faster than the moves beside it can reach.
  for (let i = count - 1; i >= 0; i--) cornerV2[i] = Math.min(cornerV2[i]!, cornerV2[i + 1]! + 2 * accel * legs[i]!.length);
  for (let i = 0; i < count; i++) cornerV2[i + 1] = Math.min(cornerV2[i + 1]!, cornerV2[i]! + 2 * accel * legs[i]!.length);
  const moves: AppendArguments[] = [];
  let at = printTime;
  for (const [i, leg] of legs.entries()) {
    const startV2 = cornerV2[i]!;
    const endV2 = cornerV2[i + 1]!;
    const cruiseV2 = Math.min(leg.speed ** 2, (startV2 + endV2 + 2 * accel * leg.length) / 2);
    const startV = Math.sqrt(startV2);
    const cruiseV = Math.sqrt(Math.max(cruiseV2, startV2, endV2));
    const accelD = (cruiseV ** 2 - startV2) / (2 * accel);
    const decelD = (cruiseV ** 2 - endV2) / (2 * accel);
    const accelT = (cruiseV - startV) / accel;
    const decelT = (cruiseV - Math.sqrt(endV2)) / accel;
    const cruiseT = Math.max(0, (leg.length - accelD - decelD) / cruiseV);
    moves.push([at, accelT, cruiseT, decelT, x, y, 0, leg.rx, leg.ry, 0, startV, cruiseV, accel]);
    at += accelT + cruiseT + decelT;
    x += leg.rx * leg.length;
    y += leg.ry * leg.length;
  }
  return { moves, endTime: at, x, y };
}

/** Chains with rests between them. */
export function randomMotion(draw: Draw, chains: number, movesPerChain: number, startTime: number, limits: MotionLimits): AppendArguments[] {
  const all: AppendArguments[] = [];
  let at = startTime;
  let x = 0;
  let y = 0;
  for (let i = 0; i < chains; i++) {
    const chain = randomChain(draw, Math.max(1, Math.round(movesPerChain * draw())), at, x, y, limits);
    all.push(...chain.moves);
    ({ x, y } = chain);
    at = chain.endTime + (draw() < 0.5 ? 0 : limits.rest * draw());
  }
  return all;
}
