import { afterAll, describe, expect, it } from "vitest";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob } from "../world/run-job.js";
import { AcceptedBed } from "./accepted-bed.js";

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

const rail = (name: string, step: string, dir: string, more: string): string => `[stepper_${name}]\nstep_pin: ${step}\ndir_pin: ${dir}\nmicrosteps: 16\n${more}\n`;
const BELT = "rotation_distance: 40\nposition_endstop: 0\nposition_max: 250\nhoming_speed: 50\nendstop_pin: ";
const PRINTER = [
  rail("x", "PF0", "PF1", `${BELT}^PE5`), rail("y", "PF6", "!PF7", `${BELT}^PJ1`),
  rail("z", "PL3", "PL1", "rotation_distance: 8\nendstop_pin: ^PD3\nposition_endstop: 0.5\nposition_max: 250"),
  rail("z1", "PC1", "PC3", "rotation_distance: 8"), rail("z2", "PH1", "PH0", "rotation_distance: 8"),
  "[printer]\nkinematics: cartesian\nmax_velocity: 300\nmax_accel: 3000\nmax_z_velocity: 25\nmax_z_accel: 300\n[mcu]\nserial: /dev/ttyACM0\n",
  "[probe]\npin: PH6\nz_offset: 1.15\nspeed: 5\n",
  "[z_tilt]\nz_positions:\n  -55,-7\n  -55,320\n  305,-7\npoints:\n  50,50\n  50,195\n  195,195\n",
].join("");

/** Runs lines on a machine whose bed is where the user accepts; returns the answers and the errors. */
async function answers(lines: readonly string[]): Promise<string[]> {
  const given: string[] = [];
  const bed = new AcceptedBed();
  const { result, message } = await runJob({
    configFile: scratch.write("printer.cfg", PRINTER), board: "ideal", seed: 1, lines, traceCommands: false, machine: { bedHeight: bed.heightAt },
    observer: { onGcodeResponse: (line) => { bed.hearAnswer(line); given.push(...line.split("\n")); } },
    onWorld: (world) => bed.attach(world), onLine: (index) => bed.hearLine(lines[index]!),
  });
  expect(message).toBe("Printer is ready");
  return [...given, ...result!.errors.map((error) => `failed: ${error}`)];
}
const numbers = (given: readonly string[], pattern: RegExp): number[] => given.flatMap((line) => pattern.exec(line)?.[1] ?? []).map(Number);

describe("the bed of a test case", () => {
  it("lies where the user accepted it: a probe finds it there", { timeout: 60_000 }, async () => {
    const given = await answers(["G28", "G1 X100 Y80 Z5 F6000", "PROBE", "G1 Z5", "MANUAL_PROBE", "TESTZ Z=-2.75", "ACCEPT", "G1 Z8", "G1 X20", "PROBE"]);

    expect(numbers(given, /Result is z=([-\d.]+)/)).toEqual([1.15, 2.25 + 1.15].map((z) => expect.closeTo(z, 2) as number));
  });

  it("is level for the probe after it was levelled by hand", { timeout: 60_000 }, async () => {
    const byHand = [2.9, 2.7, 3.1].flatMap((height) => [`G1 Z${height}`, "ACCEPT"]);
    const given = await answers(["G28", "G1 Z5 F6000", "Z_TILT_ADJUST METHOD=manual", ...byHand, "Z_TILT_ADJUST"]);

    expect(given.filter((line) => line.startsWith("failed"))).toEqual([]);
    const ways = numbers(given, /stepper_z\d? = ([-\d.]+)/);
    expect(ways.length).toBe(6);
    expect(Math.max(...ways.slice(0, 3).map(Math.abs))).toBeGreaterThan(2);
    expect(Math.max(...ways.slice(3).map(Math.abs))).toBeLessThan(0.02);
  });

  it("does not move for an answer that is refused, or for one that nobody asked for", { timeout: 60_000 }, async () => {
    const given = await answers(["G28", "G1 X100 Y80 Z5 F6000", "MANUAL_PROBE", "ACCEPT", "ACCEPT", "G1 Z8", "PROBE"]);

    expect(given).toContain("// Manual probe failed! Use TESTZ commands to position the");
    expect(numbers(given, /Result is z=([-\d.]+)/)).toEqual([expect.closeTo(1.15, 2)]);
  });
});
