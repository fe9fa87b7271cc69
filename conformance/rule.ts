/**
 * The rule model. A rule is a pure function over evidence with one requirement sentence. Its findings
 * say what was seen, where, and what to change; the verdict follows from level and findings.
 */
import type { Evidence, SourcePlace } from "./evidence.js";

export const LEVELS = ["MUST", "SHOULD", "MAY", "SEC"] as const;
export type Level = (typeof LEVELS)[number];

/** S0 machine or fire hazard, S1 lost print or host does not start, S2 wrong behaviour, S3 nuisance, S4 information. */
export type Severity = "S0" | "S1" | "S2" | "S3" | "S4";

export const VERDICTS = ["pass", "not-applicable", "inconclusive", "warn", "fail"] as const;
/** Ordered from best to worst: a merge takes the worst. */
export type Verdict = (typeof VERDICTS)[number];

/** One thing that is wrong, with what to change. */
export interface Finding {
  /** What was seen, in one sentence with names, values and limits. */
  message: string;
  /** What to change, in one sentence. */
  remedy: string;
  place?: SourcePlace;
  /** Supporting lines: log, trace, values. */
  evidence?: string[];
  /** Id of the scenario that shows it. */
  scenario?: string;
  eventTime?: number;
  /** A finding that is only a warning whatever the rule's level. */
  soft?: boolean;
}

/** Answer of a rule: what it looked at and what it found. */
export type Judgement =
  | { kind: "judged"; /** What was looked at, with counts: the basis of a pass. */ basis: string; findings: Finding[] }
  | { kind: "not-applicable"; reason: string }
  | { kind: "inconclusive"; reason: string };

export interface Rule {
  /** Stable id of the catalogue, e.g. "STA-007". */
  id: string;
  title: string;
  level: Level;
  severity: Severity;
  /** One sentence: what the plugin must, should or may do. */
  requirement: string;
  /** Why it exists: source, incident. */
  source: string;
  judge(evidence: Evidence): Judgement;
}

export interface RuleResult {
  id: string;
  title: string;
  level: Level;
  severity: Severity;
  verdict: Verdict;
  /** Basis of a pass, or why it does not apply or cannot be judged. */
  reason: string;
  findings: Finding[];
  /** The run could not ask this rule at all, and the verdict does not wait for it; the reason says why. */
  outside?: boolean;
}

/** Shorthands for rule files. */
export const judged = (basis: string, findings: Finding[]): Judgement => ({ kind: "judged", basis, findings });
export const notApplicable = (reason: string): Judgement => ({ kind: "not-applicable", reason });
export const inconclusive = (reason: string): Judgement => ({ kind: "inconclusive", reason });
