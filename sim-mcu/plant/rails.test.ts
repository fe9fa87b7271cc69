import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { NEVER_CLOCK } from "../firmware/clock.js";
import { plantFromConfig, type PlantOptions } from "./plant-from-config.js";
import type { PrinterPlant } from "./printer-plant.js";
import type { Sections } from "./config-values.js";

const MS = stm32f446.clockFreq / 1000;
const RAIL = { microsteps: "16", rotation_distance: "40", position_max: "200" };
/** 40 mm / 3200 steps. */
const STEP = 0.0125;
const X = { ...RAIL, step_pin: "PA0", dir_pin: "PA1", endstop_pin: "^PB0", position_endstop: "0" };
const Y = { ...RAIL, step_pin: "PA2", dir_pin: "PA3", endstop_pin: "^PB1", position_endstop: "0" };
const LEAD = 100 * MS;

interface Bench { mcu: TestMcu; plant: PrinterPlant }

/** A machine with two steppers (oids 0 and 1), a trsync (2) and an endstop (3) on the given pin. */
function bench(sections: Sections, options: PlantOptions = {}, endstopPin = "PB0"): Bench {
  const plant = plantFromConfig(sections, options);
  const mcu = new TestMcu(stm32f446, { plant });
  mcu.configure(2, { pins: ["PA0", "PA1", "PA2", "PA3"], endstopPin });
  mcu.send(`reset_step_clock oid=0 clock=${LEAD}`, `reset_step_clock oid=1 clock=${LEAD}`);
  return { mcu, plant };
}
const move = ({ mcu }: Bench, oid: number, dir: number, count: number, interval = 10_000, add = 0): void => {
  mcu.send(`set_next_step_dir oid=${oid} dir=${dir}`, `queue_step oid=${oid} interval=${interval} count=${count} add=${add}`);
};
const level = ({ mcu }: Bench, pin: string, clock = mcu.clock): number => mcu.mcu.gpio.read(mcu.mcu.gpio.pinNumber(pin), clock);
const change = ({ mcu }: Bench, pin: string): number => mcu.mcu.gpio.nextChange(mcu.mcu.gpio.pinNumber(pin), mcu.clock);

describe("carriage on a cartesian rail", () => {
  it("moves by the steps executed, from the middle of its travel unless told otherwise", () => {
    const b = bench({ stepper_x: X, stepper_y: { ...Y, dir_pin: "!PA3" }, printer: { kinematics: "cartesian" } }, { start: { y: 50 } });
    move(b, 0, 1, 400);
    move(b, 1, 1, 400);
    b.mcu.advance(1);
    expect(b.plant.positionOf("x", b.mcu.now)).toBeCloseTo(100 + 400 * STEP, 9);
    expect(b.plant.positionOf("y", b.mcu.now)).toBeCloseTo(50 - 400 * STEP, 9);
  });

  it("takes gears, microsteps and full steps into account", () => {
    const geared = { ...X, gear_ratio: "80:16, 2:1", microsteps: "8", full_steps_per_rotation: "400" };
    const b = bench({ stepper_x: geared, stepper_y: Y });
    move(b, 0, 0, 3200);
    b.mcu.advance(2);
    expect(b.plant.positionOf("x", b.mcu.now)).toBeCloseTo(100 - 40 / 10, 9);
  });

  it.each([
    ["^PB0", 0, 1], ["^!PB0", 1, 0], ["!mcu: PB0", 1, 0],
  ])("reads %s as %d before and %d after the switch is reached", (endstop_pin, before, after) => {
    const b = bench({ stepper_x: { ...X, endstop_pin }, stepper_y: Y }, { start: { x: 4 } });
    expect(level(b, "PB0")).toBe(before);
    move(b, 0, 0, 400);
    b.mcu.advance(1);
    expect(level(b, "PB0")).toBe(after);
  });

  it("foretells the very step at which the switch changes", () => {
    const row = fc.record({ dir: fc.nat(1), count: fc.integer({ min: 1, max: 300 }), interval: fc.integer({ min: 2000, max: 20_000 }), add: fc.integer({ min: -6, max: 6 }) });
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 400 }), fc.boolean(), (rows, away, up) => {
      const rail = up ? { ...X, position_endstop: "200" } : X;
      const b = bench({ stepper_x: rail, stepper_y: Y }, { start: { x: up ? 200 - away * STEP : away * STEP } });
      for (const r of rows) move(b, 0, r.dir, r.count, r.interval, r.add);
      const foretold = change(b, "PB0");
      const source = b.mcu.mcu.gpio.stepSources()[0]!;
      const start = level(b, "PB0");
      let position = 0, expected = NEVER_CLOCK;
      source.eachRow(0, (first, interval, add, count, dir) => {
        for (let k = 0; k < count; k++) {
          position += dir ? 1 : -1;
          const triggered = up ? position >= away : position <= -away;
          if (Number(triggered) !== start) {
            expected = first + k * interval + (add * k * (k + 1)) / 2;
            return true;
          }
        }
        return false;
      });
      expect(foretold).toBe(expected);
      if (foretold !== NEVER_CLOCK) expect([level(b, "PB0", foretold - 1), level(b, "PB0", foretold)]).toEqual([start, 1 - start]);
    }), { numRuns: 60 });
  });

  it("stops a homing move at the switch, near or far end", () => {
    for (const up of [false, true]) {
      const rail = up ? { ...X, position_endstop: "200" } : X;
      const b = bench({ stepper_x: rail, stepper_y: Y }, { start: { x: up ? 197 : 3 } });
      b.mcu.send("trsync_start oid=2 report_clock=0 report_ticks=0 expire_reason=4", "stepper_stop_on_trigger oid=0 trsync_oid=2",
        `endstop_home oid=3 clock=${LEAD} sample_ticks=2700 sample_count=4 rest_ticks=10000 pin_value=1 trsync_oid=2 trigger_reason=1`);
      move(b, 0, up ? 1 : 0, 1000);
      b.mcu.advance(1);
      expect(b.mcu.take("trsync_state").at(-1)!.params["trigger_reason"]).toBe(1);
      // Four samples 2700 ticks apart: one step more at most.
      const position = b.plant.positionOf("x", b.mcu.now);
      expect(Math.abs(position - (up ? 200 : 0))).toBeLessThanOrEqual(STEP + 1e-9);
      expect(level(b, "PB0")).toBe(1);
    }
  });

  it("stays where it is when its controller is reset", () => {
    const b = bench({ stepper_x: X, stepper_y: Y });
    move(b, 0, 1, 400);
    b.mcu.advance(1);
    b.mcu.send("reset");
    b.mcu.advance(1);
    expect(b.plant.positionOf("x", b.mcu.now)).toBeCloseTo(105, 9);
    b.mcu.resync();
    b.mcu.configure(2, { pins: ["PA0", "PA1", "PA2", "PA3"], endstopPin: "PB0" });
    b.mcu.send(`reset_step_clock oid=0 clock=${Math.floor(b.mcu.clock) + LEAD}`);
    move(b, 0, 1, 400);
    b.mcu.advance(1);
    expect(b.plant.positionOf("x", b.mcu.now)).toBeCloseTo(110, 9);
  });

  it("has a switch of its own for a secondary motor that says so", () => {
    const second = { step_pin: "PA2", dir_pin: "PA3", endstop_pin: "PB5" };
    const b = bench({ stepper_x: X, stepper_x1: second, printer: { kinematics: "cartesian" } }, { start: { x: 2, stepper_x1: 3 } });
    move(b, 0, 0, 200);
    move(b, 1, 0, 200);
    b.mcu.advance(1);
    expect([level(b, "PB0"), level(b, "PB5")]).toEqual([1, 0]);
  });

  it("keeps a broken switch open or closed, whatever the carriage does", () => {
    const b = bench({ stepper_x: X, stepper_y: Y }, { start: { x: 1 } });
    b.plant.limitSwitch("stepper_x").setFault("stuck-closed");
    expect(level(b, "PB0")).toBe(1);
    b.plant.limitSwitch("stepper_x").setFault("stuck-open");
    move(b, 0, 0, 200);
    b.mcu.advance(1);
    expect([level(b, "PB0"), change(b, "PB0")]).toEqual([0, NEVER_CLOCK]);
  });
});

describe("belt-coupled carriage", () => {
  const corexy: Sections = { printer: { kinematics: "corexy" }, stepper_x: X, stepper_y: { ...Y, position_endstop: "200" } };

  it("moves along x when both motors turn alike, along y when they turn against each other", () => {
    const b = bench(corexy, { start: { x: 100, y: 100 } });
    move(b, 0, 1, 400);
    move(b, 1, 1, 400);
    b.mcu.advance(0.5);
    expect([b.plant.positionOf("x", b.mcu.now), b.plant.positionOf("y", b.mcu.now)].map((v) => v.toFixed(6))).toEqual(["105.000000", "100.000000"]);
    for (const oid of [0, 1]) b.mcu.send(`reset_step_clock oid=${oid} clock=${Math.floor(b.mcu.clock) + LEAD}`);
    move(b, 0, 1, 400);
    move(b, 1, 0, 400);
    b.mcu.advance(0.5);
    expect([b.plant.positionOf("x", b.mcu.now), b.plant.positionOf("y", b.mcu.now)].map((v) => v.toFixed(6))).toEqual(["105.000000", "105.000000"]);
  });

  it("foretells the clock at which the sum of two motors reaches the switch", () => {
    const row = fc.record({ dir: fc.nat(1), count: fc.integer({ min: 1, max: 60 }), interval: fc.integer({ min: 2000, max: 9000 }), add: fc.integer({ min: -9, max: 9 }) });
    const rows = fc.array(row, { minLength: 0, maxLength: 5 });
    fc.assert(fc.property(rows, rows, fc.integer({ min: -40, max: 80 }), (a, b, away) => {
      const machine = bench(corexy, { start: { x: (away * STEP) / 2 + 0.001 } });
      for (const r of a) move(machine, 0, r.dir, r.count, r.interval, r.add);
      for (const r of b) move(machine, 1, r.dir, r.count, r.interval, r.add);
      const foretold = change(machine, "PB0");

      const steps: { at: number; by: number }[] = [];
      for (const source of machine.mcu.mcu.gpio.stepSources()) {
        source.eachRow(0, (first, interval, add, count, dir) => {
          for (let k = 0; k < count; k++) steps.push({ at: first + k * interval + (add * k * (k + 1)) / 2, by: dir ? 1 : -1 });
        });
      }
      steps.sort((p, q) => p.at - q.at);
      let sum = away, expected = NEVER_CLOCK;
      const start = sum < 0;
      for (let i = 0; i < steps.length; i++) {
        sum += steps[i]!.by;
        if (steps[i + 1]?.at === steps[i]!.at) continue;
        if (sum < 0 !== start) {
          expected = steps[i]!.at;
          break;
        }
      }
      expect(foretold).toBe(expected);
    }), { numRuns: 80 });
  });

  it("homes x by both motors and stops both where the switch is", () => {
    const b = bench(corexy, { start: { x: 3, y: 100 } });
    b.mcu.send("trsync_start oid=2 report_clock=0 report_ticks=0 expire_reason=4", "stepper_stop_on_trigger oid=0 trsync_oid=2", "stepper_stop_on_trigger oid=1 trsync_oid=2",
      `endstop_home oid=3 clock=${LEAD} sample_ticks=2700 sample_count=4 rest_ticks=10000 pin_value=1 trsync_oid=2 trigger_reason=1`);
    move(b, 0, 0, 1000);
    move(b, 1, 0, 1000);
    b.mcu.advance(1);
    expect(Math.abs(b.plant.positionOf("x", b.mcu.now))).toBeLessThanOrEqual(STEP + 1e-9);
    expect(b.plant.positionOf("y", b.mcu.now)).toBeCloseTo(100, 1);
  });
});

describe("probe", () => {
  it("triggers where the nozzle is z_offset above the bed under the probe", () => {
    const z = { ...X, endstop_pin: "probe:z_virtual_endstop" };
    const b = bench({ stepper_z: z, stepper_y: Y, probe: { pin: "PB7", z_offset: "1.5" } }, { start: { z: 5 }, bedHeight: () => 0.25 }, "PB7");
    move(b, 0, 0, 400);
    b.mcu.advanceTo(change(b, "PB7"));
    expect(b.plant.positionOf("z", b.mcu.now)).toBeCloseTo(1.75, 2);
  });
});

describe("inputs", () => {
  it("show filament until a scenario takes it away", () => {
    const b = bench({ stepper_x: X, stepper_y: Y, "filament_switch_sensor runout": { switch_pin: "^!PB9" }, "gcode_button ok": { pin: "^PB8" } });
    expect([level(b, "PB9"), level(b, "PB8")]).toEqual([0, 0]);
    b.plant.input("filament_switch_sensor runout").set(false, b.mcu.now + 0.5);
    const at = change(b, "PB9");
    expect(b.mcu.mcu.worldTimeAt(at)).toBeCloseTo(b.mcu.now + 0.5, 6);
    b.mcu.advanceTo(at);
    expect(level(b, "PB9")).toBe(1);
  });

  it("resolve aliases, and leave pins alone that the board lacks", () => {
    const b = bench({ board_pins: { aliases: "\n  ES0=PB0, ES1=PB1" }, stepper_x: { ...X, endstop_pin: "^ES0" }, stepper_y: { ...Y, endstop_pin: "PZ99" } }, { start: { x: 0 } });
    expect(level(b, "PB0")).toBe(1);
  });
});
