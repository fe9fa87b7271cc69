/**
 * The reference print: a job of 25,000 lines from the project's own generator on the built-in printer, host,
 * wire, simulated micro-controller and trace in one process, as fast as it goes. Run as a program it prints
 * its figures as JSON: `node dist/harness/bench/reference-print.js [LINES] [SEED]`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSections } from "../../conformance/arbitraries/config-text.js";
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { certificationJob } from "../certify/certification-job.js";
import { SimWorld } from "../world/sim-world.js";

export interface ReferencePrint {
  lines: number;
  /** Virtual seconds from the first line to the last step. */
  printSeconds: number;
  wallSeconds: number;
  /** Print seconds per wall second. */
  realTimeFactor: number;
  queueStepRows: number;
  steps: number;
  stepsPerWallSecond: number;
  /** Most memory the process ever held, MB (10^6 bytes). */
  peakMegabytes: number;
  traceHash: string;
}

/** What else is in the printer while it prints. */
export interface PrintCompany {
  /** Sections added to the printer. */
  config: string;
  /** Imports the plugins; the world is made after that. */
  plugins(world: () => SimWorld | undefined): readonly ImportedPlugin[];
  /** Called when the printer is ready, before the first line. */
  onReady?(world: SimWorld): void;
}

/** @throws Error when the print does not come to its end */
export async function referencePrint(lines: number, seed: number, company?: PrintCompany): Promise<ReferencePrint> {
  const directory = mkdtempSync(join(tmpdir(), "kalico-hil-bench-"));
  try {
    const configFile = join(directory, "printer.cfg");
    writeFileSync(configFile, `${BASE_PRINTER}\n${company?.config ?? ""}\n`);
    const job = certificationJob(parseSections(BASE_PRINTER), seed, lines);
    let made: SimWorld | undefined;
    const plugins = company?.plugins(() => made) ?? [];
    const world = (made = new SimWorld({ configFile, board: "atmega2560", seed, plugins }));
    world.start();
    await world.run(() => world.printer!.getStateMessage()[1] !== "startup", 120);

    company?.onReady?.(world);
    const started = process.hrtime.bigint();
    const jobStart = world.clock.now;
    let result: FeedResult | undefined;
    feedGcode(world.printer!, [...job, "M400"], { onDone: (done) => { result = done; } });
    await world.run(() => result !== undefined || world.printer!.isShutdown(), jobStart + 1e6);
    const jobEnd = world.clock.now;
    await world.run(() => false, jobEnd + 1);
    const wallSeconds = Number(process.hrtime.bigint() - started) * 1e-9;
    const [message, state] = world.printer!.getStateMessage();
    if (state !== "ready" || result === undefined || result.errors.length > 0) throw new Error(`The reference print failed: ${result?.errors[0] ?? message}`);

    const printSeconds = jobEnd - jobStart;
    const columns = world.main.trace.allSteps();
    let queueStepRows = 0;
    let steps = 0;
    for (const { count } of columns) {
      queueStepRows += count.length;
      for (const n of count.toArray()) steps += n;
    }
    return {
      lines: job.length, printSeconds, wallSeconds, realTimeFactor: printSeconds / wallSeconds, queueStepRows, steps,
      stepsPerWallSecond: steps / wallSeconds, peakMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6, traceHash: world.main.trace.hash(),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [lines = "25000", seed = "1"] = process.argv.slice(2);
  process.stdout.write(`${JSON.stringify(await referencePrint(Number(lines), Number(seed)))}\n`);
}
