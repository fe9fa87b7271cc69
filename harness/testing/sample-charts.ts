/** Charts of a long print, made by the recorder's own means from a plausible motion: what tests of the report draw. */
import { Buckets, type BucketSeries } from "../charts/bucket-series.js";
import type { Charts, SessionCharts } from "../charts/charts.js";

/** @param seconds length of the print */
export function sampleCharts(seconds: number): Charts {
  const session = (name: string, late: number): SessionCharts => {
    const series = (unit: string, scale: number, value: (t: number) => number, sides: "both" | "min" | "max" = "both", step = 0.05): BucketSeries => {
      const buckets = new Buckets({ start: 0, end: seconds });
      for (let t = 0; t < seconds; t += step) buckets.add(t, value(t + late));
      return buckets.series(unit, scale, sides);
    };
    const axes = ["x", "y", "z", "extruder"];
    return {
      session: name, withPlugin: name !== "baseline", jobStartClock: 16e6, seconds, bodyStart: 10,
      velocity: Object.fromEntries(axes.map((a, i) => [a, series("mm/s", 0.1, (t) => 150 * Math.sin(t * (1 + i * 0.37)) * Math.sin(t * 13.7))])),
      acceleration: Object.fromEntries(axes.map((a, i) => [a, series("mm/s²", 1, (t) => 3000 * Math.cos(t * (1 + i * 0.37)) * Math.sin(t * 17.1))])),
      slack: series("s", 1e-4, (t) => 0.25 + 0.18 * Math.sin(t * 0.7) * Math.sin(t * 31.3), "min"),
      homing: [[1, 8]],
      dips: [{ at: seconds / 2, slackSeconds: 0.061, command: "queue_step", oid: 3, situation: "job", callback: { label: "timer sample.update", seconds: 0.021, at: seconds / 2 - 0.1 } }],
      callbacks: [
        { kind: "timer", label: "sample.update", runs: 1800, maxSeconds: 0.021, totalSeconds: 3.2, budgetSeconds: 0.025, cost: series("s", 1e-7, (t) => 0.01 + 0.011 * Math.abs(Math.sin(t)), "max") },
        { kind: "get_status", label: "sample", runs: 7200, maxSeconds: 0.0061, totalSeconds: 7, budgetSeconds: 0.005, cost: series("s", 1e-7, (t) => 0.006 * Math.abs(Math.sin(t * 3)), "max") },
        { kind: "load_config", label: "sample", runs: 1, maxSeconds: 0.002, totalSeconds: 0.002, budgetSeconds: 0 },
      ],
      link: { mcu: { toMcu: series("B/s", 1, (t) => 4000 + 3000 * Math.sin(t * 5)), toHost: series("B/s", 1, (t) => 500 + 100 * Math.sin(t * 5)), capacity: 25000 } },
      temperature: { extruder: { measured: series("°C", 0.1, (t) => 200 + Math.sin(t)), target: series("°C", 0.1, () => 200) }, heater_bed: { measured: series("°C", 0.1, (t) => 60 + 0.3 * Math.sin(t)) } },
      status: name === "baseline" ? {} : { sample: { bytes: series("B", 1, (t) => 400 + t / 10), changed: series("B", 1, (t) => 40 + 20 * Math.sin(t)), keys: [{ at: 700, added: ["late"], removed: [] }] } },
    };
  };
  const sessions = [session("idle", 0), session("baseline", 0), session("active", 0.004)];
  const delta = (value: (t: number) => number): BucketSeries => {
    const buckets = new Buckets({ start: 0, end: seconds });
    for (let t = 10; t < seconds; t += 0.02) buckets.add(t, value(t));
    return buckets.series("s", 1e-7);
  };
  return {
    sessions, floors: { warn: 0.075, fail: 0.05, homing: 0.04 },
    steps: [
      { kind: "idle", baseline: "baseline", subject: "idle", unmatched: { stepper_x: 0, stepper_y: 0 }, delta: { stepper_x: delta(() => 0), stepper_y: delta(() => 0) } },
      { kind: "active", baseline: "baseline", subject: "active", unmatched: { stepper_x: 3, stepper_y: 0 }, delta: { stepper_x: delta((t) => Math.floor(t / 300) * 0.011), stepper_y: delta((t) => Math.floor(t / 300) * 0.011) } },
    ],
  };
}
