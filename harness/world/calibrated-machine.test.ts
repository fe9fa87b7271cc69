/**
 * Calibrations against a machine that is not as configured: each must find what the machine was given, seen in the machine's own heights (the plant's).
 */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { platePivots, type PlantOptions } from "../../sim-mcu/plant/index.js";
import { printerOnBoard } from "../testing/board-printers.js";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

const BOARD = "stm32f446";
const CARTESIAN = `${printerOnBoard(BOARD).replace(/position_endstop: 0\.5\n?/, "position_endstop: 0.5\nposition_min: -12\n").replace(/max_z_velocity: .*\n/, "max_z_velocity: 25\n")}[probe]\npin: ^PB7\nx_offset: 8\ny_offset: -6\nz_offset: 1.5\nspeed: 8\n`;
const TIMEOUT = { timeout: 60_000 };

interface Calibrated extends JobRun { answers: string[]; configFile: string }

async function calibrated(configFile: string, lines: readonly string[], machine: PlantOptions): Promise<Calibrated> {
  const answers: string[] = [];
  const run = await runJob({
    configFile, board: BOARD, seed: 1, lines, live: true, traceCommands: false, machine,
    observer: { onGcodeResponse: (line) => void answers.push(...line.split("\n")) },
  });
  expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
  return { ...run, answers, configFile };
}

/** Height of the nozzle over the bed at places to which G1 goes at Z5, mm. */
async function clearances(configFile: string, first: readonly string[], places: readonly (readonly number[])[], machine: PlantOptions): Promise<number[]> {
  const found: number[] = [];
  const lines = [...first, ...places.flatMap(([x, y]) => [`G1 X${x} Y${y} Z5 F6000`, "M400", "G4 P200", "M117 there"])];
  let world: JobRun["world"] | undefined;
  const run = await runJob({
    configFile, board: BOARD, seed: 1, lines, live: true, traceCommands: false, machine, onWorld: (made) => { world = made; },
    onLine: (index) => {
      if (lines[index] !== "M117 there") return;
      const [x, y, z] = world!.plant.nozzleAt(world!.clock.now)!;
      found.push(z - (machine.bedHeight?.(x, y) ?? 0));
    },
  });
  expect([run.message, run.result?.errors]).toEqual(["Printer is ready", []]);
  return found;
}

const slope = fc.double({ min: -0.008, max: 0.008, noNaN: true });

describe("BED_TILT_CALIBRATE", () => {
  it("finds the plane of any bed, so that the nozzle keeps its distance", TIMEOUT, async () => {
    const config = `${CARTESIAN}[display_status]\n[bed_tilt]\npoints:\n  20,30\n  160,30\n  160,180\n  20,180\nhorizontal_move_z: 8\nspeed: 200\n`;
    await fc.assert(fc.asyncProperty(slope, slope, fc.double({ min: -1, max: 1, noNaN: true }), async (a, b, c) => {
      const bedHeight = (x: number, y: number): number => a * x + b * y + c;
      const found = await clearances(scratch.write("printer.cfg", config), ["G28", "BED_TILT_CALIBRATE"], [[20, 30], [170, 40], [100, 180]], { bedHeight });

      for (const clearance of found) expect(Math.abs(clearance - 5)).toBeLessThan(0.02);
    }), { numRuns: 4 });
  });
});

describe("SCREWS_TILT_CALCULATE", () => {
  const SCREWS = [[20, 30], [150, 30], [90, 170]] as const;
  const config = `${CARTESIAN}[screws_tilt_adjust]\n${SCREWS.map(([x, y], i) => `screw${i + 1}: ${x - 8}, ${y + 6}\n`).join("")}horizontal_move_z: 8\nspeed: 200\nscrew_thread: CW-M4\n`;
  /** Pitch of an M4 thread, mm. */
  const PITCH = 0.7;

  it("tells turns that level the bed when they are made", TIMEOUT, async () => {
    const height = fc.double({ min: -1.5, max: 1.5, noNaN: true });
    await fc.assert(fc.asyncProperty(height, height, height, async (...heights) => {
      const over = platePivots(SCREWS);
      const bed = (screws: readonly number[]) => (x: number, y: number): number => over(x, y).reduce((sum, weight, i) => sum + weight * screws[i]!, 0);
      const file = scratch.write("printer.cfg", config);
      const { answers } = await calibrated(file, ["G28", "SCREWS_TILT_CALCULATE"], { bedHeight: bed(heights) });

      const turned = heights.map((before, i) => {
        const told = answers.find((line) => line.includes(`x=${(SCREWS[i]![0] - 8).toFixed(1)}, y=${(SCREWS[i]![1] + 6).toFixed(1)}`))!;
        const turn = /adjust (CC?W) (\d+):(\d+)/.exec(told);
        // Clockwise brings the bed nearer to the nozzle.
        return turn === null ? before : before + (turn[1] === "CW" ? 1 : -1) * PITCH * (Number(turn[2]) + Number(turn[3]) / 60);
      });
      // A minute of the clock is 0.012 mm.
      expect(Math.max(...turned) - Math.min(...turned)).toBeLessThan(0.04);
      await calibrated(file, ["G28", "SCREWS_TILT_CALCULATE MAX_DEVIATION=0.04"], { bedHeight: bed(turned) });
    }), { numRuns: 3 });
  });
});

describe("DELTA_CALIBRATE", () => {
  const towers = printerOnBoard(BOARD)
    .replace("[stepper_x]", "[stepper_a]\narm_length: 250").replace("[stepper_y]", "[stepper_b]").replace("[stepper_z]", "[stepper_c]")
    .replace(/position_max: .*\n/g, "").replace(/position_endstop: .*\n?/g, "").replace(/homing_speed: .*\n?/g, "").replace(/rotation_distance: 8\n/, "rotation_distance: 40\n")
    .replace("[stepper_a]\n", "[stepper_a]\nposition_endstop: 200\nhoming_speed: 50\n")
    .replace("kinematics: cartesian", "kinematics: delta\ndelta_radius: 120\nminimum_z_position: -8").replace("max_z_accel: 100\n", "");
  const config = `${towers}[display_status]\n[probe]\npin: ^PB7\nz_offset: 0\nspeed: 10\n[delta_calibrate]\nradius: 70\nhorizontal_move_z: 15\nspeed: 100\n`;
  const PLACES = [[0, 0], [60, 0], [-30, 50], [-30, -50], [40, 40], [0, -65]] as const;
  const builtAs = {
    printer: { delta_radius: "121.2" },
    stepper_a: { position_endstop: "200.4", arm_length: "250", angle: "210.3" }, stepper_b: { position_endstop: "199.7", arm_length: "250", angle: "329.8" },
    stepper_c: { position_endstop: "201.1", arm_length: "250", angle: "90" },
  };

  it("finds endstops, radius and angles, so that the nozzle keeps its distance all over the bed", TIMEOUT, async () => {
    const off = await clearances(scratch.write("printer.cfg", config), ["G28"], PLACES, { builtAs });
    expect(Math.max(...off) - Math.min(...off)).toBeGreaterThan(0.5);

    const { configFile } = await calibrated(scratch.write("printer.cfg", config), ["G28", "DELTA_CALIBRATE", "SAVE_CONFIG RESTART=0"], { builtAs });
    const found = await clearances(configFile, ["G28"], PLACES, { builtAs });
    for (const clearance of found) expect(Math.abs(clearance - 5)).toBeLessThan(0.06);
  });
});
