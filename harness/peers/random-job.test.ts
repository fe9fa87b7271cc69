/** Printers and jobs from seeds: they repeat, they are printable, and they hold what they say. The comparison itself needs a checkout of Kalico. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { runJob } from "../world/run-job.js";
import { jobErrorIn } from "./kalico-batch.js";
import { LineClocks } from "./line-clocks.js";
import { randomJob } from "./random-job.js";
import { RANDOM_KINEMATICS } from "./random-printer.js";
import { randomTable } from "./random-runs.js";
import { letOut } from "./shared-printer.js";
import { sameSteps } from "./diff-hosts.js";

const SEEDS = Array.from({ length: RANDOM_KINEMATICS.length }, (_, i) => i);

describe("a random job", () => {
  it("is the same for the same seed, and another for another", () => {
    for (const seed of [0, 7, 4_000_000_000]) expect(randomJob(seed)).toEqual(randomJob(seed));
    expect(randomJob(1).lines).not.toEqual(randomJob(1 + RANDOM_KINEMATICS.length).lines);
  });

  it("comes for every kinematics in turn", () => {
    expect(new Set(SEEDS.map((seed) => randomJob(seed).printer.kinematics))).toEqual(new Set(RANDOM_KINEMATICS));
  });

  it("says what it holds", () => {
    for (const { lines, features, printer } of Array.from({ length: 60 }, (_, seed) => randomJob(seed))) {
      const has = (pattern: RegExp): boolean => lines.some((line) => pattern.test(line));
      expect(features.includes("arcs")).toBe(has(/^G[23] .*I/));
      expect(features.includes("homing mid job")).toBe(has(/^G28/));
      expect(features.some((text) => text.startsWith("shaper"))).toBe(/^\[input_shaper\]/m.test(printer.config));
    }
  });

  it.each(SEEDS.map((seed) => [RANDOM_KINEMATICS[seed]!, seed]))("for %s comes to its end, or is refused where it means to be", async (_name, seed) => {
    const scratch = scratchDirectory();
    try {
      const { printer, lines, features } = randomJob(seed);
      scratch.write("printer.cfg", printer.config);
      const { world, state, message, result } = await runJob({ configFile: `${scratch.path}/printer.cfg`, board: "ideal", seed, lines: lines.slice(0, 60) });
      world.finish();
      expect(`${state} ${message}`).toBe("ready Printer is ready");
      expect(features.some((text) => text.startsWith("refused")) || result!.errors.length === 0).toBe(true);
    } finally {
      scratch.remove();
    }
  }, 60_000);
});

describe("a run in Kalico", () => {
  const LOG = "Loaded MCU 'mcu'\nConfigured MCU 'mcu' (16 moves)\nhoming: stopped\nStats 1.0: x\n";

  it("failed with the first line that is neither routine nor an answer", () => {
    expect(jobErrorIn(LOG)).toBeUndefined();
    expect(jobErrorIn(`${LOG}Unknown command:"M999"\nMove out of range: 1 2 3\n`)).toBe('Unknown command:"M999"');
    expect(jobErrorIn(`${LOG}accel: 1000\nMove out of range: 1 2 3\n`, new Set(["accel: 1000"]))).toBe("Move out of range: 1 2 3");
    expect(jobErrorIn(`${LOG}some noise\nMove out of range: 1 2 3\n`, new Set(), "Move out of range: 1 2 3")).toBe("Move out of range: 1 2 3");
    expect(jobErrorIn(`${LOG}Traceback (most recent call last):\n  File "x"\nKeyError: 1\n`)).toBeUndefined();
  });

  it("failed also where the error has several lines, of which this host answers the first as well", () => {
    const clocks = new LineClocks([]);
    for (const text of ["// accel: 1000", "// Extrude only move too long\n// See the option", "!! Extrude only move too long"]) clocks.observer.onGcodeResponse!(text, 0);
    expect(jobErrorIn(`${LOG}accel: 1000\nExtrude only move too long\nSee the option\n`, clocks.answers)).toBe("Extrude only move too long");
  });

  it("waits in its last macro until what it writes grows no more", () => {
    const scratch = scratchDirectory();
    try {
      const file = scratch.write("steps", "x".repeat(10));
      const code = [...letOut([file, `${file}-other`]).matchAll(/^ {2}!(.*)$/gm)].map(([, line]) => line).join("\n");
      // As Kalico runs the Python of a macro.
      const program = `ours = {}\nexec(${JSON.stringify(code)}, {}, ours)\nprint(ours["sizes"], ours["still"])`;
      expect(execFileSync("python3", ["-c", program], { encoding: "utf8" }).trim()).toBe("[10] 4");
    } finally {
      scratch.remove();
    }
  });

  it("is told from another by any step", () => {
    const stream = (clocks: number[], dirs: number[]) => ({ name: "mcu:PA0", clocks: Float64Array.from(clocks), dirs: Uint8Array.from(dirs) });
    expect(sameSteps([stream([1, 2], [0, 1])], [stream([1, 2], [0, 1])])).toBe(true);
    for (const other of [stream([1, 3], [0, 1]), stream([1, 2], [1, 1]), stream([1], [0]), { ...stream([1, 2], [0, 1]), name: "mcu:PA1" }]) expect(sameSteps([stream([1, 2], [0, 1])], [other])).toBe(false);
  });
});

describe("the table of random jobs", () => {
  it("counts what is equal and shows every cause", () => {
    const run = { seed: 5, kinematics: "delta", features: ["arcs"], equal: true, steps: 100, worstMicroseconds: 25, cause: "" };
    const table = randomTable([run, { ...run, seed: 6, equal: false, cause: "a|b" }]);
    expect(table).toContain("1 of 2 are equal; 200 steps were compared");
    expect(table).toContain("| 6 | delta | arcs | no | 100 | 25.0 | a\\|b |");
  });
});
