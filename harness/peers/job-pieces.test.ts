/** Jobs that home in the middle, by streams of our own making and by a job of ours that is held against itself. */
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { expandSteps, type StepStream } from "../reference/step-rows.js";
import { stepColumns } from "../session/trace-evidence.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runJob } from "../world/run-job.js";
import { comparePieces, type Interval } from "./job-pieces.js";
import { LineClocks } from "./line-clocks.js";
import { sharedPrinter } from "./shared-printer.js";

const FREQUENCY = 16_000_000;
const seconds = (s: number): number => Math.round(s * FREQUENCY);

/** Parts of `counts` steps each, 1 ms apart, that start 10 s after one another. */
const stream = (counts: readonly number[], late: (part: number, step: number) => number = () => 0): StepStream => {
  const clocks = counts.flatMap((count, part) => Array.from({ length: count }, (_, i) => seconds(10 + 10 * part + i * 1e-3) + late(part, i)));
  return { name: "mcu:PF0", clocks: Float64Array.from(clocks), dirs: new Uint8Array(clocks.length).fill(1) };
};
const homingAt = (...parts: number[]): Interval[] => parts.map((part) => ({ begin: seconds(7 + 10 * part), end: seconds(10 + 10 * part + 2) }));

describe("pieces of a job", () => {
  it("are what lies between homings: these may differ, nothing else", () => {
    const counts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 3, maxLength: 6 });
    fc.assert(fc.property(counts, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 200 }), (parts, a, b, more) => {
      const home = a % parts.length;
      const longer = parts.map((n, part) => (part === home ? n + more : n));
      expect(comparePieces([stream(parts)], [stream(longer)], homingAt(home), { frequency: FREQUENCY })).toMatchObject({ equal: true, problems: [] });
      // In any other part a step that is missing is found, but for the first moves after homing.
      const other = b % parts.length;
      if (other === home || other === home + 1) return;
      const fewer = parts.map((n, part) => (part === other ? n + 1 : n));
      expect(comparePieces([stream(parts)], [stream(fewer)], homingAt(home), { frequency: FREQUENCY }).equal).toBe(false);
    }));
  });

  it("keep their own time, and tell at which of our clocks they differ", () => {
    const shifted = stream([100, 50, 100, 100], (part) => part * 1234);
    expect(comparePieces([shifted], [stream([100, 60, 100, 100])], homingAt(1), { frequency: FREQUENCY })).toMatchObject({ equal: true, steppers: [{ worstSeconds: 0, steps: 300 }] });
    const late = stream([100, 50, 100, 100], (part, step) => part * 1234 + (part === 3 && step === 40 ? 1600 : 0));
    const { first } = comparePieces([late], [stream([100, 60, 100, 100])], homingAt(1), { frequency: FREQUENCY });
    expect(first).toMatchObject({ kind: "time", step: 40, deltaSeconds: 1e-4, clock: seconds(40.04) + 3 * 1234 });
  });

  it("tell of a pause that one stream does not make", () => {
    expect(comparePieces([stream([10, 10])], [stream([10, 10, 10])], [], { frequency: FREQUENCY }).problems[0]).toBe("pauses differ: ours 1, reference 2 (nothing moves for 2.5 s)");
  });
});

describe("a job of this host", () => {
  let scratch: ScratchDirectory;
  beforeEach(() => { scratch = scratchDirectory(); });
  afterEach(() => scratch.remove());

  const JOB = ["START", "G1 X50 Y50 Z5 F6000", "G4 P500", "G1 X60", "G28 X", "G1 X30", "G4 P500", "G1 X80", "M400"];
  const run = async (): Promise<{ streams: StepStream[]; clocks: LineClocks; homings: Interval[] }> => {
    const path = `${scratch.path}/shared.cfg`;
    scratch.write("printer/base.cfg", BASE_PRINTER);
    const own = scratch.write("printer/printer.cfg", "[include base.cfg]\n[gcode_macro START]\ngcode:\n  M104 S0\n  G28\n[gcode_macro G28]\nrename_existing: G28.1\ngcode:\n  G28.1 {rawparams}\n");
    writeFileSync(path, sharedPrinter(own));
    const clocks = new LineClocks(JOB);
    const job = await runJob({
      configFile: path, board: "atmega2560", seed: 1, lines: JOB, observer: clocks.observer, onLine: clocks.onLine, onWorld: (world) => { clocks.world = world; },
    });
    expect(job).toMatchObject({ state: "ready", result: { errors: [] } });
    const streams = expandSteps(stepColumns(job.world));
    job.world.finish();
    return { streams, clocks, homings: clocks.homings.map(({ begin, end }) => ({ begin: seconds(begin), end: seconds(end) })) };
  };

  it("has its homings found wherever they are called, and its lines by their clocks", async () => {
    const { streams, clocks, homings } = await run();
    expect(homings).toHaveLength(2);
    expect(comparePieces(streams, streams, homings, { frequency: FREQUENCY })).toMatchObject({ equal: true, segments: 4 });
    // The last move is that of the line before M400.
    const last = Math.max(...streams.map((s) => s.clocks.at(-1)!));
    expect(clocks.at(last / FREQUENCY)).toEqual({ number: 8, text: "G1 X80" });
    // The move after the first homing is that of line 2, though a macro homed.
    expect(clocks.at(homings[0]!.end / FREQUENCY + 3.01)).toEqual({ number: 2, text: "G1 X50 Y50 Z5 F6000" });
  });
});

describe("the printer that both hosts are given", () => {
  let scratch: ScratchDirectory;
  beforeEach(() => { scratch = scratchDirectory(); });
  afterEach(() => scratch.remove());

  it("homes between pauses, through the macros of the user; what SAVE_CONFIG wrote stays at the end", () => {
    const saved = "\n#*# <---------------------- SAVE_CONFIG ---------------------->\n#*# DO NOT EDIT THIS BLOCK OR BELOW. The contents are auto-generated.\n#*#\n#*# [extruder]\n#*# pid_kp = 1\n";
    const text = sharedPrinter(scratch.write("printer.cfg", `[printer]\nkinematics: corexy\n[gcode_macro G28]\nrename_existing: _HOME\ngcode: _HOME\n${saved}`));
    expect(text).toContain("[gcode_macro _HOME]\nrename_existing: _HOME_BETWEEN_PAUSES\n");
    expect(text.endsWith(saved)).toBe(true);
    expect(sharedPrinter(scratch.write("plain.cfg", "[printer]\nkinematics: delta\n"))).toContain("[gcode_macro G28]\nrename_existing: G28.9973\n");
    const still = "[printer]\nkinematics: none\n";
    expect(sharedPrinter(scratch.write("still.cfg", still)).trim()).toBe(still.trim());
  });

  it("finds its includes from elsewhere", () => {
    const path = scratch.write("a/printer.cfg", "[include parts/*.cfg]\n[include /etc/x.cfg]\n[gcode_macro A]\ngcode: !!include a.gcode\n");
    expect(sharedPrinter(path)).toContain(`[include ${scratch.path}/a/parts/*.cfg]\n[include /etc/x.cfg]\n[gcode_macro A]\ngcode: !!include ${scratch.path}/a/a.gcode\n`);
  });
});
