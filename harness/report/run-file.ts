/**
 * RUN.json: everything a report shows, as one file from which it can be drawn again, compared and certified. It holds the
 * published result, the rules' sentences, what was exercised, the counter-examples and the series of the pictures.
 */
import { existsSync, readFileSync } from "node:fs";
import { catalogue, canary } from "../../conformance/catalogue.js";
import type { LineCoverage } from "../../conformance/evidence.js";
import type { LifeStep, Scenario } from "../../conformance/scenario.js";
import type { Certification } from "../certify/certify.js";
import { scenarioOfFinding } from "../certify/counter-examples.js";
import { pluginDigest } from "../certify/plugin-digest.js";
import type { Charts } from "../charts/charts.js";
import { resultJson, type ResultJson } from "../reporters/result-json.js";
import type { RunInputs } from "./run-inputs.js";

/** A session is told of when it took this share of its wall time: only then, so that reports of one seed are the same to the byte. */
const NEAR_LIMIT = 0.5;
const isNear = (session: Certification["longest"]): boolean => session !== undefined && session.wallSeconds > NEAR_LIMIT * session.limitSeconds;

export const RUN_FORMAT = "kalico-hil run 1";

/** A counter-example as a reader copies it. */
export interface RunExample {
  /** File for `kalico-hil replay`. */
  file?: string;
  scenario: Scenario;
}

export interface Exercised {
  sessions: { id: string; outcome: string; virtualSeconds: number; steps: number; traceHash?: string }[];
  configurations: Record<string, number>;
  commands: { command: string; calls: number; refused: number; params: string[] }[];
  events: Record<string, number>;
  printSeconds: number;
  coverage?: LineCoverage[];
  /** The session that came nearest to its limit of wall time. */
  longest?: { session: string; wallSeconds: number; limitSeconds: number };
  /** What was decided while the plugin was read. */
  notes?: string[];
  /** Sentences on what the plugin has and nobody tried. */
  not: string[];
}

export interface RunFile {
  format: typeof RUN_FORMAT;
  result: ResultJson;
  /** What it was started with; absent in files of earlier versions. */
  inputs?: RunInputs;
  plugin: { name: string; version: string; summary: string; path: string; form: string; sha256: string; files: Record<string, string> };
  host: { mode: "virtual time" | "real time on an attached board"; harness: string; node: string; api: string };
  rules: Record<string, { requirement: string; source: string }>;
  exercised: Exercised;
  examples: Record<string, RunExample>;
  charts?: Charts;
}

/** @param files counter-examples that were written, by scenario */
export function runFile(certification: Certification, files: ReadonlyMap<string, string> = new Map(), inputs: RunInputs = {}): RunFile {
  const { plugin: described } = certification.evidence;
  const result = resultJson(certification, files);
  const examples: Record<string, RunExample> = {};
  for (const rule of certification.results) {
    for (const { scenario: id } of rule.findings) {
      if (id === undefined || id in examples) continue;
      const scenario = scenarioOfFinding(certification, id);
      if (scenario !== undefined) examples[id] = { scenario, ...(files.has(id) ? { file: files.get(id)! } : {}) };
    }
  }
  return {
    format: RUN_FORMAT, result, inputs,
    plugin: {
      name: certification.plugin.name, version: certification.plugin.version, summary: described.summary, path: certification.plugin.path, form: described.form,
      ...(existsSync(certification.plugin.path) ? pluginDigest(certification.plugin.path) : { sha256: "", files: {} }),
    },
    host: { mode: certification.evidence.attachedBoard === undefined ? "virtual time" : "real time on an attached board", harness: result.versions.harness, node: result.versions.node, api: "Kalico" },
    rules: Object.fromEntries([...catalogue, canary].filter((rule) => certification.results.some((r) => r.id === rule.id)).map(({ id, requirement, source }) => [id, { requirement, source }])),
    exercised: exercised(certification), examples,
    ...(certification.charts === undefined ? {} : { charts: certification.charts }),
  };
}

function exercised(certification: Certification): Exercised {
  const { evidence } = certification;
  const configurations: Record<string, number> = {};
  for (const { kind } of evidence.probes) configurations[kind] = (configurations[kind] ?? 0) + 1;
  const probes = evidence.sessions.flatMap((s) => s.gcodeProbes);
  const commandOf = (line: string): string => line.split(/\s/, 1)[0]!.toUpperCase();
  const commands = evidence.commands.map(({ command, params }) => {
    const calls = probes.filter(({ line }) => commandOf(line) === command.toUpperCase());
    return { command, calls: calls.length, refused: calls.filter((c) => c.outcome === "command-error").length, params: params.map((p) => p.name) };
  });
  const events: Record<string, number> = {};
  for (const { callbacks } of evidence.sessions) for (const c of callbacks) if (c.kind === "event") events[c.label] = (events[c.label] ?? 0) + c.runs;
  const { coverage } = evidence;
  const not: string[] = [];
  for (const { command, calls } of commands) if (calls === 0) not.push(`the command ${command} was never called`);
  for (const session of evidence.sessions) if (session.state === "lost") not.push(`the session "${session.id}" did not live to tell: ${session.message}`);
  for (const rule of certification.results) if (rule.verdict === "inconclusive") not.push(`${rule.id} could not be judged: ${rule.reason}`);
  for (const option of evidence.schema) if (!evidence.probes.some((p) => p.option === option.option)) not.push(`the option ${option.option} of [${option.section}] was not varied`);
  for (const { file, lines, ran } of coverage ?? []) if (ran < lines) not.push(`${lines - ran} of ${lines} lines of ${file} never ran`);
  return {
    sessions: evidence.sessions.map((s) => ({ id: s.id, outcome: s.outcome, virtualSeconds: s.virtualSeconds, steps: s.trace?.totalSteps ?? 0, ...(s.trace === undefined ? {} : { traceHash: s.trace.traceHash }) })),
    configurations, commands, events, printSeconds: certification.timing.printSeconds, ...(coverage === undefined ? {} : { coverage }), ...(isNear(certification.longest) ? { longest: certification.longest! } : {}), ...((evidence.plugin.notes ?? []).length === 0 ? {} : { notes: evidence.plugin.notes! }), not: [...new Set(not)],
  };
}

/** @throws Error that says what is wrong with the file */
export function readRunFile(path: string): RunFile {
  let run: Partial<RunFile>;
  try {
    run = JSON.parse(readFileSync(path, "utf8")) as Partial<RunFile>;
  } catch (error) {
    throw new Error(`Cannot read run file "${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
  if (run === null || typeof run !== "object" || run.format !== RUN_FORMAT) throw new Error(`"${path}" is not a run of certify: its format is ${JSON.stringify(run?.format ?? null)}, expected "${RUN_FORMAT}". "kalico-hil certify PLUGIN --report DIR" writes one`);
  return run as RunFile;
}

/** The walk of a scenario as lines of G-code with comments for what is no G-code. */
export function walkText(walk: readonly LifeStep[]): string {
  return walk.flatMap((step): string[] => {
    switch (step.do) {
      case "start": return ["; start the host"];
      case "gcode": return [...step.lines];
      case "job": return [`; print from the virtual SD card${step.pauseAtLine === undefined ? "" : `, pause at line ${step.pauseAtLine}`}${step.cancelAtLine === undefined ? "" : `, cancel at line ${step.cancelAtLine}`}`, ...step.lines];
      case "wait": return [`; wait ${step.seconds} s`];
      case "status": return [`; query the status ${step.times} times`];
      case "probe-commands": return [`; with the printer ${step.state}:`, ...step.lines];
      case "shutdown": return [step.by === "M112" ? "M112" : `; shutdown by the ${step.by === "mcu" ? "micro-controller" : "host"}`];
      case "restart": return [step.how];
      case "lose-mcu": return ["; the micro-controller goes silent"];
      case "stop": return ["; stop the host"];
    }
  }).join("\n");
}
