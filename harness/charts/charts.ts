/**
 * What the pictures of a report show, as plain data: one record per print, and the step times of a print with the plugin
 * against the print without it. Times are seconds since the job began; the first step of the job's body is at `bodyStart`, by
 * which prints are laid over each other.
 */
import type { BucketSeries } from "./bucket-series.js";

/** The lowest slack of a stretch of the print. */
export interface SlackDip {
  /** Arrival of the command, seconds. */
  at: number;
  slackSeconds: number;
  command: string;
  oid: number;
  situation: "homing" | "job" | "idle";
  /** The costliest callback of the plugin that ran shortly before. */
  callback?: { label: string; seconds: number; at: number };
}

/** One callback of the plugin over the print. */
export interface CallbackChart {
  kind: string;
  label: string;
  runs: number;
  maxSeconds: number;
  totalSeconds: number;
  /** Budget of one uninterrupted run, seconds; 0: none. */
  budgetSeconds: number;
  /** Cost of its runs over time, greatest of each bucket. */
  cost?: BucketSeries;
}

export interface SessionCharts {
  session: string;
  withPlugin: boolean;
  /** Clock of the main micro-controller when the job began. */
  jobStartClock: number;
  /** Length of the job, seconds. */
  seconds: number;
  /** Moment of the first step of the job's body: 0 until prints are compared. */
  bodyStart: number;
  /** "x", "y", "z" and extruders by name. */
  velocity: Record<string, BucketSeries>;
  acceleration: Record<string, BucketSeries>;
  slack?: BucketSeries;
  homing: [from: number, to: number][];
  dips: SlackDip[];
  callbacks: CallbackChart[];
  /** Bytes per second to each micro-controller, in windows of 100 ms. */
  link: Record<string, { toMcu: BucketSeries; toHost: BucketSeries; /** Bytes per second. */ capacity: number | null }>;
  temperature: Record<string, { measured: BucketSeries; target?: BucketSeries }>;
  status: Record<string, { bytes: BucketSeries; changed: BucketSeries; keys: { at: number; added: string[]; removed: string[] }[] }>;
}

/** Steps of the print with the plugin against those without it. */
export interface StepChart {
  kind: string;
  baseline: string;
  subject: string;
  /** Subject minus baseline of each stepper, seconds. */
  delta: Record<string, BucketSeries>;
  /** Steps that only one of the two prints has. */
  unmatched: Record<string, number>;
}

/** Limits that the rules hold the slack to, seconds. */
export interface SlackFloors {
  warn: number;
  fail: number;
  homing: number;
}

export interface Charts {
  sessions: SessionCharts[];
  steps: StepChart[];
  floors: SlackFloors;
}
