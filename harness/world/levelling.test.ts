/**
 * Levelling and calibration by hand on a simulated printer: the user's heights are given by G1 and ACCEPT, and what is answered is what Kalico
 * f2532ee34 answered to the same lines (batch output, same configuration).
 */
import { afterAll, describe, expect, it } from "vitest";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob } from "./run-job.js";

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

const stepper = (name: string, pins: string, more: string): string => {
  const [step, dir] = pins.split(" ");
  return `[stepper_${name}]\nstep_pin: ${step}\ndir_pin: ${dir}\nmicrosteps: 16\n${more}\n`;
};
const RAIL = "rotation_distance: 40\nposition_endstop: 0\nposition_max: 250\nhoming_speed: 50\nendstop_pin: ";
const PRINTER = [
  stepper("x", "PF0 PF1", `${RAIL}^PE5\nenable_pin: !PD7`), stepper("y", "PF6 !PF7", `${RAIL}^PJ1\nenable_pin: !PF2`),
  stepper("z", "PL3 PL1", "rotation_distance: 8\nendstop_pin: ^PD3\nposition_endstop: 0.5\nposition_max: 250"),
  "[printer]\nkinematics: cartesian\nmax_velocity: 300\nmax_accel: 3000\nmax_z_velocity: 5\nmax_z_accel: 100\n[mcu]\nserial: /dev/ttyACM0\n",
].join("");
const Z_MOTORS = ["z1 PC1 PC3", "z2 PH1 PH0", "z3 PE3 PG5"].map((motor) => {
  const [name, ...pins] = motor.split(" ");
  return stepper(name!, pins.join(" "), "rotation_distance: 8");
}).join("");

const accept = (...heights: number[]): string[] => heights.flatMap((height) => [`G1 Z${height}`, "ACCEPT"]);

/** Runs lines; returns the answers without "ok", the reports of the state and of the manual probe. */
async function answers(config: string, lines: readonly string[]): Promise<string[]> {
  const given: string[] = [];
  const { state, message } = await runJob({
    configFile: scratch.write("printer.cfg", config), board: "ideal", seed: 1, lines,
    observer: { onGcodeResponse: (line) => void given.push(...line.split("\n")) },
  });
  expect(state, message).toBe("ready");
  return given.filter((line) => !/^ok|Klipper state|Starting manual|Finish with|Z position/.test(line));
}

describe("levelling by hand", () => {
  it("z_tilt finds the ways of four motors, and asks for passes until the range is within the tolerance", async () => {
    const section = "[z_tilt]\nz_positions:\n  -55,-7\n  -55,320\n  305,-7\n  305,320\npoints:\n  50,50\n  50,195\n  195,195\n  195,50\nretries: 3\nretry_tolerance: 0.01\n";
    const given = await answers(PRINTER + Z_MOTORS + section, [
      "G28", "Z_TILT_ADJUST METHOD=manual", ...accept(2.909972, 2.924972, 2.959972, 2.924972), ...accept(1.6, 1.605, 1.606, 1.604),
    ]);

    expect(given.slice(0, 6)).toEqual([
      "// Making the following Z adjustments:", "// stepper_z = 2.877073", "// stepper_z1 = 2.933457", "// stepper_z2 = 2.939124", "// stepper_z3 = 2.995508",
      "// Retries: 0/3 Probed points range: 0.050000 tolerance: 0.010000",
    ]);
    expect(given.at(-1)).toMatch(/^\/\/ Retries: 1\/3 Probed points range: 0\.00[567]\d* tolerance: 0\.010000$/);
  });

  it("quad_gantry_level follows a twisted gantry out to its corners", async () => {
    const section = "[quad_gantry_level]\ngantry_corners:\n  -55,-7\n  305,320\npoints:\n  25,0\n  25,200\n  225,200\n  225,0\n";
    const given = await answers(PRINTER + Z_MOTORS + section, ["G28", "QUAD_GANTRY_LEVEL METHOD=manual", ...accept(2.909972, 2.924972, 2.959972, 2.924972)]);

    expect(given).toEqual([
      "// Gantry-relative probe points:", "// 0: 2.090000 1: 2.075000 2: 2.040000 3: 2.075000", "// Actuator Positions:",
      "// z: 2.096245 z1: 2.084800 z2: 2.000200 z3: 2.070505", "// Average: 2.062937", "// Making the following Z adjustments:",
      "// stepper_z = -0.033308", "// stepper_z1 = -0.021863", "// stepper_z2 = 0.062738", "// stepper_z3 = -0.007568",
    ]);
  });

  it("bed_tilt moves along the plane that was probed", async () => {
    const section = "[bed_tilt]\npoints:\n  50,50\n  50,195\n  195,195\n  195,50\n";
    const given = await answers(PRINTER + section, ["G28", "BED_TILT_CALIBRATE METHOD=manual", ...accept(2.909972, 2.924972, 2.959972, 2.924972)]);

    expect(given[0]).toBe("// x_adjust: 0.000172 y_adjust: 0.000172 z_adjust: 2.887760");
  });

  it("screws_tilt_adjust tells the turns of each screw, and where none may be needed fails", async () => {
    const section = "[screws_tilt_adjust]\nscrew1: 10,30\nscrew1_name: front left\nscrew2: 155,30\nscrew3: 155,190\nhorizontal_move_z: 10\n";
    const given = await answers(PRINTER + section, ["G28", "SCREWS_TILT_CALCULATE METHOD=manual DIRECTION=CW", ...accept(0.9, 1.5, 0.05),
      "SCREWS_TILT_CALCULATE METHOD=manual MAX_DEVIATION=0.2", ...accept(1.2, 1.1, 0.7)]);

    expect(given).toEqual([
      "// 01:20 means 1 full turn and 20 minutes, CW=clockwise, CCW=counter-clockwise", "// front left : x=10.0, y=30.0, z=0.90000 : adjust CW 01:12",
      "// screw at 155.000,30.000 (base) : x=155.0, y=30.0, z=1.50000", "// screw at 155.000,190.000 : x=155.0, y=190.0, z=0.05000 : adjust CW 02:54",
      "// 01:20 means 1 full turn and 20 minutes, CW=clockwise, CCW=counter-clockwise", "// front left (base) : x=10.0, y=30.0, z=1.20000",
      "// screw at 155.000,30.000 : x=155.0, y=30.0, z=1.10000 : adjust CW 00:12", "// screw at 155.000,190.000 : x=155.0, y=190.0, z=0.70000 : adjust CW 00:60",
      "!! bed level exceeds configured limits (0.2mm)! Adjust screws and restart print.",
    ]);
  });

  it("bed_screws visits every screw until none was turned, then the fine places, and begins anew when one of these was", async () => {
    const section = "[bed_screws]\nscrew1: 100,50\nscrew1_name: A\nscrew1_fine_adjust: 200,50\nscrew2: 75,75\nscrew2_name: B\nscrew3: 75,50\nscrew3_name: C\n";
    const given = await answers(PRINTER + section, ["G28", "BED_SCREWS_ADJUST", "BED_SCREWS_ADJUST", "ADJUSTED", "ACCEPT", "ACCEPT", "ACCEPT", "ADJUSTED", "ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT"]);

    const visited = given.flatMap((line) => /Adjust (\w)\./.exec(line)?.[1] ?? (line.startsWith("// Use") ? [] : [line]));
    expect(visited).toEqual(["A", "!! Already in bed_screws helper; use ABORT to exit", "B", "C", "A", "A", "A", "B", "C", "A", "// Bed screws tool completed successfully"]);
  });
});

describe("a manual stepper", () => {
  it("moves by itself within its range, and as an axis of G1", async () => {
    const section = "[manual_stepper a]\nstep_pin: PG0\ndir_pin: PG1\nmicrosteps: 16\nrotation_distance: 40\nposition_min: -30\nposition_max: 50\n";
    const given = await answers(PRINTER + section, [
      "G28", "MANUAL_STEPPER STEPPER=a MOVE=10 SPEED=10", "MANUAL_STEPPER STEPPER=a MOVE=51", "MANUAL_STEPPER STEPPER=a MOVE=5 STOP_ON_ENDSTOP=1",
      "MANUAL_STEPPER STEPPER=a GCODE_AXIS=X", "MANUAL_STEPPER STEPPER=a GCODE_AXIS=A", "MANUAL_STEPPER STEPPER=a MOVE=4", "G1 X10 A20", "G1 A60",
      "MANUAL_STEPPER STEPPER=a GCODE_AXIS=B", "MANUAL_STEPPER STEPPER=a GCODE_AXIS=",
    ]);

    expect(given).toEqual([
      "!! Move out of range", "!! No endstop for this manual stepper", "!! Not a valid GCODE_AXIS", "!! Must unregister from gcode axis first",
      "!! Move out of range: 10.000 5.000 5.500 [0.000]", "!! Must unregister axis first",
    ]);
  });
});
