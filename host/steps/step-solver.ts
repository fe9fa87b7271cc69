/**
 * Walks the segments of a trapq on behalf of one stepper and asks a kinematics-specific part for the steps of each.
 *
 * Each kinematics of a stepper has its own solver and with it its own position (a StepGrid) and time reached.
 */
import type { StepRun } from "./step-run.js";
import { FunctionSteps } from "./function-steps.js";
import { LinearSteps } from "./linear-steps.js";
import { PressureAdvanceSteps } from "./pressure-advance-steps.js";
import type { SegmentSolver } from "./segment-solver.js";
import { ShapedSteps } from "./shaped-steps.js";
import { StepGrid } from "./step-grid.js";
import { isActiveAxis, postActiveTime, preActiveTime, type StepperKinematics } from "./stepper-kinematics.js";
import type { Trapq, TrapqMove } from "./trapq.js";

export class StepSolver {
  readonly kinematics: StepperKinematics;
  private readonly segmentSolver: SegmentSolver;
  private readonly grid = new StepGrid();
  private trapq: Trapq | null = null;
  private lastFlushTime = 0;
  /** End of the last activity that was generated. */
  private lastMoveTime = 0;
  private cursor = 0;
  private activeX = false;
  private activeY = false;
  private activeZ = false;

  constructor(kinematics: StepperKinematics, segmentSolver: SegmentSolver) {
    this.kinematics = kinematics;
    this.segmentSolver = segmentSolver;
  }

  /** Values of kinematics may have been changed in place. */
  private readActiveAxes(): void {
    this.activeX = isActiveAxis(this.kinematics, "x");
    this.activeY = isActiveAxis(this.kinematics, "y");
    this.activeZ = isActiveAxis(this.kinematics, "z");
  }

  get commandedPosition(): number {
    return this.grid.position;
  }

  setCommandedPosition(position: number): void {
    this.grid.setPosition(position);
  }

  setStepDist(stepDist: number): void {
    if (stepDist === this.grid.stepDist) return;
    this.setCommandedPosition(this.commandedPosition);
    this.grid.stepDist = stepDist;
  }

  setTrapq(trapq: Trapq | null): void {
    if (trapq === this.trapq) return;
    this.trapq = trapq;
    this.cursor = 0;
  }

  /** Print time of the first segment not generated yet that starts the stepper before flushTime; 0 for none. */
  checkActive(flushTime: number): number {
    const trapq = this.trapq;
    if (trapq === null) return 0;
    this.readActiveAxes();
    for (let seq = this.firstSeq(trapq, this.lastFlushTime); ; seq++) {
      const move = trapq.move(seq);
      if (this.isActive(move)) return move.printTime;
      if (flushTime <= move.printTime + move.moveT) return 0;
    }
  }

  /** Sends the steps from the time reached before up to `flushTime` to `run`. */
  generate(flushTime: number, run: StepRun, timeOffset: number, freq: number): void {
    const from = this.lastFlushTime;
    this.lastFlushTime = flushTime;
    const trapq = this.trapq;
    if (trapq === null) return;
    this.readActiveAxes();
    this.grid.timeOffset = timeOffset;
    this.grid.freq = freq;
    const before = preActiveTime(this.kinematics);
    const after = postActiveTime(this.kinematics);
    const first = this.firstSeq(trapq, from);
    this.cursor = first;
    if (before === 0 && after === 0) this.generateActive(trapq, first, from, flushTime, run);
    else this.generateWithMargins(trapq, first, from, flushTime, before, after, run);
  }

  private generateActive(trapq: Trapq, first: number, from: number, flushTime: number, run: StepRun): void {
    for (let seq = first; ; seq++) {
      const move = trapq.move(seq);
      if (move.printTime >= flushTime) return;
      const end = move.printTime + move.moveT;
      if (this.isActive(move)) {
        const to = Math.min(end, flushTime);
        this.segmentSolver.segment(trapq, seq, Math.max(from, move.printTime), to, this.grid, run);
        this.lastMoveTime = to;
      }
      if (end >= flushTime) return;
    }
  }

  /** As generateActive, for a stepper that a move also moves `before` seconds before it starts and `after` seconds after it ends. */
  private generateWithMargins(
    trapq: Trapq, first: number, from: number, flushTime: number, before: number, after: number, run: StepRun,
  ): void {
    let seqDone = first;
    let reached = from;
    const solveUpTo = (start: number, end: number): void => {
      // Without any segment there is no position to hold; rounding of the margin must not ask for one.
      if (trapq.firstSeq === trapq.endSeq) return;
      if (start > reached) reached = start;
      const stop = Math.min(end, flushTime);
      while (reached < stop) {
        while (trapq.move(seqDone).printTime + trapq.move(seqDone).moveT <= reached) seqDone++;
        const move = trapq.move(seqDone);
        const to = Math.min(stop, move.printTime + move.moveT);
        this.segmentSolver.segment(trapq, seqDone, Math.max(reached, move.printTime), to, this.grid, run);
        reached = to;
      }
    };
    solveUpTo(from, this.lastMoveTime + after);
    for (let seq = first; ; seq++) {
      const move = trapq.move(seq);
      if (move.printTime - before >= flushTime) return;
      if (!this.isActive(move)) {
        if (seq >= trapq.endSeq) return;
        continue;
      }
      const end = move.printTime + move.moveT;
      solveUpTo(move.printTime - before, end + after);
      this.lastMoveTime = Math.min(end, flushTime);
    }
  }

  private isActive(move: TrapqMove): boolean {
    return (this.activeX && move.axesRX !== 0) || (this.activeY && move.axesRY !== 0) || (this.activeZ && move.axesRZ !== 0);
  }

  private firstSeq(trapq: Trapq, time: number): number {
    let seq = Math.max(this.cursor, trapq.firstSeq);
    while (seq < trapq.endSeq && time >= trapq.move(seq).printTime + trapq.move(seq).moveT) seq++;
    return seq;
  }
}

/** Solver for a kinematics, at position 0. */
export function createSolver(kinematics: StepperKinematics): StepSolver {
  switch (kinematics.kind) {
    case "linear":
      return new StepSolver(kinematics, new LinearSteps(kinematics));
    case "pressure_advance":
      return new StepSolver(kinematics, new PressureAdvanceSteps(kinematics));
    case "function":
      return new StepSolver(kinematics, new FunctionSteps(kinematics));
    case "shaped":
      return new StepSolver(kinematics, new ShapedSteps(kinematics));
  }
}
