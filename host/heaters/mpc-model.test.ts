import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitHeating, type HeatSample } from "./mpc-fit.js";
import { ambientTransferAt, MpcModel, type MpcConstants } from "./mpc-model.js";

const CONSTANTS: MpcConstants = {
  block_heat_capacity: 12, ambient_transfer: 0.1, sensor_responsiveness: 0.4, fan_ambient_transfer: [0.2, 0.25, 0.27],
  target_reach_time: 3, smoothing: 0.3, min_ambient_change: 2, steady_state_rate: 1,
};
const STILL = { fanSpeed: 0, filamentTransfer: [0, 0], filamentTemp: (ambient: number) => ambient } as const;

/** Rows of Kalico's own control: time, reading, target, fan speed; duty, block and ambient temperature that came of them. */
const SERIES = (JSON.parse(readFileSync(new URL("./mpc-kalico-series.json", import.meta.url), "utf8")) as { rows: number[][] }).rows;

describe("the thermal model", () => {
  it("gives Kalico's duties for the same readings, fan and filament, to 1e-9", () => {
    const model = new MpcModel(25, 25);
    const fedAt = (time: number): number => 2 * time + 20 * Math.sin(time / 3);
    const perMillimetre = (Math.PI * (1.75 / 2) ** 2 * 1.2 * 1.8) / 1000;
    let last = 0;
    for (const [time, reading, target, fanSpeed, duty, block, ambient] of SERIES as [number, number, number, number, number, number, number][]) {
      const seconds = last === 0 ? 0.1 : time - last;
      last = time;
      const rate = (from: number, to: number): number => (perMillimetre * Math.max(-2, fedAt(to) - fedAt(from))) / seconds;
      const power = model.step(CONSTANTS, seconds, reading, target, 28, {
        fanSpeed, filamentTransfer: [rate(time - seconds, time), rate(time, time + seconds)], filamentTemp: () => 33,
      });
      expect(Math.abs(power / 40 - duty)).toBeLessThan(1e-9);
      expect(Math.abs(model.blockTemp - block)).toBeLessThan(1e-8);
      expect(Math.abs(model.ambientTemp - ambient)).toBeLessThan(1e-8);
    }
  });

  it("stays where it is when block, room and target are at one temperature, and asks for no power", () => {
    fc.assert(fc.property(fc.double({ min: 1, max: 300, noNaN: true }), (celsius) => {
      const model = new MpcModel(celsius, celsius);
      for (let i = 0; i < 20; i++) expect(model.step(CONSTANTS, 0.3, celsius, celsius, 40, STILL)).toBe(0);
      expect(model.blockTemp).toBe(celsius);
    }));
  });

  it("has the measured transfers at their speeds, and lies between neighbours elsewhere", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (points, speed) => {
      points.forEach((transfer, i) => expect(ambientTransferAt(9, points, i / (points.length - 1))).toBeCloseTo(transfer, 9));
      const place = speed * (points.length - 1);
      const near = [points[Math.floor(place)]!, points[Math.ceil(place)]!];
      expect(ambientTransferAt(9, points, speed)).toBeGreaterThanOrEqual(Math.min(...near) - 1e-12);
      expect(ambientTransferAt(9, points, speed)).toBeLessThanOrEqual(Math.max(...near) + 1e-12);
    }));
  });
});

describe("the fit of a heating curve", () => {
  it("finds the constants that made the curve, the loss known or not", () => {
    const physics = fc.record({ capacity: fc.double({ min: 5, max: 40, noNaN: true }), loss: fc.double({ min: 0.05, max: 0.15, noNaN: true }), lag: fc.double({ min: 1, max: 5, noNaN: true }) });
    fc.assert(fc.property(physics, ({ capacity, loss, lag }) => {
      const samples: HeatSample[] = [], tau = capacity / loss, final = 50 / loss;
      for (let i = 0; i < 400; i++) {
        const time = i * 0.3;
        const sensor = final * (1 - (tau * Math.exp(-time / tau) - lag * Math.exp(-time / lag)) / (tau - lag));
        if (sensor <= 180) samples.push({ time, temp: 22 + sensor });
      }
      for (const known of [loss, null]) {
        const found = fitHeating(samples, 50, 22, known)!;
        expect(Math.abs(found.blockHeatCapacity / capacity - 1)).toBeLessThan(0.05);
        if (known !== null) expect(Math.abs(found.sensorResponsiveness * lag - 1)).toBeLessThan(0.05);
      }
    }));
  });

  it("says so when the curve determines nothing", () => {
    expect(fitHeating([], 50, 22, 0.1)).toBeUndefined();
    expect(fitHeating(Array.from({ length: 50 }, (_, i) => ({ time: i, temp: 22 })), 50, 22, 0.1)).toBeUndefined();
  });
});
