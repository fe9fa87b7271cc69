/** What a run leaves behind, as its options ask: JSON, JUnit, SARIF, report, certificate, badges, baseline. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Certification } from "../certify/certify.js";
import { readManifest, ManifestError, type ConformanceManifest } from "../certify/conformance-manifest.js";
import { findingKey, rule } from "../certify/policy.js";
import { badgeJson, badgeSvg } from "../report/badge.js";
import { certificateOf, ed25519PrivateKey } from "../report/certificate.js";
import { runFile } from "../report/run-file.js";
import type { RunInputs } from "../report/run-inputs.js";
import { junitXml } from "../reporters/junit.js";
import { resultJson, type ResultJson } from "../reporters/result-json.js";
import { sarifLog } from "../reporters/sarif.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";
import { writeReport } from "./report-command.js";

export interface OutputOptions {
  json?: string;
  junit?: string;
  sarif?: string;
  report?: string;
  certificate?: string;
  key?: string;
  badge?: string;
  baseline?: string;
  writeBaseline?: string;
  certified?: boolean;
}

export const readText = (path: string, what: string): string => {
  if (!existsSync(path)) throw new UsageError(`${what} "${path}" does not exist`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${what} "${path}" cannot be read: ${(error as Error).message}`);
  }
};

export function writeText(path: string, text: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, text);
}

/** @throws UsageError for a manifest that cannot be understood */
export function manifestFor(plugin: string): ConformanceManifest {
  if (!existsSync(plugin)) return { capabilities: [], waivers: [] };
  try {
    return readManifest(plugin);
  } catch (error) {
    if (error instanceof ManifestError) throw new UsageError(error.message);
    // A package.json that is no JSON is told of where the plugin is described.
    if (error instanceof SyntaxError) return { capabilities: [], waivers: [] };
    throw error;
  }
}

/** Findings that a result of an earlier run knows. */
function baselineOf(path: string): Set<string> {
  let known: Partial<ResultJson> & { result?: ResultJson };
  try {
    known = JSON.parse(readText(path, "Baseline")) as typeof known;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`Baseline "${path}" is no JSON: ${(error as Error).message}`);
  }
  const rules = known.rules ?? known.result?.rules;
  if (!Array.isArray(rules)) throw new UsageError(`Baseline "${path}" is no result: "kalico-hil certify PLUGIN --json FILE" or --write-baseline FILE writes one`);
  return new Set(rules.flatMap((r) => r.findings.map((f) => findingKey(r.id, f))));
}

/** Applies waivers, baseline and the strict mode. */
export function applyPolicy(certification: Certification, manifest: ConformanceManifest, options: OutputOptions, onlyRules: string | undefined): void {
  certification.ruling = rule(certification.results, {
    waivers: manifest.waivers, certified: options.certified === true, today: new Date().toISOString().slice(0, 10), ...(options.baseline === undefined ? {} : { baseline: baselineOf(options.baseline) }),
    leftOut: [...certification.leftOut, ...(onlyRules === undefined ? [] : [`only the rules ${onlyRules}`]), ...(certification.nondeterminism ?? []).map((n) => `not deterministic: ${n.what}`)],
  });
}

/** @param name with several plugins each gets files of its own: `result.json` becomes `result.NAME.json` */
export function writeOutputs(certification: Certification, files: ReadonlyMap<string, string>, options: OutputOptions, inputs: RunInputs, progress: Progress, name?: string): void {
  const path = (file: string): string => (name === undefined ? file : file.replace(/(\.[^./]*)?$/, `.${name}$1`));
  const strict: RunInputs = { ...(options.certified === true ? { certified: true } : {}), ...(options.baseline === undefined ? {} : { baseline: { sha256: createHash("sha256").update(readText(options.baseline, "Baseline")).digest("hex") } }) };
  const run = runFile(certification, files, { ...inputs, ...strict });
  if (options.json !== undefined) writeText(path(options.json), `${JSON.stringify(resultJson(certification, files), null, 2)}\n`);
  if (options.writeBaseline !== undefined) writeText(path(options.writeBaseline), `${JSON.stringify(resultJson(certification), null, 2)}\n`);
  if (options.junit !== undefined) writeText(path(options.junit), junitXml(certification));
  if (options.sarif !== undefined) writeText(path(options.sarif), `${JSON.stringify(sarifLog(run, process.cwd()), null, 2)}\n`);
  if (options.badge !== undefined) {
    writeText(join(options.badge, path("badge.json")), `${JSON.stringify(badgeJson(run.result.verdict))}\n`);
    writeText(join(options.badge, path("badge.svg")), badgeSvg(run.result.verdict));
  }
  if (options.certificate !== undefined) {
    let key;
    try {
      key = options.key === undefined ? undefined : ed25519PrivateKey(readText(options.key, "Key"));
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`Key "${options.key}" cannot be used: ${(error as Error).message}`);
    }
    writeText(path(options.certificate), `${JSON.stringify(certificateOf(run, key), null, 2)}\n`);
    progress.line(`certificate: ${path(options.certificate)}${key === undefined ? " (unsigned: --key FILE signs it)" : ""}`);
  }
  if (options.report !== undefined) progress.line(`report: ${writeReport(name === undefined ? options.report : join(options.report, name), run).page}`);
}

export function exitCodeOf(certifications: readonly Certification[]): number {
  const verdicts = certifications.map((c) => c.ruling?.verdict ?? c.conformance);
  if (verdicts.includes("not-conforming")) return EXIT.notConforming;
  return verdicts.includes("cannot-judge") ? EXIT.cannotJudge : EXIT.conforming;
}
