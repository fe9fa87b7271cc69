import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { join } from "node:path";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";

/** The plant of an extruder: 40 W, 12 J/K, 0.1 W/K, 0.12 W/K with the fan at full speed, sensor 2.5 s behind. */
const MPC_PRINTER = `
[mcu]
serial: /dev/sim
[printer]
kinematics: none
max_velocity: 300
max_accel: 3000
[fan]
pin: PD6
[extruder]
step_pin: PA4
dir_pin: PA6
enable_pin: !PA2
microsteps: 16
rotation_distance: 33.5
nozzle_diameter: 0.4
filament_diameter: 1.75
heater_pin: PB4
sensor_type: EPCOS 100K B57560G104F
sensor_pin: PK5
control: mpc
heater_power: 40
cooling_fan: fan
min_temp: 0
max_temp: 300
[temperature_sensor block]
sensor_type: mpc_block_temperature
heater_name: extruder
[temperature_sensor dallas]
sensor_type: DS18B20
serial_no: 28-031674b175ff
sensor_mcu: mcu
min_temp: 0
max_temp: 100
[temperature_sensor both]
sensor_type: temperature_combined
sensor_list: extruder, temperature_sensor dallas
combination_method: mean
maximum_deviation: 999
`;

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

type MpcRun = JobRun & { responses: string[]; status: (name: string) => Record<string, any> };

async function job(lines: readonly string[], config = MPC_PRINTER): Promise<MpcRun> {
  scratch.write("printer.cfg", config);
  const responses: string[] = [];
  const observer = { onGcodeResponse: (line: string) => void responses.push(line) };
  const run = await runJob({ configFile: join(scratch.path, "printer.cfg"), board: "ideal", seed: 3, lines, live: true, observer });
  const { printer } = run.world;
  const status = (name: string): Record<string, any> =>
    printer!.lookupObject<{ getStatus(eventTime: number): Record<string, any> }>(name).getStatus(printer!.getReactor().monotonic());
  return { ...run, responses, status };
}

describe("control mpc on a heater with known physics", () => {
  it("refuses a target before it is calibrated, and says what to do", async () => {
    const run = await job(["M104 S200"]);
    run.world.finish();

    expect(run.result?.errors[0]).toContain("Cannot activate 'extruder' as MPC control is not fully configured.\n\nRun 'MPC_CALIBRATE'");
  });

  it("calibrates to the heater's true constants and holds a temperature with them, fan on or off", { timeout: 120_000 }, async () => {
    const calibration = await job(["MPC_CALIBRATE HEATER=extruder", "M109 S210", "G4 P60000", "M106 S255", "G4 P60000"]);
    const { printer } = calibration.world;
    expect(calibration.result?.errors).toEqual([]);
    const saved = printer!.lookupObject<any>("configfile").getStatus(0).save_config_pending_items.extruder;
    const near = (value: unknown, truth: number, share: number): void => {
      expect(Math.abs(Number(value) / truth - 1), `${String(value)} for ${truth}`).toBeLessThan(share);
    };
    const fan = String(saved.fan_ambient_transfer).split(",").map(Number);
    if (process.env["SHOW_CALIBRATION"] !== undefined) console.log(saved, calibration.status("extruder"));
    near(saved.block_heat_capacity, 12, 0.03);
    near(saved.sensor_responsiveness, 1 / 2.5, 0.05);
    near(saved.ambient_transfer, 0.1, 0.03);
    [0.1, 0.11, 0.12].forEach((truth, i) => near(fan[i], truth, 0.04));
    const { temperature, control_stats: model } = calibration.status("extruder");
    expect(Math.abs(temperature - 210)).toBeLessThan(1);
    expect(Math.abs(model.temp_block - 210)).toBeLessThan(1);
    expect(Object.keys(model)).toEqual(["temp_block", "temp_sensor", "temp_ambient", "power", "loss_ambient", "loss_filament", "filament_temp", "filament_heat_capacity", "filament_density"]);
    expect(Math.abs(calibration.status("temperature_sensor block").temperature - model.temp_block)).toBeLessThan(1);

    const dallas = calibration.status("temperature_sensor dallas").temperature;
    expect(Math.abs(dallas - 22)).toBeLessThan(0.1);
    expect(Math.abs(calibration.status("temperature_sensor both").temperature - (temperature + dallas) / 2)).toBeLessThan(1);
    calibration.world.finish();
  });

  it("calibrates from the sensor of the room, as soon as the heater is cool enough", { timeout: 120_000 }, async () => {
    const sensed = MPC_PRINTER.replace("heater_power: 40\n", "heater_power: 40\nambient_temp_sensor: temperature_sensor dallas\n");
    const run = await job(["G4 P9000", "MPC_CALIBRATE HEATER=extruder FAN_BREAKPOINTS=2", "M109 S210", "MPC_CALIBRATE HEATER=extruder FAN_BREAKPOINTS=2 TARGET=190"], sensed);

    expect(run.result?.errors).toEqual([]);
    expect(run.responses.filter((line) => line.includes("settle at ambient"))).toEqual([]);
    expect(run.responses.filter((line) => line.includes("to drop below"))).toEqual(["// Waiting for heater to drop below 85.0 degrees Celsius"]);
    const saved = run.world.printer!.lookupObject<any>("configfile").getStatus(0).save_config_pending_items.extruder;
    expect(Math.abs(Number(saved.ambient_transfer) / 0.1 - 1)).toBeLessThan(0.03);
    expect(Math.abs(Number(saved.block_heat_capacity) / 12 - 1)).toBeLessThan(0.1);
    run.world.finish();
  });

  it("begins its estimate of the room with what the sensor there says", async () => {
    const constants = "block_heat_capacity: 12\nsensor_responsiveness: 0.4\nambient_transfer: 0.1\n";
    const run = await job(["G4 P12000"], MPC_PRINTER.replace("heater_power: 40\n", `heater_power: 40\n${constants}ambient_temp_sensor: temperature_sensor dallas\n`));

    expect(Math.abs(run.status("extruder").control_stats.temp_ambient - 22)).toBeLessThan(1.5);
    run.world.finish();
  });

  it("takes constants of MPC_SET, and refuses what is none", async () => {
    const run = await job([
      "MPC_SET HEATER=extruder FILAMENT_DENSITY=1.15 FILAMENT_HEAT_CAPACITY=2.20 FILAMENT_TEMP=33", "MPC_SET HEATER=extruder FAN_AMBIENT_TRANSFER=0.1,x",
    ]);

    expect(run.status("extruder").control_stats).toMatchObject({ filament_density: 1.15, filament_heat_capacity: 2.2, filament_temp: ["fixed", 33] });
    expect(run.result?.errors[0]).toContain("unable to parse FAN_AMBIENT_TRANSFER");
    run.world.finish();
  });
});
