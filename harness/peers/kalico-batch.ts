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
  signal?: AbortSignal;
}

export interface KalicoRun {
  /** What went wrong, in Kalico's words; empty when nothing did. */
  message: string;
  steps: StepColumns[];
}

/** Wall milliseconds for a job. */
const LIMIT = 600_000;

/** @throws Error when the checkout cannot be run at all */
export async function runKalico({ checkout, python, configFile, gcodeFile, dictionaries, directory, signal }: KalicoJob): Promise<KalicoRun> {
  const program = join(checkout, "klippy", "klippy.py");
  if (!existsSync(program)) throw new Error(`"${checkout}" is no checkout of Kalico: klippy/klippy.py is not there`);
  const output = join(directory, "steps");
  const log = join(directory, "klippy.log");
  const options = [...dictionaries].flatMap(([name, packed]) => {
    const file = join(directory, `${name}.dict`);
    writeFileSync(file, inflateSync(packed));
    return ["-d", name === "mcu" ? file : `${name}=${file}`];
  });
  const ended = await new Promise<{ code: number; error: string }>((resolve) => {
    execFile(python, [program, configFile, "-i", gcodeFile, "-o", output, ...options, "-l", log, "-v"], { timeout: LIMIT, maxBuffer: 1 << 26, ...(signal === undefined ? {} : { signal }) }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, error: error === null ? "" : stderr.trim() || error.message });
    });
  });
  const logged = existsSync(log) ? readFileSync(log, "utf8") : "";
  if (logged === "") throw new Error(`Kalico did not start with "${python}": ${lastLine(ended.error)}; name a Python that has Kalico's requirements with --python`);
  const message = ended.code === 0 ? "" : (messageIn(logged) ?? lastLine(ended.error));
  const steps = message !== "" ? [] : [...dictionaries].flatMap(([name, packed]) => {
    const parser = new MessageParser();
    parser.processIdentify(packed);
    const file = name === "mcu" ? output : `${output}-${name}`;
    return existsSync(file) ? decodeBatchOutput(readFileSync(file), parser, name) : [];
  });
  return { message, steps };
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** The last exception of a log: the line below its traceback. */
function messageIn(log: string): string | undefined {
  const found = [...log.matchAll(/^(?:[\w.]+\.)?(?:Error|\w*(?:Error|error|Exception)): (.*)$/gm)];
  return found.at(-1)?.[1];
}
