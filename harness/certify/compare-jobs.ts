/** Turns two runs of one job into a comparison: O-STEP, O-ANCHOR, O-SLACK, status and link. */
import type { Comparison, StepDifference } from "../../conformance/evidence.js";
import { compareSteps, type StepComparison, type StepRecord } from "../../conformance/oracles/step-comparison.js";
import type { JobRecord, SessionResult } from "../runner/messages.js";
import { bodyOf } from "./job-body.js";

const MAX_DIFFERENCES = 20;
/** Print times are doubles: a start at another time may round a step to the next tick. */
const TICK_ROUNDING = 1;
/** Steps by which homing and the moves round it may differ in number. */
const HOMING_STEPS = 64;

/** Last entry whose clock is not after `clock`. */
function lastBefore<T extends { clock: number }>(items: readonly T[], clock: number): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.clock <= clock) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}

const stepsOf = (record: StepRecord, name: string): number => {
  const columns = record.steppers.find((s) => s.name === name);
  let sum = 0;
  for (let i = 0; i < (columns?.length ?? 0); i++) sum += columns!.count[i]!;
  return sum;
};

/** Steps of homing and the moves round it: as many as before, up to some microsteps of the places where carriages stop. */
function compareOutside(a: StepRecord, bodyA: StepRecord, b: StepRecord, bodyB: StepRecord, into: StepComparison): void {
  for (const { name } of a.steppers) {
    const delta = stepsOf(b, name) - stepsOf(bodyB, name) - (stepsOf(a, name) - stepsOf(bodyA, name));
    if (Math.abs(delta) <= HOMING_STEPS) continue;
    into.differing += Math.abs(delta);
    into.deviations.push({ stepper: name, segment: 0, step: 0, deltaTicks: NaN, clock: b.anchors[0] ?? 0, kind: delta > 0 ? "extra" : "missing" });
  }
}

export function compareJobs(kind: Comparison["kind"], baseline: SessionResult, subject: SessionResult): Comparison | undefined {
  const a = baseline.job;
  const b = subject.job;
  const ta = baseline.evidence.trace;
  const tb = subject.evidence.trace;
  if (a === undefined || b === undefined || ta === undefined || tb === undefined) return undefined;
  // Any work of a plugin moves the moments at which the host generates steps, and with them, to the microstep, where a carriage
  // stops in homing. So two hosts are compared on the body of the job, and homing by the number of its steps.
  const bodyA = bodyOf(a, a.frequency);
  const bodyB = bodyOf(b, b.frequency);
  const steps = kind === "replay" ? compareSteps(a, b) : compareSteps(bodyA, bodyB, TICK_ROUNDING);
  if (kind !== "replay") compareOutside(a, bodyA, b, bodyB, steps);
  const origin = (record: JobRecord): number => record.anchors[0] ?? 0;
  const differences: StepDifference[] = [...steps.deviations]
    .sort((x, y) => x.clock - y.clock)
    .slice(0, MAX_DIFFERENCES)
    .map((d) => {
      const line = lastBefore(b.lineClocks, d.clock);
      const callback = lastBefore(b.callbackClocks, d.clock);
      return {
        stepper: d.stepper, segment: d.segment, step: d.step, deltaTicks: d.deltaTicks, atSeconds: (d.clock - origin(b)) / b.frequency,
        ...(line === undefined ? {} : { gcodeLine: line.line, gcodeText: line.text }),
        ...(callback === undefined ? {} : { lastCallback: callback.label }),
      };
    });
  const shared = Math.min(a.anchors.length, b.anchors.length);
  let maxAnchorShift = 0;
  for (let i = 0; i < shared; i++) maxAnchorShift = Math.max(maxAnchorShift, Math.abs(b.anchors[i]! - b.anchors[0]! - (a.anchors[i]! - a.anchors[0]!)) / a.frequency);
  const statusDifferences: string[] = [];
  if (kind === "replay" && a.statusLogHash !== b.statusLogHash) statusDifferences.push("the status that the plugin reported");
  if (kind === "replay" && ta.traceHash !== tb.traceHash) statusDifferences.push("the commands sent to the micro-controller");
  return {
    kind, baseline: baseline.evidence.id, subject: subject.evidence.id, stepsCompared: steps.stepsCompared,
    segmentsBaseline: a.anchors.length, segmentsSubject: b.anchors.length, maxAnchorShift,
    jobSecondsBaseline: ta.jobSeconds, jobSecondsSubject: tb.jobSeconds, differences, differing: steps.differing,
    minSlackBaseline: ta.minSlackSeconds, minSlackSubject: tb.minSlackSeconds, stallsBaseline: ta.stalls, stallsSubject: tb.stalls,
    bytesBaseline: ta.bytesToMcu, bytesSubject: tb.bytesToMcu, statusDifferences,
    traceHashEqual: ta.traceHash === tb.traceHash && a.statusLogHash === b.statusLogHash,
  };
}
