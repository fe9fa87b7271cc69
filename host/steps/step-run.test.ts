import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowOutput } from "./row-output.js";
import { StepRun } from "./step-run.js";
import { RowReader } from "./testing/emitted-steps.js";
import { seededDraw } from "./testing/random-motion.js";

interface Piece {
  origin: number;
  fraction: number;
  v: number;
  h4: number;
  distance: number;
  travel: number;
  count: number;
}

/** A rising motion of pieces that follow each other with equal speed at the joints, from speed v (steps per tick). */
function chainOfPieces(draw: () => number, count: number, startClock: number, v: number, maxSpeed: number): Piece[] {
  const pieces: Piece[] = [];
  let at = startClock;
  let done = 0;
  let speed = v;
  for (let i = 0; i < count; i++) {
    const nextSpeed = draw() < 0.3 ? speed : maxSpeed * draw() ** 2;
    const steps = draw() < 0.3 ? 2 * draw() : 400 * draw() ** 3;
    const mean = (speed + nextSpeed) / 2;
    if (mean < maxSpeed * 1e-4) continue;
    const duration = steps / mean;
    const origin = Math.floor(at);
    const first = Math.floor(done + 0.5);
    const last = Math.floor(done + steps + 0.5);
    if (last > first) {
      pieces.push({
        origin, fraction: at - origin, v: speed, h4: (2 * (nextSpeed - speed)) / duration,
        distance: first + 0.5 - done, travel: steps, count: last - first,
      });
    }
    at += duration;
    done += steps;
    speed = nextSpeed;
  }
  return pieces;
}

/** Clocks of the steps of all pieces, in the plainest form of the formula. */
function clocksOf(pieces: Piece[]): number[] {
  return pieces.flatMap((p) =>
    Array.from({ length: p.count }, (_, j) => {
      const d = Math.min(p.distance + j, p.travel);
      const seconds = p.h4 === 0 ? d / p.v : (2 * d) / (p.v + Math.sqrt(Math.max(0, p.v * p.v + p.h4 * d)));
      return Math.floor(p.origin + p.fraction + seconds + 0.5);
    }),
  );
}

function pack(pieces: Piece[], maxErrorTicks: number, usePieces: boolean): RowReader {
  const output = new RowOutput();
  const run = new StepRun(output);
  run.usePieces = usePieces;
  run.setMcu(16e6, maxErrorTicks);
  for (const p of pieces) run.appendPiece(1, p.origin, p.fraction, p.v, p.h4, p.distance, p.travel, p.count);
  run.flush(Infinity);
  const reader = new RowReader();
  reader.drain(output.fifo);
  return reader;
}

function expectInWindows(reader: RowReader, ideal: number[], maxErrorTicks: number): void {
  const { clocks, rowStarts } = reader.steps;
  expect(clocks.length).toBe(ideal.length);
  for (let i = 0; i < ideal.length; i++) {
    const target = ideal[i]!;
    const before = rowStarts[i] === -1 ? ideal[i - 1]! : rowStarts[i]!;
    const earliest = target - Math.min(maxErrorTicks, Math.floor((target - before) / 2));
    // The plain formula may round to the other side of a tick.
    if (clocks[i]! > target + 1 || clocks[i]! < earliest - 1) throw new Error(`step ${i}: ${clocks[i]} not in ${earliest}…${target}`);
  }
}

describe("step-run", () => {
  it("keeps every step of any chain of pieces in its window, at any speed", () => {
    fc.assert(
      fc.property(
        fc.nat(), fc.integer({ min: 1, max: 40 }), fc.constantFrom(1e-4, 2e-3, 2e-2), fc.constantFrom(400, 1600, 4500), fc.boolean(),
        (seed, count, maxSpeed, maxErrorTicks, fromRest) => {
          const draw = seededDraw(seed);
          const pieces = chainOfPieces(draw, count, 1e7 * draw(), fromRest ? 0 : maxSpeed * draw(), maxSpeed);
          expectInWindows(pack(pieces, maxErrorTicks, true), clocksOf(pieces), maxErrorTicks);
        },
      ),
      { numRuns: 400, seed: 2 },
    );
  });

  it("needs no more than 0.5 % more rows by knots than step by step", () => {
    const draw = seededDraw(11);
    let byKnots = 0;
    let byStep = 0;
    for (let i = 0; i < 60; i++) {
      const pieces = chainOfPieces(draw, 60, 1000, 0, [2e-4, 1e-3, 5e-3][i % 3]!);
      byKnots += pack(pieces, 400, true).steps.rows;
      byStep += pack(pieces, 400, false).steps.rows;
    }
    expect(byKnots).toBeLessThan(byStep * 1.005);
    expect(byKnots).toBeGreaterThan(1000);
  });

  it("sends a steady speed as few full rows", () => {
    const pieces = [{ origin: 1000, fraction: 0, v: 1 / 500, h4: 0, distance: 0.5, travel: 200000.5, count: 200000 }];
    const { steps } = pack(pieces, 400, true);
    expect(steps.rows).toBe(5);
  });

  it("goes on with a piece that a flush has cut, as if it had been whole", () => {
    const whole = { origin: 5000, fraction: 0.25, v: 0, h4: 4e-9, distance: 0.5, travel: 3000, count: 3000 };
    const output = new RowOutput();
    const run = new StepRun(output);
    run.setMcu(16e6, 400);
    for (let done = 0; done < 3000; done += 100) {
      run.appendPiece(1, 5000, 0.25, 0, 4e-9, 0.5 + done, done + 100, 100);
      run.flush(output.lastStepClock + 1);
    }
    run.flush(Infinity);
    const reader = new RowReader();
    reader.drain(output.fifo);
    expectInWindows(reader, clocksOf([whole]), 400);
  });

  it("holds back rows that begin at or after the flush clock", () => {
    const output = new RowOutput();
    const run = new StepRun(output);
    run.setMcu(16e6, 400);
    for (let i = 1; i <= 1000; i++) run.append(1, i * 1000);
    run.flush(0);
    expect(output.fifo.length).toBe(1);
    run.flush(1);
    expect(output.lastStepClock).toBe(999000);
    run.flush(1000000);
    expect(output.lastStepClock).toBe(1000000);
  });

  it("refuses a step before the last one that was packed, and several at its clock, but takes one there", () => {
    const packed = (clocks: readonly number[]): RowOutput => {
      const output = new RowOutput(7);
      const run = new StepRun(output);
      run.setMcu(16e6, 400);
      run.append(1, 1000);
      run.flush(Infinity);
      for (const clock of clocks) run.append(1, clock);
      run.flush(Infinity);
      return output;
    };
    expect(() => packed([997, 2000])).toThrow("stepcompress o=7 i=-3 c=1 a=0: Invalid sequence");
    expect(() => packed([1000, 1000, 2000])).toThrow("stepcompress o=7 i=0 c=2 a=0: Invalid sequence");
    expect(packed([1000, 1008, 2000]).position).toBe(4);
  });
});
