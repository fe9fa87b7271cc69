/**
 * SARIF 2.1.0 for code scanning: each rule of the catalogue, each finding as a result on the plugin's own line. Waived findings
 * are suppressed with their reason. Paths are relative to `base`, where the repository's root is.
 */
import { isAbsolute, join, relative, sep } from "node:path";
import { existsSync, statSync } from "node:fs";
import type { Log, ReportingDescriptor, Result } from "sarif";
import type { RunFile } from "../report/run-file.js";

const LEVEL: Record<string, Result.level> = { fail: "error", warn: "warning", inconclusive: "note" };

/** Security severity of GitHub's code scanning, by our severity. */
const SECURITY: Record<string, string> = { S0: "9.5", S1: "8.0", S2: "6.0", S3: "3.0", S4: "1.0" };

const lineText = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** Where a file of the plugin is, seen from the base. */
export function repositoryPath(run: RunFile, file: string, base: string): string {
  const { path } = run.plugin;
  const root = existsSync(path) && statSync(path).isFile() ? join(path, "..") : path;
  const from = relative(base, isAbsolute(file) ? file : join(root, file));
  return (from.startsWith("..") ? file : from).split(sep).join("/");
}

export function sarifLog(run: RunFile, base: string): Log {
  const rules = run.result.rules.map((rule): ReportingDescriptor => ({
    id: rule.id, name: rule.title.replace(/[^A-Za-z0-9]+(\w?)/g, (_m, c: string) => c.toUpperCase()) || rule.id,
    shortDescription: { text: rule.title }, fullDescription: { text: run.rules[rule.id]?.requirement ?? rule.title },
    help: { text: `${run.rules[rule.id]?.requirement ?? rule.title}\nWhy: ${run.rules[rule.id]?.source ?? "see the catalogue"}\nMore: kalico-hil explain ${rule.id}` },
    defaultConfiguration: { level: rule.level === "MUST" || rule.level === "SEC" ? "error" : "warning" },
    properties: { level: rule.level, severity: rule.severity, tags: [rule.id.split("-", 1)[0]!, ...(rule.level === "SEC" ? ["security"] : [])], ...(rule.level === "SEC" ? { "security-severity": SECURITY[rule.severity] } : {}) },
  }));
  const index = new Map(rules.map((rule, i) => [rule.id, i]));
  const manifest = ["package.json", "pyproject.toml"].find((file) => file in run.plugin.files) ?? Object.keys(run.plugin.files)[0];
  const results = run.result.rules.flatMap((rule): Result[] => {
    const level = LEVEL[rule.verdict];
    if (level === undefined) return [];
    const common = { ruleId: rule.id, ruleIndex: index.get(rule.id)!, level };
    if (rule.verdict === "inconclusive") return [{ ...common, kind: "open", level: "none", message: { text: lineText(`cannot be judged: ${rule.reason}`) } }];
    return rule.findings.map((finding): Result => {
      // A finding without a place is shown at the head of the package's description.
      const file = finding.place?.file ?? manifest;
      return {
        ...common, message: { text: lineText(`${finding.message}\nChange: ${finding.remedy}`) },
        ...(finding.soft === true ? { level: "warning" as const } : {}),
        ...(file === undefined ? {} : { locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(repositoryPath(run, file, base)) }, region: { startLine: Math.max(1, finding.place?.line ?? 1) } } }] }),
        partialFingerprints: { "kalicoHil/v1": `${rule.id}:${finding.place?.file ?? ""}:${lineText(finding.message).replace(/\d+(\.\d+)?/g, "N").slice(0, 200)}` },
        ...(rule.waiver === undefined ? {} : { suppressions: [{ kind: "external" as const, justification: `${rule.waiver.reason} (until ${rule.waiver.expires})` }] }),
        ...(finding.counterExample === undefined ? {} : { properties: { replay: `kalico-hil replay ${finding.counterExample}` } }),
      };
    });
  });
  return {
    version: "2.1.0", $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [{
      tool: { driver: { name: "kalico-hil", semanticVersion: run.host.harness, rules } },
      automationDetails: { id: `kalico-hil/${run.plugin.name}/` },
      invocations: [{ executionSuccessful: run.result.verdict !== "cannot-judge" }],
      results,
      properties: { verdict: run.result.verdict, plugin: `${run.plugin.name} ${run.plugin.version}`, pluginSha256: run.plugin.sha256, seed: run.result.seed, board: run.result.board },
    }],
  };
}
