/**
 * The certification of one plugin: plans the runs that the chosen rules need, runs them in the plugin's
 * process, gathers evidence, judges. Everything that is drawn at random comes from the seed.
 */
import fc from "fast-check";
import { isRefused } from "../../conformance/rules/evidence-views.js";
import { catalogue } from "../../conformance/catalogue.js";
import { anyCall } from "../../conformance/arbitraries/gcode-lines.js";
import type { Comparison, Evidence, PackageEvidence, PinProfile, SessionEvidence } from "../../conformance/evidence.js";
import { conformanceOf, CUT_SHORT, judgeAll, type Conformance } from "../../conformance/judge.js";
import { lostSessions, lostText } from "../../conformance/lost-sessions.js";
import type { Rule, RuleResult } from "../../conformance/rule.js";
import { scenarioOf, type LifeStep, type Scenario } from "../../conformance/scenario.js";
import { KALICO_EXTRAS } from "../../host/printer/kalico-extras.js";
import type { Charts } from "../charts/charts.js";
import { bodyStartOf, stepChart } from "../charts/step-chart.js";
import { SLACK_FLOORS } from "../../conformance/rules/motion.js";
import type { SessionResult } from "../runner/messages.js";
import type { ImportOutcome } from "../runner/subject.js";
import type { TraceLog } from "../trace-export/trace-log.js";
import { DEFAULT_LIMITS, lostSession, PluginProcess, type ProcessLimits } from "../runner/plugin-process.js";
import { sessionLimit } from "../runner/session-limit.js";
import { certificationJob } from "./certification-job.js";
import { CommandLearner } from "./command-learner.js";
import { compareJobs } from "./compare-jobs.js";
import { ConfigProbing } from "./config-probing.js";
import { describePlugin, type DescribedPlugin } from "./describe-plugin.js";
import { endsTheStart, type Loader } from "../python/loader.js";
import { LineCollector } from "./line-coverage.js";
import { needsPrint, partsFor, type Part } from "./parts.js";
import type { Ruling } from "./policy.js";
import { resultsInPython } from "./python-wording.js";
import { SourceLines } from "./source-lines.js";
import { baseText, configText, printerFor, withCompanions, type PluginPrinter } from "./printer-with-plugin.js";

export type Effort = "quick" | "normal" | "deep";

interface EffortSizes { jobLines: number; fuzzPerCommand: number; randomConfigs: number; restarts: number }

const SIZES: Record<Effort, EffortSizes> = {
  quick: { jobLines: 120, fuzzPerCommand: 12, randomConfigs: 2, restarts: 10 },
  normal: { jobLines: 400, fuzzPerCommand: 40, randomConfigs: 6, restarts: 12 },
  deep: { jobLines: 4000, fuzzPerCommand: 500, randomConfigs: 40, restarts: 20 },
};

export interface CertifyOptions {
  seed: number;
  effort: Effort;
  board: string;
  rules?: readonly Rule[];
  /** Printer configuration with the plugin's sections; default: the plugin's own, else the base printer. */
  configText?: string;
  /** Lines that exercise the plugin in a print. */
  exercise?: readonly string[];
  limits?: ProcessLimits;
  onProgress?(what: string, done: number, total: number): void;
  signal?: AbortSignal;
  /** Record what the pictures of a report need. */
  charts?: boolean;
  /** Record the print with the plugin for an export. */
  trace?: boolean;
  /** Capabilities declared beside those of the package. */
  capabilities?: readonly string[];
  /** Lines of the print, instead of what the effort gives. */
  jobLines?: number;
  /** Only these runs: one shard of several. */
  parts?: ReadonlySet<Part>;
  /** Begin no further run after so many wall minutes: what is not run cannot be judged. */
  maxMinutes?: number;
  /** Told of each session that was run. */
  onSession?(session: SessionEvidence, wallSeconds: number): void;
  /** Of Python plugins: interpreter or environment, and whether to install what the plugin requires. */
  python?: string;
  install?: boolean;
  /** Kalico's loader with its traps, or one that reports them; default strict. */
  loader?: Loader;
  /** Pins that the plugin may touch: what every session uses is held against it. */
  pinProfile?: PinProfile;
}

export interface Certification {
  plugin: { name: string; version: string; path: string };
  evidence: Evidence;
  results: RuleResult[];
  conformance: Conformance;
  /** Of a Python plugin: the interpreter, and whether its requirements were installed for this run. */
  python?: { executable: string; version: string; install: boolean };
  timing: { printSeconds: number; wallSeconds: number; realTimeFactor: number; steps: number; minSlackSeconds: number | null };
  traceHash: string;
  seed: number;
  board: string;
  effort: Effort;
  /** What was run, for the summary. */
  exercised: { sessions: number; configurations: number; commandCalls: number; statusCalls: number; stepsCompared: number };
  /** Scenarios of findings, by id: to be written as counter-examples. */
  scenarios: Map<string, Scenario>;
  /** For the pictures of a report, where they were asked for. */
  charts?: Charts;
  /** The print with the plugin, for an export, where it was asked for. */
  traceLog?: TraceLog;
  /** Runs that were left out, and why. */
  leftOut: string[];
  /** What counts of it, where waivers, a baseline or the strict mode were applied. */
  ruling?: Ruling;
  /** The session that came nearest to its limit of wall time. */
  longest?: SessionTime;
  /** Where runs of one seed differ. */
  nondeterminism?: Nondeterminism[];
}

/** Two runs of one seed that differ: a rule judged otherwise, or traces that part. */
export interface Nondeterminism {
  /** Rule or session. */
  what: string;
  /** How they differ and where they part. */
  detail: string;
}

/** Wall seconds of a session, and how many it might have taken. */
export interface SessionTime { session: string; wallSeconds: number; limitSeconds: number }

/** Prints that an export shows: the last of them that was run. */
const TRACED = ["idle", "active"];

/** Prints that have pictures. */
const CHARTED = ["idle", "baseline", "active"];

/** A plugin whose process died this often is not started again: the findings are there, and each hang costs a minute. */
const MAX_DEATHS = 2;

/** After so many calls of one list that never answer the rest is not called: each waits for minutes of virtual time. */
const MAX_HUNG = 2;

/** Ended by the user. */
export class Aborted extends Error {
  override name = "Aborted";
}

/**
 * Certifies the plugin at a path.
 * @throws PluginNotFound when there is none, Aborted when the signal fires; never for what the plugin does
 */
export async function certify(path: string, options: CertifyOptions): Promise<Certification> {
  const { python, install = false } = options;
  return certifyDescribed(describePlugin(path, { install, build: true, ...(python === undefined ? {} : { python }) }), options);
}

/** Certifies a plugin that was found and described already. */
export async function certifyDescribed(plugin: DescribedPlugin, options: CertifyOptions): Promise<Certification> {
  return new Certifier(plugin, options).run();
}

/** What a certification is made from besides its evidence. */
export interface CertificationFacts {
  rules: readonly Rule[];
  /** How rules are applied; to all of them when absent. */
  judge?: typeof judgeAll;
  seed: number;
  board: string;
  effort: Effort;
  printSeconds: number;
  wallSeconds: number;
  charts?: Charts;
  traceLog?: TraceLog;
  longest?: SessionTime;
  leftOut: readonly string[];
}

/** Judges evidence: of one run, or of several shards of one run put together. */
export function certificationOf(evidence: Evidence, facts: CertificationFacts): Certification {
  const judged = (facts.judge ?? judgeAll)(facts.rules, evidence);
  const worded = evidence.plugin.language === "python" ? resultsInPython(judged) : judged;
  const results = new SourceLines(evidence.plugin.path).results(worded);
  const { printSeconds, wallSeconds } = facts;
  const lost = lostSessions(evidence).map(lostText).filter((text) => !facts.leftOut.some((known) => known.includes(text)));
  const leftOut = [...facts.leftOut, ...lost.map((text) => `${CUT_SHORT}: ${text}`)];
  const idle = evidence.sessions.find((s) => s.id === "idle");
  const slacks = evidence.comparisons.flatMap((c) => Object.values(c.minSlackSubject)).filter(Number.isFinite);
  const scenarios = new Map<string, Scenario>();
  // What happened on an attached board cannot be run again on a simulated one.
  if (evidence.attachedBoard === undefined) for (const session of evidence.sessions) scenarios.set(session.id, session.scenario);
  for (const probe of evidence.probes) scenarios.set(probe.scenario.id, probe.scenario);
  return {
    plugin: { name: evidence.plugin.name, version: evidence.plugin.version, path: evidence.plugin.path },
    evidence, results, conformance: conformanceOf(results, leftOut),
    timing: {
      printSeconds, wallSeconds, realTimeFactor: wallSeconds > 0 ? printSeconds / wallSeconds : 0,
      steps: evidence.sessions.reduce((sum, s) => sum + (s.trace?.totalSteps ?? 0), 0), minSlackSeconds: slacks.length > 0 ? Math.min(...slacks) : null,
    },
    traceHash: idle?.trace?.traceHash ?? "", seed: facts.seed, board: facts.board, effort: facts.effort,
    exercised: {
      sessions: evidence.sessions.length, configurations: evidence.probes.length, commandCalls: evidence.sessions.reduce((n, s) => n + s.gcodeProbes.length, 0),
      statusCalls: evidence.sessions.reduce((n, s) => n + s.status.length, 0), stepsCompared: evidence.comparisons.reduce((n, c) => n + c.stepsCompared, 0),
    },
    scenarios, leftOut, ...(facts.charts === undefined ? {} : { charts: facts.charts }), ...(facts.traceLog === undefined ? {} : { traceLog: facts.traceLog }), ...(facts.longest === undefined ? {} : { longest: facts.longest }),
  };
}

/** The wall minutes are over. */
class TimeUp extends Error {
  override name = "TimeUp";
}

/** What was decided while the plugin was read, for the report. */
const notesOf = (python: NonNullable<DescribedPlugin["python"]>): string[] => [
  ...python.notes, ...(python.package?.wheel === undefined ? [] : [`its wheel: ${python.package.wheel.how}`]), ...(python.package?.noWheel === undefined ? [] : [`judged without a wheel: ${python.package.noWheel}`]),
];

/** What the package says of itself and what importing it did. */
export function packageEvidenceOf({ location, form, manifestProblems, python }: DescribedPlugin, imported: ImportOutcome): PackageEvidence {
  return {
    path: location.path, form, name: location.name, version: location.version, summary: location.summary,
    description: location.description, plugins: location.modules, exports: imported.exports, manifestProblems, import: imported.import,
    ...(python === undefined ? {} : { language: "python", missing: python.missing, documentation: python.documentation, notes: notesOf(python) }),
    collisions: Object.keys(location.modules).filter((name) => KALICO_EXTRAS.includes(name)),
  };
}

/** Imports the plugin, unless Kalico would end while it reads the metadata of all entry points. */
export async function importPlugin(plugin: DescribedPlugin, loader: Loader, running: PluginProcess): Promise<ImportOutcome> {
  const ended = loader === "kalico" ? endsTheStart([plugin]) : undefined;
  return ended === undefined ? running.import() : { import: { ok: false, error: `${ended}: Kalico ends before it has a printer`, seconds: 0, heapBytes: 0, sideEffects: [] }, exports: {} };
}

class Certifier {
  readonly #plugin: DescribedPlugin;
  readonly #options: CertifyOptions;
  readonly #sizes: EffortSizes;
  readonly #rules: readonly Rule[];
  readonly #parts: ReadonlySet<Part>;
  readonly #process: PluginProcess;
  readonly #started = process.hrtime.bigint();
  readonly #sessions: SessionEvidence[] = [];
  readonly #comparisons: Comparison[] = [];
  readonly #charts: Charts = { sessions: [], steps: [], floors: SLACK_FLOORS };
  readonly #learner = new CommandLearner();
  readonly #configUse: Evidence["configUse"] = [];
  readonly #lines = new LineCollector();
  /** From compiled lines to the author's. */
  #sources: SourceLines | undefined;
  #printer: PluginPrinter;
  #traceLog: TraceLog | undefined;
  #longest: SessionTime | undefined;
  #done = 0;
  #total = 0;
  #printSeconds = 0;
  /** Sessions in which the process died or had to be killed. */
  #deaths = 0;
  readonly #leftOut: string[] = [];
  /** Internal errors of commands that have a shortest call. */
  readonly #shrunk = new Set<string>();

  constructor(plugin: DescribedPlugin, options: CertifyOptions) {
    this.#plugin = plugin;
    this.#options = options;
    this.#sizes = { ...SIZES[options.effort], ...(options.jobLines === undefined ? {} : { jobLines: options.jobLines }) };
    this.#rules = options.rules ?? catalogue;
    this.#parts = options.parts ?? partsFor(this.#rules.map((rule) => rule.id));
    this.#process = new PluginProcess(plugin.location, options.limits ?? DEFAULT_LIMITS);
    this.#printer = printerFor(plugin, options.configText, this.#loader !== "kalico");
  }

  get #loader(): Loader {
    return this.#options.loader ?? "strict";
  }

  get #sections(): string[] {
    return this.#printer.own.map((s) => s.name);
  }

  async run(): Promise<Certification> {
    try {
      return await this.#run();
    } finally {
      this.#process.close();
    }
  }

  async #run(): Promise<Certification> {
    this.#total = 4 + [...this.#parts].length * 2;
    this.#step("importing the plugin");
    const imported = await importPlugin(this.#plugin, this.#loader, this.#process);
    this.#sources = new SourceLines(this.#plugin.location.path);
    this.#lines.setCode(this.#sources.lines(imported.codeLines ?? {}));
    await this.#untilTimeUp(async () => { this.#printer = await this.#separated(this.#printer); });
    const probing = new ConfigProbing({
      plugin: this.#plugin, printer: this.#printer, exports: imported.exports, board: this.#options.board, seed: this.#options.seed, randomConfigs: this.#sizes.randomConfigs,
      run: (scenario, sections) => this.#session(scenario, sections, false),
      onProgress: (what) => this.#step(what),
    });
    if (imported.import.ok && imported.import.exited !== true) {
      await this.#untilTimeUp(async () => {
        this.#step("learning the configuration");
        this.#printer = await probing.learn();
        if (this.#parts.has("probes")) await probing.probe();
        if (this.#parts.has("documented")) await probing.probeDocuments();
        if (!isRefused(probing.start, this.#sections)) await this.#lives();
      });
    }
    this.#step("judging");
    const coverage = this.#lines.summary();
    const { python } = this.#plugin;
    const evidence: Evidence = {
      plugin: packageEvidenceOf(this.#plugin, imported),
      loader: this.#loader,
      ...(this.#options.pinProfile === undefined ? {} : { pinProfile: this.#options.pinProfile }),
      ...(python?.package === undefined ? {} : { pythonPackage: python.package }),
      sections: this.#sections, capabilities: [...new Set([...this.#plugin.capabilities, ...(this.#options.capabilities ?? [])])], schema: probing.schema, commands: [...this.#learner.commands.values()], probes: probing.probes,
      ...(probing.start === undefined ? {} : { start: probing.start }),
      sessions: this.#sessions, comparisons: this.#comparisons, configUse: this.#configUse,
      ...(coverage === undefined ? {} : { coverage }),
    };
    return this.#certification(evidence);
  }

  /** Does the work, or notes before what the minutes were over. */
  async #untilTimeUp(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TimeUp)) throw error;
      this.#leftOut.push(`${CUT_SHORT} after ${this.#options.maxMinutes} minutes, before: ${error.message}`);
    }
  }

  /** The printer, with those sections set apart that do not load without the plugin. */
  async #separated(printer: PluginPrinter): Promise<PluginPrinter> {
    if (printer.own.length === 0 || printer.base.length === 0) return printer;
    const alone = await this.#session(this.#scenario("without-plugin", [{ do: "start" }, { do: "stop" }], { withPlugin: false, configText: baseText(printer) }), [], false);
    return alone.evidence.state === "ready" ? printer : withCompanions(printer);
  }

  /** Prints, restarts, faults and commands: what needs a configuration that the plugin accepts. */
  async #lives(): Promise<void> {
    if (this.#options.pinProfile !== undefined) await this.#session(this.#scenario("pins-baseline", [{ do: "start" }, { do: "wait", seconds: 2 }, { do: "stop" }], { withPlugin: false, configText: baseText(this.#printer) }));
    await this.#jobs();
    if (this.#parts.has("restarts")) await this.#restarts();
    if (this.#parts.has("shutdowns")) await this.#shutdowns();
    if (this.#parts.has("pauses")) await this.#pauses();
    if (this.#parts.has("commands")) await this.#commandProbes();
  }

  #certification(evidence: Evidence): Certification {
    const { python } = this.#plugin.location;
    const certification = certificationOf(evidence, {
      rules: this.#rules, seed: this.#options.seed, board: this.#options.board, effort: this.#options.effort, printSeconds: this.#printSeconds, wallSeconds: this.#wallSeconds(),
      leftOut: this.#leftOut, ...(this.#options.charts === true ? { charts: this.#charts } : {}), ...(this.#traceLog === undefined ? {} : { traceLog: this.#traceLog }), ...(this.#longest === undefined ? {} : { longest: this.#longest }),
    });
    return python === undefined ? certification : { ...certification, python: { executable: python.executable, version: python.version, install: this.#options.install === true } };
  }

  #wallSeconds(): number {
    return Number(process.hrtime.bigint() - this.#started) * 1e-9;
  }

  #step(what: string): void {
    if (this.#options.signal?.aborted === true) throw new Aborted("Interrupted");
    this.#done = Math.min(this.#done + 1, this.#total - 1);
    this.#options.onProgress?.(what, this.#done, this.#total);
  }

  /** Runs a scenario and keeps its evidence. */
  async #session(scenario: Scenario, sections: readonly string[] = this.#sections, keep = true): Promise<SessionResult> {
    if (this.#options.signal?.aborted === true) throw new Aborted("Interrupted");
    if (this.#deaths >= MAX_DEATHS) return lostSession(scenario);
    if (this.#wallSeconds() > (this.#options.maxMinutes ?? Infinity) * 60) throw new TimeUp(`the session "${scenario.id}"`);
    const begun = this.#wallSeconds();
    const abort = (): void => this.#process.close();
    this.#options.signal?.addEventListener("abort", abort, { once: true });
    try {
      const { charts, trace, pinProfile } = this.#options;
      const result = await this.#process.run(scenario, sections, {
        charts: charts === true && CHARTED.includes(scenario.id), trace: trace === true && TRACED.includes(scenario.id), ...(pinProfile === undefined ? {} : { pinProfile }),
      });
      if (result.traceLog !== undefined) this.#traceLog = result.traceLog;
      if (result.charts !== undefined) this.#charts.sessions.push(result.charts);
      if (result.linesRun !== undefined) this.#lines.add(this.#sources?.lines(result.linesRun) ?? result.linesRun);
      const wallSeconds = this.#wallSeconds() - begun;
      this.#options.onSession?.(result.evidence, wallSeconds);
      const limitSeconds = sessionLimit(scenario, this.#process.wallSeconds);
      if (this.#longest === undefined || wallSeconds / limitSeconds > this.#longest.wallSeconds / this.#longest.limitSeconds) this.#longest = { session: scenario.id, wallSeconds, limitSeconds };
      const died = result.evidence.state === "lost";
      if (died) this.#deaths += 1;
      this.#printSeconds += result.evidence.virtualSeconds;
      if (keep || died) this.#sessions.push(result.evidence);
      if (scenario.withPlugin) {
        for (const command of result.commands) this.#learner.note(command);
        for (const use of result.configUse) this.#configUse.push(use);
      }
      return result;
    } finally {
      this.#options.signal?.removeEventListener("abort", abort);
    }
  }

  #scenario(id: string, walk: LifeStep[], more: Partial<Scenario> = {}): Scenario {
    return scenarioOf({ id, seed: this.#options.seed, board: this.#options.board, configText: configText(this.#printer), walk, ...more });
  }

  // ---- jobs ----

  async #jobs(): Promise<void> {
    if (!needsPrint(this.#rules.map((rule) => rule.id))) return;
    const lines = certificationJob(this.#printer.base, this.#options.seed, this.#sizes.jobLines);
    const walk = (job: readonly string[]): LifeStep[] => [{ do: "start" }, { do: "job", lines: [...job] }, { do: "wait", seconds: 2 }, { do: "status", times: 100 }, { do: "stop" }];
    this.#step("printing with the plugin idle");
    const idle = await this.#session(this.#scenario("idle", walk(lines)));
    const compare = (kind: Comparison["kind"], baseline: SessionResult | undefined, subject: SessionResult): void => {
      const comparison = baseline === undefined ? undefined : compareJobs(kind, baseline, subject);
      if (comparison !== undefined) this.#comparisons.push(comparison);
      this.#chart(kind, baseline, subject);
    };
    let baseline: SessionResult | undefined;
    if (["job", "active", "envelope", "jitter", "subscribers"].some((part) => this.#parts.has(part as Part))) {
      this.#step("printing without the plugin");
      baseline = await this.#session(this.#scenario("baseline", walk(lines), { withPlugin: false, configText: baseText(this.#printer) }));
      compare("idle", baseline, idle);
    }
    if (this.#parts.has("replay")) {
      this.#step("printing a second time");
      await this.#process.renew();
      compare("replay", idle, await this.#session({ ...this.#scenario("idle", walk(lines)), id: "replay" }));
    }
    if (this.#parts.has("subscribers")) {
      this.#step("printing without front ends");
      compare("subscribers", baseline, await this.#session(this.#scenario("subscribers-0", walk(lines), { subscribers: 0 })));
    }
    if (this.#parts.has("envelope")) {
      this.#step("printing with every callback charged its budget");
      compare("envelope", baseline, await this.#session(this.#scenario("envelope", walk(lines), { charge: "envelope" })));
    }
    if (this.#parts.has("jitter")) {
      this.#step("printing with a jittery host");
      compare("jitter", baseline, await this.#session(this.#scenario("jitter", walk(lines), { jitterSeconds: 0.01 })));
    }
    if (this.#parts.has("active")) await this.#activeJob(lines, walk, compare, baseline);
  }

  /** Lays the two prints of a comparison over each other. */
  #chart(kind: Comparison["kind"], baseline: SessionResult | undefined, subject: SessionResult): void {
    if (baseline?.job === undefined || baseline.charts === undefined || subject.job === undefined || subject.charts === undefined) return;
    const a = { job: baseline.job, charts: baseline.charts };
    const b = { job: subject.job, charts: subject.charts };
    for (const one of [a, b]) one.charts.bodyStart = bodyStartOf(one);
    this.#charts.steps.push(stepChart(kind, a, b));
  }

  /** Uses the plugin's commands in the job; those that move are left out. */
  async #activeJob(lines: readonly string[], walk: (job: readonly string[]) => LifeStep[], compare: (kind: Comparison["kind"], a: SessionResult | undefined, b: SessionResult) => void, baseline: SessionResult | undefined): Promise<void> {
    const calls = await this.#quietCalls();
    if (calls.length === 0) return;
    this.#step("printing with the plugin in use");
    const every = Math.max(5, Math.floor(lines.length / 30));
    const active: string[] = [];
    let next = 0;
    const firstLayer = lines.indexOf("G90") + 1;
    lines.forEach((line, i) => {
      active.push(line);
      if (i > firstLayer && i % every === 0) active.push(calls[next++ % calls.length]!);
    });
    compare("active", baseline, await this.#session(this.#scenario("active", walk(active))));
  }

  /** Calls of the plugin's commands that make no steps on a homed printer. */
  async #quietCalls(): Promise<string[]> {
    const candidates = this.#options.exercise ?? this.#plugin.exercise ?? await this.#validCalls(2);
    if (candidates.length === 0) return [];
    const trial = await this.#session(this.#scenario("trial-of-commands", [{ do: "start" }, { do: "gcode", lines: ["G28"] }, { do: "probe-commands", lines: [...candidates], state: "homed" }, { do: "stop" }]), undefined, false);
    const probes = trial.evidence.gcodeProbes;
    return candidates.filter((line) => probes.some((p) => p.line === line && p.outcome === "ok" && p.stepsMade === 0 && p.stateDiff.length === 0));
  }

  /** Learns the parameters of all commands by calling them, then draws calls that should be accepted. */
  async #validCalls(perCommand: number): Promise<string[]> {
    await this.#learner.learn(this.#options.seed, async (lines, round) => {
      await this.#session(this.#scenario(`learn-commands-${round}`, [{ do: "start" }, { do: "gcode", lines: ["G28"] }, { do: "probe-commands", lines, state: "homed" }, { do: "stop" }]), undefined, false);
    });
    return this.#learner.calls(perCommand, this.#options.seed);
  }

  // ---- life cycle ----

  async #restarts(): Promise<void> {
    this.#step("restarting");
    const restarts = (n: number, how: "RESTART" | "FIRMWARE_RESTART"): LifeStep[] => Array.from({ length: n }, () => ({ do: "restart", how }));
    const walk: LifeStep[] = [{ do: "start" }, ...restarts(this.#sizes.restarts, "RESTART"), { do: "wait", seconds: 2 }, { do: "stop" }];
    // State in module variables shows only against a first life. Without the plugin first: a young process grows by itself.
    await this.#process.renew();
    await this.#session(this.#scenario("baseline-restarts", walk, { withPlugin: false, configText: baseText(this.#printer) }));
    await this.#session(this.#scenario("restarts", walk));
    this.#step("restarting the firmware");
    await this.#session(this.#scenario("firmware-restart", [{ do: "start" }, { do: "restart", how: "FIRMWARE_RESTART" }, { do: "wait", seconds: 1 }, { do: "stop" }]));
  }

  async #shutdowns(): Promise<void> {
    this.#step("shutting down");
    const lines = certificationJob(this.#printer.base, this.#options.seed, 40);
    for (const by of ["M112", "mcu"] as const) {
      await this.#session(this.#scenario(`shutdown-${by}`, [{ do: "start" }, { do: "gcode", lines: lines.slice(0, 12) }, { do: "shutdown", by }, { do: "status", times: 3 }, { do: "stop" }]));
    }
    // A broken kinematics section stops the start after the plugin was loaded: connect and ready never come.
    const broken = configText(this.#printer).replace(/kinematics: *\S+/, "kinematics: no_such_kinematics");
    await this.#session(this.#scenario("early-shutdown", [{ do: "start" }, { do: "shutdown", by: "host" }, { do: "stop" }], { configText: broken }));
    this.#step("losing the micro-controller");
    await this.#session(this.#scenario("lost-mcu", [{ do: "start" }, { do: "lose-mcu" }, { do: "wait", seconds: 1 }, { do: "stop" }]));
  }

  async #pauses(): Promise<void> {
    this.#step("pausing and cancelling a print");
    const lines = certificationJob(this.#printer.base, this.#options.seed, 80);
    const at = Math.floor(lines.length * 0.6);
    await this.#session(this.#scenario("pause-resume", [{ do: "start" }, { do: "job", lines, pauseAtLine: at }, { do: "wait", seconds: 2 }, { do: "stop" }]));
    await this.#session(this.#scenario("cancel", [{ do: "start" }, { do: "job", lines, cancelAtLine: at }, { do: "wait", seconds: 2 }, { do: "stop" }]));
  }

  // ---- commands ----

  async #commandProbes(): Promise<void> {
    if (this.#learner.commands.size === 0) return;
    this.#step("calling the commands");
    const valid = await this.#validCalls(3);
    await this.#callAll("commands-cold", valid, "cold", []);
    await this.#callAll("commands-homed", valid, "homed", [{ do: "gcode", lines: ["G28", "G1 X50 Y50 Z10 F6000"] }]);
    await this.#callAll("commands-shutdown", valid, "shutdown", [{ do: "shutdown", by: "M112" }]);
    this.#step("calling the commands with anything");
    const fuzz = [...this.#learner.commands.values()].flatMap((c) => [c.command, ...fc.sample(anyCall(c), { seed: this.#options.seed, numRuns: this.#sizes.fuzzPerCommand })]);
    await this.#callAll("commands-fuzz", [...new Set(fuzz)], "cold", []);
  }

  /** Calls every line; after an internal error the rest goes on in a fresh printer. */
  async #callAll(id: string, lines: readonly string[], state: "cold" | "homed" | "shutdown", before: LifeStep[]): Promise<void> {
    let rest = [...lines];
    let hung = 0;
    for (let part = 0; rest.length > 0 && part < 6 && hung < MAX_HUNG; part++) {
      const scenario = this.#scenario(part === 0 ? id : `${id}-${part + 1}`, [{ do: "start" }, ...before, { do: "probe-commands", lines: rest, state }, { do: "stop" }]);
      const result = await this.#session(scenario, undefined, false);
      const probes = result.evidence.gcodeProbes;
      for (const probe of probes) {
        probe.scenario = this.#scenario(`${scenario.id}:${probe.line.slice(0, 40)}`, [{ do: "start" }, ...before, { do: "probe-commands", lines: [probe.line], state }, { do: "stop" }]);
        if (probe.outcome === "hung") hung += 1;
        if (probe.outcome !== "internal-error") continue;
        // One of a kind is enough to act upon: the other calls stand as they were drawn.
        const kind = `${probe.line.split(" ", 1)[0]} ${probe.message.replace(/'[^']*'|"[^"]*"|[-\d.]+/g, "…")}`;
        if (this.#shrunk.has(kind)) continue;
        this.#shrunk.add(kind);
        probe.line = await this.#shrink(probe.line, state, before, probe);
      }
      this.#sessions.push(result.evidence);
      if (probes.length === 0) return;
      rest = rest.slice(probes.length);
    }
  }

  /** Shortest call that still ends in an internal error: parameters are dropped, then made simple. */
  async #shrink(line: string, state: "cold" | "homed" | "shutdown", before: LifeStep[], probe: SessionEvidence["gcodeProbes"][number]): Promise<string> {
    const fails = async (candidate: string): Promise<boolean> => {
      const scenario = this.#scenario(`shrink:${candidate.slice(0, 40)}`, [{ do: "start" }, ...before, { do: "probe-commands", lines: [candidate], state }, { do: "stop" }]);
      const result = await this.#session(scenario, undefined, false);
      const again = result.evidence.gcodeProbes[0];
      if (again?.outcome !== "internal-error") return false;
      probe.scenario = { ...scenario, id: `commands-fuzz:${candidate.slice(0, 40)}` };
      probe.message = again.message;
      return true;
    };
    let words: string[] = line.match(/(?:[^\s"]+|"(?:[^"\\]|\\.)*")+/g) ?? [line];
    for (let i = words.length - 1; i > 0; i--) {
      const fewer = words.filter((_, k) => k !== i);
      if (await fails(fewer.join(" "))) words = fewer;
    }
    for (let i = 1; i < words.length; i++) {
      const name = words[i]!.split("=", 1)[0]!;
      for (const simple of ["0", "a"]) {
        const simpler = [...words];
        simpler[i] = `${name}=${simple}`;
        if (simpler[i] !== words[i] && (await fails(simpler.join(" ")))) {
          words = simpler;
          break;
        }
      }
    }
    return words.join(" ");
  }
}
