/** The reference print in a process of its own, so that memory and warm-up are those of a user's run. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bench, describe } from "vitest";
import type { ReferencePrint } from "./reference-print.js";

/** The built program; `npm run bench` builds first. */
const program = fileURLToPath(new URL("../../dist/harness/bench/reference-print.js", import.meta.url));
const runs: ReferencePrint[] = [];

function report(): void {
  if (runs.length === 0) return;
  const best = runs.reduce((a, b) => (b.realTimeFactor > a.realTimeFactor ? b : a));
  const hashes = new Set(runs.map((run) => run.traceHash));
  process.stdout.write([
    "", `reference print: ${best.lines} lines, ${best.printSeconds.toFixed(0)} s of printing`,
    `  ${runs.map((run) => run.realTimeFactor.toFixed(0)).join(", ")} × real time (aim: 600)`,
    `  ${Math.max(...runs.map((run) => run.peakMegabytes)).toFixed(0)} MB at most (aim: 300)`,
    `  ${best.steps} steps in ${best.queueStepRows} queue_step rows, ${(best.stepsPerWallSecond / 1e6).toFixed(1)} million steps a second`,
    `  ${runs.length} runs, ${hashes.size === 1 ? "one trace hash" : `${hashes.size} TRACE HASHES`}: ${[...hashes].join(", ")}`, "",
  ].join("\n"));
}

describe("reference print of 25,000 lines: host, wire, simulated micro-controller, trace", () => {
  bench("whole process", () => {
    runs.push(JSON.parse(execFileSync(process.execPath, [program], { encoding: "utf8" })) as ReferencePrint);
  }, { iterations: 3, time: 0, warmupIterations: 0, warmupTime: 0, teardown: (_task, mode) => { if (mode === "run") report(); } });
});
