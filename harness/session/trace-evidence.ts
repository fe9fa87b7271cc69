/** Reduces the traces of a bench to evidence: segments, hashes, slack, link load, and the step record for comparisons. */
import { createHash } from "node:crypto";
import type { TraceEvidence } from "../../conformance/evidence.js";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import type { JobRecord } from "../runner/messages.js";
import type { BenchMcu, SimWorld } from "../world/sim-world.js";

export interface TraceContext {
  /** Print times of all anchors since the start. */
  anchors: readonly number[];
  jobStartClock: number;
  jobEndClock: number;
  lineClocks: JobRecord["lineClocks"];
  callbackClocks: JobRecord["callbackClocks"];
  stalls: number;
  foreignStatus: string;
  statusLogHash: string;
  events: readonly { event: string; eventTime: number }[];
}

const WORST = 10;
const WINDOW_SECONDS = 0.1;

/** Names of the steppers of a micro-controller by oid. */
export function stepperNames(world: SimWorld, bench: BenchMcu): Map<number, string> {
  const object = world.printer?.objects.get(bench.name === "mcu" ? "mcu" : `mcu ${bench.name}`) as { stepperNames?: () => ReadonlyMap<number, string> } | undefined;
  return new Map(object?.stepperNames?.() ?? []);
}

/** Step columns of all steppers of the bench, with names. */
export function stepColumns(world: SimWorld): StepColumns[] {
  return world.mcus.flatMap((bench) => {
    const names = stepperNames(world, bench);
    return bench.trace.allSteps().map((s) => ({
      name: names.get(s.oid) ?? `${bench.name} oid ${s.oid}`, length: s.firstClock.length,
      firstClock: s.firstClock.toArray(), interval: s.interval.toArray(), count: s.count.toArray(), add: s.add.toArray(), dir: s.dir.toArray(),
    }));
  });
}

/** Intervals of event time in which the machine was homing. */
export function homingIntervals(events: TraceContext["events"]): [number, number][] {
  const out: [number, number][] = [];
  let start: number | undefined;
  for (const { event, eventTime } of events) {
    if (event === "homing:home_rails_begin") start ??= eventTime;
    else if (event === "homing:home_rails_end" && start !== undefined) {
      out.push([start, eventTime]);
      start = undefined;
    }
  }
  if (start !== undefined) out.push([start, Infinity]);
  return out;
}

export function collectTrace(world: SimWorld, context: TraceContext): { trace: TraceEvidence; job: JobRecord } {
  const bench = world.main;
  const frequency = bench.mcu.board.clockFreq;
  const steppers = stepColumns(world);
  const anchors = context.anchors.map((printTime) => Math.round(printTime * frequency));
  const hash = createHash("sha256");
  for (const { trace } of world.mcus) hash.update(trace.hash());
  const totalSteps = steppers.reduce((sum, s) => sum + countSteps(s), 0);
  const { minSlackSeconds, worstSlack, meanLinkShare, peakLinkShare, jobSeconds } = commandFigures(bench, frequency, context, steppers);
  const trace: TraceEvidence = {
    traceHash: hash.digest("hex").slice(0, 32),
    segments: context.anchors.map((anchorPrintTime, i) => ({ anchorPrintTime, steps: stepsBetween(steppers, anchors[i]!, anchors[i + 1] ?? Infinity) })),
    segmentSteps: [], totalSteps, minSlackSeconds, worstSlack,
    bytesToMcu: bench.bytesToMcu, commandsToMcu: bench.trace.commandCount, peakLinkShare, meanLinkShare,
    configCommands: [], configCrc: bench.mcu.firmware.configCrc, moveSlotsReserved: 0, stalls: context.stalls, jobSeconds,
  };
  const job: JobRecord = {
    frequency, steppers, anchors, lineClocks: context.lineClocks, callbackClocks: context.callbackClocks,
    foreignStatus: context.foreignStatus, statusLogHash: context.statusLogHash,
  };
  return { trace, job };
}

function countSteps(s: StepColumns): number {
  let sum = 0;
  for (let i = 0; i < s.length; i++) sum += s.count[i]!;
  return sum;
}

function stepsBetween(steppers: readonly StepColumns[], from: number, to: number): number {
  let sum = 0;
  for (const s of steppers) for (let i = 0; i < s.length; i++) if (s.firstClock[i]! >= from && s.firstClock[i]! < to) sum += s.count[i]!;
  return sum;
}

type Situation = "homing" | "job" | "idle";
/** Steps this soon after an anchor are the first of their segment, seconds. */
const SEGMENT_START = 0.02;

function commandFigures(bench: BenchMcu, frequency: number, context: TraceContext, steppers: readonly StepColumns[]): Pick<TraceEvidence, "minSlackSeconds" | "worstSlack" | "meanLinkShare" | "peakLinkShare" | "jobSeconds"> {
  const { trace } = bench;
  const homing = homingIntervals(context.events).map(([a, b]): [number, number] => [bench.mcu.clockAt(a), b === Infinity ? Infinity : bench.mcu.clockAt(b)]);
  const min: Record<Situation | "start", number> = { homing: Infinity, job: Infinity, idle: Infinity, start: Infinity };
  const anchors = context.anchors.map((printTime) => printTime * frequency);
  let nextAnchor = 0;
  const worst: TraceEvidence["worstSlack"] = [];
  const window = WINDOW_SECONDS * frequency;
  let windowStart = 0;
  let inWindow = 0;
  let peak = 0;
  for (let i = 0; i < trace.arrivalClock.length; i++) {
    const arrival = trace.arrivalClock.at(i);
    if (arrival - windowStart > window) {
      peak = Math.max(peak, inWindow);
      windowStart = arrival;
      inWindow = 0;
    }
    inWindow += 1;
    const slack = trace.slack(i);
    if (Number.isNaN(slack)) continue;
    const name = trace.kinds[trace.kind.at(i)]!.name;
    // A reset of the step clock and a disabled endstop carry no deadline.
    if (name === "reset_step_clock" || (name === "endstop_home" && trace.effectClock.at(i) === 0)) continue;
    const situation: Situation = homing.some(([a, b]) => arrival >= a && arrival <= b) ? "homing" : arrival >= context.jobStartClock && arrival <= context.jobEndClock && context.jobStartClock > 0 ? "job" : "idle";
    const seconds = slack / frequency;
    if (seconds < min[situation]) min[situation] = seconds;
    if (name === "queue_step" && situation !== "homing") {
      const effect = trace.effectClock.at(i);
      while (nextAnchor < anchors.length && anchors[nextAnchor]! + SEGMENT_START * frequency < effect) nextAnchor += 1;
      const anchor = anchors[nextAnchor];
      if (anchor !== undefined && effect >= anchor) min.start = Math.min(min.start, seconds);
    }
    if (worst.length < WORST || seconds < worst.at(-1)!.slackSeconds) {
      worst.push({ command: name, oid: trace.oid.at(i), slackSeconds: seconds, effectPrintTime: trace.effectClock.at(i) / frequency, situation });
      worst.sort((a, b) => a.slackSeconds - b.slackSeconds);
      if (worst.length > WORST) worst.pop();
    }
  }
  const jobSteps = steppers.flatMap((s) => {
    const clocks: number[] = [];
    for (let i = 0; i < s.length; i++) if (s.firstClock[i]! >= context.jobStartClock) clocks.push(s.firstClock[i]!);
    return clocks.length === 0 ? [] : [clocks[0]!, clocks.at(-1)!];
  });
  const jobSeconds = jobSteps.length === 0 ? 0 : (Math.max(...jobSteps) - Math.min(...jobSteps)) / frequency;
  const capacity = (bench.mcu.board.serialBaud ?? 10_000_000) / 10;
  const elapsed = bench.mcu.firmware.now / frequency;
  return {
    minSlackSeconds: min, worstSlack: worst, jobSeconds,
    meanLinkShare: elapsed > 0 ? bench.bytesToMcu / elapsed / capacity : 0,
    // About 10 bytes a command: the trace counts commands, the link counts bytes.
    peakLinkShare: (peak * 10) / WINDOW_SECONDS / capacity,
  };
}
