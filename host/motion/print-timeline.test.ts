import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrintTimeline, sliceEnds } from "./print-timeline.js";

const seconds = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true });

describe("print timeline", () => {
  it("cuts what is to be sent into rising pieces of at most 0.5 s that end where it ends", () => {
    fc.assert(fc.property(seconds(100), seconds(20), (start, length) => {
      const ends = sliceEnds(start, start + length);

      expect(ends.at(-1)).toBe(start + length);
      [start, ...ends].reduce((from, to) => {
        expect(to - from).toBeLessThanOrEqual(0.5 + 1e-9);
        expect(to).toBeGreaterThanOrEqual(from);
        return to;
      });
      expect(ends.length).toBeLessThanOrEqual(length / 0.5 + 2);
    }));
  });

  it("never computes a step whose surroundings are not planned, unless it has to be sent", () => {
    fc.assert(fc.property(seconds(100), seconds(100), seconds(0.2), (planned, sendEnd, window) => {
      const times = new PrintTimeline();
      times.planned = planned;
      times.exchangeWindow(0, window);

      const stepEnd = times.generationFor(sendEnd);

      expect(stepEnd).toBeGreaterThanOrEqual(sendEnd);
      expect(stepEnd === sendEnd || stepEnd <= planned - times.window).toBe(true);
      expect(times.generationFor(times.sendable)).toBeLessThanOrEqual(planned - times.window + 1e-9);
    }));
  });

  it("starts a stretch after everything that has steps, and far enough ahead of the micro-controller", () => {
    fc.assert(fc.property(seconds(100), seconds(100), seconds(100), (planned, generated, mcuTime) => {
      const times = new PrintTimeline();
      Object.assign(times, { planned, generated });

      const start = times.stretchStart(mcuTime);

      expect(start).toBeGreaterThanOrEqual(Math.max(planned, generated + times.window, mcuTime + 0.25));
    }));
  });

  it("has the widest window that is in use, and never less than 1 ms", () => {
    const times = new PrintTimeline();
    const widths: number[] = [];

    for (const [before, after] of [[0, 0.02], [0, 0.02], [0, 0.01], [0.02, 0], [0.02, 0.005], [0.01, 0], [0.005, 0]] as const) {
      times.exchangeWindow(before, after);
      widths.push(times.window);
    }

    expect(widths).toEqual([0.02, 0.02, 0.02, 0.02, 0.01, 0.005, 0.001]);
  });
});
