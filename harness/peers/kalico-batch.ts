/** Runs a job in the user's own checkout of Kalico, in batch mode, with the dictionary of our simulated board. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import { MessageParser } from "../../host/wire/message-parser.js";
import { decodeBatchOutput } from "./batch-output.js";

export interface KalicoJob {
  /** A checkout of Kalico. */
  checkout: string;
  /** Python with Kalico's requirements. */
  python: string;
  configFile: string;
  gcodeFile: string;
  /** Packed dictionary of each micro-controller by name; the main one is "mcu". */
  dictionaries: ReadonlyMap<string, Uint8Array>;
  /** Where files are made; it goes with its owner. */
  directory: string;
  /** Lines of a log that are answers, not errors. */
  answers?: ReadonlySet<string>;
  /** What the other host said went wrong: looked for first among what is logged. */
  expected?: string;
  signal?: AbortSignal;
}

export interface KalicoRun {
  /** What went wrong, in Kalico's words; empty when nothing did. */
  message: string;
  steps: StepColumns[];
}

/** The checkout or its Python cannot be run at all; the message tells what to do. */
export class CannotRunKalico extends Error {
  override name = "CannotRunKalico";
}

/** Wall milliseconds for a job. */
const LIMIT = 600_000;
const NO_COMPILER = /^Unable to build C code module/m;

function programOf(checkout: string): string {
  const program = join(checkout, "klippy", "klippy.py");
  if (!existsSync(program)) throw new CannotRunKalico(`"${checkout}" is no checkout of Kalico: klippy/klippy.py is not there`);
  return program;
}

/** Looks whether this Python can start this checkout, before any work is done. @throws CannotRunKalico */
export async function checkKalico({ checkout, python }: Pick<KalicoJob, "checkout" | "python">): Promise<void> {
  const program = programOf(checkout);
  const error = await new Promise<string>((resolve) => {
    execFile(python, [program, "--help"], { timeout: LIMIT }, (failure, _stdout, stderr) => resolve(failure === null ? "" : lastLine(stderr) || failure.message));
  });
  if (error !== "") throw new CannotRunKalico(`Kalico does not start with "${python}": ${error}\nName a Python that has Kalico's requirements with --python`);
}

/** What Kalico writes for a micro-controller. */
export const outputFile = (directory: string, mcu: string): string => join(directory, mcu === "mcu" ? "steps" : `steps-${mcu}`);

/** @throws CannotRunKalico */
export async function runKalico({ checkout, python, configFile, gcodeFile, dictionaries, directory, answers, expected, signal }: KalicoJob): Promise<KalicoRun> {
  const program = programOf(checkout);
  const log = join(directory, "klippy.log");
  const options = [...dictionaries].flatMap(([name, packed]) => {
    const file = join(directory, `${name}.dict`);
    writeFileSync(file, inflateSync(packed));
    return ["-d", name === "mcu" ? file : `${name}=${file}`];
  });
  const ended = await new Promise<{ code: number; error: string }>((resolve) => {
    const child = execFile(python, [program, configFile, "-i", gcodeFile, "-o", outputFile(directory, "mcu"), ...options, "-l", log, "-v"], { timeout: LIMIT, maxBuffer: 1 << 26, ...(signal === undefined ? {} : { signal }) }, (error, _stdout, stderr) => {
      clearInterval(watch);
      if (error?.killed === true) resolve({ code: -1, error: `was not at its end after ${LIMIT / 1000} s` });
      else resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, error: error === null ? "" : stderr.trim() || error.message });
    });
    // Kalico says so and then does nothing any more.
    const watch = setInterval(() => { if (existsSync(log) && NO_COMPILER.test(readFileSync(log, "utf8"))) child.kill(); }, 1000);
  });
  const logged = existsSync(log) ? readFileSync(log, "utf8") : "";
  if (logged === "") throw new CannotRunKalico(`Kalico did not start with "${python}": ${lastLine(ended.error)}`);
  if (NO_COMPILER.test(logged)) {
    throw new CannotRunKalico(`Kalico cannot build its C helper in "${checkout}": install a C compiler (gcc), or start Kalico there once`);
  }
  const message = ended.code === 0 ? "" : (jobErrorIn(logged, answers, expected) ?? exceptionIn(logged) ?? lastLine(ended.error));
  const steps = message !== "" ? [] : [...dictionaries].flatMap(([name, packed]) => {
    const parser = new MessageParser();
    parser.processIdentify(packed);
    const file = outputFile(directory, name);
    return existsSync(file) ? decodeBatchOutput(readFileSync(file), parser, name) : [];
  });
  return { message, steps };
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** The last exception of a log: the line below its traceback. */
function exceptionIn(log: string): string | undefined {
  const found = [...log.matchAll(/^(?:[\w.]+\.)?(?:Error|\w*(?:Error|error|Exception)): (.*)$/gm)];
  return found.at(-1)?.[1];
}

/** Lines that Kalico logs of its own accord while it runs a job, or before it tells of a failure. */
const ROUTINE = /^(?:b'stepcompress |homing: |Overextrude: |toolhead: |extruder\d*: |bed_mesh: |Mesh Leveling |Running full garbage|Unfreezing garbage|Stats |Git version|Args: )/;

/**
 * The first error of a line of G-code: such are logged as they are, after the configuration. None where something else fails first.
 * @param expected the line that it is, if it was logged
 */
export function jobErrorIn(log: string, answers: ReadonlySet<string> = new Set(), expected = ""): string | undefined {
  const lines = log.split("\n");
  const from = lines.findLastIndex((line) => line.startsWith("Configured MCU "));
  if (from < 0) return undefined;
  const mine = lines.slice(from + 1);
  if (expected !== "" && mine.includes(expected)) return expected;
  const first = mine.find((line) => line.trim() !== "" && !answers.has(line.trim()) && !ROUTINE.test(line));
  return first === undefined || /^(?:Traceback|Internal error|Unhandled exception|Transition to shutdown)/.test(first) ? undefined : first;
}
