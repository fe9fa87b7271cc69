import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PidLoop } from "./pid-loop.js";

const reading = fc.double({ min: 0, max: 300, noNaN: true });

describe("PID loop", () => {
  it("remembers the area of a wish only when the wish was granted in full", () => {
    fc.assert(fc.property(fc.array(fc.tuple(reading, fc.boolean()), { minLength: 1 }), (readings) => {
      const loop = new PidLoop({ kp: 0.1, ki: 0.01, kd: 0.5 }, 1, 1, 25);

      readings.forEach(([temp, granted], i) => {
        const before = loop.area;
        const proposal = loop.propose(0.3 * (i + 1), temp, 200);
        loop.settle(proposal, granted ? proposal.power : proposal.power + 0.1);

        expect(loop.area).toBe(granted ? proposal.memory.area : before);
        expect(loop.area * 0.01).toBeLessThanOrEqual(1 + 1e-12);
      });
    }));
  });

  it("follows a steady slope after the smoothing time, however often it is read", () => {
    fc.assert(fc.property(fc.double({ min: 0.05, max: 4, noNaN: true }), (period) => {
      const loop = new PidLoop({ kp: 0, ki: 0, kd: 1 }, 1, 1, 20);
      let power = 0;

      for (let time = period; time < 20; time += period) {
        const proposal = loop.propose(time, 20 + 2 * time, 200);
        power = proposal.power;
        loop.settle(proposal, power);
      }

      expect(power).toBeCloseTo(-2, 6);
    }));
  });
});
