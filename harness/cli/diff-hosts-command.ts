/** `kalico-hil diff-hosts --kalico DIR …`: the user's own Kalico beside this host: one job step by step, or Kalico's own test cases. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { diffHosts, type HostDifference } from "../peers/diff-hosts.js";
import { CannotRunKalico } from "../peers/kalico-batch.js";
import { readTestCase, runTestCase, testCasesOf, type CaseResult } from "../peers/test-cases.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { seedOption } from "./option-values.js";
import type { Progress } from "./progress.js";

export interface DiffHostsOptions {
  kalico?: string;
  gcode?: string;
  python: string;
  testCases?: string | boolean;
  seed: string;
  json?: string;
  markdown?: string;
}

/** Wall seconds for one configuration of a test case. */
const CASE_SECONDS = 120;

/** Adds the command to the program. */
export function addDiffHostsCommand(program: Command, start: (run: (progress: Progress, signal: AbortSignal) => Promise<number>) => Promise<void>): void {
  program.command("diff-hosts")
    .description("compare this host with your own checkout of Kalico: the steps of one job, or Kalico's test cases")
    .argument("[printer.cfg]", "printer configuration")
    .requiredOption("--kalico <dir>", "checkout of Kalico")
    .option("--gcode <file>", "job to run in both hosts")
    .option("--python <path>", "Python with Kalico's requirements", "python3")
    .option("--test-cases [name]", "run test/klippy/*.test of the checkout on this host; those whose name holds NAME")
    .option("--seed <n>", "seed of everything random", "1")
    .option("--json <file>", "write the result as JSON")
    .option("--markdown <file>", "write the table of test cases")
    .action((configFile: string | undefined, options: DiffHostsOptions) => start((progress, signal) => diffHostsCommand(configFile, options, progress, signal)));
}

export async function diffHostsCommand(configFile: string | undefined, options: DiffHostsOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const checkout = resolve(options.kalico ?? "");
  if (!existsSync(join(checkout, "klippy", "klippy.py"))) throw new UsageError(`"${options.kalico}" is no checkout of Kalico: klippy/klippy.py is not there`);
  if (options.testCases !== undefined && options.testCases !== false) return testCases(checkout, options, progress, signal);
  if (configFile === undefined || options.gcode === undefined) throw new UsageError("Name a printer configuration and a job: kalico-hil diff-hosts --kalico DIR PRINTER.cfg --gcode JOB");
  for (const file of [configFile, options.gcode]) if (!existsSync(file)) throw new UsageError(`"${file}" does not exist`);
  const directory = mkdtempSync(join(tmpdir(), "kalico-hil-diff-"));
  try {
    const difference = await diffHosts({
      checkout, python: options.python, configFile: resolve(configFile), gcodeFile: resolve(options.gcode), directory, seed: seedOption(options.seed), signal,
      onProgress: (text) => progress.update(text),
    });
    progress.clear();
    if (signal.aborted) return EXIT.interrupted;
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(difference, null, 2)}\n`);
    for (const line of report(difference, basename(options.gcode))) progress.line(line);
    return difference.equal ? EXIT.conforming : EXIT.notConforming;
  } catch (error) {
    if (error instanceof CannotRunKalico) throw new UsageError(error.message);
    throw error;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The comparison as lines of text. */
export function report({ messages, comparison, line, equal }: HostDifference, job: string): string[] {
  if (comparison === undefined) {
    return [`this host: ${messages.ours === "" ? "came to the end of the job" : messages.ours}`, `Kalico:    ${messages.kalico === "" ? "came to the end of the job" : messages.kalico}`, equal ? "equal: both end with the same message" : "DIFFERENT"];
  }
  const micro = (seconds: number): string => (seconds * 1e6).toFixed(1).padStart(9);
  const width = Math.max(7, ...comparison.steppers.map(({ name }) => name.length));
  const rows = comparison.steppers.map((s) => `${s.name.padEnd(width)} ${String(s.referenceSteps).padStart(10)} ${String(s.steps).padStart(10)} ${String(s.missing).padStart(8)} ${String(s.extra).padStart(8)} ${String(s.outOfTolerance).padStart(8)} ${micro(s.worstSeconds)}`);
  const { first } = comparison;
  const where = first === undefined ? [] : [
    `first difference: ${first.stepper}, segment ${first.segment}, step ${first.step}: ${first.kind}${Number.isFinite(first.deltaSeconds) ? `, ${micro(first.deltaSeconds).trim()} us` : ""}`,
    ...(line === undefined ? [] : [`${job}:${line.number}: ${line.text}`]),
  ];
  return [`${"stepper".padEnd(width)}     Kalico  this host  missing    extra   beyond  worst us`, ...rows, `${comparison.segments} segments compared`, ...comparison.problems, ...where, equal ? "equal" : "DIFFERENT"];
}

async function testCases(checkout: string, options: DiffHostsOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const wanted = new RegExp(typeof options.testCases === "string" ? options.testCases.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*") : "");
  let paths: string[];
  try {
    paths = testCasesOf(checkout, wanted);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const [json, markdown] = [options.json, options.markdown].map((path) => (path === undefined ? undefined : resolve(path)));
  // Paths in the cases are written for a run in the checkout.
  process.chdir(checkout);
  const results: CaseResult[] = [];
  for (const [index, path] of paths.entries()) {
    if (signal.aborted) return EXIT.interrupted;
    progress.update(`${index + 1}/${paths.length} ${basename(path)}`);
    const result = await runTestCase(readTestCase(path), CASE_SECONDS, () => Number(process.hrtime.bigint()) * 1e-9);
    results.push(result);
    progress.line(`${isPassed(result) ? "pass" : "FAIL"}  ${result.name.padEnd(28)} ${result.runs > 1 ? `${result.passed}/${result.runs} ` : ""}${result.reason}`);
  }
  progress.clear();
  const passed = results.filter(isPassed).length;
  progress.line(`${passed} of ${results.length} cases end as Kalico expects`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  if (markdown !== undefined) writeFileSync(markdown, table(results, passed));
  return passed === results.length ? EXIT.conforming : EXIT.notConforming;
}

const isPassed = (result: CaseResult): boolean => result.passed === result.runs;

const table = (results: readonly CaseResult[], passed: number): string => `# Kalico's own test cases on this host

\`kalico-hil diff-hosts --kalico CHECKOUT --test-cases --markdown FILE\`: each configuration of \`test/klippy/*.test\` is started on the ideal board with simulated
machines, its G-code is run, and the end is held against what the case expects. Kalico runs them without any machine, and compares no steps either.

${passed} of ${results.length} cases end as expected.

| case | configurations | ends as expected | what the first of the others said |
|---|---|---|---|
${results.map(({ name, runs, passed: good, reason }) => `| ${name} | ${runs} | ${good === runs ? "yes" : good === 0 ? "no" : `${good} of ${runs}`} | ${reason.replaceAll("|", "\\|")} |`).join("\n")}
`;
