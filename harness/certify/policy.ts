/**
 * From verdicts of rules to the verdict of a run: waivers, a baseline of what is known, and the strict mode `--certified`, in
 * which nothing may be skipped, waived or known. Nothing here changes what a rule found; it says what counts.
 */
import { conformanceOf, type Conformance } from "../../conformance/judge.js";
import type { Finding, RuleResult } from "../../conformance/rule.js";
import type { Waiver } from "./conformance-manifest.js";

export interface WaiverUse extends Waiver {
  /** "used": set findings aside; "unneeded": nothing to set aside; "expired": does not count any more. */
  state: "used" | "unneeded" | "expired";
  findings: number;
}

/** A result with what was decided about it. */
export interface RuledResult extends RuleResult {
  /** All findings that would count are waived. */
  waiver?: { reason: string; expires: string };
  /** Every finding was there in the baseline. */
  known?: boolean;
}

export type RunVerdict = Conformance | "certified";

export interface Ruling {
  verdict: RunVerdict;
  results: RuledResult[];
  waivers: WaiverUse[];
  /** Why the run is not certified, where that was asked for. */
  notCertified: string[];
}

export interface PolicyOptions {
  waivers: readonly Waiver[];
  /** Findings that are known, as `findingKey` tells them. */
  baseline?: ReadonlySet<string>;
  certified: boolean;
  /** YYYY-MM-DD. */
  today: string;
  /** What was left out: time, shards, a choice of rules. */
  leftOut: readonly string[];
}

/** Names a finding over runs: figures in it may differ. */
export function findingKey(rule: string, finding: Pick<Finding, "message" | "place">): string {
  return `${rule}|${finding.place?.file ?? ""}|${finding.message.replace(/[-+]?\d+(?:\.\d+)?/g, "#")}`;
}

const counts = (result: RuleResult): Finding[] => result.findings.filter((f) => result.verdict === "fail" && f.soft !== true);

export function rule(results: readonly RuleResult[], options: PolicyOptions): Ruling {
  const waivers = options.waivers.map((w): WaiverUse => ({ ...w, state: w.expires < options.today ? "expired" : "unneeded", findings: 0 }));
  const ruled = results.map((result): RuledResult => {
    const open = counts(result).filter((finding) => {
      const waiver = waivers.find((w) => w.rule === result.id && w.state !== "expired" && (w.finding === undefined || `${finding.place?.file ?? ""} ${finding.message}`.includes(w.finding)));
      if (waiver === undefined) return true;
      waiver.state = "used";
      waiver.findings += 1;
      return false;
    });
    const waived = waivers.find((w) => w.rule === result.id && w.state === "used");
    const setAside = result.verdict === "fail" && open.length === 0 && waived !== undefined;
    const known = !setAside && result.verdict === "fail" && options.baseline !== undefined && open.every((f) => options.baseline!.has(findingKey(result.id, f)));
    return { ...result, ...(setAside ? { waiver: { reason: waived.reason, expires: waived.expires } } : {}), ...(known ? { known: true } : {}) };
  });
  const counting = ruled.map((r): RuleResult => (r.waiver !== undefined || r.known === true ? { ...r, verdict: "warn" } : r));
  const conformance = conformanceOf(counting, options.leftOut);
  const notCertified = [
    ...options.leftOut,
    ...ruled.filter((r) => r.waiver !== undefined).map((r) => `${r.id} is waived`),
    ...ruled.filter((r) => r.known === true).map((r) => `${r.id} is in the baseline`),
    ...ruled.filter((r) => r.verdict === "inconclusive").map((r) => `${r.id} could not be judged: ${r.reason}`),
  ];
  const verdict: RunVerdict = !options.certified ? conformance : conformance !== "conforming" ? conformance : notCertified.length > 0 ? "cannot-judge" : "certified";
  return { verdict, results: ruled, waivers, notCertified: options.certified ? notCertified : [] };
}
