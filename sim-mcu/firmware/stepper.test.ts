import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atmega2560, ideal, linux, stm32f446, type BoardProfile } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { expandSteps } from "../trace/index.js";
import { ReferenceStepper, type ReferenceRow } from "./stepper.reference.js";
import type { Step, StepsAround } from "./gpio.js";
import type { StepPath } from "./stepper.js";
import { stepOffset, stepsWithin } from "./step-rows.js";

const PINS = { pins: ["PA0", "PA1"], endstopPin: "PA2" };
const LINUX_PINS = { pins: ["gpio0", "gpio1", "gpio2", "gpio3"], endstopPin: "gpio4" };

const row = fc.record({
  interval: fc.integer({ min: 300, max: 40_000 }),
  count: fc.integer({ min: 1, max: 60 }),
  add: fc.integer({ min: -200, max: 200 }),
  dir: fc.constantFrom<0 | 1>(0, 1),
}).map((r): ReferenceRow => ({ ...r, add: r.interval + r.add * r.count < 20 ? 0 : r.add }));

interface Kind {
  path: StepPath;
  board: BoardProfile;
  invertStep: number;
  pulseTicks: number;
}

const kinds: Kind[] = [
  { path: "edge", board: stm32f446, invertStep: -1, pulseTicks: 18 },
  { path: "avr", board: atmega2560, invertStep: 0, pulseTicks: 32 },
  { path: "full", board: stm32f446, invertStep: 0, pulseTicks: 360 },
  { path: "full", board: atmega2560, invertStep: 1, pulseTicks: 160 },
  { path: "single", board: stm32f446, invertStep: -1, pulseTicks: 500 },
];

/** A configured MCU and its twin that were given the same rows, the first of which counts from `lead`. */
function startWithRows(kind: Kind, rows: readonly ReferenceRow[], lead: number): { mcu: TestMcu; twin: ReferenceStepper } {
  const mcu = new TestMcu({ ...kind.board, heapBytes: 30_000 });
  mcu.configure(1, { ...PINS, invertStep: kind.invertStep, pulseTicks: kind.pulseTicks });
  mcu.send(`reset_step_clock oid=0 clock=${lead}`);
  const twin = new ReferenceStepper(kind.path, kind.pulseTicks, kind.board.clockFreq / 1000);
  twin.resetClock(lead);
  for (const r of rows) {
    mcu.send(`set_next_step_dir oid=0 dir=${r.dir}`, `queue_step oid=0 interval=${r.interval} count=${r.count} add=${r.add}`);
    twin.push(r, 1);
  }
  return { mcu, twin };
}

describe("stepper", () => {
  it.each(kinds)("a queued row and its expansion step by step agree ($path, pulse $pulseTicks)", (kind) => {
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), (rows, looks) => {
      const lead = kind.board.clockFreq / 20;
      const { mcu, twin } = startWithRows(kind, rows, lead);
      const span = rows.reduce((ticks, r) => ticks + r.count * (r.interval + (r.count * r.add) / 2), 0);
      const seen: { clock: number; around: StepsAround }[] = [];
      for (const look of [...looks].sort((a, b) => a - b)) {
        mcu.advanceTo(Math.floor(lead + look * span));
        if (mcu.mcu.isShutdown) break;
        const answer = mcu.send("stepper_get_position oid=0")[0]!;
        twin.runUntil(mcu.mcu.firmware.now);
        expect(answer.params["pos"]).toBe(twin.position);
        const source = mcu.mcu.firmware.gpio.stepSources()[0]!, now = mcu.mcu.firmware.now;
        seen.push({ clock: now, around: source.stepsAround(now) });
      }
      mcu.advance(1);
      twin.runUntil(mcu.clock);

      const [steps] = mcu.mcu.trace.allSteps();
      const { clocks, dirs } = expandSteps(steps!);
      expect([...clocks]).toEqual(twin.steps.map((s) => s.clock));
      expect([...dirs]).toEqual(twin.steps.map((s) => s.dir));
      if (twin.error === undefined) {
        for (const { clock, around } of seen) {
          const steps = twin.steps.map((step): Step => ({ clock: step.clock, sign: step.dir ? 1 : -1 })), done = steps.filter((step) => step.clock <= clock);
          expect(around).toEqual({ position: done.reduce((sum, { sign }) => sum + sign, 0), last: done.at(-1), next: steps[done.length] });
        }
      }
      expect(mcu.shutdownReason).toBe(twin.error?.reason);
    }), { numRuns: 150 });
  });

  it.each(kinds)("a stop records the steps taken until then and no more ($path)", (kind) => {
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, when) => {
      const lead = kind.board.clockFreq / 20;
      const { mcu, twin } = startWithRows(kind, rows, lead);
      mcu.send("trsync_start oid=1 report_clock=0 report_ticks=0 expire_reason=4", "stepper_stop_on_trigger oid=0 trsync_oid=1");
      const span = rows.reduce((ticks, r) => ticks + r.count * (r.interval + (r.count * r.add) / 2), 0);
      const stopClock = Math.floor(lead + 1.1 * when * span);
      mcu.send(`trsync_set_timeout oid=1 clock=${stopClock}`);
      mcu.advance(1);
      twin.runUntil(stopClock);
      if (twin.error !== undefined) return;

      const { clocks } = expandSteps(mcu.mcu.trace.allSteps()[0]!);
      expect([...clocks]).toEqual(twin.steps.map((s) => s.clock));
      expect(mcu.send("stepper_get_position oid=0")[0]!.params["pos"]).toBe(twin.position);
      expect(mcu.mcu.freeMoves).toBe(mcu.mcu.firmware.moveCount);
    }), { numRuns: 100 });
  });

  it("finds the steps before a clock by formula as by counting", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1 << 24 }), fc.integer({ min: -300, max: 300 }), fc.integer({ min: 1, max: 5000 }), fc.double({ min: -0.1, max: 1.1, noNaN: true }), (interval, add, wanted, at) => {
      const count = add < 0 ? Math.max(1, Math.min(wanted, Math.floor((interval + add) / -add))) : wanted;
      const ticks = Math.floor(at * stepOffset(count - 1, interval, add));
      let counted = 0;
      while (counted < count && stepOffset(counted, interval, add) <= ticks) counted++;
      expect(stepsWithin(ticks, interval, add, count)).toBe(counted);
    }));
  });

  it("frees a node when its row is loaded, at the last step of the row before", () => {
    const mcu = new TestMcu(stm32f446);
    mcu.configure(1, PINS);
    mcu.send("reset_step_clock oid=0 clock=0");
    const all = mcu.mcu.freeMoves;
    mcu.send("queue_step oid=0 interval=20000000 count=10 add=0", "queue_step oid=0 interval=1000 count=1 add=0", "queue_step oid=0 interval=1000 count=1 add=0");
    expect(mcu.mcu.freeMoves).toBe(all - 2);

    mcu.advanceTo(20_000_000 * 10 - 1);
    expect(mcu.mcu.freeMoves).toBe(all - 2);
    mcu.advanceTo(20_000_000 * 10);
    expect(mcu.mcu.freeMoves).toBe(all - 1);
    mcu.advanceTo(20_000_000 * 10 + 1000);
    expect(mcu.mcu.freeMoves).toBe(all);
  });

  it("overflows when more rows are queued than the pool has nodes", () => {
    const mcu = new TestMcu(linux);
    mcu.configure(1, LINUX_PINS);
    const nodes = mcu.mcu.firmware.moveCount;
    expect(nodes).toBeGreaterThan(700);
    mcu.send("reset_step_clock oid=0 clock=0");
    mcu.send("queue_step oid=0 interval=50000000 count=1 add=0");
    for (let i = 0; i < nodes; i++) mcu.send("queue_step oid=0 interval=1000000 count=1 add=0");
    expect(mcu.shutdownReason).toBeUndefined();
    mcu.send("queue_step oid=0 interval=1000000 count=1 add=0");
    expect(mcu.shutdownReason).toBe("Move queue overflow");
  });

  it("shuts down on count 0, on a row that comes too late and on a reset of its clock while it steps", () => {
    const count = new TestMcu(linux);
    count.configure(1, LINUX_PINS);
    count.send("queue_step oid=0 interval=1000 count=65536 add=0");
    expect(count.shutdownReason).toBe("Invalid count parameter");

    const late = new TestMcu(linux);
    late.configure(1, LINUX_PINS);
    late.advance(0.5);
    late.send(`reset_step_clock oid=0 clock=${late.clock - 50_000}`, "queue_step oid=0 interval=1000 count=1 add=0");
    expect(late.shutdownReason).toBe("Timer too close");

    const active = new TestMcu(linux);
    active.configure(1, LINUX_PINS);
    active.send(`reset_step_clock oid=0 clock=${active.clock}`, "queue_step oid=0 interval=10000000 count=1 add=0", "reset_step_clock oid=0 clock=0");
    expect(active.shutdownReason).toBe("Can't reset time when stepper active");
  });

  it("shuts down when a row of an active stepper lies more than 1 ms back, at the clock it is loaded", () => {
    const mcu = new TestMcu(linux);
    mcu.configure(1, { ...LINUX_PINS, invertStep: 0, pulseTicks: 60_000 });
    mcu.send("reset_step_clock oid=0 clock=0");
    mcu.send("queue_step oid=0 interval=10000000 count=1 add=0", "queue_step oid=0 interval=10 count=1 add=0");
    mcu.advanceTo(10_059_999);
    expect(mcu.shutdownReason).toBeUndefined();
    mcu.advance(0.01);
    expect(mcu.shutdownReason).toBe("Stepper too far in past");
    expect(mcu.take("shutdown")[0]!.params["clock"]).toBe(10_060_000);
    expect(mcu.mcu.trace.stepsOf(0).steps).toBe(1);
  });

  it("takes any step rate and any pulse length on the ideal board", () => {
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.constantFrom(-1, 0, 1), fc.integer({ min: 0, max: 20_000 }), (rows, invertStep, pulseTicks) => {
      const { mcu } = startWithRows({ path: "edge", board: ideal, invertStep, pulseTicks }, rows, 1_000_000);
      mcu.advance(4);
      expect(mcu.shutdownReason).toBeUndefined();
      const columns = mcu.mcu.trace.allSteps()[0]!;
      expect(rows.map((_, i) => [columns.interval.at(i), columns.count.at(i), columns.add.at(i), columns.dir.at(i)])).toEqual(rows.map((r) => [r.interval, r.count, r.add, r.dir]));
    }), { numRuns: 30 });
  });

  it("takes more rows at once than any real board on the ideal board", () => {
    const mcu = new TestMcu(ideal);
    mcu.configure(1, PINS);
    expect(mcu.mcu.freeMoves).toBe(65_000);
    mcu.send("reset_step_clock oid=0 clock=16000000");
    for (let i = 0; i < 2000; i++) mcu.send("queue_step oid=0 interval=20 count=1 add=0");
    mcu.advance(2);
    expect(mcu.shutdownReason).toBeUndefined();
    expect(mcu.mcu.trace.allSteps()[0]!.steps).toBe(2000);
  });

  it("discards rows after a stop until its clock is reset, and keeps its direction flags", () => {
    const mcu = new TestMcu(linux);
    mcu.configure(1, LINUX_PINS);
    const all = mcu.mcu.freeMoves;
    mcu.send("trsync_start oid=1 report_clock=0 report_ticks=0 expire_reason=4", "stepper_stop_on_trigger oid=0 trsync_oid=1", "trsync_trigger oid=1 reason=2");
    mcu.send("queue_step oid=0 interval=1000 count=5 add=0");
    expect(mcu.shutdownReason).toBeUndefined();
    expect(mcu.mcu.freeMoves).toBe(all);

    mcu.send(`reset_step_clock oid=0 clock=${mcu.clock + 1_000_000}`, "set_next_step_dir oid=0 dir=1", "queue_step oid=0 interval=1000 count=5 add=0");
    mcu.advance(1);
    expect(mcu.send("stepper_get_position oid=0")[0]!.params["pos"]).toBe(5);
  });

  it("shuts down when asked for more steps than the board can do, and not below that", () => {
    const rate = (stepsPerSecond: number): string | undefined => {
      const mcu = new TestMcu(atmega2560);
      mcu.configure(3, { pins: ["PA0", "PA1", "PA2", "PA3", "PA4", "PA5"], endstopPin: "PA6", invertStep: 0, pulseTicks: 32 });
      const interval = Math.round((3 * 16e6) / stepsPerSecond);
      for (let oid = 0; oid < 3; oid++) {
        mcu.send(`reset_step_clock oid=${oid} clock=${mcu.clock + 2_000_000}`, `queue_step oid=${oid} interval=${interval} count=60000 add=0`);
      }
      mcu.advance(2);
      return mcu.shutdownReason;
    };
    expect(rate(95_000)).toBeUndefined();
    expect(rate(105_000)).toBe("Rescheduled timer in the past");
  });

  it("keeps stepping across the wrap of the 32 bit clock", () => {
    const mcu = new TestMcu(linux, { initialClock: 2 ** 32 - 10_000_000 });
    mcu.configure(1, LINUX_PINS);
    mcu.send(`reset_step_clock oid=0 clock=${2 ** 32 - 1_000_000}`, "set_next_step_dir oid=0 dir=1", "queue_step oid=0 interval=500000 count=5 add=0");
    mcu.advance(1);
    const { clocks } = expandSteps(mcu.mcu.trace.allSteps()[0]!);
    expect([...clocks]).toEqual([1, 2, 3, 4, 5].map((k) => 2 ** 32 - 1_000_000 + k * 500_000));
    expect(mcu.send("get_uptime")[0]!.params["high"]).toBe(1);
  });
});
