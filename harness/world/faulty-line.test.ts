/**
 * Prints over a line that damages bytes, in virtual time. The rates are those at which an unmodified Kalico was run over a
 * pseudo-terminal: at 0.1 % corrupted and 0.05 % lost it prints on, at 1 % and 0.5 % it shuts down within seconds (docs/real-peers.md).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededFaults } from "../../sim-mcu/faults/link-faults.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { circleJob, HEAT } from "../testing/pty-print.js";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";

interface HostStepper { getOid(): number; getMcuPosition(): number }

/** Each homing move is given up when reports of a quarter of a second are lost, here as in Kalico: the line breaks after it. */
const CLEAN = ["G28", "M400"];
const JOB = [...HEAT, ...circleJob(60)];

async function printOver(options: { seed: number; drop: number; corrupt: number }): Promise<{ run: JobRun; faults: SeededFaults }> {
  const { seed, drop, corrupt } = options;
  const scratch = scratchDirectory();
  try {
    const faults = new SeededFaults({ seed, dropByte: drop, corruptByte: corrupt });
    let isFaulty = false;
    const run = await runJob({
      configFile: scratch.write("printer.cfg", BASE_PRINTER), board: "atmega2560", seed, live: true, lines: [...CLEAN, ...JOB],
      onLine: (index) => { isFaulty ||= index >= CLEAN.length; },
      lineFaults: { pass: (direction, data, now) => (isFaulty ? faults.pass(direction, data, now) : data) },
    });
    return { run, faults };
  } finally {
    scratch.remove();
  }
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("a line that damages bytes", () => {
  it("costs repetitions and no step, in heating and printing", { timeout: 300_000 }, async () => {
    await fc.assert(fc.asyncProperty(seeds, async (seed) => {
      const { run: { world, message, result }, faults } = await printOver({ seed, drop: 0.0005, corrupt: 0.001 });
      expect({ message, errors: result?.errors, stopped: result?.stopped }).toEqual({ message: "Printer is ready", errors: [], stopped: false });
      expect(faults.dropped + faults.corrupted).toBeGreaterThan(40);
      expect(world.main.mcu.naks).toBeGreaterThan(20);
      const toolhead = world.printer!.lookupObject<{ getKinematics(): { getSteppers(): HostStepper[] } }>("toolhead");
      const made = new Map(world.main.trace.allSteps().map(({ oid, position }) => [oid, Math.abs(position)]));
      for (const stepper of toolhead.getKinematics().getSteppers()) expect(made.get(stepper.getOid())).toBe(Math.abs(stepper.getMcuPosition()));
    }), { numRuns: 5, seed: 1 });
  });

  it("ends a print in a shutdown that names the line's trouble, when it is so bad that Kalico gives up too", { timeout: 300_000 }, async () => {
    await fc.assert(fc.asyncProperty(seeds, async (seed) => {
      const { run: { message, state, printSeconds } } = await printOver({ seed, drop: 0.005, corrupt: 0.01 });
      expect(state).toBe("shutdown");
      expect(message).toMatch(/Timer too close|Missed scheduling of next|Lost communication with MCU|Stepper too far in past/);
      expect(printSeconds).toBeLessThan(120);
    }), { numRuns: 5, seed: 1 });
  });
});
