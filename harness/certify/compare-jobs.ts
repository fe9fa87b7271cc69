/** Turns two runs of one job into a comparison: O-STEP, O-ANCHOR, O-SLACK, status and link. */
import type { Comparison, StepDifference } from "../../conformance/evidence.js";
import { compareSteps } from "../../conformance/oracles/step-comparison.js";
import type { JobRecord, SessionResult } from "../runner/messages.js";
import { bodyOf } from "./job-body.js";

const MAX_DIFFERENCES = 20;
/** Print times are doubles: a start at another time may round a step to the next tick. */
const TICK_ROUNDING = 1;

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

export function compareJobs(kind: Comparison["kind"], baseline: SessionResult, subject: SessionResult): Comparison | undefined {
  const a = baseline.job;
  const b = subject.job;
  const ta = baseline.evidence.trace;
  const tb = subject.evidence.trace;
  if (a === undefined || b === undefined || ta === undefined || tb === undefined) return undefined;
  // Only a host that is timed as the baseline is must home in the very same way: jitter, charged budgets and a longer
  // configuration of the micro-controller (a plugin that owns pins) move the moments at which steps are generated.
  const timedDifferently = kind === "envelope" || kind === "jitter" || ta.configCrc !== tb.configCrc;
  const steps = timedDifferently ? compareSteps(bodyOf(a, a.frequency), bodyOf(b, b.frequency), TICK_ROUNDING) : compareSteps(a, b);
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
