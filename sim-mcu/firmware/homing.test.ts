import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linux } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import type { Level, PinSource, Plant, PlantAttachment, StepSource } from "./gpio.js";

const STEPPER = 0;
const TRSYNC = 1;
const ENDSTOP = 2;
const PINS = { pins: ["gpio0", "gpio1"], endstopPin: "gpio4" };

/** A switch that closes (level 1) where the carriage has gone `distance` steps in the negative direction. */
class SwitchAt implements Plant, PinSource {
  private source: StepSource | undefined;
  constructor(private readonly distance: number) {}

  attach(mcu: PlantAttachment): void {
    mcu.gpio.onStepSource((source) => { this.source = source; });
    mcu.gpio.onStepsChanged(() => mcu.gpio.inputChanged("gpio4"));
    mcu.gpio.attachDigital("gpio4", this);
  }

  level(clock: number): Level { return (this.source?.positionAt(clock) ?? 0) <= -this.distance ? 1 : 0; }
  nextChange(clock: number): number {
    const target = this.level(clock) ? 1 - this.distance : -this.distance;
    return this.source?.clockOfPosition(target, clock) ?? Number.POSITIVE_INFINITY;
  }
}

/** A switch that changes at given clocks. */
class Scripted implements PinSource {
  constructor(private readonly changes: readonly number[]) {}
  level(clock: number): Level { return (this.changes.filter((c) => c <= clock).length % 2) as Level; }
  nextChange(clock: number): number { return this.changes.find((c) => c > clock) ?? Number.POSITIVE_INFINITY; }
}

function home(mcu: TestMcu, start: number, rest: number, sampleTicks = 750, sampleCount = 4): void {
  mcu.send(
    `trsync_start oid=${TRSYNC} report_clock=${start} report_ticks=3750000 expire_reason=4`, `stepper_stop_on_trigger oid=${STEPPER} trsync_oid=${TRSYNC}`,
    `trsync_set_timeout oid=${TRSYNC} clock=${start + 12_500_000}`,
  );
  mcu.send(`endstop_home oid=${ENDSTOP} clock=${start} sample_ticks=${sampleTicks} sample_count=${sampleCount} rest_ticks=${rest} pin_value=1 trsync_oid=${TRSYNC} trigger_reason=1`);
}

describe("homing", () => {
  it("goes as recorded with real firmware: reports, trigger, stop, discarded rows, query, reset and retract", () => {
    const plant = new SwitchAt(800);
    const mcu = new TestMcu(linux, { plant });
    mcu.configure(1, PINS);
    const start = mcu.clock + 5_000_000;
    mcu.send(`reset_step_clock oid=0 clock=${start}`, "set_next_step_dir oid=0 dir=0");
    home(mcu, start, 15_625);
    mcu.send("queue_step oid=0 interval=15625 count=400 add=0", "queue_step oid=0 interval=15625 count=360 add=0");

    // The host adds rows and extends the timeout while the carriage moves.
    mcu.advance(0.2);
    mcu.send("queue_step oid=0 interval=15625 count=400 add=0", `trsync_set_timeout oid=1 clock=${start + 30_000_000}`);
    mcu.advance(0.3);

    const stepClock = start + 800 * 15_625;
    const states = mcu.take("trsync_state");
    const before = states.filter((s) => s.params["can_trigger"] === 1);
    expect(before.map((s) => Number(s.params["clock"]) - start)).toEqual([0, 3_750_000, 7_500_000, 11_250_000]);
    const trigger = states.find((s) => s.params["can_trigger"] === 0)!;
    expect(trigger.params["trigger_reason"]).toBe(1);
    expect(trigger.params["clock"]).toBe(stepClock + 3 * 750);
    expect(mcu.send("trsync_trigger oid=1 reason=2").map((a) => [a.params["trigger_reason"], a.params["clock"]])).toEqual([[1, 0]]);

    mcu.send("endstop_home oid=2 clock=0 sample_ticks=0 sample_count=0 rest_ticks=0 pin_value=0 trsync_oid=0 trigger_reason=0");
    mcu.send("queue_step oid=0 interval=15645 count=3 add=0");
    mcu.send("trsync_trigger oid=1 reason=2");
    expect(mcu.send("stepper_get_position oid=0")[0]!.params["pos"]).toBe(-800);
    const state = mcu.send("endstop_query_state oid=2")[0]!.params;
    expect(state).toMatchObject({ homing: 0, next_clock: stepClock + 15_625, pin_value: 1 });
    expect(mcu.mcu.freeMoves).toBe(mcu.mcu.firmware.moveCount);
    expect(mcu.mcu.trace.allSteps()[0]!.steps).toBe(800);

    // A lone far step brings the clock near, as the host's first row after homing does.
    const far = mcu.clock + 5_000_000;
    mcu.send("reset_step_clock oid=0 clock=0", "set_next_step_dir oid=0 dir=1", `queue_step oid=0 interval=${far} count=1 add=0`, "queue_step oid=0 interval=15625 count=99 add=0");
    mcu.advance(0.5);
    expect(mcu.send("stepper_get_position oid=0")[0]!.params["pos"]).toBe(-700);
    expect(mcu.shutdownReason).toBeUndefined();
  });

  it("stops with the expire reason when the host stays silent, and goes on reporting until told to end", () => {
    const mcu = new TestMcu(linux, { plant: new SwitchAt(1e9) });
    mcu.configure(1, PINS);
    const start = mcu.clock + 5_000_000;
    mcu.send(`reset_step_clock oid=0 clock=${start}`);
    home(mcu, start, 15_625);
    mcu.send("queue_step oid=0 interval=15625 count=60000 add=0");
    mcu.advance(0.6);

    const states = mcu.take("trsync_state");
    expect(states.find((s) => s.params["can_trigger"] === 0)!.params).toMatchObject({ trigger_reason: 4, clock: start + 12_500_000 });
    expect(states.filter((s) => s.params["can_trigger"] === 0).length).toBeGreaterThan(1);
    expect(mcu.mcu.trace.allSteps()[0]!.steps).toBe(800);
    mcu.send("trsync_trigger oid=1 reason=2");
    mcu.take("trsync_state");
    mcu.advance(0.3);
    expect(mcu.take("trsync_state")).toEqual([]);
  });

  it("refuses a stepper that waits for a trigger already", () => {
    const mcu = new TestMcu(linux);
    mcu.configure(1, PINS);
    mcu.send("trsync_start oid=1 report_clock=0 report_ticks=0 expire_reason=4", "stepper_stop_on_trigger oid=0 trsync_oid=1", "stepper_stop_on_trigger oid=0 trsync_oid=1");
    expect(mcu.shutdownReason).toBe("Can't add signal that is already active");
  });

  it("shuts down on an endstop whose start has passed and on oids of another type", () => {
    const late = new TestMcu(linux);
    late.configure(1, PINS);
    late.advance(0.5);
    home(late, late.clock - 50_000, 15_625);
    expect(late.shutdownReason).toBe("Timer too close");

    const wrong = new TestMcu(linux);
    wrong.configure(1, PINS);
    wrong.send("trsync_trigger oid=0 reason=1");
    expect(wrong.shutdownReason).toBe("Invalid oid type");
  });

  it("shuts down when a report timer asks for all of the processor", () => {
    const mcu = new TestMcu(linux);
    mcu.configure(1, PINS);
    mcu.send(`trsync_start oid=1 report_clock=${mcu.clock + 100_000} report_ticks=1 expire_reason=4`);
    mcu.advance(1);
    expect(mcu.shutdownReason).toBe("Rescheduled timer in the past");
  });

  it("triggers on the same sample as reading the pin at every sample would", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(gaps, fc.integer({ min: 3000, max: 30_000 }), fc.integer({ min: 1, max: 5 }), (distances, rest, sampleCount) => {
      const mcu = new TestMcu(linux);
      mcu.configure(1, PINS);
      const start = mcu.clock + 1_000_000;
      let clock = start - 20_000;
      const changes = distances.map((d) => (clock += d));
      const pin = new Scripted(changes);
      mcu.mcu.gpio.attachDigital("gpio4", pin);
      home(mcu, start, rest, 500, sampleCount);
      mcu.send(`trsync_set_timeout oid=1 clock=${start + 3_000_000}`);
      mcu.advance(0.2);

      const expected = sampleOneByOne(pin, start, rest, 500, sampleCount, start + 3_000_000);
      const trigger = mcu.take("trsync_state").find((s) => s.params["can_trigger"] === 0)!;
      expect([trigger.params["trigger_reason"], trigger.params["clock"]]).toEqual(expected === undefined ? [4, start + 3_000_000] : [1, expected.trigger]);
      if (expected !== undefined) expect(mcu.send("endstop_query_state oid=2")[0]!.params["next_clock"]).toBe(expected.first + rest);
    }), { numRuns: 200 });
  });
});

/** The slow way: a read per sample. */
function sampleOneByOne(pin: PinSource, start: number, rest: number, sampleTicks: number, sampleCount: number, end: number): { first: number; trigger: number } | undefined {
  for (let grid = start; grid <= end; grid += rest) {
    let clock = grid;
    let matches = 0;
    while (pin.level(clock) === 1) {
      if (++matches === sampleCount) return clock <= end ? { first: grid, trigger: clock } : undefined;
      clock += sampleTicks;
    }
  }
  return undefined;
}
