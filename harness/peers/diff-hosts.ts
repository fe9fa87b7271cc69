/** One job in two hosts: the user's Kalico in batch mode, and ours. Their step streams are held against each other. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { McuStepper } from "../../host/motion/stepper.js";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { expandSteps, type StepStream } from "../reference/step-rows.js";
import type { StepStreamComparison } from "../reference/step-stream-comparison.js";
import { stepColumns } from "../session/trace-evidence.js";
import { runJob } from "../world/run-job.js";
import type { SimWorld } from "../world/sim-world.js";
import { comparePieces } from "./job-pieces.js";
import { checkKalico, outputFile, runKalico } from "./kalico-batch.js";
import { LineClocks, type JobLine } from "./line-clocks.js";
import { LET_OUT_LINES, letOut, sharedPrinter } from "./shared-printer.js";

/** Ticks per second of the board that both hosts drive. */
const FREQUENCY = 16_000_000;
/** Where a shaped path passes the place of a step three times, Kalico's sampling and this host's closed form may keep another one of the passages, s. */
const TRIPLE_PASSAGE = 0.004;
/** Runs of Kalico for one job, at most. */
const ATTEMPTS = 5;

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
  const { seed, signal, onProgress } = options;
  await checkKalico(options);
  const lines = readFileSync(options.gcodeFile, "utf8").split(/\r?\n/);
  const configFile = join(options.directory, "printer.cfg");
  const sharedJob = join(options.directory, "job.gcode");
  const kalicosConfig = join(options.directory, "kalico.cfg");
  // Kalico runs no line that does not end.
  writeFileSync(sharedJob, [...lines, ...LET_OUT_LINES, ""].join("\n"));
  writeFileSync(configFile, sharedPrinter(options.configFile));
  const clocks = new LineClocks(lines);
  onProgress?.("running the job in this host");
  const run = await runJob({
    configFile, board: "ideal", seed, lines, observer: clocks.observer, onLine: clocks.onLine, onWorld: (world) => { clocks.world = world; }, ...(signal === undefined ? {} : { signal }),
    onProgress: (seconds) => onProgress?.(`running the job in this host: ${seconds.toFixed(0)} s printed`),
  });
  const oursSaid = firstLine(run.state === "ready" ? (run.result?.errors[0] ?? "") : run.message);
  const dictionaries = new Map(run.world.mcus.map(({ name, mcu }) => [name, mcu.firmware.table.dictionary]));
  writeFileSync(kalicosConfig, sharedPrinter(options.configFile, letOut([...dictionaries.keys()].map((name) => outputFile(options.directory, name)))));
  const ours = run.state === "ready" ? expandSteps(stepsByPin(run.world)) : [];
  run.world.finish();
  const homings = clocks.homings.map(({ begin, end }) => ({ begin: begin * FREQUENCY, end: end * FREQUENCY }));
  let before: StepStream[] | undefined;
  for (let attempt = 1; ; attempt++) {
    onProgress?.(attempt === 1 ? "running the job in Kalico" : `something differs: running it in Kalico again (${attempt})`);
    const kalico = await runKalico({ ...options, configFile: kalicosConfig, gcodeFile: sharedJob, dictionaries, answers: clocks.answers, expected: oursSaid });
    const messages = { ours: oursSaid, kalico: firstLine(kalico.message) };
    if (oursSaid !== "" || kalico.message !== "") return { messages, comparison: undefined, line: undefined, equal: oursSaid !== "" && oursSaid === messages.kalico };
    onProgress?.("comparing the steps");
    const reference = expandSteps(kalico.steps);
    const comparison = comparePieces(ours, reference, homings, { frequency: FREQUENCY, triplePassageSeconds: TRIPLE_PASSAGE });
    // On a busy machine Kalico may not write all that it sends: a difference counts when it comes again.
    const settled = comparison.equal || (before !== undefined && sameSteps(before, reference) && !endsEarly(ours, reference)) || attempt === ATTEMPTS || signal?.aborted === true;
    const { first } = comparison;
    if (settled) return { messages, comparison, line: first === undefined ? undefined : clocks.at(first.clock / FREQUENCY), equal: comparison.equal };
    before = reference;
  }
}

/** Whether every stepper of the reference has as many steps as ours or fewer, so that all that differs may be an end that was not written. */
function endsEarly(ours: readonly StepStream[], reference: readonly StepStream[]): boolean {
  const counts = new Map(reference.map(({ name, clocks }) => [name, clocks.length]));
  return reference.every(({ name }) => ours.some((s) => s.name === name)) && ours.every(({ name, clocks }) => (counts.get(name) ?? 0) <= clocks.length);
}

/** Whether two runs wrote the same steps. */
export const sameSteps = (a: readonly StepStream[], b: readonly StepStream[]): boolean => a.length === b.length && a.every((s, i) => s.name === b[i]!.name && Buffer.compare(bytes(s.clocks), bytes(b[i]!.clocks)) === 0 && Buffer.compare(s.dirs, b[i]!.dirs) === 0);

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

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
