/** What happens when sensors fail or disagree: DS18B20 on a Linux board, and sensors that combine others. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";
import type { SimWorld } from "./sim-world.js";

const PRINTER = "[mcu]\nserial: /dev/sim\n[printer]\nkinematics: none\nmax_velocity: 300\nmax_accel: 3000\n";
const thermometer = (name: string, options = "min_temp: 0\nmax_temp: 100\n", serial = `28-${name}`): string =>
  `[temperature_sensor ${name}]\nsensor_type: DS18B20\nserial_no: ${serial}\nsensor_mcu: mcu\n${options}`;
const combined = (method: string, options: string): string =>
  `[temperature_sensor both]\nsensor_type: temperature_combined\nsensor_list: temperature_sensor warm, temperature_sensor cold\ncombination_method: ${method}\n${options}`;

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

interface FaultRun extends JobRun { log: string[]; celsius(sensor: string): number }

async function run(sensors: string, { starts = {}, onWorld }: { starts?: Record<string, number>; onWorld?: (world: SimWorld) => void } = {}): Promise<FaultRun> {
  scratch.write("printer.cfg", PRINTER + sensors);
  const log: string[] = [];
  // Bodies as heavy as a bed: they stay where they are for the time of a test.
  const heaters = Object.fromEntries(Object.entries(starts).map(([name, startCelsius]) => [`temperature_sensor ${name}`, { startCelsius, joulesPerKelvin: 1e6 }]));
  const job = await runJob({
    live: true, configFile: join(scratch.path, "printer.cfg"), board: "linux", seed: 1, lines: ["G4 P20000"], machine: { heaters },
    observer: { onLog: (_level, message) => void log.push(message) }, ...(onWorld === undefined ? {} : { onWorld }),
  });
  job.world.finish();
  const { printer } = job.world;
  return { ...job, log, celsius: (name) => printer!.lookupObject<{ lastTemp: number }>(`temperature_sensor ${name}`).lastTemp };
}

describe("DS18B20", () => {
  it("shuts the printer down when the chip does not answer, after telling each failure", async () => {
    const tornOff = (world: SimWorld): void => world.plant.heater("temperature_sensor air").setFault("sensor-open", 0);
    const { state, message, log } = await run(thermometer("air"), { onWorld: tornOff });

    expect(state).toBe("shutdown");
    expect(message).toContain("MCU 'mcu' shutdown: Error reading DS18B20 sensor");
    expect(log.filter((line) => line === "ds18b20 reports fault 1 (temp=0.0)")).toHaveLength(5);
  });

  it("shuts the printer down outside its limits, and not when limits are ignored", async () => {
    const narrow = thermometer("air", "min_temp: 0\nmax_temp: 20\n");
    const strict = await run(narrow, { starts: { air: 30 } });
    expect(strict.state).toBe("shutdown");
    expect(strict.message).toContain("DS18B20 out of range");

    const lenient = await run(`${narrow}[danger_options]\ntemp_ignore_limits: True\n`, { starts: { air: 30 } });
    expect(lenient.state).toBe("ready");
    expect(lenient.celsius("air")).toBeCloseTo(30, 1);
  });
});

describe("temperature_combined", () => {
  const pair = thermometer("warm") + thermometer("cold");
  const starts = { warm: 40, cold: 30 };

  it.each([["min", 30], ["max", 40], ["mean", 35]] as const)("gives the %s", async (method, celsius) => {
    const { state, celsius: read } = await run(pair + combined(method, "maximum_deviation: 50\nmin_temp: 0\nmax_temp: 100\n"), { starts });
    expect(state).toBe("ready");
    expect(read("both")).toBeCloseTo(celsius, 1);
  });

  it.each([
    ["that disagree too much", "maximum_deviation: 5\nmin_temp: 0\nmax_temp: 100\n", "COMBINED SENSOR maximum deviation exceeded limit of 5.0, max sensor value 40.0, min sensor value 30.0."],
    ["above the limit", "maximum_deviation: 50\nmin_temp: 0\nmax_temp: 33\n", "COMBINED SENSOR temperature 35.0 above maximum temperature of 33.0."],
    ["below the limit", "maximum_deviation: 50\nmin_temp: 36\nmax_temp: 100\n", "COMBINED SENSOR temperature 35.0 below minimum temperature of 36.0."],
  ])("shuts the printer down for sensors %s", async (_what, options, reason) => {
    const { state, message } = await run(pair + combined("mean", options), { starts });
    expect(state).toBe("shutdown");
    expect(message).toContain(reason);
  });

  it("lets them where limits are ignored", async () => {
    const options = combined("mean", "maximum_deviation: 5\nmin_temp: 0\nmax_temp: 33\n") + "[danger_options]\ntemp_ignore_limits: True\n";
    expect((await run(pair + options, { starts })).state).toBe("ready");
  });
});
