import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Completion } from "../reactor/completion.js";
import { restingCommand } from "./command-table.js";
import { HomingSession, trsyncSchedule, type TrsyncReport } from "./homing-session.js";

const FREQ = 16e6;
const ticksOf = (seconds: number): number => Math.trunc(seconds * FREQ);

describe("the schedule of a trsync", () => {
  it("spreads the reports of all MCUs evenly over one period, and lets several be missed before the timeout", () => {
    const schedules = fc.tuple(fc.integer({ min: 0, max: 2 ** 48 }), fc.integer({ min: 1, max: 6 }), fc.double({ min: 0.01, max: 1, noNaN: true }));
    fc.assert(
      fc.property(schedules, ([start, mcus, timeout]) => {
        const all = Array.from({ length: mcus }, (_, index) => trsyncSchedule(start, ticksOf, index / mcus, timeout));
        const { reportTicks, expireTicks, minExtendTicks } = all[0]!;

        for (const [index, each] of all.entries()) expect(Math.abs(each.reportClock - start - (reportTicks * index) / mcus)).toBeLessThanOrEqual(0.5);
        expect(all[0]!.expireClock).toBe(start + expireTicks);
        expect(3 * reportTicks).toBeLessThan(expireTicks);
        expect(minExtendTicks).toBeLessThan(reportTicks);
      }),
    );
  });
});

describe("a homing session", () => {
  const schedule = trsyncSchedule(0, ticksOf, 0, 0.25);
  const nobody = {} as Completion<boolean>;

  it("asks to stop the move once, at the first report that is not before its end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.nat(1000), (steps, endClock) => {
        const session = new HomingSession(schedule, nobody);
        session.endAt(endClock);
        let clock = 0;
        const clocks = steps.map((step) => (clock += step));

        const turns = clocks.map((waitingAt) => session.take({ waitingAt }));

        const first = clocks.findIndex((each) => each >= endClock);
        expect(turns).toEqual(clocks.map((_, index) => (index === first ? "stop the move" : "nothing")));
      }),
    );
  });

  it("without an end waits for the trigger alone, and finishes once", () => {
    const report = fc.oneof(fc.record({ waitingAt: fc.nat() }), fc.record({ stoppedFor: fc.nat(9) })) as fc.Arbitrary<TrsyncReport>;
    fc.assert(
      fc.property(fc.array(report), (reports) => {
        const session = new HomingSession(schedule, nobody);
        let finished = 0;

        for (const each of reports) if (session.take(each) === "finish") session.finish(() => finished++);
        session.finish(() => (finished += 10));

        expect(finished).toBe(reports.some((each) => "stoppedFor" in each) ? 1 : 10);
      }),
    );
  });
});

it("a resting command keeps the oid of its object and nothing else", () => {
  expect(restingCommand("endstop_home oid=%c clock=%u trsync_oid=%c", 7)).toBe("endstop_home oid=7 clock=0 trsync_oid=0");
});
