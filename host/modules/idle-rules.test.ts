import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { untilIdle, untilReady, type Activity } from "./idle-rules.js";

const activity: fc.Arbitrary<Activity> = fc.record({
  stillFor: fc.double({ min: -10, max: 2000, noNaN: true }), isQueued: fc.boolean(), isScriptRunning: fc.boolean(),
});

describe("idle timeout", () => {
  it("calls a printer ready once it stood still for 0.5 s with nothing queued and no script running", () => {
    fc.assert(fc.property(activity, (now) => {
      expect(untilReady(now) === 0).toBe(now.stillFor >= 0.5 && !now.isQueued && !now.isScriptRunning);
    }));
  });

  it("calls a ready printer idle once it stood still for the timeout, at least 1 s, unless the timeout is 0", () => {
    fc.assert(fc.property(activity, fc.constantFrom(0, 0.2, 1, 600), (now, timeout) => {
      const isIdle = timeout > 0 && now.stillFor >= Math.max(1, timeout) && !now.isQueued && !now.isScriptRunning;
      expect(untilIdle(now, timeout) === 0).toBe(isIdle);
    }));
  });

  it("asks again when the answer can be another one, never at once and at least each 2.5 s while printing", () => {
    fc.assert(fc.property(activity, (now) => {
      const wait = untilReady(now);
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(2.5);
      if (!now.isQueued && !now.isScriptRunning && wait > 0 && now.stillFor > -2) {
        expect(untilReady({ ...now, stillFor: now.stillFor + wait + 1e-9 })).toBe(0);
      }
    }));
  });
});
