/** One job in two hosts: the user's Kalico in batch mode, and ours. Their step streams are held against each other. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { McuStepper } from "../../host/motion/stepper.js";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import type { HostObserver } from "../../host/observer.js";
import { expandSteps } from "../reference/step-rows.js";
import { compareStepStreams, jobPart, jobStartClock, type StepStreamComparison } from "../reference/step-stream-comparison.js";
import { stepColumns } from "../session/trace-evidence.js";
import { runJob } from "../world/run-job.js";
import type { SimWorld } from "../world/sim-world.js";
import { runKalico } from "./kalico-batch.js";

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
  line: { number: number; text: string } | undefined;
  equal: boolean;
}

/** Both hosts pause for 3 s after homing, in the line of G28 so that lines keep their numbers: what comes before is not compared. */
function withPause(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => /^\s*G28\b/i.test(line));
  if (at < 0 || lines.slice(at + 1, at + 8).some((line) => /^\s*G4\s+P(3\d{3}|[4-9]\d{3}|\d{5,})/i.test(line))) return [...lines];
  return [...lines.slice(0, at), `${lines[at]!.split(";", 1)[0]!}\nG4 P3000`, ...lines.slice(at + 1)];
}

/** Lines of the job with the clock at which the first of their moves starts, ticks. */
class LineClocks {
  readonly #starts: { clock: number; number: number; text: string }[] = [];
  #number = 0;
  world: SimWorld | undefined;
  readonly #lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  readonly observer: HostObserver = {
    onGcodeCommand: (text) => {
      // A macro's lines are told too: only those of the job count.
      const at = this.#lines.findIndex((line, index) => index >= this.#number && line.split("\n", 1)[0] === text);
      if (at < 0 || at > this.#number + 64) return;
      this.#number = at + 1;
      const toolhead = this.world?.printer?.objects.get("toolhead") as { lookahead: { getLast(): { timingCallbacks: ((printTime: number) => void)[] } | null }; printTime: number } | undefined;
      if (toolhead === undefined) return;
      const note = (printTime: number): void => { this.#starts.push({ clock: printTime * FREQUENCY, number: at + 1, text }); };
      const last = toolhead.lookahead.getLast();
      if (last === null) note(toolhead.printTime);
      else last.timingCallbacks.push(note);
    },
  };

  /** The line whose move runs at a clock. */
  at(clock: number): { number: number; text: string } | undefined {
    let found: { number: number; text: string } | undefined;
    for (const { clock: start, number, text } of this.#starts) if (start <= clock) found = { number, text };
    return found;
  }
}

export async function diffHosts(options: DiffOptions): Promise<HostDifference> {
  const { configFile, gcodeFile, seed, signal, onProgress } = options;
  const lines = withPause(readFileSync(gcodeFile, "utf8").split(/\r?\n/));
  const sharedJob = join(options.directory, "job.gcode");
  writeFileSync(sharedJob, lines.join("\n"));
  const clocks = new LineClocks(lines);
  onProgress?.("running the job in this host");
  const run = await runJob({ configFile, board: "ideal", seed, lines: lines.flatMap((line) => line.split("\n")), observer: clocks.observer, onWorld: (world) => { clocks.world = world; }, ...(signal === undefined ? {} : { signal }) });
  const oursSaid = run.state === "ready" ? (run.result?.errors[0] ?? "") : run.message.trim().split("\n", 1)[0]!;
  onProgress?.("running the job in Kalico");
  const dictionaries = new Map(run.world.mcus.map(({ name, mcu }) => [name, mcu.firmware.table.dictionary]));
  const kalico = await runKalico({ ...options, gcodeFile: sharedJob, dictionaries });
  const messages = { ours: oursSaid, kalico: kalico.message };
  if (oursSaid !== "" || kalico.message !== "") {
    run.world.finish();
    return { messages, comparison: undefined, line: undefined, equal: oursSaid !== "" && oursSaid === kalico.message };
  }
  onProgress?.("comparing the steps");
  const ours = byPin(stepColumns(run.world), run.world);
  run.world.finish();
  const comparison = compareStepStreams(ours, withoutHoming(kalico.steps), { frequency: FREQUENCY });
  const first = comparison.first;
  const line = first === undefined || !Number.isFinite(first.referenceClock) ? undefined : clocks.at(oursClock(first.referenceClock, ours, kalico.steps));
  return { messages, comparison, line, equal: comparison.equal };
}

/** Steppers by micro-controller and step pin, as the batch output names them. */
function byPin(columns: readonly StepColumns[], world: SimWorld): StepColumns[] {
  const pins = new Map<string, string>();
  const registry = world.printer!.objects.get("force_move") as { lookupStepper(name: string): unknown } | undefined;
  for (const { name } of columns) {
    const stepper = registry?.lookupStepper(name);
    if (stepper instanceof McuStepper) pins.set(name, `${stepper.getMcu().getName()}:${stepper.stepPin}`);
  }
  return columns.map((one) => ({ ...one, name: pins.get(one.name) ?? one.name }));
}

/** Batch output homes without switches: what comes before the pause after homing is left out. */
const withoutHoming = (steps: readonly StepColumns[]): StepColumns[] => jobPart(steps, FREQUENCY).filter((one) => one.length > 0);

/** Our clock for a clock of the other stream: both jobs start after the pause that follows homing. */
function oursClock(clock: number, ours: readonly StepColumns[], theirs: readonly StepColumns[]): number {
  const [a, b] = [jobStartClock(expandSteps(ours), FREQUENCY), jobStartClock(expandSteps(theirs), FREQUENCY)];
  return Number.isFinite(a) && Number.isFinite(b) ? clock - b + a : clock;
}
