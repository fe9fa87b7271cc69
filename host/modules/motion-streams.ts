/**
 * Streams of `[motion_report]` for clients of the API: the rows that a stepper was sent, and the moves of a motion queue. Both
 * begin with what is on record of the last half minute.
 */
import type { BatchSource } from "../api/batch-clients.js";
import type { StepHistoryRow } from "../steps/row-history.js";
import type { TrapqHistoryMove } from "../steps/trapq.js";

/** The part of a stepper that is read here. */
export interface StreamedStepper {
  getMcu(): { clockToPrintTime(clock: number): number };
  getStepDist(): number;
  mcuToCommandedPosition(mcuPosition: number): number;
  /** Newest first. */
  dumpSteps(count: number, startClock: number, endClock: number): StepHistoryRow[];
}

/** The part of a motion queue that is read here; newest first. */
export interface StreamedQueue {
  extractOld(max: number, startTime: number, endTime: number): TrapqHistoryMove[];
}

/** Rows of a stepper as `[interval, count, add]`, ticks and steps; a negative count goes down. */
export function stepStream(stepper: StreamedStepper): BatchSource {
  let seenClock = 0;
  return {
    header: ["interval", "count", "add"],
    next: () => {
      const rows = stepper.dumpSteps(Infinity, seenClock, Infinity).reverse();
      if (rows.length === 0) return null;
      const first = rows[0]!;
      const last = rows.at(-1)!;
      seenClock = last.lastClock;
      const mcu = stepper.getMcu();
      return {
        data: rows.map((row) => [row.interval, row.stepCount, row.add]),
        start_position: stepper.mcuToCommandedPosition(first.startPosition),
        start_mcu_position: first.startPosition,
        step_distance: stepper.getStepDist(),
        first_clock: first.firstClock,
        first_step_time: mcu.clockToPrintTime(first.firstClock),
        last_clock: last.lastClock,
        last_step_time: mcu.clockToPrintTime(last.lastClock),
      };
    },
  };
}

/** Moves of a queue that are made: times in s, velocities in mm/s, accelerations in mm/s², positions in mm. */
export function moveStream(queue: StreamedQueue): BatchSource {
  let seenTime = 0;
  return {
    header: ["time", "duration", "start_velocity", "acceleration", "start_position", "direction"],
    next: () => {
      const moves = queue.extractOld(Infinity, seenTime, Infinity).reverse();
      if (moves.length === 0) return null;
      const last = moves.at(-1)!;
      seenTime = last.printTime + last.moveT;
      return {
        data: moves.map((move) => [
          move.printTime, move.moveT, move.startV, move.accel, [move.startX, move.startY, move.startZ], [move.xR, move.yR, move.zR],
        ]),
      };
    },
  };
}
