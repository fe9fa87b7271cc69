/** The machine-readable result: what `--json` writes, with a published schema (`result.schema.json`). */
import { createRequire } from "node:module";
import type { Certification } from "../certify/certify.js";
import type { Finding, RuleResult } from "../../conformance/rule.js";

export interface ResultJson {
  schemaVersion: 1;
  verdict: Certification["conformance"];
  plugin: { name: string; version: string };
  rules: (Omit<RuleResult, "findings"> & { findings: (Finding & { counterExample?: string })[] })[];
  seed: number;
  effort: string;
  board: string;
  versions: { harness: string; node: string };
  timing: Certification["timing"];
  determinism: { traceHash: string };
  exercised: Certification["exercised"];
}

// By name, so that it is found from the sources and from dist alike.
const version = (createRequire(import.meta.url)("kalico-hil/package.json") as { version: string }).version;

export const harnessVersion = version;

/** @param counterExamples file written for a finding's scenario, by scenario id */
export function resultJson(certification: Certification, counterExamples: ReadonlyMap<string, string> = new Map()): ResultJson {
  return {
    schemaVersion: 1,
    verdict: certification.conformance,
    plugin: { name: certification.plugin.name, version: certification.plugin.version },
    rules: certification.results.map((result) => ({
      ...result,
      findings: result.findings.map((finding) => {
        const file = finding.scenario === undefined ? undefined : counterExamples.get(finding.scenario);
        return file === undefined ? finding : { ...finding, counterExample: file };
      }),
    })),
    seed: certification.seed, effort: certification.effort, board: certification.board,
    versions: { harness: version, node: process.versions.node },
    timing: certification.timing,
    determinism: { traceHash: certification.traceHash },
    exercised: certification.exercised,
  };
}
