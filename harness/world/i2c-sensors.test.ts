/** Environment sensors on I2C, from the configuration through the host and the wire to the simulated chips and back. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";

const PRINTER = "[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: none\nmax_velocity: 300\nmax_accel: 3000\n";

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

type Status = Record<string, number>;
interface SensorRun extends JobRun { status(name: string): Status; log: string[] }

async function run(sensors: string, lines: readonly string[], options: { ambientCelsius?: number } = {}): Promise<SensorRun> {
  scratch.write("printer.cfg", PRINTER + sensors);
  const log: string[] = [];
  const job = await runJob({ live: true, configFile: join(scratch.path, "printer.cfg"), board: "ideal", seed: 1, lines, ...options });
  const { printer } = job.world;
  return { ...job, log, status: (name) => printer!.lookupObject<{ getStatus(eventTime: number): Status }>(name).getStatus(printer!.getReactor().monotonic()) };
}

const sensor = (name: string, type: string, more = ""): string => `[temperature_sensor ${name}]\nsensor_type: ${type}\nmin_temp: 0\nmax_temp: 100\n${more}`;

describe("LM75", () => {
  it("reads the room in halves of a degree", async () => {
    const { state, status } = await run(sensor("room", "LM75"), ["G4 P3000"]);

    expect(state).toBe("ready");
    expect(status("lm75 room")).toEqual({ temperature: 22 });
    expect(status("temperature_sensor room")).toEqual({ temperature: 22, measured_min_temp: 22, measured_max_temp: 22 });
  });
});
