import { bench, describe } from "vitest";
import { LookAheadQueue } from "./lookahead.js";
import { Move, type MoveLimits } from "./move.js";

const limits: MoveLimits = {
  maxVelocity: 300,
  maxAccel: 3000,
  maxAccelToDecel: 1500,
  junctionDeviation: (25 * (Math.sqrt(2) - 1)) / 3000,
  extraAxes: [],
};
const COUNT = 1000;
/** A circle of short segments, as slicers write curves. */
const points = Array.from({ length: COUNT + 1 }, (_, i) => [50 * Math.cos(i / 100), 50 * Math.sin(i / 100), 0.2, i * 0.02]);

describe(`${COUNT} moves`, () => {
  bench("make, queue, plan lazily", () => {
    const queue = new LookAheadQueue();
    let planned = 0;
    for (let i = 0; i < COUNT; i++) {
      if (queue.addMove(new Move(limits, points[i]!, points[i + 1]!, 100))) planned += queue.flush(true).length;
    }
    planned += queue.flush().length;
    if (planned !== COUNT) throw new Error(`Planned ${planned} of ${COUNT} moves`);
  });
});
