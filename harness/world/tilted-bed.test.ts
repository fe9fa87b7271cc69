/**
 * Levelling by several z motors on a machine whose bed or gantry really leans: what the probe finds follows the motors, so a correction of the wrong sign or size
 * is seen. Heights are the machine's own (the plant's), not those that the host believes.
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { platePivots, type PlantOptions } from "../../sim-mcu/plant/index.js";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

const rail = (name: string, step: string, dir: string, more: string): string => `[stepper_${name}]\nstep_pin: ${step}\ndir_pin: ${dir}\nmicrosteps: 16\n${more}\n`;
const BELT = "rotation_distance: 40\nposition_endstop: 0\nposition_max: 250\nhoming_speed: 80\nendstop_pin: ";
const FRAME = [
  rail("x", "PF0", "PF1", `${BELT}^PE5`), rail("y", "PF6", "!PF7", `${BELT}^PJ1`),
  rail("z", "PL3", "PL1", "rotation_distance: 8\nendstop_pin: ^PD3\nposition_endstop: 0.5\nposition_min: -12\nposition_max: 60\nhoming_speed: 15"),
  "[printer]\nkinematics: cartesian\nmax_velocity: 300\nmax_accel: 3000\nmax_z_velocity: 25\nmax_z_accel: 300\n[mcu]\nserial: /dev/ttyACM0\n",
  "[probe]\npin: PH6\nz_offset: 1.5\nx_offset: 10\ny_offset: -5\nspeed: 8\n",
].join("");
const motors = (count: number): string => ["z1 PC1 PC3", "z2 PH1 PH0", "z3 PE3 PG5"].slice(0, count - 1).map((motor) => {
  const [name, step, dir] = motor.split(" ");
  return rail(name!, step!, dir!, "rotation_distance: 8");
}).join("");
const PASSES = "horizontal_move_z: 12\nspeed: 200\nretries: 8\nretry_tolerance: 0.01\n";
const PIVOTS = [[-50, 20], [120, 320], [290, 20], [120, -60]] as const;
const PLACES = [[30, 20], [200, 30], [110, 200], [40, 180]] as const;
const zTilt = (count: number): string => `[z_tilt]\nz_positions:${lines(PIVOTS.slice(0, count))}\npoints:${lines(PLACES)}\n${PASSES}`;
const lines = (places: readonly (readonly number[])[]): string => places.map((place) => `\n  ${place.join(", ")}`).join("");

/** Runs lines on a machine that leans. */
async function levelled(
  config: string, gcode: readonly string[], machine: PlantOptions, configFile = scratch.write("printer.cfg", FRAME + config),
): Promise<JobRun & { answers: string[]; configFile: string }> {
  const answers: string[] = [];
  const run = await runJob({
    configFile, board: "ideal", seed: 1, lines: gcode, live: true, traceCommands: false, machine,
    observer: { onGcodeResponse: (line) => void answers.push(...line.split("\n")) },
  });
  return { ...run, answers, configFile };
}
/** By how much heights over places differ, mm. */
const unevenness = ({ world }: JobRun, bedHeight: (x: number, y: number) => number = () => 0): number => {
  const heights = PLACES.map(([x, y]) => world.plant.heightOver(x, y, world.clock.now) - bedHeight(x, y));
  return Math.max(...heights) - Math.min(...heights);
};
const lean = fc.double({ min: -3, max: 3, noNaN: true });
/** Unevenness that probing in steps of 2.5 um and a tolerance of 10 um may leave. */
const LEVEL = 0.02;

describe("Z_TILT_ADJUST", () => {
  it("levels a bed however it leans on three motors, and within one pass nearly", { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(lean, lean, async (second, third) => {
      const run = await levelled(motors(3) + zTilt(3), ["G28", "Z_TILT_ADJUST"], { tilt: { stepper_z1: second, stepper_z2: third } });

      expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
      expect(unevenness(run)).toBeLessThan(LEVEL);
      expect(run.answers.filter((answer) => answer.startsWith("// Retries:")).length).toBeLessThanOrEqual(3);
      expect(run.world.printer!.lookupObject<{ getStatus(t: number): object }>("z_tilt").getStatus(0)).toEqual({ applied: true });
    }), { numRuns: 6 });
  });

  it("makes a frame parallel to a bed that is itself out of level, on two motors along their line", async () => {
    const bedHeight = (x: number, y: number): number => 0.004 * x + 0 * y - 0.3;
    const config = `${motors(2)}[z_tilt]\nz_positions:\n  -50, 100\n  290, 100\npoints:\n  30, 100\n  200, 100\n${PASSES}`;
    const run = await levelled(config, ["G28", "Z_TILT_ADJUST"], { tilt: { stepper_z1: -1.7 }, bedHeight });

    expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
    expect(unevenness(run, bedHeight)).toBeLessThan(LEVEL);
  });

  it("ends with an error when the motors stand elsewhere than the configuration says", async () => {
    const pivots = [PIVOTS[0], PIVOTS[2], PIVOTS[1]];
    const run = await levelled(motors(3) + zTilt(3), ["G28", "Z_TILT_ADJUST"], { tilt: { stepper_z1: 0.6, stepper_z2: -0.5 }, pivots });

    expect(run.result?.errors.join()).toContain("Retries aborting: Probed points range is increasing.");
  });
});

describe("QUAD_GANTRY_LEVEL", () => {
  const gantry = `[quad_gantry_level]\ngantry_corners:\n  -60, -10\n  300, 320\npoints:\n  20, 20\n  20, 200\n  200, 200\n  200, 20\nmax_adjust: 10\n${PASSES}`;
  it("levels a gantry however it leans and is twisted", { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(lean, lean, lean, async (second, third, fourth) => {
      const run = await levelled(motors(4) + gantry, ["G28", "QUAD_GANTRY_LEVEL"], { tilt: { stepper_z1: second, stepper_z2: third, stepper_z3: fourth } });

      expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
      expect(unevenness(run)).toBeLessThan(LEVEL);
    }), { numRuns: 5 });
  });
});

describe("Z_TILT_CALIBRATE and Z_TILT_AUTODETECT", () => {
  const EXTRA = [[200, 180], [120, 40], [60, 100]] as const;
  const ng = (pivots: readonly (readonly number[])[]): string =>
    `${motors(3)}[z_tilt_ng]\nz_positions:${lines(pivots)}\npoints:${lines(PLACES.slice(0, 3))}\nextra_points:${lines(EXTRA)}\n${PASSES}use_probe_xy_offsets: True\n`;
  const status = (run: JobRun): { zPositions: number[][]; zOffsets: number[] } => run.world.printer!.lookupObject("z_tilt_ng");
  /** A bed with a hill at one point of Z_TILT_ADJUST. */
  const hill = (x: number, y: number): number => 0.3 * Math.exp(-((x - 30) ** 2 + (y - 20) ** 2) / 400);

  it("finds the hill that the bed has, so that fewer points level as well as all", { timeout: 60_000 }, async () => {
    const run = await levelled(ng(PIVOTS.slice(0, 3)), ["G28", "Z_TILT_CALIBRATE", "Z_TILT_ADJUST"], { tilt: { stepper_z1: 1.2, stepper_z2: -0.8 }, bedHeight: hill });

    expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
    // What the plane that lies nearest to all six points leaves over.
    const all = [...PLACES.slice(0, 3), ...EXTRA];
    const nearest = platePivots(all);
    for (const [i, [x, y]] of PLACES.slice(0, 3).entries()) {
      const plane = nearest(x, y).reduce((sum, weight, k) => sum + weight * hill(all[k]![0], all[k]![1]), 0);
      expect(Math.abs(status(run).zOffsets[i]! - (hill(x, y) - plane))).toBeLessThan(LEVEL / 2);
    }
    const moved = run.answers.slice(run.answers.lastIndexOf("// Making the following Z adjustments:") + 1).slice(0, 3).map((line) => Math.abs(Number(line.split(" = ")[1])));
    expect(Math.max(...moved)).toBeLessThan(LEVEL);
  });

  it("finds where the motors carry the bed, keeps it over a restart, and levels by it at once", { timeout: 60_000 }, async () => {
    const real = [[-35, 45], [90, 300], [270, -10]] as const;
    const run = await levelled(ng(PIVOTS.slice(0, 3)), ["G28", "Z_TILT_AUTODETECT DELTA=2", "SAVE_CONFIG RESTART=0"], { tilt: { stepper_z1: 1.2, stepper_z2: -0.8 }, pivots: real });

    expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
    for (const [i, [x, y]] of real.entries()) expect(Math.hypot(status(run).zPositions[i]![0]! - x, status(run).zPositions[i]![1]! - y)).toBeLessThan(2);
    expect(unevenness(run)).toBeLessThan(LEVEL);

    const again = await levelled("", ["G28", "Z_TILT_ADJUST RETRIES=0"], { tilt: { stepper_z1: -1.5, stepper_z2: 1 }, pivots: real }, run.configFile);
    expect(again.result?.errors).toEqual([]);
    expect(unevenness(again)).toBeLessThan(LEVEL);
  });
});
