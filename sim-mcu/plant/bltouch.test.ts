import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { NEVER_CLOCK } from "../firmware/clock.js";
import { TestMcu } from "../testing/test-mcu.js";
import { plantFromConfig } from "./plant-from-config.js";
import type { PrinterPlant } from "./printer-plant.js";

const MS = stm32f446.clockFreq / 1000;
const PERIOD = 20 * MS;
const Z = { microsteps: "16", rotation_distance: "8", position_max: "200", step_pin: "PA0", dir_pin: "PA1", endstop_pin: "probe:z_virtual_endstop" };
/** Pulse widths, microseconds. */
const PULSES = { pin_down: 650, touch_mode: 1165, pin_up: 1475, reset: 2190 } as const;
/** 8 mm / 3200 steps. */
const STEP = 0.0025;

interface Bench { mcu: TestMcu; plant: PrinterPlant }

/** A BLTouch at PB7 and PC0 over a flat bed; the bed pushes it with the nozzle at 1.5 mm. */
function bench(startMm: number, sensorPin = "^PB7"): Bench {
  const sections = { stepper_z: Z, printer: { kinematics: "cartesian" }, bltouch: { sensor_pin: sensorPin, control_pin: "PC0", z_offset: "1.5" } };
  const plant = plantFromConfig(sections, { start: { z: startMm } });
  const mcu = new TestMcu(stm32f446, { plant });
  mcu.configure(1, { pins: ["PA0", "PA1"], endstopPin: "PB7" });
  mcu.send(`reset_step_clock oid=0 clock=${100 * MS}`);
  mcu.mcu.gpio.setupOutput(mcu.mcu.gpio.pinNumber("PC0"), 0);
  return { mcu, plant };
}
const signal = ({ mcu }: Bench, command: keyof typeof PULSES): void =>
  mcu.mcu.gpio.writePwm(mcu.mcu.gpio.pinNumber("PC0"), (PULSES[command] * MS) / 1000, PERIOD);
/** Queues steps down, 1 ms each. */
const lower = ({ mcu }: Bench, steps: number): void => {
  mcu.send(`set_next_step_dir oid=0 dir=0`, `reset_step_clock oid=0 clock=${Math.round(mcu.clock + 10 * MS)}`, `queue_step oid=0 interval=${MS} count=${steps} add=0`);
};
const level = ({ mcu }: Bench, clock = mcu.clock): number => mcu.mcu.gpio.read(mcu.mcu.gpio.pinNumber("PB7"), clock);
const change = ({ mcu }: Bench): number => mcu.mcu.gpio.nextChange(mcu.mcu.gpio.pinNumber("PB7"), mcu.clock);

describe("BLTouch", () => {
  it("gives one pulse of 10 ms when the bed pushes its pin, and pulls it up", () => {
    const b = bench(1.5 + 200 * STEP);
    signal(b, "pin_down");
    b.mcu.advance(0.5);
    expect([level(b), b.plant.blTouch("bltouch").isDeployed(b.mcu.now)]).toEqual([0, true]);
    lower(b, 300);
    const push = change(b);
    b.mcu.advanceTo(push);
    expect(b.plant.positionOf("z", b.mcu.now)).toBeCloseTo(1.5, 6);
    expect(level(b)).toBe(1);
    const end = change(b);
    expect((end - push) / MS).toBeCloseTo(10, 3);
    b.mcu.advanceTo(end);
    expect([level(b), change(b), b.plant.blTouch("bltouch").isDeployed(b.mcu.now)]).toEqual([0, NEVER_CLOCK, false]);
  });

  it("remembers a push that nobody looked at", () => {
    const b = bench(1.5 + 20 * STEP);
    signal(b, "pin_down");
    b.mcu.advance(0.5);
    lower(b, 40);
    b.mcu.advance(1);
    expect([level(b), b.plant.blTouch("bltouch").isDeployed(b.mcu.now)]).toEqual([0, false]);
    signal(b, "touch_mode");
    expect(level(b)).toBe(1);
  });

  it("in touch mode is high as long as the pin is up, pushed or pulled", () => {
    const b = bench(1.5 + 20 * STEP);
    signal(b, "pin_up");
    expect(level(b)).toBe(0);
    signal(b, "touch_mode");
    expect(level(b)).toBe(1);
    signal(b, "pin_down");
    b.mcu.advance(0.5);
    signal(b, "touch_mode");
    expect(level(b)).toBe(0);
    lower(b, 40);
    b.mcu.advanceTo(change(b));
    expect(b.plant.positionOf("z", b.mcu.now)).toBeCloseTo(1.5, 6);
    b.mcu.advance(0.5);
    expect(level(b)).toBe(1);
  });

  it("raises an alarm when the bed does not let its pin down, until a reset", () => {
    const b = bench(1);
    signal(b, "pin_down");
    expect(level(b)).toBe(0);
    b.mcu.advanceTo(change(b));
    expect(level(b)).toBe(1);
    b.mcu.advance(0.5);
    signal(b, "pin_up");
    expect(level(b)).toBe(1);
    signal(b, "reset");
    expect(level(b)).toBe(0);
  });

  it("hears nothing in signals that are no command, and ends of signals", () => {
    const b = bench(50);
    signal(b, "pin_down");
    b.mcu.advance(0.5);
    const pin = b.mcu.mcu.gpio.pinNumber("PC0");
    b.mcu.mcu.gpio.writePwm(pin, 0.9 * MS, PERIOD);
    b.mcu.mcu.gpio.writePwm(pin, 0, PERIOD);
    expect(b.plant.blTouch("bltouch").isDeployed(b.mcu.now)).toBe(true);
  });

  it("is read inverted where the configuration says so, and can be broken", () => {
    const b = bench(50, "!PB7");
    expect(level(b)).toBe(1);
    b.plant.blTouch("bltouch").setFault("pin-stuck-up");
    signal(b, "pin_down");
    b.mcu.advance(0.5);
    expect(level(b)).toBe(0);
  });
});
