/** Accelerometers from the configuration through host and wire to the simulated chip on the shaking tool, and back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AccelerometerChip, ADXL345 } from "../../sim-mcu/devices/accelerometers.js";
import type { SimMcu } from "../../sim-mcu/sim-mcu.js";
import type { PlantOptions } from "../../sim-mcu/plant/index.js";
import { runJob, type JobRun } from "./run-job.js";

const PRINTER = "[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: cartesian\nmax_velocity: 500\nmax_accel: 10000\nsquare_corner_velocity: 5\n" +
  ["x", "y", "z"].map((axis, i) => `[stepper_${axis}]\nstep_pin: PC${i}\ndir_pin: PL${i}\nmicrosteps: 16\nrotation_distance: 40\nendstop_pin: PB${i}\nposition_endstop: 0\nposition_max: 200\nhoming_speed: 50\n`).join("");
const CHIPS = {
  adxl345: "[adxl345]\ncs_pin: PA1\n", lis2dw: "[lis2dw]\ncs_pin: PA1\n", "lis2dw on I2C": "[lis2dw]\n",
  lis3dh: "[lis3dh]\ncs_pin: PA1\n", "lis3dh on I2C": "[lis3dh]\n", mpu9250: "[mpu9250]\n", icm20948: "[icm20948]\n",
};
const FREE_FALL = 9806.65;

async function run(config: string, gcode: string, machine: Omit<PlantOptions, "seed"> = {}, seed = 1): Promise<JobRun & { lines: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), "accelerometers-"));
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, config);
  const lines: string[] = [];
  try {
    const job = await runJob({ configFile, board: "ideal", seed, machine, lines: gcode.split("\n"), observer: { onGcodeResponse: (line) => void lines.push(line) } });
    return { ...job, lines };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const written: string[] = [];
afterAll(() => written.forEach((file) => rmSync(file, { force: true })));

/** What ACCELEROMETER_MEASURE wrote: [time, x, y, z] by row. */
function measured(lines: readonly string[]): number[][] {
  const file = /Writing raw accelerometer data to (.*) file/.exec(lines.find((line) => line.includes("Writing raw"))!)![1]!;
  written.push(file);
  const [header, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  expect(header).toBe("#time,accel_x,accel_y,accel_z");
  return rows.map((row) => row.split(",").map(Number));
}

const answered = (lines: readonly string[], text: string): number[] => lines.find((line) => line.includes(text))!.split(": ")[1]!.split(", ").map(Number);

describe.each(Object.entries(CHIPS))("%s", (_name, section) => {
  it("lies still under gravity, and measures at its own pace", async () => {
    const { state, result, lines } = await run(PRINTER + section, `ACCELEROMETER_QUERY SAMPLES=50\nACCELEROMETER_QUERY SAMPLES=200 RETURN=tilt\nACCELEROMETER_MEASURE\nG4 P2000\nACCELEROMETER_MEASURE NAME=test-${_name.replace(/ /g, "_")}`);
    expect(state).toBe("ready");
    expect(result?.errors).toEqual([]);
    const [x, y, z] = answered(lines, "accelerometer values") as [number, number, number];
    expect(Math.hypot(x, y, z - FREE_FALL)).toBeLessThan(0.015 * FREE_FALL);
    for (const tilt of answered(lines, "plane tilt")) expect(Math.abs(tilt)).toBeLessThan(1);
    const rows = measured(lines);
    const seconds = rows.at(-1)![0]! - rows[0]![0]!;
    expect(seconds).toBeGreaterThan(1.7);
    const nominal = { adxl345: 3200, lis2dw: 1600, lis3dh: 1344, mpu9250: 4000, icm20948: 4500 }[/\[(\w+)/.exec(section)![1]! as "adxl345"];
    const rate = (rows.length - 1) / seconds;
    expect(Math.abs(rate / nominal - 1)).toBeLessThan(0.035);
    // The times ascend evenly.
    const gaps = rows.slice(1).map((row, i) => row[0]! - rows[i]![0]!);
    expect(Math.min(...gaps)).toBeGreaterThan(0.9 / rate - 2e-6);
    expect(Math.max(...gaps)).toBeLessThan(1.1 / rate + 2e-6);
  });
});

describe("times of samples", () => {
  /** Counts that the chip measures in one turn of the clock that it feels instead of a force, and the time of a turn, s. */
  const COUNTS = 4000, TURN = 0.05;
  /** So many samples before it is ready a sample was felt, as the host assumes of every chip. */
  const CHIP_DELAY = 1.5;

  it.each([[0.03, -50], [0.03, 50], [-0.03, -50], [-0.03, 50], [0, 0]])("are those of the machine: chip off by %f, micro-controller by %f ppm", async (chipError, ppm) => {
    let truth: SimMcu | undefined, felt: AccelerometerChip | undefined;
    const directory = mkdtempSync(join(tmpdir(), "accelerometers-")), configFile = join(directory, "printer.cfg"), lines: string[] = [];
    writeFileSync(configFile, `${PRINTER}[adxl345]\ncs_pin: PA1\n`);
    await runJob({
      configFile, board: "ideal", seed: 1, crystals: { mcu: () => ppm }, observer: { onGcodeResponse: (line) => void lines.push(line) },
      lines: ["G4 P5000", "ACCELEROMETER_MEASURE", "G4 P15000", "ACCELEROMETER_MEASURE NAME=times"],
      onWorld: ({ main: { mcu } }) => {
        truth = mcu;
        let isFirst = true;
        felt = new AccelerometerChip(ADXL345, {
          now: () => mcu.worldTimeAt(mcu.firmware.now), restart: () => undefined,
          accelerations: (times) => times.map((time) => [(((time / TURN) % 1) * COUNTS) / 265, 0, 1]),
          // The first one is the error of its clock, the others would be noise.
          noise: () => { const number = isFirst ? chipError * 100 : 0; isFirst = false; return number; },
        });
        mcu.gpio.devices.attachSpi("PA1", felt);
      },
    });
    rmSync(directory, { recursive: true });
    const rows = measured(lines), rate = 3200 * (1 + chipError), { clockFreq } = truth!.board;
    const wrong = rows.map(([time, x]) => {
      const turn = x! / (0.003774 * FREE_FALL) / COUNTS, near = truth!.worldTimeAt(time! * clockFreq);
      const world = (Math.round(near / TURN - turn) + turn) * TURN - CHIP_DELAY / rate;
      return time! - truth!.clockAt(world) / clockFreq;
    });
    expect(rows.length / (rows.at(-1)![0]! - rows[0]![0]!)).toBeCloseTo(rate, -1);
    // From the second second on, when the line has been found.
    const settled = wrong.slice(3200);
    expect(Math.max(...settled.map(Math.abs))).toBeLessThan(0.0002);
  });
});

describe("the tool on its springs", () => {
  const still = "G28\nACCELEROMETER_MEASURE\nG4 P300\nG1 X80 F12000\nG4 P700\nACCELEROMETER_MEASURE NAME=ringing";

  /** The strongest frequency (Hz) behind the move, and its share in the signal there (mm/s²). */
  function ringing(rows: readonly number[][], axis: number): { hz: number; amplitude: number } {
    const end = rows.at(-1)![0]!;
    const tail = rows.filter(([time]) => time! > end - 0.65 && time! < end - 0.15);
    const mean = tail.reduce((sum, row) => sum + row[axis]!, 0) / tail.length;
    const amplitudeAt = (hz: number): number => {
      const turn = (row: number[]): number => 2 * Math.PI * hz * row[0]!;
      const sum = (wave: (angle: number) => number): number => tail.reduce((total, row) => total + (row[axis]! - mean) * wave(turn(row)), 0);
      return (2 * Math.hypot(sum(Math.cos), sum(Math.sin))) / tail.length;
    };
    const tried = Array.from({ length: 200 }, (_, i) => 12 + i / 2).map((hz) => ({ hz, amplitude: amplitudeAt(hz) }));
    return tried.reduce((best, one) => (one.amplitude > best.amplitude ? one : best));
  }

  it("rings after a move with the resonance of the axis that moved", async () => {
    for (const hz of [30, 45, 70]) {
      const { lines } = await run(`${PRINTER}[adxl345]\ncs_pin: PA1\n`, still, { resonances: { x: { hz, damping: 0.02 } } });
      const rows = measured(lines);
      const x = ringing(rows, 1);
      expect(Math.abs(x.hz - hz)).toBeLessThan(1.5);
      expect(x.amplitude).toBeGreaterThan(200);
      expect(ringing(rows, 2).amplitude).toBeLessThan(50);
    }
  });

  it("feels the motion and not the steps: at constant speed there is noise and nothing else", async () => {
    const { lines } = await run(`${PRINTER}[adxl345]\ncs_pin: PA1\n`, "G28\nACCELEROMETER_MEASURE\nG4 P500\nG1 X180 Y180 F3000\nACCELEROMETER_MEASURE NAME=steady");
    const rows = measured(lines);
    const end = rows.at(-1)![0]!;
    const deviation = (from: number, to: number, axis: number): number => {
      const values = rows.filter(([time]) => time! > end - from && time! < end - to).map((row) => row[axis]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(values.length).toBeGreaterThan(500);
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    // The move takes 5.1 s; what its start shook has died away after 1.5 s.
    for (const axis of [1, 2]) expect(deviation(3.5, 0.5, axis)).toBeLessThan(1.1 * deviation(5.5, 5.2, axis));
  });

  it("is moved by both motors of a CoreXY along each axis", async () => {
    const corexy = `${PRINTER.replace("cartesian", "corexy")}[adxl345]\ncs_pin: PA1\n`, resonances = { x: { hz: 60, damping: 0.02 }, y: { hz: 35, damping: 0.02 } };
    for (const [i, letter] of ["X", "Y"].entries()) {
      const { lines } = await run(corexy, still.replace("X80", `${letter}80`), { resonances });
      const rows = measured(lines);
      expect(Math.abs(ringing(rows, i + 1).hz - [60, 35][i]!)).toBeLessThan(1.5);
      expect(ringing(rows, 2 - i).amplitude).toBeLessThan(50);
    }
  });

  it("is the bed for a chip of which [resonance_tester] says that it measures y", async () => {
    const slinger = `${PRINTER}[adxl345]\ncs_pin: PA1\n[lis2dw bed]\n[resonance_tester]\naccel_chip_x: adxl345\naccel_chip_y: lis2dw bed\nprobe_points: 100,100,20\n`;
    const resonances = { x: { hz: 60, damping: 0.02 }, y: { hz: 35, damping: 0.02 } };
    for (const [moved, chip, axis, hz] of [["X", "adxl345", 1, 60], ["Y", "bed", 2, 35]] as const) {
      for (const listens of ["adxl345", "bed"]) {
        const { lines } = await run(slinger, still.replace("X80", `${moved}80`).replaceAll("ACCELEROMETER_MEASURE", `ACCELEROMETER_MEASURE CHIP=${listens}`), { resonances });
        const rows = measured(lines);
        if (listens === chip) expect(Math.abs(ringing(rows, axis).hz - hz)).toBeLessThan(1.5);
        else expect(ringing(rows, axis).amplitude).toBeLessThan(50);
      }
    }
  });

  it("is felt on the axes of the machine, however the chip is turned", async () => {
    const rows = await Promise.resolve(run(`${PRINTER}[adxl345]\ncs_pin: PA1\naxes_map: -z,x,y\n`, still, { resonances: { x: { hz: 45, damping: 0.02 } } })).then(({ lines }) => measured(lines));
    expect(Math.abs(ringing(rows, 1).hz - 45)).toBeLessThan(3);
    const mean = (axis: number): number => rows.reduce((sum, row) => sum + row[axis]!, 0) / rows.length;
    expect(Math.abs(mean(3) - FREE_FALL)).toBeLessThan(300);
  });

  it("lets each of two chips feel its own axis where a configuration says so", async () => {
    const config = `${PRINTER}[adxl345]\ncs_pin: PA1\n[adxl345 bed]\ncs_pin: PA2\n[resonance_tester]\naccel_chip_x: adxl345\naccel_chip_y: adxl345 bed\nprobe_points: 100,100,20\n`;
    const { lines } = await run(config, still.replace(/ACCELEROMETER_MEASURE/g, "ACCELEROMETER_MEASURE CHIP=bed"), { resonances: { x: { hz: 45, damping: 0.02 } } });
    expect(ringing(measured(lines), 1).amplitude).toBeLessThan(50);
  });
});

describe("what is refused", () => {
  it.each([
    ["[adxl345]\ncs_pin: PA1\nrate: 1000\n", "Invalid rate parameter: 1000"],
    ["[mpu9250]\nrate: 3200\n", "Invalid rate parameter: 3200"],
    ["[icm20948]\naxes_map: x,y,w\n", "Invalid axes_map parameter"],
  ])("%s", async (section, message) => {
    const { world } = await run(PRINTER + section, "");
    expect(world.printer!.getStateMessage()[0]).toContain(message);
  });

  it("an empty select line, a strange register, a strange name and a strange answer", async () => {
    const { result } = await run(`${PRINTER}[adxl345]\ncs_pin: PA1\n[lis2dw]\ncs_pin: PA7\n`.replace("[lis2dw]", "[lis2dw other]"), [
      "ACCELEROMETER_DEBUG_READ REG=0x80", "ACCELEROMETER_DEBUG_WRITE REG=1 VAL=256", "ACCELEROMETER_QUERY RETURN=sum", "ACCELEROMETER_MEASURE", "ACCELEROMETER_MEASURE NAME=a/b",
    ].join("\n"));
    expect(result?.errors).toEqual([
      "Error on 'ACCELEROMETER_DEBUG_READ REG=0x80': REG must have maximum of 127", "Error on 'ACCELEROMETER_DEBUG_WRITE REG=1 VAL=256': VAL must have maximum of 255",
      "Unknown 'return' type 'sum'", "Invalid NAME parameter",
    ]);
  });

  it("an average of no samples, as Kalico does it: with a shutdown", async () => {
    const { state, message } = await run(`${PRINTER}[adxl345]\ncs_pin: PA1\n`, "ACCELEROMETER_QUERY SAMPLES=0");
    expect(state).toBe("shutdown");
    expect(message).toContain('Internal error on command:"ACCELEROMETER_QUERY"');
  });
});
