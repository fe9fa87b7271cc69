import { describe, expect, it } from "vitest";
import { pinBench, type PinBench } from "../testing/pin-bench.js";

const HEATER = `[heater_generic extruder]
heater_pin: PB1
sensor_pin: PC1
sensor_type: AD595
control: watermark
min_temp: 0
max_temp: 300
`;
/** AD595: 10 mV per degree at 5 V reference, nearly. */
const adc = (celsius: number): number => celsius / 490;

/** Let time pass while the sensor reads `celsius`. */
async function live(bench: PinBench, seconds: number, celsius: number): Promise<void> {
  const end = bench.clock.now + seconds;
  for (let now = bench.clock.now; now < end; now += 0.3) {
    bench.pin("PC1").report(now, adc(celsius));
    await bench.runUntil(now + 0.3);
  }
}

const lastSpeed = (bench: PinBench, pin: string): number => bench.pin(pin).commands.at(-1)?.[1] ?? 0;

describe("heater_fan", () => {
  it("runs while its heater has a target or is hot, and is at full speed in shutdown", async () => {
    const bench = await pinBench(`${HEATER}[heater_fan hotend]\npin: PA1\n`);
    expect(bench.pin("PA1").setup.shutdown).toBe(1);
    await live(bench, 3, 20);
    expect(lastSpeed(bench, "PA1")).toBe(0);

    await bench.script("SET_HEATER_TEMPERATURE HEATER=extruder TARGET=200");
    await live(bench, 3, 30);
    expect(lastSpeed(bench, "PA1")).toBe(1);

    await bench.script("SET_HEATER_TEMPERATURE HEATER=extruder TARGET=0");
    await live(bench, 6, 120);
    expect(lastSpeed(bench, "PA1")).toBe(1);

    await live(bench, 8, 40);
    expect(lastSpeed(bench, "PA1")).toBe(0);
  });
});

describe("controller_fan", () => {
  const motors = { enabled: false };
  const modules = {
    stepper_enable: {
      loadConfig: () => ({ getSteppers: () => ["stepper_x"], lookupEnable: () => ({ isMotorEnabled: () => motors.enabled }) }),
    },
  };

  it("runs while a motor or heater is on, then at idle_speed for idle_timeout seconds", async () => {
    motors.enabled = false;
    const bench = await pinBench(
      `${HEATER}[controller_fan board]\npin: PA1\nfan_speed: 1\nidle_speed: 0.5\nidle_timeout: 5\nkick_start_time: 0\n`, modules);
    await live(bench, 3, 20);
    expect(lastSpeed(bench, "PA1")).toBe(0);

    motors.enabled = true;
    await live(bench, 3, 20);
    expect(lastSpeed(bench, "PA1")).toBe(1);

    motors.enabled = false;
    await live(bench, 3, 20);
    expect(lastSpeed(bench, "PA1")).toBe(0.5);

    await live(bench, 5, 20);
    expect(lastSpeed(bench, "PA1")).toBe(0);
  });

  it("refuses steppers that do not exist", async () => {
    await expect(pinBench(`${HEATER}[controller_fan board]\npin: PA1\nstepper: stepper_q\n`, modules)).rejects.toThrow(
      "One or more of these steppers are unknown: ['stepper_q'] (valid steppers are: stepper_x)");
  });
});
