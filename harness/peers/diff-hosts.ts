/** One job in two hosts: the user's Kalico in batch mode, and ours. Their step streams are held against each other. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { McuStepper } from "../../host/motion/stepper.js";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { expandSteps } from "../reference/step-rows.js";
import type { StepStreamComparison } from "../reference/step-stream-comparison.js";
import { stepColumns } from "../session/trace-evidence.js";
import { runJob } from "../world/run-job.js";
import type { SimWorld } from "../world/sim-world.js";
import { comparePieces } from "./job-pieces.js";
import { checkKalico, runKalico } from "./kalico-batch.js";
import { LineClocks, type JobLine } from "./line-clocks.js";
import { sharedPrinter } from "./shared-printer.js";

/** Ticks per second of the board that both hosts drive. */
const FREQUENCY = 16_000_000;

export interface DiffOptions {
  checkout: string;
  python: string;
  configFile: string;
  gcodeFile: string;
  directory: string;
  seed: number;
  signal?: AbortSignal;
  onProgress?(text: string): void;
}

export interface HostDifference {
  /** What each host said went wrong; empty for a job that came to its end. */
  messages: { ours: string; kalico: string };
  /** Undefined when a host did not come to the end of the job. */
  comparison: StepStreamComparison | undefined;
  /** The G-code line of the first difference. */
  line: JobLine | undefined;
  equal: boolean;
}

export async function diffHosts(options: DiffOptions): Promise<HostDifference> {
  const { gcodeFile, seed, signal, onProgress } = options;
  await checkKalico(options);
  const lines = readFileSync(gcodeFile, "utf8").split(/\r?\n/);
  const configFile = join(options.directory, "printer.cfg");
  writeFileSync(configFile, sharedPrinter(options.configFile));
  const clocks = new LineClocks(lines);
  onProgress?.("running the job in this host");
  const run = await runJob({
    configFile, board: "ideal", seed, lines, observer: clocks.observer, onLine: clocks.onLine, onWorld: (world) => { clocks.world = world; }, ...(signal === undefined ? {} : { signal }),
    onProgress: (seconds) => onProgress?.(`running the job in this host: ${seconds.toFixed(0)} s printed`),
  });
  const oursSaid = firstLine(run.state === "ready" ? (run.result?.errors[0] ?? "") : run.message);
  onProgress?.("running the job in Kalico");
  const dictionaries = new Map(run.world.mcus.map(({ name, mcu }) => [name, mcu.firmware.table.dictionary]));
  const kalico = await runKalico({ ...options, configFile, dictionaries });
  const messages = { ours: oursSaid, kalico: firstLine(kalico.message) };
  if (oursSaid !== "" || kalico.message !== "") {
    run.world.finish();
    return { messages, comparison: undefined, line: undefined, equal: oursSaid !== "" && oursSaid === messages.kalico };
  }
  onProgress?.("comparing the steps");
  const ours = expandSteps(stepsByPin(run.world));
  run.world.finish();
  const homings = clocks.homings.map(({ begin, end }) => ({ begin: begin * FREQUENCY, end: end * FREQUENCY }));
  const comparison = comparePieces(ours, expandSteps(kalico.steps), homings, { frequency: FREQUENCY });
  const { first } = comparison;
  return { messages, comparison, line: first === undefined ? undefined : clocks.at(first.clock / FREQUENCY), equal: comparison.equal };
}

const firstLine = (text: string): string => text.trim().split("\n", 1)[0]!;

/** Steps by micro-controller and step pin, as the batch output names them, in clocks that start with print time. */
function stepsByPin(world: SimWorld): StepColumns[] {
  const registry = world.printer!.objects.get("force_move") as { lookupStepper(name: string): unknown } | undefined;
  return stepColumns(world).map((columns) => {
    const stepper = registry?.lookupStepper(columns.name);
    if (!(stepper instanceof McuStepper)) return columns;
    const mcu = stepper.getMcu();
    const name = `${mcu.getName()}:${stepper.stepPin}`;
    if (mcu.getName() === "mcu" || columns.length === 0) return { ...columns, name };
    const middle = columns.firstClock[columns.length >> 1]!;
    const shift = Math.round(mcu.clockToPrintTime(middle) * FREQUENCY - middle);
    return { ...columns, name, firstClock: Array.from(columns.firstClock, (clock) => clock + shift) };
  });
}
