/**
 * Kalico's own test cases (`test/klippy/*.test` of a checkout) on this host: a case names configurations and G-code, and says
 * whether Kalico takes them. The cases stay where they are; only their format is known here.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ideal, type BoardProfile } from "../../sim-mcu/boards/index.js";
import { runJob } from "../world/run-job.js";
import { AcceptedBed } from "./accepted-bed.js";

/** One run of a case. */
export interface CaseRun {
  /** Path of the configuration. */
  config: string;
  /** The micro-controller whose dictionary the case names for it, e.g. `stm32f401`; "" when it names none. */
  chip: string;
  lines: readonly string[];
  shouldFail: boolean;
}

export interface TestCase {
  name: string;
  runs: CaseRun[];
}

export interface CaseResult {
  name: string;
  /** How many configurations it has, and how many of them ended as expected. */
  runs: number;
  passed: number;
  /** What the first of the others said. */
  reason: string;
}

/**
 * Reads a case. Several CONFIG lines share the G-code that stands before the second of them, and its SHOULD_FAIL. A dictionary holds for the CONFIG
 * lines after it; one before which the case has none takes the last.
 * @throws Error when a file that it names is not there, or no configuration is named
 */
export function readTestCase(path: string): TestCase {
  const here = dirname(path);
  const configs: { config: string; chip: string | undefined }[] = [];
  let chip: string | undefined;
  const lines: string[] = [];
  let shouldFail = false;
  for (const text of readFileSync(path, "utf8").split("\n")) {
    const line = text.split("#", 1)[0]!.trim();
    const [word, value] = line.split(/\s+/);
    if (word === undefined || word === "") continue;
    if (word === "DICTIONARY") chip = basename(value ?? "", ".dict").split("-", 1)[0]!;
    else if (word === "CONFIG") configs.push({ config: named(here, value, path), chip });
    else if (word === "GCODE") lines.push(...readFileSync(named(here, value, path), "utf8").split(/\r?\n/));
    else if (word === "SHOULD_FAIL") shouldFail = true;
    else lines.push(line);
  }
  if (configs.length === 0) throw new Error(`Test case "${path}" names no configuration: a line CONFIG FILE is missing`);
  return { name: basename(path, ".test"), runs: configs.map((run) => ({ config: run.config, chip: run.chip ?? chip ?? "", lines, shouldFail })) };
}

function named(folder: string, name: string | undefined, path: string): string {
  const file = resolve(folder, name ?? "");
  if (name === undefined || !existsSync(file)) throw new Error(`Test case "${path}" names "${name ?? ""}", which does not exist`);
  return file;
}

/** Paths of the cases of a checkout, in order of name. @throws Error when there are none */
export function testCasesOf(checkout: string, wanted: RegExp): string[] {
  const folder = join(checkout, "test", "klippy");
  if (!existsSync(folder)) throw new Error(`"${checkout}" has no folder test/klippy: name a checkout of Kalico with --kalico`);
  return readdirSync(folder).filter((name) => name.endsWith(".test") && wanted.test(name.slice(0, -5))).sort().map((name) => join(folder, name));
}

/** The ideal board under the name of a chip, by which the host knows the sensor of temperature inside it. */
function idealBoard(chip: string): BoardProfile {
  return chip === "" ? ideal : { ...ideal, mcu: chip, pins: { ...ideal.pins, ADC_TEMPERATURE: CHIP_SENSOR_PIN } };
}

/** A pin number that no pin of the ideal board has. */
const CHIP_SENSOR_PIN = 1000;

/** Runs a case on an ideal board, which has the pins of most families. `limit`: wall seconds for one configuration. */
export async function runTestCase(test: TestCase, limit: number, now: () => number): Promise<CaseResult> {
  let passed = 0;
  let reason = "";
  for (const run of test.runs) {
    const said = await outcomeOf(run, limit, now);
    const expected = run.shouldFail ? said !== "" : said === "";
    if (expected) passed += 1;
    else if (reason === "") reason = `${test.runs.length > 1 ? `${basename(run.config)}: ` : ""}${said === "" ? "was accepted, and should not be" : said}`;
  }
  return { name: test.name, runs: test.runs.length, passed, reason };
}

/** What went wrong; empty when nothing did. */
export async function outcomeOf({ config, lines, chip = "" }: Pick<CaseRun, "config" | "lines"> & Partial<Pick<CaseRun, "chip">>, limit: number, now: () => number): Promise<string> {
  const stop = new AbortController();
  const started = now();
  const bed = new AcceptedBed();
  try {
    const job = await runJob({
      configFile: config, board: idealBoard(chip), seed: 1, lines, signal: stop.signal, startArgs: { debuginput: config },
      machine: { bedHeight: bed.heightAt }, observer: { onGcodeResponse: (answer) => bed.hearAnswer(answer) },
      onWorld: (world) => bed.attach(world), onLine: (index) => bed.hearLine(lines[index]!),
      onProgress: () => { if (now() - started > limit) stop.abort(); },
    });
    job.world.finish();
    if (stop.signal.aborted) return `was not at its end after ${limit} s`;
    if (job.state !== "ready") return firstSentence(job.message);
    return firstSentence(job.result?.errors[0] ?? "");
  } catch (error) {
    return `Internal error: ${firstSentence((error as Error).message)}`;
  }
}

const firstSentence = (text: string): string => text.trim().split("\n", 1)[0]!;
