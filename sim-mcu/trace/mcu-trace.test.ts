import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linux } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { uint32Column } from "./columns.js";
import { firstStepDifference } from "./compare.js";
import { McuTrace } from "./mcu-trace.js";
import { writeStepsCsv } from "./steps-csv.js";

type Row = [firstClock: number, interval: number, count: number, add: number, dir: number];

const row = fc.tuple(fc.integer({ min: 0, max: 2 ** 50 }), fc.nat(2 ** 31), fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: -32_768, max: 32_767 }), fc.nat(1));

function traceOf(rows: readonly Row[], steps = true): McuTrace {
  const trace = new McuTrace({ steps });
  for (const r of rows) trace.stepsOf(3).push(...r);
  return trace;
}

describe("trace", () => {
  it("keeps what is pushed, in order, over chunk borders", () => {
    const column = uint32Column();
    for (let i = 0; i < 40_000; i++) column.push(i * 7);
    expect(column.at(16_384)).toBe(16_384 * 7);
    expect([...column.toArray()]).toEqual(Array.from({ length: 40_000 }, (_, i) => i * 7));
  });

  it("has one hash for the same rows, kept or not, and another for any changed field", () => {
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.nat(), fc.nat(4), (rows, which, field) => {
      const changed = rows.map((r): Row => [...r]);
      const target = changed[which % rows.length]!;
      target[field]! ^= 1;
      expect(traceOf(rows).hash()).toBe(traceOf(rows, false).hash());
      expect(traceOf(changed).hash()).not.toBe(traceOf(rows).hash());
    }));
  });

  it("writes rows as the reference streams have them", () => {
    const trace = traceOf([[1000, 50, 3, -2, 1], [4_294_967_400, 7, 1, 0, 0]]);
    expect(writeStepsCsv(trace, { 3: "stepper_x" })).toBe(
      "stepper,first_clock,interval,count,add,dir\nstepper_x,1000,50,3,-2,1\nstepper_x,4294967400,7,1,0,0\n",
    );
  });

  it("finds the first step that two traces do not share, however rows are cut", () => {
    const whole = traceOf([[1000, 10, 4, 0, 1]]);
    const cut = traceOf([[1000, 10, 2, 0, 1], [1020, 10, 2, 0, 1]]);
    const short = traceOf([[1000, 10, 3, 0, 1]]);
    expect(firstStepDifference(whole, cut)).toBeUndefined();
    expect(firstStepDifference(whole, short)).toMatchObject({ oid: 3, step: 3, right: "no step" });
  });

  it("records each accepted command with its arrival, its effect and so its slack", () => {
    const mcu = new TestMcu(linux);
    mcu.configure(1, { pins: ["gpio0", "gpio1"], endstopPin: "gpio2" });
    const { trace } = mcu.mcu;
    const start = mcu.clock + 10_000_000;
    mcu.send(`reset_step_clock oid=0 clock=${start}`);
    const arrival = mcu.clock;
    mcu.send("queue_step oid=0 interval=5000 count=2 add=0");

    const last = trace.commandCount - 1;
    expect(trace.kinds[trace.kind.at(last)]!.name).toBe("queue_step");
    expect([trace.oid.at(last), trace.arrivalClock.at(last), trace.effectClock.at(last)]).toEqual([0, arrival, start + 5000]);
    expect(trace.slack(last)).toBe(start + 5000 - arrival);
    expect(trace.kinds.find((k) => k.name === "queue_step")!.smallestSlack).toBe(trace.slack(last));
    expect(trace.slack(last - 1)).toBeNaN();
  });
});
