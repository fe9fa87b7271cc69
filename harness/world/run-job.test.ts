/** A job as batch output runs it, and as a printer does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";

let scratch: ScratchDirectory;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

const HOT = ["M190 S60", "M109 S200", "TEMPERATURE_WAIT SENSOR=extruder MINIMUM=195", "G92 E0", "G1 E5 F300", "M400"];
const run = async (live: boolean): Promise<JobRun> => {
  const job = await runJob({ configFile: scratch.write("printer.cfg", BASE_PRINTER.replace("min_extrude_temp: 0", "")), board: "atmega2560", seed: 1, lines: HOT, live });
  job.world.finish();
  return job;
};

describe("a job that heats", () => {
  it("waits for no temperature in batch output, and extrudes all the same", async () => {
    const job = await run(false);
    expect(job).toMatchObject({ state: "ready", result: { errors: [] } });
    expect(job.printSeconds).toBeLessThan(10);
  });

  it("takes the time that the machine takes when it is live", async () => {
    const job = await run(true);
    expect(job).toMatchObject({ state: "ready", result: { errors: [] } });
    expect(job.printSeconds).toBeGreaterThan(20);
  });
});
