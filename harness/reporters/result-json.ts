/** The machine-readable result: what `--json` writes, with a published schema (`result.schema.json`). */
import { createRequire } from "node:module";
import type { Finding } from "../../conformance/rule.js";
import type { Certification, Nondeterminism } from "../certify/certify.js";
import type { RuledResult, RunVerdict, WaiverUse } from "../certify/policy.js";

export interface ResultJson {
  schemaVersion: 1;
  verdict: RunVerdict;
  plugin: { name: string; version: string };
  rules: (Omit<RuledResult, "findings"> & { findings: (Finding & { counterExample?: string })[]; /** Runs of one seed judge it differently. */ flaky?: boolean })[];
  seed: number;
  effort: string;
  board: string;
  /** The board that the plugin ran on; absent for simulated ones. */
  attachedBoard?: NonNullable<Certification["evidence"]["attachedBoard"]> & { profile: string; allow: string[] };
  versions: { harness: string; node: string };
  /** Virtual time only: what differs from run to run would make reports of one seed differ. */
  timing: Omit<Certification["timing"], "wallSeconds" | "realTimeFactor">;
  determinism: { traceHash: string };
  exercised: Certification["exercised"];
  /** Declared capabilities. */
  capabilities: string[];
  /** Every waiver, used or not. */
  waivers: WaiverUse[];
  /** What was not run, and why. */
  leftOut: string[];
  /** Where runs of one seed differ. */
  nondeterminism: Nondeterminism[];
  /** Why a run that was to be certified is not. */
  notCertified: string[];
}

// By name, so that it is found from the sources and from dist alike.
const version = (createRequire(import.meta.url)("kalico-hil/package.json") as { version: string }).version;

export const harnessVersion = version;

/** @param counterExamples file written for a finding's scenario, by scenario id */
export function resultJson(certification: Certification, counterExamples: ReadonlyMap<string, string> = new Map()): ResultJson {
  const { ruling } = certification;
  const { attachedBoard, pinProfile } = certification.evidence;
  const flaky = new Set((certification.nondeterminism ?? []).map((n) => n.what));
  return {
    schemaVersion: 1,
    verdict: ruling?.verdict ?? certification.conformance,
    plugin: { name: certification.plugin.name, version: certification.plugin.version },
    rules: (ruling?.results ?? certification.results).map((result) => ({
      ...result, ...(flaky.has(result.id) ? { flaky: true } : {}),
      findings: result.findings.map((finding) => {
        const file = finding.scenario === undefined ? undefined : counterExamples.get(finding.scenario);
        return file === undefined ? finding : { ...finding, counterExample: file };
      }),
    })),
    seed: certification.seed, effort: certification.effort, board: certification.board,
    ...(attachedBoard === undefined ? {} : { attachedBoard: { ...attachedBoard, profile: pinProfile?.name ?? "", allow: pinProfile?.allow ?? [] } }),
    versions: { harness: version, node: process.versions.node },
    timing: { printSeconds: certification.timing.printSeconds, steps: certification.timing.steps, minSlackSeconds: certification.timing.minSlackSeconds },
    determinism: { traceHash: certification.traceHash },
    exercised: certification.exercised,
    capabilities: certification.evidence.capabilities, waivers: ruling?.waivers ?? [], leftOut: certification.leftOut, nondeterminism: certification.nondeterminism ?? [], notCertified: ruling?.notCertified ?? [],
  };
}
