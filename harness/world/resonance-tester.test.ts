/** Resonance tests from the command to the recommended shaper, on machines whose resonances are known. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PlantOptions } from "../../sim-mcu/plant/index.js";
import { runJob, type JobRun } from "./run-job.js";

const rails = ["x", "y", "z"].map((axis, i) => `[stepper_${axis}]\nstep_pin: PC${i}\ndir_pin: PL${i}\nmicrosteps: 16\nrotation_distance: ${axis === "z" ? 8 : 40}\nendstop_pin: PB${i}\nposition_endstop: 0\nposition_max: 200\nhoming_speed: 50\n`).join("");
const printer = (kinematics: string, more = ""): string => `[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: ${kinematics}\nmax_velocity: 300\nmax_accel: 3000\n${more}${rails}[adxl345]\ncs_pin: PA1\n[input_shaper]\n`;
const TESTER = "[resonance_tester]\naccel_chip: adxl345\nprobe_points: 100,100,20\n";
/** Both resonances in 20 s. */
const QUICK = "FREQ_START=30 FREQ_END=70 HZ_PER_SEC=2";

const files: string[] = [];
afterAll(() => files.forEach((file) => rmSync(file, { force: true })));

async function run(config: string, gcode: string, machine: Omit<PlantOptions, "seed"> = {}): Promise<JobRun & { lines: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), "resonance-"));
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, config);
  const lines: string[] = [];
  try {
    const job = await runJob({ configFile, board: "ideal", seed: 1, machine, lines: `G28\n${gcode}`.split("\n"), observer: { onGcodeResponse: (line) => void lines.push(line) } });
    files.push(...lines.flatMap((line) => / to (\/.*\.csv) file/.exec(line)?.[1] ?? []));
    return { ...job, lines };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Columns of the CSV that a line names. */
function columns(lines: readonly string[], text: string): Record<string, number[]> {
  const file = / to (\/.*\.csv) file/.exec(lines.find((line) => line.includes(text))!)![1]!;
  const [header, ...rows] = readFileSync(file, "utf8").trim().split("\n").map((row) => row.split(","));
  return Object.fromEntries(header!.map((name, i) => [name, rows.map((row) => Number(row[i]))]));
}

function peak(table: Record<string, number[]>): { hz: number; power: number } {
  const power = Math.max(...table["psd_xyz"]!.filter((_, i) => table["freq"]![i]! > 15));
  return { hz: table["freq"]![table["psd_xyz"]!.indexOf(power)]!, power };
}

describe("SHAPER_CALIBRATE", () => {
  it("recommends for each axis a shaper near its own resonance, and applies and keeps it", async () => {
    const { lines, result, world } = await run(printer("cartesian") + TESTER, `SHAPER_CALIBRATE ${QUICK} NAME=two-axes`, { resonances: { x: { hz: 58, damping: 0.06 }, y: { hz: 38, damping: 0.08 } } });

    expect(result?.errors).toEqual([]);
    for (const [axis, hz] of [["x", 58], ["y", 38]] as const) {
      const [, shaper, frequency] = new RegExp(`Recommended shaper_type_${axis} = (\\w+), shaper_freq_${axis} = ([\\d.]+) Hz`).exec(lines.join("\n"))!;
      expect(["zv", "mzv"]).toContain(shaper);
      expect(Math.abs(Number(frequency) / hz - 1)).toBeLessThan(0.12);
      expect(lines.some((line) => line.startsWith(`// shaper_type_${axis}:${shaper} shaper_freq_${axis}:${Number(frequency).toFixed(3)}`))).toBe(true);
      const table = columns(lines, `calibration_data_${axis}_`);
      expect(Object.keys(table)).toHaveLength(11);
      expect(Math.max(...table["freq"]!)).toBeLessThan(105);
    }
    const { save_config_pending_items: items } = world.printer!.lookupObject<{ getStatus(): { save_config_pending_items: Record<string, Record<string, string>> } }>("configfile").getStatus();
    expect(Object.keys(items["input_shaper"]!).sort()).toEqual(["shaper_freq_x", "shaper_freq_y", "shaper_type_x", "shaper_type_y"]);
  });
});

describe("TEST_RESONANCES", () => {
  it.each(["cartesian", "corexy", "limited_cartesian", "limited_corexy"])("finds the resonance on %s, and leaves limits and shaper as they were", async (kinematics) => {
    const { lines, result, world } = await run(printer(kinematics) + TESTER, `SET_INPUT_SHAPER SHAPER_FREQ_X=45 SHAPER_TYPE=mzv\nTEST_RESONANCES AXIS=X ${QUICK} NAME=one-${kinematics}\nSET_VELOCITY_LIMIT`, { resonances: { x: { hz: 45, damping: 0.06 } } });

    expect(result?.errors).toEqual([]);
    expect(Math.abs(peak(columns(lines, "Resonances data")).hz - 45)).toBeLessThan(3);
    expect(lines.filter((line) => line.includes("[input_shaper]"))).toEqual(["// Disabled [input_shaper] for resonance testing", "// Re-enabled [input_shaper]"]);
    const toolhead = world.printer!.lookupObject<{ getStatus(eventTime: number): Record<string, number> }>("toolhead").getStatus(0);
    expect(toolhead).toMatchObject({ max_velocity: 300, max_accel: 3000, minimum_cruise_ratio: 0.5 });
  });

  it("sees far less of the resonance behind the shaper that is made for it", async () => {
    const machine = { resonances: { x: { hz: 45, damping: 0.06 } } };
    const peaks: number[] = [];
    for (const shaping of [0, 1]) {
      const { lines } = await run(printer("cartesian") + TESTER, `SET_INPUT_SHAPER SHAPER_FREQ_X=45 SHAPER_TYPE=mzv\nTEST_RESONANCES AXIS=X ${QUICK} INPUT_SHAPING=${shaping} NAME=shaping${shaping}`, machine);
      peaks.push(peak(columns(lines, "Resonances data")).power);
    }
    expect(peaks[1]! / peaks[0]!).toBeLessThan(0.05);
  });

  it("goes along a diagonal, at points, with raw data and under a slow motion", async () => {
    const { lines, result } = await run(printer("cartesian") + TESTER.replace("100,100,20", "100,100,20\n 120,100,20"), [
      "TEST_RESONANCES AXIS=1,-1 FREQ_START=40 FREQ_END=42 OUTPUT=raw_data NAME=raw",
      "TEST_RESONANCES AXIS=y FREQ_START=40 FREQ_END=44 SWEEPING_PERIOD=1.2 POINT=50,60,10 NAME=swept",
    ].join("\n"));
    expect(result?.errors).toEqual([]);
    const names = lines.flatMap((line) => / to .*\/(\S+\.csv) file/.exec(line)?.[1] ?? []);
    expect(names).toEqual(["raw_data_axis=1.000,-1.000_adxl345_100.000_100.000_20.000_raw.csv", "raw_data_axis=1.000,-1.000_adxl345_120.000_100.000_20.000_raw.csv", "resonances_y_50.000_60.000_10.000_swept.csv"]);
    expect(lines.filter((line) => line.includes("Testing frequency"))).toEqual([40, 41, 40, 41, 40, 41, 42, 43].map((hz) => `// Testing frequency ${hz} Hz`));
  });

  it("puts limits and shaper back when a move fails", async () => {
    const { world, result } = await run(printer("limited_corexy") + TESTER, "TEST_RESONANCES AXIS=X POINT=200,100,20 FREQ_START=20 NAME=edge");
    expect(result?.errors[0]).toContain("Move out of range");
    expect(world.printer!.lookupObject<{ getStatus(eventTime: number): Record<string, number> }>("toolhead").getStatus(0)).toMatchObject({ max_velocity: 300, max_accel: 3000 });
    expect(world.printer!.lookupObject<{ getKinematics(): { maxXAccel: number } }>("toolhead").getKinematics().maxXAccel).toBe(3000);
  });

  it("says what it cannot take", async () => {
    const { result } = await run(printer("cartesian") + TESTER, [
      "TEST_RESONANCES", "TEST_RESONANCES AXIS=1", "TEST_RESONANCES AXIS=a,b", "TEST_RESONANCES AXIS=x OUTPUT=sound", "TEST_RESONANCES AXIS=x POINT=1,2", "TEST_RESONANCES AXIS=x POINT=1,2,z",
      "TEST_RESONANCES AXIS=x NAME=a.b", "TEST_RESONANCES AXIS=x HZ_PER_SEC=3", "SHAPER_CALIBRATE AXIS=z", "TEST_RESONANCES AXIS=x CHIPS=ear",
    ].join("\n"));
    expect(result?.errors).toEqual([
      "Error on 'TEST_RESONANCES': missing AXIS", "Invalid format of axis '1'", "Unable to parse axis direction 'a,b'", "Unsupported output 'sound', only 'resonances' and 'raw_data' are supported",
      "Invalid POINT parameter, must be 'x,y,z'", "Invalid POINT parameter, must be 'x,y,z' where x, y and z are valid floating point numbers", "Invalid NAME parameter",
      "Error on 'TEST_RESONANCES AXIS=x HZ_PER_SEC=3': HZ_PER_SEC must have maximum of 2.0", "Unsupported axis 'z'", "Unknown config object 'ear'",
    ]);
  });
});

describe("the section", () => {
  it("measures the noise of its chips, and warns of fans", async () => {
    const { lines } = await run(`${printer("cartesian")}${TESTER}[fan]\npin: PH1\n`, `MEASURE_AXES_NOISE\nM106 S255\nG4 P500\nSHAPER_CALIBRATE AXIS=x FREQ_START=40 FREQ_END=41 NAME=fan`);
    const noise = /Axes noise for xy-axis accelerometer: ([\d.]+) \(x\), ([\d.]+) \(y\), ([\d.]+) \(z\)/.exec(lines.join("\n"))!.slice(1).map(Number);
    for (const power of noise) expect(power).toBeGreaterThan(1);
    for (const power of noise) expect(power).toBeLessThan(20);
    expect(lines.join("\n")).toContain("WARNING: Active fans detected: fan");
  });

  it.each([["", "No accelerometer chips configured."], ["accel_chip: ear\n", "Unknown config object 'ear'"]])("without a chip that exists is refused (%j)", async (option, message) => {
    const { world } = await run(`${printer("cartesian")}[resonance_tester]\nprobe_points: 1,2,3\n${option}`, "");
    expect(world.printer!.getStateMessage()[0]).toContain(message);
  });
});
