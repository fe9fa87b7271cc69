/** The step times of one print against another over time: two step records → the series of a picture per stepper. */
import type { Comparison } from "../../conformance/evidence.js";
import { compareSteps } from "../../conformance/oracles/step-comparison.js";
import { bodyOf } from "../certify/job-body.js";
import type { JobRecord } from "../runner/messages.js";
import { Buckets } from "./bucket-series.js";
import type { SessionCharts, StepChart } from "./charts.js";

export interface ChartedJob {
  job: JobRecord;
  charts: SessionCharts;
}

/** Seconds from the start of the job to the first step of its body, by which prints are laid over each other. */
export function bodyStartOf({ job, charts }: ChartedJob): number {
  return ((bodyOf(job, job.frequency).anchors[0] ?? charts.jobStartClock) - charts.jobStartClock) / job.frequency;
}

/** The picture covers the body of the job; times count as in the subject's own charts. */
export function stepChart(kind: Comparison["kind"], baseline: ChartedJob, subject: ChartedJob): StepChart {
  const { frequency } = subject.job;
  const buckets = new Map<string, Buckets>();
  const unmatched: Record<string, number> = {};
  const window = { start: 0, end: subject.charts.seconds };
  const origin = subject.charts.jobStartClock;
  for (const { name } of subject.job.steppers) {
    buckets.set(name, new Buckets(window));
    unmatched[name] = 0;
  }
  compareSteps(bodyOf(baseline.job, baseline.job.frequency), bodyOf(subject.job, frequency), 0, (stepper, from, to, delta) => {
    if (Number.isNaN(delta)) {
      unmatched[stepper] = (unmatched[stepper] ?? 0) + 1;
      return;
    }
    const series = buckets.get(stepper);
    const seconds = delta / frequency;
    const start = (from - origin) / frequency;
    if (to > from) series?.addLine(start, (to - origin) / frequency, seconds, seconds);
    else series?.add(start, seconds);
  });
  return {
    kind, baseline: baseline.charts.session, subject: subject.charts.session, unmatched,
    delta: Object.fromEntries([...buckets].map(([name, b]) => [name, b.series("s", 1e-7)])),
  };
}
