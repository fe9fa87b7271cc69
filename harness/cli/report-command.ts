/** `kalico-hil report RUN.json`: draws the report of a run again, on its own or beside another run. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { htmlReport } from "../report/html-report.js";
import { readRunFile, type RunFile } from "../report/run-file.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";

export interface ReportOptions {
  compare?: string;
  out?: string;
}

/** @throws UsageError for a file that is no run */
export function runFromFile(path: string): RunFile {
  if (!existsSync(path)) throw new UsageError(`Run file "${path}" does not exist`);
  try {
    return readRunFile(path);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function reportCommand(file: string, options: ReportOptions, progress: Progress): number {
  const run = runFromFile(file);
  const other = options.compare === undefined ? undefined : runFromFile(options.compare);
  const out = options.out ?? join(dirname(file), other === undefined ? "index.html" : "compare.html");
  mkdirSync(dirname(resolve(out)), { recursive: true });
  writeFileSync(out, htmlReport(run, other));
  progress.line(`report: ${out}`);
  return EXIT.conforming;
}

/** Writes the report and the run that it shows; returns the paths. */
export function writeReport(directory: string, run: RunFile): { page: string; run: string } {
  mkdirSync(directory, { recursive: true });
  const paths = { page: join(directory, "index.html"), run: join(directory, "RUN.json") };
  writeFileSync(paths.run, `${JSON.stringify(run)}\n`);
  writeFileSync(paths.page, htmlReport(run));
  return paths;
}
