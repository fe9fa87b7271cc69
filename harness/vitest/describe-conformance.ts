/**
 * The catalogue as vitest tests, for a plugin author's own test file. The plugin is certified once; then
 * each rule is a test: failed with what to change, skipped with the reason when it does not apply.
 *
 *   import { describeConformance } from "kalico-hil/vitest";
 *   describeConformance(".");
 */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { beforeAll, describe, it, type TestContext } from "vitest";
import { catalogue, rulesMatching } from "../../conformance/catalogue.js";
import type { Finding, Rule, RuleResult } from "../../conformance/rule.js";
import { certify, type Certification, type Effort } from "../certify/certify.js";
import { writeCounterExamples } from "../certify/counter-examples.js";

export interface ConformanceOptions {
  /** File with the printer configuration; default: the plugin's printer.cfg, else the built-in printer. */
  config?: string;
  /** File with G-code lines that exercise the plugin; default: the plugin's exercise.gcode, else generated. */
  gcode?: string;
  /** Simulated board, default "atmega2560". */
  board?: string;
  /** Seed of everything random, default 1. */
  seed?: number;
  /** Default "quick". */
  effort?: Effort;
  /** Only these rules: globs with commas, e.g. "STA-*,MOT-001". */
  rules?: string;
  /** Where counter-examples are written, default "counter-examples". */
  counterExamples?: string;
  /** Most wall seconds for the certification, default 600. */
  timeoutSeconds?: number;
}

/**
 * Registers a suite with one test per rule.
 * @param plugin package directory or single .js file
 * @throws RangeError when no rule matches `options.rules`
 */
export function describeConformance(plugin: string, options: ConformanceOptions = {}): void {
  const rules = options.rules === undefined ? catalogue : rulesMatching(options.rules);
  if (rules.length === 0) throw new RangeError(`No rule matches "${options.rules}"`);
  describe(`${basename(resolve(plugin))} conforms`, () => {
    let results: ReadonlyMap<string, RuleResult>;
    let files: ReadonlyMap<string, string>;

    beforeAll(async () => {
      const certification = await certifyOnce(plugin, rules, options);
      results = new Map(certification.results.map((result) => [result.id, result]));
      files = writeCounterExamples(certification, options.counterExamples ?? "counter-examples");
    }, (options.timeoutSeconds ?? 600) * 1000);

    for (const rule of rules) {
      it(`${rule.id} ${rule.title}`, async (context) => report(rule, results.get(rule.id)!, files, context));
    }
  });
}

function certifyOnce(plugin: string, rules: readonly Rule[], options: ConformanceOptions): Promise<Certification> {
  return certify(plugin, {
    seed: options.seed ?? 1, effort: options.effort ?? "quick", board: options.board ?? "atmega2560", rules,
    ...(options.config === undefined ? {} : { configText: readFileSync(options.config, "utf8") }),
    ...(options.gcode === undefined ? {} : { exercise: exerciseLines(readFileSync(options.gcode, "utf8")) }),
  });
}

const exerciseLines = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith(";"));

/** Turns a verdict into the outcome of the running test. */
async function report(rule: Rule, result: RuleResult, files: ReadonlyMap<string, string>, context: TestContext): Promise<void> {
  switch (result.verdict) {
    case "pass": return;
    case "warn":
      for (const text of describeFindings(result.findings, files)) {
        console.warn(`${rule.id} ${text}`);
        await context.annotate(`${rule.id} ${text}`, "warning");
      }
      return;
    case "not-applicable": return context.skip(`does not apply: ${result.reason}`);
    case "inconclusive": {
      const reason = `cannot be judged: ${result.reason}`;
      // As for the command line: a binding rule that is left open is not a success.
      if (rule.level === "MUST" || rule.level === "SEC") throw new ConformanceError(`${rule.id} ${reason}`);
      return context.skip(reason);
    }
    case "fail": throw new ConformanceError([`${rule.id} ${rule.title}`, rule.requirement, ...describeFindings(result.findings, files)].join("\n"));
  }
}

/** A rule that is not kept. Its message says all; a stack would point into the harness. */
class ConformanceError extends Error {
  override name = "ConformanceError";
  constructor(message: string) {
    super(message);
    this.stack = `${this.name}: ${message}`;
  }
}

/** Texts with place and message, remedy and the command that shows it again; what has one remedy is told together. */
function describeFindings(findings: readonly Finding[], files: ReadonlyMap<string, string>): string[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.remedy, [...(groups.get(finding.remedy) ?? []), finding]);
  return [...groups].map(([remedy, group]) => {
    const seen = group.map(({ place, message }) => `${place === undefined ? "" : `${place.file}${place.line === undefined ? "" : `:${place.line}`}: `}${message}`);
    const file = group.map(({ scenario }) => (scenario === undefined ? undefined : files.get(scenario))).find((path) => path !== undefined);
    return [...seen, `  change: ${remedy}`, ...(file === undefined ? [] : [`  replay: npx kalico-hil replay ${file}`])].join("\n");
  });
}
