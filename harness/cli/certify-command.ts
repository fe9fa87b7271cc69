/** `kalico-hil certify PLUGIN…`: certifies each plugin and reports. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rulesMatching } from "../../conformance/catalogue.js";
import { certify, type Certification, type Effort } from "../certify/certify.js";
import { writeCounterExamples } from "../certify/counter-examples.js";
import { junitXml } from "../reporters/junit.js";
import { resultJson } from "../reporters/result-json.js";
import { textReport } from "../reporters/text.js";
import { runFile } from "../report/run-file.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { boardOption, seedOption } from "./option-values.js";
import type { Progress } from "./progress.js";
import { writeReport } from "./report-command.js";

export interface CertifyCommandOptions {
  config?: string;
  gcode?: string;
  board: string;
  seed: string;
  effort: string;
  rules?: string;
  json?: string;
  junit?: string;
  report?: string;
  counterExamples: string;
  python?: string;
  install?: boolean;
  verbose?: boolean;
}

const EFFORTS = ["quick", "normal", "deep"];

const readFile = (path: string, what: string): string => {
  if (!existsSync(path)) throw new UsageError(`${what} "${path}" does not exist`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${what} "${path}" cannot be read: ${(error as Error).message}`);
  }
};

export async function certifyCommand(plugins: readonly string[], options: CertifyCommandOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const seed = seedOption(options.seed);
  if (!EFFORTS.includes(options.effort)) throw new UsageError(`Option --effort must be one of ${EFFORTS.join(", ")}, found "${options.effort}"`);
  const board = boardOption(options.board);
  const rules = options.rules === undefined ? undefined : rulesMatching(options.rules);
  if (rules !== undefined && rules.length === 0) throw new UsageError(`No rule matches "${options.rules}": "kalico-hil rules" lists them`);
  const configText = options.config === undefined ? undefined : readFile(options.config, "Printer configuration");
  const exercise = options.gcode === undefined ? undefined : readFile(options.gcode, "G-code file").split(/\r?\n/).map((l) => l.trim()).filter((l) => l !== "" && !l.startsWith(";"));
  const certifications: Certification[] = [];
  for (const plugin of plugins) {
    progress.line(`certifying ${plugin}`);
    const certification = await certify(plugin, {
      seed, effort: options.effort as Effort, board, signal,
      ...(rules === undefined ? {} : { rules }), ...(configText === undefined ? {} : { configText }), ...(exercise === undefined ? {} : { exercise }),
      install: options.install === true, ...(options.python === undefined ? {} : { python: options.python }),
      charts: options.report !== undefined,
      onProgress: (what, done, total) => progress.update(`[${done}/${total}] ${what}`, true),
    });
    progress.clear();
    const files = writeCounterExamples(certification, options.counterExamples);
    for (const line of textReport(certification, files, options.verbose === true)) progress.line(line);
    certifications.push(certification);
    if (options.report !== undefined) {
      const paths = writeReport(plugins.length > 1 ? join(options.report, certification.plugin.name.replace(/[^\w.-]/g, "_")) : options.report, runFile(certification, files));
      progress.line(`report: ${paths.page}`);
    }
    writeReports(certification, files, options, plugins.length > 1 ? certification.plugin.name.replace(/[^\w.-]/g, "_") : undefined);
  }
  if (certifications.some((c) => c.conformance === "not-conforming")) return EXIT.notConforming;
  return certifications.some((c) => c.conformance === "cannot-judge") ? EXIT.cannotJudge : EXIT.conforming;
}

/** With several plugins each gets a file of its own: `result.json` becomes `result.NAME.json`. */
function writeReports(certification: Certification, files: ReadonlyMap<string, string>, options: CertifyCommandOptions, name: string | undefined): void {
  const path = (file: string): string => (name === undefined ? file : file.replace(/(\.[^./]*)?$/, `.${name}$1`));
  if (options.json !== undefined) write(path(options.json), `${JSON.stringify(resultJson(certification, files), null, 2)}\n`);
  if (options.junit !== undefined) write(path(options.junit), junitXml(certification));
}

function write(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
}
