/**
 * Carries out one scenario: builds the bench, walks through the life steps, and gathers the evidence.
 * Runs inside the plugin's process; in virtual time, so equal scenarios give equal results, or on an attached board in real time.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GcodeProbe, LifeEvidence, PinProfile, PinUse, SessionEvidence, StatusSample, TraceEvidence } from "../../conformance/evidence.js";
import { SeededRandom } from "../../conformance/jobs/random.js";
import { isMotionPath } from "../../conformance/rules/lifecycle.js";
import type { LifeStep, Scenario } from "../../conformance/scenario.js";
import type { PublishedStatus } from "../../conformance/status-difference.js";
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { Toolhead } from "../../host/motion/surface.js";
import type { Printer } from "../../host/printer/printer.js";
import type { Reactor } from "../../host/reactor/reactor.js";
import type { Trapq } from "../../host/steps/trapq.js";
import type { SessionCharts } from "../charts/charts.js";
import { TraceRecorder } from "../trace-export/trace-recorder.js";
import type { Breadcrumb } from "../runner/breadcrumb.js";
import type { AttachedBoard, JobRecord, SessionResult } from "../runner/messages.js";
import type { GasMeter } from "../sandbox/gas-meter.js";
import type { SimWorld } from "../world/sim-world.js";
import { budgetOf, EvidenceCollector } from "./evidence-collector.js";
import { ChartRecorder } from "./chart-recorder.js";
import { currentPlace } from "./source-place.js";
import { statusText, StatusInspector } from "./status-inspector.js";
import { simBench } from "./sim-bench.js";
import type { SessionBench, SessionBenchOptions } from "./session-bench.js";
import { collectTrace, homingIntervals } from "./trace-evidence.js";

/** Interval of the status subscription, seconds: Kalico's. */
const SUBSCRIPTION_SECONDS = 0.25;
/** Most samples kept per object and session. */
const MAX_SAMPLES = 400;
/** A status of this size is a finding after a few samples; looking at all of them would take longer than the print. */
const HUGE_BYTES = 200_000;
const HUGE_SAMPLES = 10;
/** Virtual seconds that a start, a script or a stop may take. */
const STEP_LIMIT = 900;

export interface ScenarioContext {
  plugins: readonly ImportedPlugin[];
  meter: GasMeter;
  breadcrumb: Breadcrumb;
  /** Directory or file of the plugin. */
  root: string;
  /** Directory for printer.cfg and jobs of the session. */
  directory: string;
  sections: readonly string[];
  /** Watch which pins are used, and hold them against this. */
  pinProfile?: PinProfile;
  /** The simulated board, instead of the scenario's. */
  board?: SessionBenchOptions["board"];
  /** The board that the session runs on, in real time. */
  attached?: AttachedBoard;
  /** Record what the pictures of a report need. */
  charts: boolean;
  /** Record what an export of the session needs. */
  trace: boolean;
  onProgress(virtualSeconds: number): void;
  /** Where the sandbox reports side effects to. */
  setCollector(collector: EvidenceCollector | undefined): void;
  /** A life of the host begins with this reactor. */
  onLife(reactor: Reactor): void;
  /** Paths in the status that the plugin changed in place since this was last asked, seen by its own interpreter. */
  takeStatusMutations?(): string[];
  /** Bytes that an interpreter of the plugin's own holds. */
  heapBytes?(): number;
  /** Threads and open files of such an interpreter. */
  openResources?(): { threads: readonly string[]; descriptors: number };
}

/** Objects that functions of Kalico's add on behalf of whoever calls them first. */
const ADDED_BY_HELPERS = new Set(["template_evaluator"]);

/** Most characters of one object's status that are kept for comparisons. */
const MAX_PUBLISHED = 64_000;
const bounded = (status: unknown): unknown => {
  const text = JSON.stringify(status) ?? "";
  return text.length <= MAX_PUBLISHED ? status : hashText(text);
};

const hashText = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);

/** Runs the scenario. Throws only for faults of the harness itself. */
export async function runScenario(scenario: Scenario, context: ScenarioContext): Promise<SessionResult> {
  const { attached } = context;
  const session = new Session(scenario, context, attached === undefined ? simBench : (await import("./board-bench.js")).boardBench(attached));
  return session.run();
}

class Session {
  readonly #scenario: Scenario;
  readonly #context: ScenarioContext;
  readonly #collector: EvidenceCollector;
  readonly #inspector = new StatusInspector();
  readonly #bench: SessionBench;
  /** Uses of pins, one for each pin and command. */
  readonly #pinUses = new Map<string, PinUse>();
  readonly #samples: StatusSample[] = [];
  readonly #sampleCount = new Map<string, number>();
  readonly #lastBytes = new Map<string, number>();
  readonly #statusLog = createHash("sha256");
  readonly #lives: LifeEvidence[] = [];
  readonly #gcodeProbes: GcodeProbe[] = [];
  readonly #statusRepeat: NonNullable<SessionEvidence["statusRepeat"]> = [];
  readonly #statsAttribute: SessionEvidence["statsAttribute"] = [];
  readonly #objects: SessionEvidence["objects"] = [];
  readonly #lineClocks: JobRecord["lineClocks"] = [];
  readonly #charts: ChartRecorder | undefined;
  readonly #recorder: TraceRecorder | undefined;
  #jobStartClock = 0;
  #jobEndClock = 0;
  /** State of the print when the job was over. */
  #jobEnd: string | undefined;
  #loaded: string[] = [];
  #badSettings: SessionResult["badSettings"] = [];
  #published: PublishedStatus = { objects: {}, eventTime: 0 };
  #foreignStatus = "";
  /** Objects without a status in this phase: some plugins add hundreds, and Python is asked for each. */
  readonly #silent = new Set<unknown>();
  #silentPhase = "";
  #stalls = 0;
  #outcome: SessionEvidence["outcome"] = "completed";
  #gcodeLine = 0;

  constructor(scenario: Scenario, context: ScenarioContext, makeBench: (options: SessionBenchOptions) => SessionBench) {
    this.#scenario = scenario;
    this.#context = context;
    const configFile = join(context.directory, "printer.cfg");
    mkdirSync(join(context.directory, "gcodes"), { recursive: true });
    writeFileSync(configFile, scenario.configText);
    // Plugins read the log, or put files of their own beside it.
    const logFile = join(context.directory, "klippy.log");
    writeFileSync(logFile, "Starting Klippy...\n");
    const random = new SeededRandom(scenario.seed);
    this.#collector = new EvidenceCollector({
      meter: context.meter, breadcrumb: context.breadcrumb, root: context.root, sections: context.sections,
      now: () => this.#bench.now,
      mcuClock: () => this.#bench.mcuClock(),
      charge: (run, seconds) => {
        if (scenario.charge === "cost") this.#bench.charge(seconds);
        else if (scenario.charge === "envelope") this.#bench.charge(budgetOf(run.kind, run.label, isMotionPath));
      },
    });
    this.#collector.onRunaway = () => {
      this.#outcome = "time-limit";
      this.#bench.abort();
    };
    context.setCollector(this.#collector);
    context.meter.limit = scenario.limits.gasPerCallback;
    this.#bench = makeBench({
      configFile, board: context.board ?? scenario.board, seed: scenario.seed, observer: this.#collector, logFile,
      ...(scenario.withPlugin ? { plugins: context.plugins } : {}),
      ...(scenario.jitterSeconds > 0 ? { jitter: () => random.between(0, scenario.jitterSeconds) } : {}),
      ...(context.pinProfile === undefined ? {} : { pins: { profile: context.pinProfile, onUse: (use) => this.#notePin(use) } }),
    });
    const { simulation } = this.#bench;
    if (context.charts && simulation !== undefined) this.#charts = this.#recordCharts(simulation);
    if (context.trace && simulation !== undefined) this.#recorder = this.#recordTrace(simulation);
    this.#bench.onStart = (printer, reactor) => this.#prepare(printer, reactor);
  }

  /** Listens on the lines and to the costs. */
  #recordCharts(simulation: SimWorld): ChartRecorder {
    const charts = new ChartRecorder();
    for (const bench of simulation.mcus) bench.onTraffic = (direction, bytes) => charts.traffic(bench.name, direction, bytes, this.#now);
    this.#collector.onCost = (kind, label, seconds, eventTime) => charts.callback(kind, label, seconds, eventTime);
    return charts;
  }

  /** Listens to pins, costs and lines for an export. */
  #recordTrace(simulation: SimWorld): TraceRecorder {
    const recorder = new TraceRecorder(simulation);
    const before = this.#collector.onCost;
    this.#collector.onCost = (kind, label, seconds, eventTime) => {
      before?.(kind, label, seconds, eventTime);
      recorder.callback(kind, label, seconds, eventTime);
    };
    this.#collector.onGcodeCommand = (line, eventTime) => recorder.onGcodeCommand(line, eventTime);
    return recorder;
  }

  /** Reads the segments of toolhead and extruders that are finished. */
  #readSegments(charts: ChartRecorder): void {
    const toolhead = this.#object<Partial<Toolhead>>("toolhead");
    const trapq = toolhead?.getTrapq?.();
    if (trapq !== undefined) charts.readTrapq("toolhead", trapq);
    for (const [name, object] of this.#printer.objects) {
      if (!/^extruder\d*$/.test(name)) continue;
      const own = (object as { getTrapq?: () => Trapq | null } | null)?.getTrapq?.();
      if (own !== undefined && own !== null) charts.readTrapq(name, own);
    }
  }

  get #printer(): Printer {
    return this.#bench.printer!;
  }

  get #now(): number {
    return this.#bench.now;
  }

  async run(): Promise<SessionResult> {
    const handlesBefore = countHandles(this.#context);
    for (const step of this.#scenario.walk) {
      await this.#step(step);
      if (this.#outcome !== "completed") break;
    }
    const [message, state] = this.#bench.printer === undefined ? ["", "startup"] : this.#printer.getStateMessage();
    if (this.#bench.ended === undefined && this.#bench.printer !== undefined) await this.#step({ do: "stop" });
    if (this.#context.attached !== undefined) this.#hostLateSeconds = this.#bench.takeLateness();
    await this.#bench.close();
    return this.#result(state, message, handlesBefore);
  }

  #notePin(use: PinUse): void {
    const key = `${use.mcu} ${use.pin} ${use.command.split(" ", 1)[0]}`;
    if (!this.#pinUses.has(key) || use.held === true) this.#pinUses.set(key, use);
  }

  // ---- life steps ----

  async #step(step: LifeStep): Promise<void> {
    switch (step.do) {
      case "start": return this.#start();
      case "gcode": {
        const result = await this.#feed(step.lines);
        if (result !== undefined && result.errors.length > 0 && step.expectError !== true) this.#collector.onLog("warning", `g-code error: ${result.errors[0]}`, this.#now);
        return;
      }
      case "job": return this.#job(step);
      case "wait": return this.#wait(step.seconds);
      case "status": return this.#repeatStatus(step.times);
      case "probe-commands":
        for (const line of step.lines) {
          await this.#probeCommand(line, step.state);
          if (this.#printer.isShutdown() && step.state !== "shutdown") return;
          if (this.#outcome !== "completed") return;
        }
        return;
      case "shutdown": return this.#shutdown(step.by);
      case "restart": return this.#restart(step.how);
      case "lose-mcu":
        this.#bench.cutLine();
        await this.#until(() => this.#printer.isShutdown(), 30);
        return;
      case "stop":
        if (this.#context.attached !== undefined) this.#statistics = this.#object<{ getStatus(t: number): { last_stats?: Record<string, number> } }>("mcu")?.getStatus(this.#now).last_stats;
        this.#printer.requestExit("exit");
        await this.#until(() => false, 30);
        this.#bench.finish();
        return;
    }
  }

  async #until(done: () => boolean, seconds = STEP_LIMIT): Promise<boolean> {
    const limit = Math.min(this.#now + seconds, this.#scenario.limits.virtualSeconds);
    const stop = await this.#bench.run(done, limit, (now) => this.#context.onProgress(now));
    return stop === "done";
  }

  async #start(): Promise<void> {
    this.#bench.start();
    await this.#started();
  }

  async #started(): Promise<void> {
    await this.#until(() => this.#printer.getStateMessage()[1] !== "startup" || this.#bench.ended !== undefined, 120);
    // Lives are compared once every sensor has been read: the first reading comes at another moment in each.
    if (this.#bench.ended === undefined) await this.#wait(this.#scenario.walk.some((step) => step.do === "restart") ? 4 : 1.5);
    this.#noteLife();
  }

  async #wait(seconds: number): Promise<void> {
    await this.#bench.wait(seconds, this.#scenario.limits.virtualSeconds, (now) => this.#context.onProgress(now));
  }

  async #feed(lines: readonly string[], seconds = STEP_LIMIT): Promise<FeedResult | undefined> {
    let result: FeedResult | undefined;
    feedGcode(this.#printer, lines, { onDone: (done) => { result = done; } });
    await this.#until(() => result !== undefined, seconds);
    return result;
  }

  async #job(step: Extract<LifeStep, { do: "job" }>): Promise<void> {
    const lines = [...step.lines];
    if (step.cancelAtLine !== undefined) lines.splice(step.cancelAtLine, 0, "CANCEL_PRINT");
    if (step.pauseAtLine !== undefined) lines.splice(step.pauseAtLine, 0, "PAUSE");
    writeFileSync(join(this.#context.directory, "gcodes", "job.gcode"), `${lines.join("\n")}\n`);
    this.#jobStartClock = this.#mcuClock();
    this.#collector.jobRunning = true;
    await this.#feed(["SDCARD_PRINT_FILE FILENAME=job.gcode"]);
    const stats = this.#object<{ getStatus(eventTime: number): { state: string } }>("print_stats");
    const state = (): string => stats?.getStatus(this.#now).state ?? "standby";
    let begun = false;
    const over = (): boolean => {
      begun ||= state() !== "standby";
      return this.#printer.isShutdown() || (begun && ["complete", "cancelled", "error", "standby"].includes(state()));
    };
    await this.#until(() => over() || state() === "paused", 36_000);
    if (state() === "paused" && !this.#printer.isShutdown()) {
      await this.#wait(2);
      await this.#feed(["RESUME"]);
      await this.#until(over, 36_000);
    }
    if (!this.#printer.isShutdown() && this.#bench.ended === undefined) await this.#feed(["M400"]);
    this.#collector.jobRunning = false;
    this.#jobEnd = this.#printer.isShutdown() ? "shutdown" : state();
    this.#jobEndClock = this.#mcuClock();
    this.#stalls = this.#object<{ getStatus(eventTime: number): { stalls?: number } }>("toolhead")?.getStatus(this.#now).stalls ?? 0;
  }

  async #shutdown(by: "M112" | "mcu" | "host"): Promise<void> {
    if (by === "M112") void this.#feed(["M112"], 0);
    else if (by === "host") this.#printer.invokeShutdown("Shutdown by the test harness");
    else this.#bench.forceShutdown();
    await this.#until(() => this.#printer.isShutdown(), 10);
    await this.#wait(1);
    if (this.#bench.lives === 1) this.#outcome = "completed";
  }

  async #restart(how: "RESTART" | "FIRMWARE_RESTART"): Promise<void> {
    feedGcode(this.#printer, [how]);
    await this.#until(() => false, 60);
    if (this.#bench.ended !== "restart" && this.#bench.ended !== "firmware_restart") return;
    await this.#bench.restart();
    await this.#started();
    // A changed configuration makes the host reset the micro-controller and start once more by itself.
    if (this.#bench.ended === "firmware_restart" || this.#bench.ended === "restart") {
      await this.#bench.restart();
      await this.#started();
    }
  }

  // ---- what is looked at ----

  #object<T>(name: string): T | undefined {
    return this.#bench.printer?.objects.get(name) as T | undefined;
  }

  #mcuClock(): number {
    return this.#bench.mcuClock();
  }

  /** Subscribers and probes of a new life. */
  #prepare(printer: Printer, reactor: Reactor): void {
    this.#collector.phase = "after-load";
    this.#context.onLife(reactor);
    reactor.afterStretch = () => this.#context.meter.endStretches();
    const sample = (): void => this.#sampleAll(printer);
    for (const event of ["klippy:mcu_identify", "klippy:connect", "klippy:ready", "klippy:shutdown", "klippy:disconnect"]) {
      printer.registerEventHandler(event, () => { sample(); return undefined; });
    }
    if (this.#scenario.subscribers > 0) {
      reactor.registerTimer((eventTime) => {
        this.#sampleAll(printer);
        return eventTime + SUBSCRIPTION_SECONDS;
      }, reactor.monotonic() + SUBSCRIPTION_SECONDS);
    }
  }

  #isOwn(name: string): boolean {
    return this.#context.sections.includes(name) || this.#context.plugins.some((p) => name === p.name || name.startsWith(`${p.name} `));
  }

  #sampleAll(printer: Printer): void {
    const eventTime = this.#now;
    if (this.#silentPhase !== this.#collector.phase) {
      this.#silentPhase = this.#collector.phase;
      this.#silent.clear();
    }
    for (const [name, object] of printer.objects) {
      if (this.#silent.has(object)) continue;
      const status = (object as { getStatus?: unknown } | null | undefined)?.getStatus;
      if (status === undefined || status === null) {
        this.#silent.add(object);
        continue;
      }
      if (this.#scenario.withPlugin && this.#isOwn(name)) this.#sampleOwn(name, object as object, eventTime);
      else if (typeof status === "function" && this.#scenario.subscribers > 0 && printer.getStateMessage()[1] === "ready") this.#charts?.hostStatus(name, (object as { getStatus(t: number): unknown }).getStatus(eventTime), eventTime);
    }
    if (this.#charts !== undefined) this.#readSegments(this.#charts);
    this.#recorder?.sample();
  }

  #sampleOwn(name: string, object: object, eventTime: number): void {
    this.#inspector.checkKept(name, eventTime);
    const phase = this.#collector.phase;
    const huge = (this.#lastBytes.get(name) ?? 0) > HUGE_BYTES;
    if (huge && (this.#sampleCount.get(name) ?? 0) > HUGE_SAMPLES) return;
    const getStatus = (object as { getStatus: unknown }).getStatus;
    let sample: StatusSample;
    if (typeof getStatus !== "function") sample = { ...this.#inspector.sample(name, eventTime, phase, { value: null }), returned: "not-callable" };
    else {
      try {
        const value: unknown = (object as { getStatus(t: number): unknown }).getStatus(eventTime);
        for (const path of this.#context.takeStatusMutations?.() ?? []) this.#inspector.noteMutation(name, path, eventTime);
        this.#statusLog.update(`${name} ${phase} ${statusText(value)}\n`);
        sample = this.#inspector.sample(name, eventTime, phase, { value });
      } catch (error) {
        const place = currentPlace(this.#context.root);
        sample = { ...this.#inspector.sample(name, eventTime, phase, { threw: error }), ...(place === undefined ? {} : { place }) };
      }
    }
    this.#lastBytes.set(name, sample.bytes);
    this.#charts?.pluginStatus(name, sample.bytes, sample.changedBytes, sample.keys, eventTime);
    const count = (this.#sampleCount.get(name) ?? 0) + 1;
    this.#sampleCount.set(name, count);
    const remarkable = sample.threw !== undefined || sample.notJson.length + sample.notFinite.length + sample.bulkArrays.length + sample.notStringKeys.length > 0 || sample.returned !== "object";
    if (count <= MAX_SAMPLES || (remarkable && count < 3 * MAX_SAMPLES)) this.#samples.push(sample);
  }

  /** Calls getStatus of the plugin's objects many times at one event time. */
  #repeatStatus(times: number): void {
    const eventTime = this.#now;
    for (const [name, object] of this.#printer.objects) {
      const getStatus = (object as { getStatus?: unknown } | null)?.getStatus;
      if (!this.#isOwn(name) || typeof getStatus !== "function") continue;
      const own = object as { getStatus(t?: number): unknown };
      try {
        const first = statusText(own.getStatus(eventTime));
        for (let i = 1; i < times; i++) own.getStatus(eventTime);
        const last = statusText(own.getStatus(eventTime));
        this.#statusRepeat.push({ object: name, same: first === last, detail: first === last ? "" : `${first.slice(0, 120)} became ${last.slice(0, 120)}` });
        let without: "same" | "differs" | "threw";
        try {
          without = statusText(own.getStatus()) === last ? "same" : "differs";
        } catch {
          without = "threw";
        }
        this.#samples.push({ ...this.#inspector.sample(name, eventTime, this.#collector.phase, { value: own.getStatus(eventTime) }), withoutArgument: without });
      } catch (error) {
        this.#samples.push(this.#inspector.sample(name, eventTime, this.#collector.phase, { threw: error }));
      }
    }
  }

  /** Notes a life once it has started: state, status, commands, configuration. */
  #noteLife(): void {
    const printer = this.#printer;
    for (const name of this.#object<{ getAllHeaters(): readonly string[] }>("heaters")?.getAllHeaters() ?? []) this.#heaters.add(name);
    const [message, state] = printer.getStateMessage();
    this.#loaded = this.#context.sections.filter((s) => printer.objects.has(s));
    if (this.#bench.lives === 1 && this.#scenario.withPlugin) {
      this.#noteObjects(printer);
      this.#noteSettings(printer);
    }
    const own = Object.fromEntries([...printer.objects].filter(([name]) => this.#isOwn(name)).map(([name, object]) => [name, bounded(this.#quietStatus(object))]));
    this.#published = { objects: own, eventTime: this.#now };
    if (this.#lives.length < 40) {
      (globalThis as { gc?: () => void }).gc?.();
      const interpreterBytes = this.#context.heapBytes?.();
      const configured = this.#bench.timesConfigured();
      this.#lives.push({
        startReason: printer.getStartArgs().start_reason, state, message, published: this.#published,
        commands: this.#commandNames(), configCrc: this.#bench.configCrc(), heapBytes: process.memoryUsage().heapUsed,
        ...(interpreterBytes === undefined ? {} : { interpreterBytes }),
        reusedMcuConfig: this.#bench.lives > 1 && configured === this.#configuredBefore,
      });
      this.#configuredBefore = configured;
    }
  }

  #configuredBefore = 0;
  readonly #heaters = new Set<string>();
  #statistics: Record<string, number> | undefined;
  #hostLateSeconds: number | undefined;

  #quietStatus(object: unknown): unknown {
    try {
      const status = (object as { getStatus?: (t: number) => unknown } | null)?.getStatus;
      return typeof status === "function" ? JSON.parse(statusText((object as { getStatus(t: number): unknown }).getStatus(this.#now))) : null;
    } catch {
      return "threw";
    }
  }

  #commandNames(): string[] {
    const gcode = this.#object<{ getStatus(eventTime: number): { commands: Record<string, unknown> } }>("gcode");
    return Object.keys(gcode?.getStatus(this.#now).commands ?? {}).sort();
  }

  #noteObjects(printer: Printer): void {
    for (const [name, object] of printer.objects) {
      if (!this.#isOwn(name)) continue;
      this.#objects.push({ name, by: "section" });
      const stats = (object as { stats?: unknown } | null | undefined)?.stats;
      if (stats === undefined) this.#statsAttribute.push({ object: name, kind: "absent" });
      else if (typeof stats !== "function") this.#statsAttribute.push({ object: name, kind: "other" });
      else {
        let returnOk = false;
        let detail = "";
        try {
          const value = (object as { stats(t: number): unknown }).stats(this.#now);
          returnOk = Array.isArray(value) && value.length === 2 && typeof value[0] === "boolean" && typeof value[1] === "string";
          detail = statusText(value).slice(0, 80);
        } catch (error) {
          detail = String(error);
        }
        this.#statsAttribute.push({ object: name, kind: "function", returnOk, detail });
      }
    }
    for (const call of this.#collector.calls()) {
      if (call.object === "printer" && call.member === "addObject") {
        const name = /^"([^"]*)"/.exec(call.firstArgs)?.[1] ?? call.firstArgs;
        if (!this.#isOwn(name) && !ADDED_BY_HELPERS.has(name)) this.#objects.push({ name, by: "foreign" });
      }
    }
  }

  /** Typed settings of the plugin's sections, as the front end gets them. */
  #noteSettings(printer: Printer): void {
    const configfile = printer.objects.get("configfile") as { getStatus(t: number): { settings: Record<string, Record<string, unknown>> } } | undefined;
    const settings = configfile?.getStatus(this.#now).settings ?? {};
    for (const section of this.#context.sections) {
      for (const [option, value] of Object.entries(settings[section.toLowerCase()] ?? {})) {
        const problem = typeof value === "number" && !Number.isFinite(value) ? String(value)
          : typeof value === "function" || typeof value === "bigint" || typeof value === "symbol" ? `a ${typeof value}`
          : typeof value === "object" && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype ? `a ${value.constructor.name}` : undefined;
        if (problem !== undefined) this.#badSettings.push({ option, problem });
      }
    }
  }

  // ---- commands ----

  #gcodeState(): Record<string, string> {
    const pick = (name: string, keys: readonly string[]): Record<string, string> => {
      const object = this.#object<{ getStatus?: (t: number) => Record<string, unknown> }>(name);
      if (typeof object?.getStatus !== "function") return {};
      const status = object.getStatus(this.#now);
      return Object.fromEntries(keys.filter((key) => key in status).map((key) => [`${name}.${key}`, JSON.stringify(status[key])]));
    };
    return {
      ...pick("gcode_move", ["absolute_coordinates", "absolute_extrude", "speed_factor", "extrude_factor", "homing_origin"]),
      ...pick("toolhead", ["max_velocity", "max_accel", "minimum_cruise_ratio", "square_corner_velocity"]),
    };
  }

  async #probeCommand(line: string, printerState: GcodeProbe["printerState"]): Promise<void> {
    // Steps of earlier moves must not be taken for the command's.
    if (!this.#printer.isShutdown() && printerState !== "printing") await this.#feed(["M400"], 300);
    const toolhead = this.#object<{ getStatus(t: number): { homed_axes: string }; getPosition(): number[] }>("toolhead");
    const homed = (): string => toolhead?.getStatus(this.#now).homed_axes ?? "";
    const before = this.#gcodeState();
    const homedBefore = homed();
    const positionBefore = toolhead?.getPosition().slice(0, 4);
    const stepsBefore = this.#totalSteps();
    const linesBefore = this.#collector.responseCount;
    const errorsBefore = this.#collector.log.length;
    const startTime = this.#now;
    const result = await this.#feed([line], 300);
    const wasShutdown = printerState === "shutdown";
    if (result !== undefined && !this.#printer.isShutdown() && printerState !== "printing") await this.#feed(["M400"], 300);
    const [message] = this.#printer.getStateMessage();
    const internal = !wasShutdown && this.#printer.isShutdown();
    const after = this.#gcodeState();
    const gcodeMove = this.#object<{ getStatus(t: number): { position?: number[] } }>("gcode_move");
    const positionAfter = toolhead?.getPosition().slice(0, 4);
    const moved = positionBefore !== undefined && positionAfter !== undefined && positionAfter.some((v, i) => v !== positionBefore[i]);
    const believed = gcodeMove?.getStatus(this.#now).position;
    const error = this.#collector.callbacks().filter((c) => c.kind === "gcode").flatMap((c) => c.errors).at(-1);
    void errorsBefore;
    this.#gcodeProbes.push({
      line, printerState,
      outcome: result === undefined ? "hung" : internal ? "internal-error" : result.errors.length > 0 ? "command-error" : "ok",
      message: internal ? `${message.split("\n", 1)[0]}${error === undefined ? "" : ` (${error.message})`}` : (result?.errors[0] ?? ""),
      ...(internal && error?.place !== undefined ? { place: error.place } : {}),
      stepsMade: this.#totalSteps() - stepsBefore,
      homedBefore, homedAfter: homed(),
      stateDiff: Object.keys(before).filter((key) => before[key] !== after[key]).map((what) => ({ what, before: before[what] ?? "", after: after[what] ?? "" })),
      ...(moved && believed !== undefined && result !== undefined && !internal ? { positionResynced: believed.slice(0, 3).every((v, i) => Math.abs(v - (positionAfter?.[i] ?? v)) < 1e-6) } : {}),
      responseLines: this.#collector.responseCount - linesBefore,
      seconds: this.#now - startTime,
      scenario: { ...this.#scenario, walk: [] },
    });
    if (result === undefined && !this.#printer.isShutdown()) this.#outcome = "hung";
  }

  #totalSteps(): number {
    return this.#bench.totalSteps();
  }

  // ---- result ----

  #result(state: string, message: string, handlesBefore: ReadonlyMap<string, number>): SessionResult {
    const collector = this.#collector;
    const foreign: Record<string, unknown> = {};
    for (const [name, object] of this.#bench.printer?.objects ?? []) if (!this.#isOwn(name) && ["print_stats", "gcode_move", "virtual_sdcard", "heaters", "fan"].includes(name)) foreign[name] = this.#quietStatus(object);
    this.#foreignStatus = JSON.stringify(foreign);
    const { simulation } = this.#bench;
    const wantTrace = simulation !== undefined && this.#scenario.walk.some((s) => s.do === "job");
    const { trace, job } = wantTrace ? this.#trace(simulation) : { trace: undefined, job: undefined };
    const charts = wantTrace ? this.#finishCharts() : undefined;
    const leftovers = this.#leftovers(handlesBefore);
    const expectShutdown = this.#scenario.walk.some((s) => s.do === "shutdown" || s.do === "lose-mcu");
    const outcome = this.#outcome !== "completed" ? this.#outcome : state === "shutdown" && !expectShutdown ? "shutdown" : state === "error" ? "error" : "completed";
    this.#context.setCollector(undefined);
    const evidence: SessionEvidence = {
      id: this.#scenario.id, scenario: this.#scenario, outcome, state, message, virtualSeconds: this.#now,
      log: collector.log.slice(-200), events: collector.events.slice(-500), responses: collector.responses.slice(-200), contract: collector.contract,
      callbacks: collector.callbacks(), calls: collector.calls(), accesses: collector.accesses, status: this.#samples, statusMutations: this.#inspector.mutations,
      ...(this.#statusRepeat.length > 0 ? { statusRepeat: this.#statusRepeat } : {}),
      objects: this.#objects, statsAttribute: this.#statsAttribute, leftovers, zombies: [...collector.zombies], lives: this.#lives, sideEffects: collector.sideEffects.slice(0, 2000),
      ...(trace === undefined ? {} : { trace }), ...(this.#jobEnd === undefined ? {} : { jobEnd: this.#jobEnd }), gcodeProbes: this.#gcodeProbes,
      ...(this.#hostLateSeconds === undefined ? {} : { hostLateSeconds: this.#hostLateSeconds }),
      ...(this.#statistics === undefined ? {} : { statistics: this.#statistics }),
      ...(this.#context.pinProfile === undefined ? {} : { pins: { uses: [...this.#pinUses.values()], heaters: [...this.#heaters] } }),
    };
    return {
      evidence, schema: collector.schema(), commands: [...collector.commands.values()], configUse: collector.configUse(), loaded: this.#loaded, badSettings: this.#badSettings, published: this.#published,
      ...(job === undefined ? {} : { job }), ...(charts === undefined ? {} : { charts }), ...(this.#recorder === undefined ? {} : { traceLog: this.#recorder.finish(this.#scenario.id) }),
    };
  }

  #finishCharts(): SessionCharts | undefined {
    const { simulation } = this.#bench;
    if (simulation === undefined) return undefined;
    const { main } = simulation;
    return this.#charts?.finish({
      session: this.#scenario.id, withPlugin: this.#scenario.withPlugin, frequency: main.mcu.board.clockFreq, jobStartClock: this.#jobStartClock, jobEndClock: this.#jobEndClock,
      clockAt: (eventTime) => main.mcu.clockAt(eventTime), trace: main.trace, homing: homingIntervals(this.#collector.events),
      links: simulation.mcus.map(({ name, mcu }) => ({ name, capacity: mcu.board.serialBaud === undefined ? null : mcu.board.serialBaud / 10 })),
      callbacks: this.#collector.callbacks(), budgetOf: (kind, label) => budgetOf(kind, label, isMotionPath),
    });
  }

  #trace(simulation: SimWorld): { trace: TraceEvidence; job: JobRecord } {
    return collectTrace(simulation, {
      anchors: this.#collector.anchors, jobStartClock: this.#jobStartClock, jobEndClock: this.#jobEndClock, lineClocks: this.#lineClocks,
      callbackClocks: this.#collector.callbackClocks, stalls: this.#stalls, foreignStatus: this.#foreignStatus, statusLogHash: this.#statusLog.copy().digest("hex").slice(0, 24), events: this.#collector.events,
    });
  }

  #leftovers(before: ReadonlyMap<string, number>): SessionEvidence["leftovers"] {
    if (!this.#scenario.withPlugin) return [];
    const out: SessionEvidence["leftovers"] = [];
    for (const [kind, count] of countHandles(this.#context)) {
      const more = count - (before.get(kind) ?? 0);
      if (more > 0) out.push({ kind: kind === "Timeout" || kind === "Immediate" ? "interval" : "handle", detail: `${more} × ${kind === "Timeout" ? "JavaScript timer (setInterval or setTimeout)" : kind}` });
    }
    return out;
  }

  /** Line of the job under way. */
  get gcodeLine(): number {
    return this.#gcodeLine;
  }
}

/** Open resources of the process by kind. */
function countHandles(context: ScenarioContext): Map<string, number> {
  const counts = new Map<string, number>();
  const own = context.openResources?.();
  if (own !== undefined) {
    counts.set("open file or socket", own.descriptors);
    counts.set("thread", own.threads.length);
  }
  for (const kind of process.getActiveResourcesInfo()) {
    if (["Immediate", "PipeWrap", "TTYWrap", "CloseReq", "ProcessWrap", "MessagePort", "SimpleWriteWrap", "WriteWrap", "FSReqCallback"].includes(kind)) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
