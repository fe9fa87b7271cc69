import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClockFit } from "./clock-fit.js";
import { PrintTimeScale } from "./clock-line.js";

const FREQ = 16_000_000;

/** A fit after `count` samples, one a second, of a clock that is `ppm` fast and read up to `jitter` s late. */
function settledFit(ppm: number, jitters: readonly number[], count = 60): { fit: ClockFit; clockAt(time: number): number; end: number } {
  const clockAt = (time: number): number => 1000 + time * FREQ * (1 + ppm / 1e6);
  const fit = new ClockFit();
  fit.start(0, clockAt(0), FREQ);
  for (let i = 1; i <= count; i++) fit.add(i, clockAt(i + jitters[i % jitters.length]!));
  return { fit, clockAt, end: count };
}

describe("clock fit", () => {
  it("finds the rate of any crystal, and the clock to within the jitter of the line", () => {
    fc.assert(fc.property(
      fc.double({ min: -200, max: 200, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 0.0002, noNaN: true }), { minLength: 5, maxLength: 20 }),
      (ppm, jitters) => {
        const { fit, clockAt, end } = settledFit(ppm, jitters);

        expect(Math.abs(fit.line.freq / (FREQ * (1 + ppm / 1e6)) - 1)).toBeLessThan(3e-5);
        expect(Math.abs(fit.line.clockAt(end) - clockAt(end + 0.0001)) / FREQ).toBeLessThan(0.0003);
      }));
  });

  it("passes over late samples for 10 s, then takes them for the truth", () => {
    const { fit, clockAt, end } = settledFit(20, [0]);
    const before = fit.line;

    for (let i = 1; i < 10; i++) {
      expect(fit.add(end + i, clockAt(end + i + 0.05)).kind).toBe("late");
      expect(fit.line).toBe(before);
    }

    expect(fit.add(end + 10, clockAt(end + 10.05)).kind).toBe("jump");
    expect(fit.line).not.toBe(before);
  });

  it("believes a clock that is behind at once: nothing is answered before it is asked", () => {
    const { fit, clockAt, end } = settledFit(20, [0]);

    expect(fit.add(end + 1, clockAt(end + 0.95)).kind).toBe("jump");
    expect(fit.line.clockAt(end + 1)).toBeLessThan(clockAt(end + 1) - 0.001 * FREQ);
  });

  it("drops nothing that it was told to trust", () => {
    const { fit, clockAt, end } = settledFit(20, [0]);

    fit.trustNext();

    expect(fit.add(end + 1, clockAt(end + 1.05)).kind).toBe("jump");
  });
});

describe("print time scale", () => {
  it("goes through its two points", () => {
    fc.assert(fc.property(
      fc.double({ min: 0, max: 1e5, noNaN: true }), fc.double({ min: 4, max: 100, noNaN: true }),
      fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 1_000_000, max: 100_000_000 }),
      (printTime, span, clock, freq) => {
        const scale = PrintTimeScale.through(printTime, clock, printTime + span, clock + span * freq);

        expect(Math.abs(scale.toClock(printTime) - clock)).toBeLessThanOrEqual(2);
        expect(Math.abs(scale.toPrintTime(clock) - printTime)).toBeLessThan(1e-6);
      }));
  });
});
