/**
 * Collects evidence inside the plugin's process: an observer of the host that attributes calls, costs and
 * side effects to the plugin's callbacks. One collector per session; `evidence()` is plain data.
 */
import { type GasMeter, type MeteredRun } from "../sandbox/gas-meter.js";
import type { CallbackExit, CallbackRun, HostObserver, LogLevel } from "../../host/observer.js";
import type { CallbackCost, Evidence, HostAccess, HostCall, LearnedCommand, LearnedOption, SessionEvidence, SideEffect, StatusSample } from "../../conformance/evidence.js";
import type { Breadcrumb } from "../runner/breadcrumb.js";
import { ConfigLearner } from "./config-learner.js";
import { currentPlace, placeInStack } from "./source-place.js";

const MAX_LOG = 400;
const MAX_RESPONSES = 2000;
const MAX_EVENTS = 5000;
/** Runs of one timer within a virtual second that end the session: a print would take for ever. */
const RUNAWAY_RUNS = 10_000;
const MAX_CALLBACK_CLOCKS = 20_000;
/** Members that let the caller wait. */
const PAUSING = new Set(["pause", "wait", "waitWhile", "waitMoves", "dwell", "delayForMs", "lock", "withLock"]);

/** Budget of one uninterrupted run on the reference host, seconds: rules.md §0.3. */
export function budgetOf(kind: string, label: string, motionPath: (kind: string, label: string) => boolean): number {
  if (motionPath(kind, label)) return 0.005;
  switch (kind) {
    case "get_status": case "stats": return 0.005;
    case "gcode": return 0.05;
    case "response": return 0.002;
    case "load_config": case "import": case "register_components": case "config_callback": return 0;
    case "event": return label === "klippy:ready" || label === "klippy:shutdown" ? 0.1 : label.startsWith("klippy:") ? 0 : 0.025;
    default: return 0.025;
  }
}

interface CostEntry {
  cost: CallbackCost;
  second: number;
  inSecond: number;
}

export interface CollectorOptions {
  meter: GasMeter;
  breadcrumb: Breadcrumb;
  /** Directory or file of the plugin, for places. */
  root: string;
  now(): number;
  /** Clock of the main micro-controller now, for naming differences. */
  mcuClock(): number;
  sections: readonly string[];
  /** Gas and blocking calls are charged to virtual time. */
  charge(run: MeteredRun, seconds: number): void;
}

export class EvidenceCollector implements HostObserver {
  phase: StatusSample["phase"] = "after-load";
  jobRunning = false;
  readonly log: SessionEvidence["log"] = [];
  readonly events: SessionEvidence["events"] = [];
  readonly responses: string[] = [];
  readonly contract: SessionEvidence["contract"] = [];
  readonly accesses: HostAccess[] = [];
  readonly sideEffects: SideEffect[] = [];
  readonly callbackClocks: { clock: number; label: string }[] = [];
  readonly zombies = new Set<string>();
  readonly learner: ConfigLearner;
  readonly anchors: number[] = [];
  /** Commands that the plugin registered. */
  readonly commands = new Map<string, LearnedCommand>();
  #responseCount = 0;
  readonly #options: CollectorOptions;
  readonly #costs = new Map<string, CostEntry>();
  readonly #calls = new Map<string, HostCall>();
  readonly #accessKeys = new Set<string>();

  /** Reactor time, seconds. */
  get now(): number {
    return this.#options.now();
  }

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.learner = new ConfigLearner(options.sections);
    options.meter.onStretch = (run, seconds) => {
      const entry = this.#entry(run.owner, run.kind, run.label);
      entry.cost.maxGas = Math.max(entry.cost.maxGas, run.maxGas);
      if (seconds > entry.cost.maxSeconds) {
        entry.cost.maxSeconds = seconds;
        entry.cost.maxAtEventTime = options.now();
      }
      entry.cost.totalSeconds += seconds;
      entry.cost.blockedSeconds += run.blocked;
      if (run.fileSeconds > entry.cost.maxFileSeconds) {
        entry.cost.maxFileSeconds = run.fileSeconds;
        entry.cost.files = run.files.slice(0, 10);
      }
      this.onCost?.(run.kind, run.label, seconds, options.now());
      for (const what of run.blockedBy) if (!entry.cost.blockedBy.includes(what) && entry.cost.blockedBy.length < 10) entry.cost.blockedBy.push(what);
      options.charge(run, seconds);
    };
  }

  /** Told of the charge of every uninterrupted stretch of a callback. */
  onCost: ((kind: string, label: string, seconds: number, eventTime: number) => void) | undefined;

  /** Told of every line of G-code, where somebody asks. */
  onGcodeCommand: HostObserver["onGcodeCommand"];

  /** Called when a timer runs so often that the session would not come to an end. */
  onRunaway: () => void = () => undefined;

  get responseCount(): number {
    return this.#responseCount;
  }

  /** "timer:my_plugin.update", "load_config", …; what the plugin is doing. */
  context(): string {
    const run = this.#options.meter.running;
    if (run === undefined) return "outside";
    return run.kind === "load_config" || run.kind === "register_components" ? run.kind : `${run.kind}:${run.label}`;
  }

  // ---- HostObserver ----

  onLog(level: LogLevel, text: string, eventTime: number): void {
    if (this.log.length < MAX_LOG || level === "error") this.log.push({ level, text: text.slice(0, 2000), eventTime });
    if (this.log.length > 2 * MAX_LOG) this.log.splice(0, MAX_LOG);
  }

  onEvent(event: string, args: readonly unknown[], eventTime: number): void {
    if (this.events.length < MAX_EVENTS) this.events.push({ event, eventTime });
    switch (event) {
      case "klippy:mcu_identify": this.phase = "before-connect"; break;
      case "klippy:connect": this.phase = "connect"; break;
      case "klippy:ready": this.phase = "ready"; break;
      case "klippy:shutdown": this.phase = "shutdown"; break;
      case "klippy:disconnect": this.phase = "after-disconnect"; break;
      case "print_stats:start_printing": if (this.phase !== "shutdown") this.phase = "printing"; break;
      case "print_stats:paused_printing": if (this.phase !== "shutdown") this.phase = "paused"; break;
      case "print_stats:complete_printing": case "print_stats:cancelled_printing": case "print_stats:error_printing":
        if (this.phase !== "shutdown" && this.phase !== "after-disconnect") this.phase = "ready";
        break;
      case "toolhead:sync_print_time":
        if (typeof args[2] === "number") this.anchors.push(args[2]);
        break;
      default: break;
    }
  }

  onGcodeResponse(line: string): void {
    this.#responseCount += line.split("\n").length;
    if (this.responses.length < MAX_RESPONSES) this.responses.push(line.slice(0, 1000));
  }

  onContract(what: string, detail: string, eventTime: number): void {
    if (this.contract.length < 200) {
      const place = currentPlace(this.#options.root);
      this.contract.push({ what, detail, eventTime, ...(place === undefined ? {} : { place }) });
    }
  }

  onCallbackEnter(run: CallbackRun): CallbackExit {
    const { meter, breadcrumb, now } = this.#options;
    breadcrumb.drop(`${run.kind} ${run.label} at ${run.eventTime.toFixed(3)} s`);
    const entered = meter.enter(run.owner, run.kind, run.label);
    const entry = this.#entry(run.owner, run.kind, run.label);
    entry.cost.runs += 1;
    const second = Math.floor(run.eventTime);
    if (second !== entry.second) {
      entry.second = second;
      entry.inSecond = 0;
    }
    entry.inSecond += 1;
    if (entry.inSecond === RUNAWAY_RUNS && run.kind === "timer") this.onRunaway();
    if (run.kind === "timer") entry.cost.maxRunsPerSecond = Math.max(entry.cost.maxRunsPerSecond, entry.inSecond);
    if (this.phase === "after-disconnect" && run.kind !== "get_status" && !(run.kind === "event" && run.label === "klippy:disconnect")) this.zombies.add(`${run.kind} ${run.label}`);
    if (this.callbackClocks.length < MAX_CALLBACK_CLOCKS && run.kind !== "get_status") this.callbackClocks.push({ clock: this.#options.mcuClock(), label: `${run.kind} ${run.label}` });
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      entered.leave();
    };
    const exit: CallbackExit = (outcome) => {
      leave();
      if (outcome.error !== undefined) this.#failed(entry.cost, outcome.error, now());
      else if (run.kind === "timer" && (typeof outcome.result !== "number" || Number.isNaN(outcome.result)) && entry.cost.badReturns.length < 5) {
        entry.cost.badReturns.push({ value: String(outcome.result), eventTime: now() });
      }
      entry.cost.pauses += entered.run.pauses;
      entered.run.pauses = 0;
    };
    exit.returned = () => {
      leave();
      // A promise where the host cannot wait is a pause, whatever it waits for.
      if (["lookahead", "flush", "response", "get_status", "stats"].includes(run.kind)) entered.run.pauses += 1;
    };
    return exit;
  }

  onPluginCall(_owner: string, object: string, member: string, args: readonly unknown[], eventTime: number, target?: object): void {
    const { meter, breadcrumb, root } = this.#options;
    const context = this.context();
    breadcrumb.drop(`${object}.${member} in ${context} at ${eventTime.toFixed(3)} s`);
    if (object === "config") this.learner.onConfigCall(sectionOf(target), member, args, context === "load_config" ? "load_config" : context, this.phase, () => currentPlace(root));
    if (member === "loadTemplate") this.learner.onTemplate(sectionOf(args[0]), args);
    if (object === "gcmd") this.#learnParam(member, args, context);
    if ((member === "registerCommand" || member === "registerMuxCommand") && object === "gcode") this.#learnCommand(member, args);
    const run = meter.running;
    if (run !== undefined && PAUSING.has(member)) run.pauses += 1;
    if (member === "registerTimer") return;
    const own = member === "updateTimer" && context.startsWith("timer:") && typeof args[0] === "object" && args[0] !== null;
    const text = argsText(args);
    const key = `${object}.${member} ${context} ${/^(runScript|lookupCommand|addConfigCmd|setupPin|registerEndpoint|registerMuxEndpoint)/.test(member) ? text : ""}`;
    const known = this.#calls.get(key);
    if (known !== undefined) {
      known.count += 1;
      if (this.jobRunning) known.duringJob += 1;
      return;
    }
    if (this.#calls.size > 2000) return;
    const place = currentPlace(root);
    this.#calls.set(key, { object, member, context, count: 1, firstEventTime: eventTime, duringJob: this.jobRunning ? 1 : 0, phase: this.phase, firstArgs: own ? `own ${text}` : text, ...(place === undefined ? {} : { place }) });
  }

  onPluginAccess(_owner: string, object: string, member: string, how: HostAccess["how"], eventTime: number): void {
    const context = this.context();
    const key = `${object}.${member} ${how}`;
    if (this.#accessKeys.has(key) || this.accesses.length > 500) return;
    this.#accessKeys.add(key);
    const place = currentPlace(this.#options.root);
    this.accesses.push({ object, member, how, context, eventTime, ...(place === undefined ? {} : { place }) });
  }

  // ---- results ----

  callbacks(): CallbackCost[] {
    return [...this.#costs.values()].map(({ cost }) => cost);
  }

  calls(): HostCall[] {
    return [...this.#calls.values()];
  }

  schema(): LearnedOption[] {
    return this.learner.options();
  }

  configUse(): Evidence["configUse"] {
    return this.learner.uses;
  }

  #entry(owner: string, kind: string, label: string): CostEntry {
    const key = `${kind} ${label}`;
    let entry = this.#costs.get(key);
    if (entry === undefined) {
      entry = {
        second: -1, inSecond: 0,
        cost: { owner, kind, label, runs: 0, maxSeconds: 0, totalSeconds: 0, maxAtEventTime: 0, maxGas: 0, pauses: 0, blockedSeconds: 0, blockedBy: [], maxFileSeconds: 0, files: [], errors: [], badReturns: [], maxRunsPerSecond: 0 },
      };
      this.#costs.set(key, entry);
    }
    return entry;
  }

  #failed(cost: CallbackCost, error: unknown, eventTime: number): void {
    const name = error instanceof Error ? error.name : "";
    // Command errors and config errors are the sanctioned way to say no; interruptions are the host's.
    const sanctioned = ["CommandError", "ConfigError", "PinError", "WaitInterrupted", "ReactorFinalized"].includes(name);
    if (sanctioned && ["gcode", "load_config", "config_callback", "endpoint"].includes(cost.kind)) return;
    if (sanctioned && cost.kind === "event" && cost.label !== "klippy:ready" && cost.label !== "klippy:shutdown") return;
    if (name === "ReactorFinalized" || name === "WaitInterrupted") return;
    if (cost.errors.length >= 5) return;
    const place = error instanceof Error ? placeInStack(error.stack, this.#options.root) : undefined;
    cost.errors.push({ message: error instanceof Error ? `${error.name}: ${error.message}` : String(error), eventTime, ...(place === undefined ? {} : { place }) });
  }

  #learnCommand(member: string, args: readonly unknown[]): void {
    const options = (member === "registerCommand" ? args[2] : args[4]) as { whenNotReady?: boolean; desc?: string } | undefined;
    const command = String(args[0]);
    const handler = member === "registerCommand" ? args[1] : args[3];
    if (handler === null || handler === undefined) return;
    if (this.commands.has(command)) return;
    this.commands.set(command, {
      command, desc: options?.desc ?? undefined, whenNotReady: options?.whenNotReady === true, params: [],
      ...(member === "registerMuxCommand" && args[2] !== null && args[2] !== undefined ? { muxKey: String(args[1]), muxValue: String(args[2]) } : {}),
    });
  }

  #learnParam(member: string, args: readonly unknown[], context: string): void {
    const type = member === "getInt" ? "int" : member === "getFloat" ? "float" : member === "get" ? "string" : undefined;
    if (type === undefined || !context.startsWith("gcode:")) return;
    const command = this.commands.get(context.slice("gcode:".length).split(" ", 1)[0]!);
    const name = String(args[0]);
    if (command === undefined || command.params.some((p) => p.name === name)) return;
    const options = (typeof args[1] === "object" && args[1] !== null ? args[1] : {}) as Record<string, unknown>;
    const bound = (key: string): Record<string, number> => (typeof options[key] === "number" ? { [key]: options[key] } : {});
    command.params.push({ name, type, required: !("default" in options) && args.length < 2 || (args.length >= 2 && typeof args[1] === "object" && args[1] !== null && !("default" in options)), ...bound("minval"), ...bound("maxval"), ...bound("above"), ...bound("below") });
  }
}

/** Name of the section that a configuration object stands for. */
const sectionOf = (config: unknown): string | undefined => {
  const section: unknown = typeof config === "object" && config !== null ? (config as { section?: unknown }).section : undefined;
  return typeof section === "string" ? section : undefined;
};

/** Arguments in a few words. */
export function argsText(args: readonly unknown[]): string {
  return args.slice(0, 3).map((arg) => {
    switch (typeof arg) {
      case "string": return JSON.stringify(arg.slice(0, 120));
      case "function": return "ƒ";
      case "object": {
        if (arg === null) return "null";
        if (Array.isArray(arg)) return `[${arg.slice(0, 6).map((v) => (typeof v === "object" ? "…" : String(v))).join(", ")}]`;
        return "{…}";
      }
      default: return String(arg);
    }
  }).join(", ");
}
