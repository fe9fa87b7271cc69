import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleClock } from "./sample-clock.js";

const FREQ = 180_000_000;

/** Observations every 0.1 s of a chip that makes `rate` samples a second, so many seconds from `start`. */
function* observations(rate: number, seconds: number, start: number): Generator<readonly [count: number, clock: number]> {
  for (let i = 0; i <= seconds * 10; i++) {
    const clock = start + Math.round((i / 10) * FREQ);
    yield [Math.floor((i / 10) * rate) + 1, clock];
  }
}

/** Clock at which the chip has made sample `count` (from 0). */
const truth = (count: number, rate: number, start: number): number => start + ((count + 1) / rate) * FREQ;

describe("times of samples", () => {
  it("follow a chip whose own clock is a few percent off", () => {
    fc.assert(fc.property(fc.double({ min: 0.97, max: 1.03, noNaN: true }), fc.constantFrom(400, 1344, 3200, 4500), fc.integer({ min: 0, max: 2 ** 40 }), (error, nominal, start) => {
      const rate = nominal * error, clock = new SampleClock(nominal * 0.2);
      let batch = 0;
      for (const [count, at] of observations(rate, 10, start)) {
        if (batch === 0) clock.restart(count, at);
        else {
          clock.observe(count, at);
          const line = clock.line(), last = count - 1;
          if (batch > 20) {
            const wrong = (line.clock + (last - line.count) * line.ticksPerSample - truth(last, rate, start)) / FREQ;
            // Counts are whole samples, and one is taken off for delays.
            expect(Math.abs(wrong)).toBeLessThan(2.5 / nominal);
          }
          clock.handOut(last);
        }
        batch++;
      }
    }), { numRuns: 40 });
  });

  it("never run backwards from one batch to the next, however observations jitter", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -20_000, max: 20_000 }), { minLength: 5, maxLength: 60 }), (jitter) => {
      const clock = new SampleClock(640);
      clock.restart(0, 0);
      let latest = Number.NEGATIVE_INFINITY;
      jitter.forEach((ticks, i) => {
        const count = (i + 1) * 320;
        clock.observe(count, (i + 1) * FREQ / 10 + ticks);
        const line = clock.line();
        for (let sample = i * 320 + 1; sample <= count; sample++) {
          const at = line.clock + (sample - line.count) * line.ticksPerSample;
          expect(at).toBeGreaterThan(latest);
          latest = at;
        }
        clock.handOut(count);
      });
    }));
  });

  it("begin anew after a restart", () => {
    const clock = new SampleClock(640);
    const run = (start: number): number[] => {
      const ticks: number[] = [];
      for (const [count, at] of observations(3200, 1, start)) {
        if (ticks.length === 0) clock.restart(count, at);
        else clock.observe(count, at);
        const { ticksPerSample } = ticks.length === 0 ? { ticksPerSample: 0 } : clock.line();
        ticks.push(ticksPerSample);
        if (ticks.length > 1) clock.handOut(count);
      }
      return ticks;
    };
    const first = run(1e9);
    run(5e12).forEach((ticks, i) => expect(ticks).toBeCloseTo(first[i]!, 3));
  });
});
