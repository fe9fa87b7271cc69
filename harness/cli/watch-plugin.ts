/**
 * `certify --watch`: after every save first the rules that broke in the last verdict and the cheap ones, on a short print, for an
 * answer within seconds; then everything. A save meanwhile begins anew. TypeScript is compiled by its own compiler, kept running.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { catalogue } from "../../conformance/catalogue.js";
import type { Rule } from "../../conformance/rule.js";
import { Aborted, certifyDescribed, type Certification, type CertifyOptions } from "../certify/certify.js";
import { changedFiles, fileStates, type FileStates } from "../certify/changed-files.js";
import { describePlugin, PluginNotFound } from "../certify/describe-plugin.js";
import { partsFor } from "../certify/parts.js";
import type { Progress } from "./progress.js";

const POLL_MS = 200;
/** A save of several files is over when nothing has changed for so long. */
const QUIET_MS = 100;
/** Lines of the print in the first answer. */
const SHORT_PRINT = 30;

export interface WatchOptions {
  plugin: string;
  certify: CertifyOptions;
  /** Judges and reports a whole certification, as without --watch. */
  report(certification: Certification): void;
  progress: Progress;
  signal: AbortSignal;
}

/** Rules that need no run of their own: judged by the import, one start and one short print. */
const isCheap = (rule: Rule): boolean => !/^(PKG|CANARY)-/.test(rule.id) && partsFor([rule.id]).size === 0;

/** Rules of the first answer: those that did not pass, and the cheap ones. */
export function affectedRules(rules: readonly Rule[], last: Certification | undefined): Rule[] {
  const broken = new Set(last?.results.filter((r) => r.verdict === "fail" || r.verdict === "warn").map((r) => r.id));
  return rules.filter((rule) => broken.has(rule.id) || isCheap(rule));
}

/** Ends with the signal; never throws for what the author saves. */
export async function watchPlugin(options: WatchOptions): Promise<void> {
  const { plugin, progress, signal } = options;
  const compiler = startCompiler(plugin, progress);
  try {
    let states = fileStates(plugin);
    let last = await attempt(options, states, undefined, false);
    while (!signal.aborted) {
      progress.line(`watching ${plugin}, ${states.size} files; Ctrl-C ends`);
      const changed = await nextChange(plugin, states, signal);
      if (changed === undefined) return;
      // A save during a run ends it, and the next begins at once.
      for (let files: string[] | undefined = changed; files !== undefined && !signal.aborted;) {
        states = await settled(plugin);
        progress.line(`changed: ${files.map((file) => relative(resolve(plugin), resolve(file)) || file).slice(0, 5).join(", ")}`);
        last = await attempt(options, states, last, true);
        const more = changedFiles(states, fileStates(plugin));
        files = more.length > 0 ? more : undefined;
      }
    }
  } finally {
    compiler?.kill();
  }
}

/** The quick answer, then the whole one. Answers the last verdict that is known. */
async function attempt(options: WatchOptions, states: FileStates, last: Certification | undefined, quickFirst: boolean): Promise<Certification | undefined> {
  const { plugin, progress, signal } = options;
  const started = process.hrtime.bigint();
  const seconds = (): string => (Number(process.hrtime.bigint() - started) * 1e-9).toFixed(1);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  signal.addEventListener("abort", end, { once: true });
  const timer = setInterval(() => { if (changedFiles(states, fileStates(plugin)).length > 0) end(); }, POLL_MS);
  const { python, install = false, loader } = options.certify;
  const describe = (build: boolean): ReturnType<typeof describePlugin> => describePlugin(plugin, { install, build, ...(python === undefined ? {} : { python }), ...(loader === undefined ? {} : { loader }) });
  const rules = options.certify.rules ?? catalogue;
  let known = last;
  try {
    if (quickFirst) {
      const affected = affectedRules(rules, last);
      const quick = await certifyDescribed(describe(false), { ...options.certify, rules: affected, effort: "quick", jobLines: SHORT_PRINT, signal: stop.signal, charts: false, trace: false });
      progress.clear();
      for (const line of failures(quick)) progress.line(line);
      const bad = quick.results.filter((r) => r.verdict === "fail").length;
      progress.line(`first look after ${seconds()} s: ${bad === 0 ? "nothing found" : `${bad} ${bad === 1 ? "rule fails" : "rules fail"}`} (${affected.length} rules: what broke last, and what is quick); the rest follows`);
    }
    const whole = await certifyDescribed(describe(true), { ...options.certify, signal: stop.signal });
    progress.clear();
    known = whole;
    options.report(whole);
    progress.line(`verdict after ${seconds()} s`);
  } catch (error) {
    progress.clear();
    if (error instanceof PluginNotFound) progress.line(error.message);
    else if (!(error instanceof Aborted) && !stop.signal.aborted) throw error;
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", end);
  }
  return known;
}

/** What fails, with line and remedy. */
function failures(certification: Certification): string[] {
  return certification.results.filter((r) => r.verdict === "fail").flatMap((r) => [
    `FAIL  ${r.id.padEnd(9)} ${r.title}`,
    ...r.findings.slice(0, 3).flatMap((f) => [`        ${f.place === undefined ? "" : `${f.place.file}:${f.place.line ?? 1}: `}${f.message}`, `        change: ${f.remedy}`]),
  ]);
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => { setTimeout(done, milliseconds); });

/** Files that are saved next; undefined when the user ends it. */
async function nextChange(plugin: string, states: FileStates, signal: AbortSignal): Promise<string[] | undefined> {
  while (!signal.aborted) {
    const changed = changedFiles(states, fileStates(plugin));
    if (changed.length > 0) return changed;
    await pause(POLL_MS);
  }
  return undefined;
}

/** The files once nothing changes any more. */
async function settled(plugin: string): Promise<FileStates> {
  let states = fileStates(plugin);
  for (;;) {
    await pause(QUIET_MS);
    const next = fileStates(plugin);
    if (changedFiles(states, next).length === 0) return next;
    states = next;
  }
}

/** The plugin's own TypeScript compiler, watching: from save to JavaScript in a fraction of a second. */
function startCompiler(plugin: string, progress: Progress): ChildProcess | undefined {
  const root = resolve(plugin);
  if (!existsSync(join(root, "tsconfig.json"))) return undefined;
  let compiler: string;
  try {
    compiler = createRequire(join(root, "package.json")).resolve("typescript/bin/tsc");
  } catch {
    progress.line(`${plugin} has a tsconfig.json, and TypeScript is not installed there: compile it yourself, or npm install`);
    return undefined;
  }
  const child = spawn(process.execPath, [compiler, "--watch", "--preserveWatchOutput", "--pretty", "false"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.setEncoding("utf8").on("data", (text: string) => { for (const line of text.split("\n")) if (/error TS\d+/.test(line)) progress.line(line.trim()); });
  return child;
}
