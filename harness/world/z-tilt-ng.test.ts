/**
 * `[z_tilt_ng]` by hand: the same heights as were given to Kalico, and the same answers to all six digits, commands one after the other, so that each starts from what
 * the one before has found.
 */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob } from "./run-job.js";

const scratch = scratchDirectory();
afterAll(() => scratch.remove());

interface Recorded { section: string; commands: { command: string; heights: number[] }[]; answers: string[] }
const recorded = JSON.parse(readFileSync(new URL("./z-tilt-ng-kalico.json", import.meta.url), "utf8")) as Recorded;

const rail = (name: string, step: string, dir: string, more: string): string => `[stepper_${name}]\nstep_pin: ${step}\ndir_pin: ${dir}\nmicrosteps: 16\n${more}\n`;
const BELT = "rotation_distance: 40\nposition_endstop: 0\nposition_max: 250\nhoming_speed: 50\nendstop_pin: ";
const MOTORS = [
  rail("z", "PL3", "PL1", "rotation_distance: 8\nendstop_pin: ^PD3\nposition_endstop: 0.5\nposition_min: -12\nposition_max: 250"),
  rail("z1", "PC1", "PC3", "rotation_distance: 8"), rail("z2", "PH1", "PH0", "rotation_distance: 8"),
];
const printer = (motors: number): string => [
  rail("x", "PF0", "PF1", `${BELT}^PE5`), rail("y", "PF6", "!PF7", `${BELT}^PJ1`), ...MOTORS.slice(0, motors),
  "[printer]\nkinematics: cartesian\nmax_velocity: 300\nmax_accel: 3000\nmax_z_velocity: 25\nmax_z_accel: 500\n[mcu]\nserial: /dev/ttyACM0\n",
].join("");

async function answers(config: string, lines: readonly string[]): Promise<{ given: string[]; message: string }> {
  const given: string[] = [];
  const { message } = await runJob({
    configFile: scratch.write("printer.cfg", config), board: "ideal", seed: 1, lines, traceCommands: false,
    observer: { onGcodeResponse: (line) => void given.push(...line.split("\n")) },
  });
  return { given: given.filter((line) => !/^ok|Klipper state|Starting manual|Finish with|Z position/.test(line)), message };
}

describe("z_tilt_ng by hand", () => {
  it("answers as Kalico to the last digit: offsets, pivots, and the adjustments by them", { timeout: 60_000 }, async () => {
    const lines = recorded.commands.flatMap(({ command, heights }) => [command, ...heights.flatMap((height) => [`G1 Z${height.toFixed(4)}`, "ACCEPT"])]);
    const { given, message } = await answers(printer(3) + recorded.section, ["G28", ...lines]);

    expect(message).toBe("Printer is ready");
    expect(given.map((line) => line.replace(/^\/\/ /, ""))).toEqual(recorded.answers);
  });

  it("leaves points out for which there is no offset", async () => {
    const section = "[z_tilt_ng]\nz_positions:\n  -55,-7\n  -55,320\n  305,-7\nz_offsets: 1, 2, 3\npoints:\n  50,50\n  50,195\n  195,195\n  195,50\n";
    const { given } = await answers(printer(3) + section, ["G28", "Z_TILT_ADJUST METHOD=manual", ...[1.1, 2, 3, 2.2].flatMap((height) => [`G1 Z${height}`, "ACCEPT"])]);

    expect(given.map((line) => Number(line.split(" = ")[1])).slice(1)).toEqual([0.139, -0.086, 0.139].map((way) => expect.closeTo(way, 2) as number));
  });

  it("calibrates where there are further points only", async () => {
    const { given } = await answers(printer(3) + recorded.section.replace(/extra_points:\n.*\n.*\n/, ""), ["Z_TILT_CALIBRATE"]);

    expect(given).toEqual(['// Unknown command:"Z_TILT_CALIBRATE"']);
  });

  it("searches pivots of three motors only", async () => {
    const section = "[z_tilt_ng]\nz_positions:\n  -55,100\n  305,100\npoints:\n  50,50\n  195,195\n  100,50\n";
    const { given } = await answers(printer(2) + section, ["Z_TILT_AUTODETECT"]);

    expect(given).toEqual(["!! z_tilt_ng z_positions needs exactly 3 items for calibration"]);
  });

  it.each([
    [2, "z_tilt_ng z_positions needs exactly 2 items"],
    [1, "z_tilt_ng z_positions needs exactly 1 items"],
  ])("wants a place for each of %d motors", async (motors, refusal) => {
    expect((await answers(printer(motors) + recorded.section, [])).message).toContain(refusal);
  });
});
