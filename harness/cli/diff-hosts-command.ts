/** `kalico-hil diff-hosts --kalico DIR …`: the user's own Kalico beside this host: one job step by step, many random ones, Kalico's test cases or its example configurations. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { diffHosts, type HostDifference } from "../peers/diff-hosts.js";
import { CannotRunKalico } from "../peers/kalico-batch.js";
import { configsOf, saysTheSame, surveyConfig, surveyTable, type SurveyedConfig } from "../peers/config-survey.js";
import { randomTable, runRandomJob, type RandomRun } from "../peers/random-runs.js";
import { readTestCase, runTestCase, testCasesOf, type CaseResult } from "../peers/test-cases.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { countOption, seedOption } from "./option-values.js";
import type { Progress } from "./progress.js";

export interface DiffHostsOptions {
  kalico?: string;
  gcode?: string;
  python: string;
  testCases?: string | boolean;
  configSurvey?: string | boolean;
  random?: string;
  keep?: string;
  seed: string;
  json?: string;
  markdown?: string;
}

/** Wall seconds for one configuration of a test case. */
const CASE_SECONDS = 120;

/** Adds the command to the program. */
export function addDiffHostsCommand(program: Command, start: (run: (progress: Progress, signal: AbortSignal) => Promise<number>) => Promise<void>): void {
  program.command("diff-hosts")
    .description("compare this host with your own checkout of Kalico: the steps of one job or of random ones, Kalico's test cases, its example configurations")
    .argument("[printer.cfg]", "printer configuration")
    .requiredOption("--kalico <dir>", "checkout of Kalico")
    .option("--gcode <file>", "job to run in both hosts")
    .option("--python <path>", "Python with Kalico's requirements", "python3")
    .option("--test-cases [name]", "run test/klippy/*.test of the checkout on this host; those whose name holds NAME")
    .option("--config-survey [name]", "start the examples config/*.cfg of the checkout in both hosts; those whose name holds NAME")
    .option("--random <n>", "compare N random printers and jobs, from --seed on")
    .option("--keep <dir>", "keep the random printers and jobs that differ")
    .option("--seed <n>", "seed of everything random", "1")
    .option("--json <file>", "write the result as JSON")
    .option("--markdown <file>", "write the table of test cases, configurations or random jobs")
    .action((configFile: string | undefined, options: DiffHostsOptions) => start((progress, signal) => diffHostsCommand(configFile, options, progress, signal)));
}

export async function diffHostsCommand(configFile: string | undefined, options: DiffHostsOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const checkout = resolve(options.kalico ?? "");
  if (!existsSync(join(checkout, "klippy", "klippy.py"))) throw new UsageError(`"${options.kalico}" is no checkout of Kalico: klippy/klippy.py is not there`);
  if (isOn(options.testCases)) return testCases(checkout, options, progress, signal);
  if (isOn(options.configSurvey)) return configSurvey(checkout, options, progress, signal);
  if (options.random !== undefined) return randomJobs(checkout, countOption("--random", options.random), options, progress, signal);
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
  const wanted = namePattern(options.testCases);
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
    const result = await runTestCase(readTestCase(path), CASE_SECONDS, wallSeconds);
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

/** What cannot run at all is the caller's business, not a difference. */
async function refuseToRun<T>(run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof CannotRunKalico) throw new UsageError(error.message);
    throw error;
  }
}

const isOn = (option: string | boolean | undefined): boolean => option !== undefined && option !== false;

/** A name with `*` for anything. */
const namePattern = (name: string | boolean | undefined): RegExp => new RegExp(typeof name === "string" ? name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*") : "");

const wallSeconds = (): number => Number(process.hrtime.bigint()) * 1e-9;

async function configSurvey(checkout: string, options: DiffHostsOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  if (!existsSync(join(checkout, "config"))) throw new UsageError(`"${checkout}" has no folder config: name a checkout of Kalico with --kalico`);
  const paths = configsOf(checkout, namePattern(options.configSurvey));
  if (paths.length === 0) throw new UsageError("No configuration of the checkout has such a name");
  const results: SurveyedConfig[] = [];
  for (const [index, path] of paths.entries()) {
    if (signal.aborted) return EXIT.interrupted;
    progress.update(`${index + 1}/${paths.length} ${basename(path)}`);
    const result = { name: basename(path), ...await refuseToRun(surveyConfig(path, { checkout, python: options.python, signal })) };
    results.push(result);
    if (!saysTheSame(result)) progress.line(`${result.name}: ${[...result.notOffered.map((name) => `[${name}] is not offered`), `this host: ${result.ours || "ready"}`, `Kalico: ${result.kalico || "ready"}`].join("; ")}`);
  }
  progress.clear();
  const good = results.filter(saysTheSame).length;
  progress.line(`${good} of ${results.length} configurations end alike`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.markdown !== undefined) writeFileSync(options.markdown, surveyTable(results));
  return good === results.length ? EXIT.conforming : EXIT.notConforming;
}

async function randomJobs(checkout: string, count: number, options: DiffHostsOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const first = seedOption(options.seed);
  const runs: RandomRun[] = [];
  for (let seed = first; seed < first + count; seed++) {
    if (signal.aborted) return EXIT.interrupted;
    const where = `${seed - first + 1}/${count}`;
    const run = await refuseToRun(runRandomJob(seed, { checkout, python: options.python, signal, ...(options.keep === undefined ? {} : { keep: options.keep }), onProgress: (text) => progress.update(`${where} ${text}`) }));
    if (signal.aborted) return EXIT.interrupted;
    runs.push(run);
    progress.line(`${run.equal ? "equal    " : "DIFFERENT"} ${String(seed).padStart(4)} ${run.kinematics.padEnd(18)} ${String(run.steps).padStart(9)} steps, worst ${run.worstMicroseconds.toFixed(1)} us ${run.cause}`);
  }
  progress.clear();
  const equal = runs.filter((run) => run.equal).length;
  progress.line(`${equal} of ${runs.length} jobs are equal`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(runs, null, 2)}\n`);
  if (options.markdown !== undefined) writeFileSync(options.markdown, randomTable(runs));
  return equal === runs.length ? EXIT.conforming : EXIT.notConforming;
}

const isPassed = (result: CaseResult): boolean => result.passed === result.runs;

const table = (results: readonly CaseResult[], passed: number): string => `# Kalico's own test cases on this host

\`kalico-hil diff-hosts --kalico CHECKOUT --test-cases --markdown FILE\`: each configuration of \`test/klippy/*.test\` is started on the ideal board with simulated
machines, its G-code is run, and the end is held against what the case expects. Kalico runs them without any machine, and compares no steps either.
Where a case probes by hand, the bed lies where it says ACCEPT.

${passed} of ${results.length} cases end as expected.

| case | configurations | ends as expected | what the first of the others said |
|---|---|---|---|
${results.map(({ name, runs, passed: good, reason }) => `| ${name} | ${runs} | ${good === runs ? "yes" : good === 0 ? "no" : `${good} of ${runs}`} | ${reason.replaceAll("|", "\\|")} |`).join("\n")}
`;
