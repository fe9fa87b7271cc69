/** A job as batch output runs it, and as a printer does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { expandSteps } from "../reference/step-rows.js";
import { stepColumns } from "../session/trace-evidence.js";
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

describe("a motor beside the toolhead", () => {
  const FEEDER = "[manual_stepper feeder]\nstep_pin: PL4\ndir_pin: PL6\nenable_pin: !PK2\nmicrosteps: 16\nrotation_distance: 8\nvelocity: 20\n";
  const stepsOf = async (lines: readonly string[]): Promise<{ count: number; first: number }> => {
    const job = await runJob({ configFile: scratch.write("printer.cfg", `${BASE_PRINTER}\n${FEEDER}`), board: "ideal", seed: 1, lines });
    expect(job).toMatchObject({ state: "ready", result: { errors: [] } });
    const feeder = expandSteps(stepColumns(job.world)).find(({ name }) => name === "manual_stepper feeder")!;
    job.world.finish();
    return { count: feeder.clocks.length, first: feeder.clocks[0]! };
  };

  it("makes all of its steps, also when it moves for longer than the toolhead", async () => {
    expect((await stepsOf(["MANUAL_STEPPER STEPPER=feeder MOVE=10 SPEED=2 SYNC=0"])).count).toBe(4000);
  });

  it("is not held up where it is told its position", async () => {
    // A flush of the steps would start a new stretch, the window of the solvers later.
    const [plain, told] = [[], ["MANUAL_STEPPER STEPPER=feeder SET_POSITION=0"]].map((more) => stepsOf(["MANUAL_STEPPER STEPPER=feeder ENABLE=1", "G4 P500", ...more, "MANUAL_STEPPER STEPPER=feeder MOVE=10"]));
    expect((await told!).first).toBe((await plain!).first);
  });
});
