import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LookAheadQueue } from "./lookahead.js";
import { planAll, settledCount } from "./lookahead.reference.js";
import { Move, type MoveLimits } from "./move.js";

const limits: MoveLimits = {
  maxVelocity: 300,
  maxAccel: 3000,
  maxAccelToDecel: 1500,
  junctionDeviation: (25 * (Math.sqrt(2) - 1)) / 3000,
  extraAxes: [],
};

/** Steps of a path: mostly short and gently turning, some long, some on the spot, some only extruding. */
const pathStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ dx: fc.double({ min: -2, max: 2, noNaN: true }), dy: fc.double({ min: -2, max: 2, noNaN: true }) }) },
  { weight: 2, arbitrary: fc.record({ dx: fc.double({ min: 0.5, max: 60, noNaN: true }), dy: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.constant({ dx: 0, dy: 0 }) },
);
const path = fc.array(
  fc.record({ step: pathStep, dz: fc.constantFrom(0, 0, 0, 0.2), speed: fc.integer({ min: 5, max: 300 }), accel: fc.constantFrom(3000, 3000, 500) }),
  { minLength: 1, maxLength: 40 },
);
type Path = typeof path extends fc.Arbitrary<infer T> ? T : never;

function movesOf(pathToGo: Path): Move[] {
  const pos = [0, 0, 0, 0];
  const moves: Move[] = [];
  for (const { step, dz, speed, accel } of pathToGo) {
    const end = [pos[0]! + step.dx, pos[1]! + step.dy, pos[2]! + dz, pos[3]! + 0.05];
    const move = new Move(limits, pos, end, speed);
    if (move.isKinematicMove) move.limitSpeed(dz === 0 ? speed : 15, accel);
    moves.push(move);
    for (let i = 0; i < 4; i++) pos[i] = move.endPos[i]!;
  }
  return moves;
}

function queueOf(moves: readonly Move[]): LookAheadQueue {
  const queue = new LookAheadQueue();
  for (const move of moves) queue.addMove(move);
  return queue;
}

const slack = 1e-9;

describe("look-ahead", () => {
  it("plans as its slow twin does", () => {
    fc.assert(
      fc.property(path, (pathToGo) => {
        const moves = movesOf(pathToGo);
        const queue = queueOf(moves);

        const planned = planAll(moves);
        queue.flush();

        moves.forEach((move, i) => {
          const { startV2, cruiseV2, endV2 } = planned[i]!;
          expect([move.startV, move.cruiseV, move.endV]).toEqual([Math.sqrt(startV2), Math.sqrt(cruiseV2), Math.sqrt(endV2)]);
        });
      }),
    );
  });

  it("hands out in a lazy flush a prefix of the full plan, up to the second newest peak", () => {
    fc.assert(
      fc.property(path, (pathToGo) => {
        const lazyMoves = movesOf(pathToGo);
        const fullMoves = movesOf(pathToGo);
        const lazyQueue = queueOf(lazyMoves);
        queueOf(fullMoves).flush();

        const settled = settledCount(lazyMoves);
        const handedOut = lazyQueue.flush(true);

        expect(handedOut).toEqual(lazyMoves.slice(0, settled));
        expect(lazyQueue.queue).toEqual(lazyMoves.slice(settled));
        expect(handedOut.map(speeds)).toEqual(fullMoves.slice(0, settled).map(speeds));
      }),
    );
  });

  it("joins every move to the next at the same speed, over any number of lazy flushes, and ends at rest", () => {
    fc.assert(
      fc.property(path, path, path, (first, second, third) => {
        const queue = new LookAheadQueue();
        const done: Move[] = [];
        const moves = movesOf([...first, ...second, ...third]);
        moves.forEach((move, i) => {
          queue.addMove(move);
          if (i === first.length || i === first.length + second.length) done.push(...queue.flush(true));
        });
        done.push(...queue.flush());

        expect(done).toEqual(moves);
        let speed = 0;
        for (const move of done) {
          expect(Math.abs(move.startV - speed)).toBeLessThan(1e-6);
          speed = move.endV;
        }
        expect(speed).toBe(0);
      }),
    );
  });

  it("never exceeds a move's speed or acceleration, and covers exactly its distance", () => {
    fc.assert(
      fc.property(path, (pathToGo) => {
        const moves = movesOf(pathToGo);
        queueOf(moves).flush();

        for (const move of moves) {
          expect(move.cruiseV ** 2).toBeLessThanOrEqual(move.maxCruiseV2 * (1 + slack));
          expect(move.startV).toBeLessThanOrEqual(move.cruiseV + slack);
          expect(move.endV).toBeLessThanOrEqual(move.cruiseV + slack);
          expect(move.cruiseV - move.startV).toBeLessThanOrEqual(move.accel * move.accelT * (1 + slack) + slack);
          expect(Math.min(move.accelT, move.cruiseT, move.decelT)).toBeGreaterThan(-slack);
          const covered =
            ((move.startV + move.cruiseV) / 2) * move.accelT + move.cruiseV * move.cruiseT + ((move.cruiseV + move.endV) / 2) * move.decelT;
          expect(covered).toBeCloseTo(move.moveD, 9);
        }
      }),
    );
  });

  it("asks for a lazy flush when the queued moves are worth the flush time", () => {
    const queue = new LookAheadQueue();
    const moves = movesOf(Array.from({ length: 8 }, () => ({ step: { dx: 1, dy: 0 }, dz: 0, speed: 16, accel: 3000 })));

    const wanted = moves.map((move) => queue.addMove(move));

    // 62.5 ms per move; the first one has no junction and does not count.
    expect(wanted.indexOf(true)).toBe(4);
  });

  it("keeps everything in a lazy flush until a peak has another behind it", () => {
    const queue = queueOf(movesOf([{ step: { dx: 50, dy: 0 }, dz: 0, speed: 100, accel: 3000 }]));

    expect(queue.flush(true)).toEqual([]);
    expect(queue.getLast()).not.toBeNull();
  });
});

function speeds(move: Move): number[] {
  return [move.startV, move.cruiseV, move.endV, move.accelT, move.cruiseT, move.decelT];
}
