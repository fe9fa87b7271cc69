import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ControlDualLoopPid } from "./control-dual-loop-pid.js";
import { ControlPid } from "./control-pid.js";
import { ControlVelocityPid } from "./control-velocity-pid.js";
import { ControlBangBang } from "./control-watermark.js";
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import { ControlAutoTune } from "./pid-autotune.js";

const REPORT_TIME = 0.3;
const AMBIENT = 25;

/** A hotend: 40 W into 12 J/K with losses of 0.12 W/K, and a sensor that lags by 2 s. Celsius, seconds. */
class HotendPlant implements ControlledHeater {
  lastPwmValue = 0;
  block = AMBIENT;
  sensor = AMBIENT;
  target = 0;
  time = 0;
  readonly maxPower: number;
  readonly duties: number[] = [];

  constructor(maxPower = 1) {
    this.maxPower = maxPower;
  }

  getMaxPower(): number {
    return this.maxPower;
  }
  getSmoothTime(): number {
    return 1;
  }
  setInvSmoothTime(): void {}
  currentTemp(): number {
    return this.sensor;
  }
  setPwm(_readTime: number, value: number): void {
    this.lastPwmValue = value;
    this.duties.push(value);
  }
  alterTarget(celsius: number): void {
    this.target = celsius;
  }

  /** Let `seconds` pass with the controller on, in steps of the report time. */
  run(control: HeaterControl, seconds: number, each?: () => void): void {
    const end = this.time + seconds;
    while (this.time < end) {
      for (let i = 0; i < 30; i++) {
        this.block += (0.01 * (40 * this.lastPwmValue - 0.12 * (this.block - AMBIENT))) / 12;
        this.sensor += (0.01 * (this.block - this.sensor)) / 2;
      }
      this.time += REPORT_TIME;
      control.temperatureUpdate(this.time, this.sensor, this.target);
      each?.();
    }
  }
}

const pidProfile: ControlProfile = {
  control: "pid", name: "default", pid_kp: 22.2, pid_ki: 1.08, pid_kd: 114, smooth_time: null,
};

describe("PID control", () => {
  it("brings the heater to its target and keeps it there", () => {
    fc.assert(fc.property(fc.integer({ min: 60, max: 260 }), (target) => {
      const plant = new HotendPlant();
      const control = new ControlPid(pidProfile, plant, true);
      plant.target = target;

      plant.run(control, 300);

      let worst = 0;
      plant.run(control, 60, () => (worst = Math.max(worst, Math.abs(plant.sensor - target))));
      expect(worst).toBeLessThan(1);
      expect(control.checkBusy(0, plant.sensor, target)).toBe(false);
    }), { numRuns: 20 });
  });

  it("never asks for less than nothing nor more than max_power", () => {
    fc.assert(fc.property(
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.array(fc.double({ min: -50, max: 400, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.constantFrom("pid", "pid_v", "watermark"),
      (maxPower, temps, type) => {
        const plant = new HotendPlant(maxPower);
        const control = makeControl(type, plant);
        temps.forEach((temp, i) => control.temperatureUpdate(1 + i * REPORT_TIME, temp, 200));
        expect(Math.min(...plant.duties)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...plant.duties)).toBeLessThanOrEqual(maxPower);
      }));
  });

  it("does not wind up while the output saturates", () => {
    const plant = new HotendPlant();
    const control = new ControlPid(pidProfile, plant, true);

    for (let i = 1; i < 1000; i++) control.temperatureUpdate(i * REPORT_TIME, 30, 250);

    expect(control.prevTempInteg).toBe(0);
  });
});

function makeControl(type: string, plant: HotendPlant): HeaterControl {
  if (type === "watermark") return new ControlBangBang({ control: type, max_delta: 2 }, plant);
  return type === "pid" ? new ControlPid(pidProfile, plant, true) : new ControlVelocityPid({ ...pidProfile, control: type }, plant, true);
}

describe("velocity PID control", () => {
  it("brings the heater to its target", () => {
    const plant = new HotendPlant();
    const control = new ControlVelocityPid({ ...pidProfile, control: "pid_v" }, plant, true);
    plant.target = 200;

    plant.run(control, 600);

    expect(Math.abs(plant.sensor - 200)).toBeLessThan(1);
  });

  it("is off as soon as the target is 0", () => {
    const plant = new HotendPlant();
    const control = new ControlVelocityPid({ ...pidProfile, control: "pid_v" }, plant, true);
    plant.target = 200;
    plant.run(control, 30);

    plant.target = 0;
    plant.run(control, REPORT_TIME);

    expect(plant.lastPwmValue).toBe(0);
  });
});

describe("dual loop PID control", () => {
  it("keeps the element at its own limit while the surface is still cold", () => {
    const plant = new HotendPlant();
    const profile = { ...pidProfile, control: "dual_loop_pid", inner_pid_kp: 22.2, inner_pid_ki: 1.08, inner_pid_kd: 114 };
    const control = new ControlDualLoopPid(profile, plant, true, 120);
    const withSurface: HeaterControl = Object.assign(Object.create(control) as HeaterControl, {
      temperatureUpdate: (readTime: number, temp: number) => control.temperatureUpdate(readTime, AMBIENT, 200, temp),
    });

    plant.run(withSurface, 400);

    expect(Math.abs(plant.sensor - 120)).toBeLessThan(1.5);
  });
});

describe("watermark control", () => {
  it("heats from target - max_delta until target + max_delta", () => {
    const plant = new HotendPlant();
    const control = new ControlBangBang({ control: "watermark", max_delta: 2 }, plant);

    const duties = [150, 198.1, 198, 199, 201.9, 202, 199, 198.1, 198].map((temp, i) => {
      control.temperatureUpdate(i, temp, 200);
      return plant.lastPwmValue;
    });

    expect(duties).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 1]);
  });

  it("keeps the heater within a few degrees of the target", () => {
    const plant = new HotendPlant();
    const control = new ControlBangBang({ control: "watermark", max_delta: 2 }, plant);
    plant.target = 100;
    plant.run(control, 120);

    const seen: number[] = [];
    plant.run(control, 120, () => seen.push(plant.sensor));

    expect(Math.min(...seen)).toBeGreaterThan(90);
    expect(Math.max(...seen)).toBeLessThan(112);
  });
});

describe("PID calibration", () => {
  it("finds gains that regulate the heater it was run on", () => {
    const plant = new HotendPlant();
    const lines: string[] = [];
    const test = new ControlAutoTune(plant, 200, 0.02, (line) => lines.push(line));
    plant.target = 200;
    plant.run(test, 1800);
    expect(test.errored).toBe(false);
    expect(test.checkBusy()).toBe(false);

    const { kp, ki, kd } = test.calcPid();
    const control = new ControlPid({ control: "pid", pid_kp: kp, pid_ki: ki, pid_kd: kd, smooth_time: null }, plant, false);
    plant.target = 200;
    plant.run(control, 400);

    expect(Math.abs(plant.sensor - 200)).toBeLessThan(1);
    expect(lines[0]).toMatch(/^sample:1 pwm:1\.0000 asymmetry:-?\d+\.\d{4} tolerance:n\/a\n$/);
  });

  it("refuses to start on a hot heater", () => {
    const plant = new HotendPlant();
    plant.sensor = plant.block = 199;
    const lines: string[] = [];
    const test = new ControlAutoTune(plant, 200, 0.02, (line) => lines.push(line));

    test.temperatureUpdate(1, 199);

    expect(lines).toEqual(["temperature is too high to start calibration"]);
    expect(test.errored).toBe(true);
  });
});
