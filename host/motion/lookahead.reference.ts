/**
 * Slow twin of the look-ahead: the same plan told move by move, each question answered by looking at
 * the whole list again. Squared speeds, (mm/s)².
 */
import type { Move } from "./move.js";

export interface PlannedSpeeds {
  startV2: number;
  cruiseV2: number;
  endV2: number;
}

/** Speeds of every move when the toolhead stops after the last one. */
export function planAll(moves: readonly Move[]): PlannedSpeeds[] {
  const start = (i: number): number =>
    i >= moves.length ? 0 : Math.min(moves[i]!.maxStartV2, start(i + 1) + moves[i]!.deltaV2);
  const smoothed = (i: number): number =>
    i >= moves.length ? 0 : Math.min(moves[i]!.maxSmoothedV2, smoothed(i + 1) + moves[i]!.smoothDeltaV2);

  return moves.map((move, i) => {
    const endV2 = start(i + 1);
    let cruiseV2: number;
    if (canAccelerate(moves, smoothed, i)) {
      const peak = moves.findIndex((_, j) => j >= i && isPeak(moves, smoothed, j));
      cruiseV2 = Math.min((start(i) + (endV2 + move.deltaV2)) * 0.5, move.maxCruiseV2, peakV2(moves, smoothed, peak));
    } else {
      let peak = i;
      while (!canAccelerate(moves, smoothed, peak)) peak--;
      cruiseV2 = peakV2(moves, smoothed, peak);
      for (let j = peak + 1; j <= i; j++) cruiseV2 = Math.min(cruiseV2, start(j));
    }
    return { startV2: Math.min(start(i), cruiseV2), cruiseV2, endV2: Math.min(endV2, cruiseV2) };
  });
}

/** How many of the moves a lazy flush may hand out: those before the second newest peak. */
export function settledCount(moves: readonly Move[]): number {
  const smoothed = (i: number): number =>
    i >= moves.length ? 0 : Math.min(moves[i]!.maxSmoothedV2, smoothed(i + 1) + moves[i]!.smoothDeltaV2);
  const peaks = moves.map((_, i) => i).filter((i) => isPeak(moves, smoothed, i));
  return peaks.at(-2) ?? 0;
}

function canAccelerate(moves: readonly Move[], smoothed: (i: number) => number, i: number): boolean {
  return smoothed(i) < smoothed(i + 1) + moves[i]!.smoothDeltaV2;
}

function isPeak(moves: readonly Move[], smoothed: (i: number) => number, i: number): boolean {
  if (!canAccelerate(moves, smoothed, i)) return false;
  const canDecelerate = smoothed(i) + moves[i]!.smoothDeltaV2 > smoothed(i + 1);
  const nextOnlyDecelerates = i + 1 < moves.length && !canAccelerate(moves, smoothed, i + 1);
  return canDecelerate || nextOnlyDecelerates;
}

function peakV2(moves: readonly Move[], smoothed: (i: number) => number, i: number): number {
  return Math.min(moves[i]!.maxCruiseV2, (smoothed(i) + (smoothed(i + 1) + moves[i]!.smoothDeltaV2)) * 0.5);
}
