/**
 * Evidence: what the harness observed of one plugin, as plain data. Rules judge nothing else, so a
 * verdict can be recomputed from a stored file. Times are virtual seconds; clocks are MCU ticks.
 * A part that was not collected is absent, and a rule that needs it answers "inconclusive", never "pass".
 */
import type { PublishedStatus } from "./status-difference.js";
import type { PythonPackageEvidence } from "./python-package.js";
import type { SourcePlace } from "./source-place.js";
import type { Scenario } from "./scenario.js";

export type { SourcePlace };

/** What the package says of itself and what importing it did. */
export interface PackageEvidence {
  /** Directory or file the plugin was taken from. */
  path: string;
  form: "package" | "file";
  name: string;
  version: string;
  summary: string;
  description: string;
  /** Plugin names (config section words) → module file, relative to the package. */
  plugins: Record<string, string>;
  exports: Record<string, string[]>;
  /** Problems of package.json: unresolvable exports, missing types, install scripts. */
  manifestProblems: { what: "exports" | "types" | "install-script" | "entry"; detail: string }[];
  /** The plugin is written in this language; TypeScript when absent. */
  language?: "python";
  /** Modules that the plugin's import needs and that nothing provides. */
  missing?: { module: string; file: string; line: number }[];
  /** Modules of the plugin that are called like one of Kalico's own. */
  collisions?: string[];
  /** What was decided while the plugin was read: left out, installed, judged without a wheel. */
  notes?: string[];
  /** README and further documents; the description alone when absent. */
  documentation?: string;
  import: {
    ok: boolean;
    error?: string;
    place?: SourcePlace;
    exited?: boolean;
    /** Charged seconds on the reference host. */
    seconds: number;
    heapBytes: number;
    /** Host facilities the module used while it was imported: files, timers, sockets, processes, globals. */
    sideEffects: SideEffect[];
  };
}

export interface SideEffect {
  /** "file": created or changed; "read": only looked at. */
  kind: "file" | "read" | "network" | "process" | "thread" | "timer" | "global" | "environment" | "signal" | "output";
  detail: string;
  phase: "import" | "load_config" | "run";
  place?: SourcePlace;
}

/** One option of a section, as learned from the getters that the plugin calls. */
export interface LearnedOption {
  section: string;
  option: string;
  type: "string" | "int" | "float" | "boolean" | "choice" | "list" | "script";
  required: boolean;
  default?: unknown;
  minval?: number;
  maxval?: number;
  above?: number;
  below?: number;
  choices?: (string | number)[];
  /** Read only while this other option was set so. */
  readAfterConnect?: boolean;
}

/** A g-code command that the plugin registers, with the parameters it was seen to read. */
export interface LearnedCommand {
  command: string;
  desc: string | undefined;
  whenNotReady: boolean;
  muxKey?: string;
  muxValue?: string;
  params: { name: string; type: "string" | "int" | "float"; required: boolean; minval?: number; maxval?: number; above?: number; below?: number }[];
  /** The command existed before the plugin registered it. */
  replaces?: boolean;
}

/** What a probe of the configuration did: one host start up to "ready" or the error. */
export interface ConfigProbe {
  kind: "minimal" | "maximal" | "random" | "boundary" | "outside" | "wrong-type" | "missing" | "unknown-extra" | "non-finite" | "reordered" | "interpolated" | "plugin-first" | "two-instances" | "name-with-space" | "wrong-form" | "documented";
  /** Option the probe is about. */
  option?: string;
  value?: string;
  section: string;
  configText: string;
  state: "ready" | "error" | "shutdown" | "startup";
  message: string;
  /** The plugin's object exists. */
  loaded: boolean;
  /** Published, typed settings of the plugin's sections that are not finite or not JSON. */
  badSettings: { option: string; problem: string }[];
  /** What the plugin's objects publish once the host has started. */
  published?: PublishedStatus;
  scenario: Scenario;
}

/** One call of getStatus, reduced to what rules look at. */
export interface StatusSample {
  object: string;
  eventTime: number;
  /** Moment in the life cycle. */
  phase: "after-load" | "before-connect" | "connect" | "ready" | "printing" | "paused" | "shutdown" | "after-disconnect";
  threw?: string;
  place?: SourcePlace;
  /** typeof, "null", "array", "promise", or the class name. */
  returned: string;
  keys: string[];
  /** Type of each top-level value. */
  types: Record<string, string>;
  /** Paths of values that plain JSON cannot hold: path → what it is. */
  notJson: { path: string; what: string }[];
  notFinite: string[];
  notStringKeys: string[];
  bulkArrays: string[];
  bytes: number;
  changedBytes: number;
  /** The call without argument. */
  withoutArgument?: "same" | "differs" | "threw";
}

/** A returned container that changed its content and kept its identity. */
export interface StatusMutation {
  object: string;
  path: string;
  eventTime: number;
}

/** All runs of one callback (kind and label), charged by the cost model. */
export interface CallbackCost {
  owner: string;
  kind: string;
  label: string;
  runs: number;
  maxSeconds: number;
  totalSeconds: number;
  maxAtEventTime: number;
  /** Longest uninterrupted stretch, in gas units. */
  maxGas: number;
  pauses: number;
  /** Time spent in intercepted blocking calls (sleep, file, network). */
  blockedSeconds: number;
  blockedBy: string[];
  /** Longest wait for files within one stretch. */
  maxFileSeconds: number;
  /** The files of it: calls with their paths. */
  files: string[];
  errors: { message: string; place?: SourcePlace; eventTime: number }[];
  /** Values a timer returned that are no finite number, or lie in the past. */
  badReturns: { value: string; eventTime: number }[];
  /** Most runs within one second of virtual time. */
  maxRunsPerSecond: number;
  place?: SourcePlace;
}

/** Calls of a host member by the plugin, grouped by the callback in which they happened. */
export interface HostCall {
  object: string;
  member: string;
  /** "timer:update", "event:klippy:ready", "load_config", … */
  context: string;
  count: number;
  firstEventTime: number;
  /** States of the job in which it happened. */
  duringJob: number;
  phase: StatusSample["phase"];
  firstArgs: string;
  place?: SourcePlace;
}

export interface HostAccess {
  object: string;
  member: string;
  how: "write" | "missing" | "private" | "delete";
  context: string;
  eventTime: number;
  place?: SourcePlace;
}

/** Step stream of one stepper in one segment, reduced; full rows stay in the trace file. */
export interface SegmentSteps {
  stepper: string;
  segment: number;
  steps: number;
  /** Hash of (tick relative to the segment's anchor, direction) of every step. */
  hash: string;
}

export interface TraceEvidence {
  /** Hash of all commands and steps with their clocks. */
  traceHash: string;
  /** Hash of everything up to the start of the job and of the status log. */
  segments: { anchorPrintTime: number; steps: number }[];
  segmentSteps: SegmentSteps[];
  totalSteps: number;
  /** Scheduled commands with the least time between arrival and effect, worst first, per situation. */
  minSlackSeconds: { homing: number; job: number; idle: number; /** First steps of segments outside homing. */ start: number };
  worstSlack: { command: string; oid: number; slackSeconds: number; effectPrintTime: number; situation: "homing" | "job" | "idle"; lastCallback?: string }[];
  bytesToMcu: number;
  commandsToMcu: number;
  /** Busiest 100 ms of the link, as a share of its capacity. */
  peakLinkShare: number;
  meanLinkShare: number;
  /** Text of all config commands, in order, and their CRC. */
  configCommands: string[];
  configCrc: number;
  moveSlotsReserved: number;
  stalls: number;
  /** Print time at the job's last step relative to its first. */
  jobSeconds: number;
}

/** Where two step streams part, for the message and the picture. */
export interface StepDifference {
  stepper: string;
  segment: number;
  /** Index of the step in the segment. */
  step: number;
  deltaTicks: number;
  atSeconds: number;
  gcodeLine?: number;
  gcodeText?: string;
  /** Plugin callback that ran last before the difference. */
  lastCallback?: string;
}

/** State of the printer that a command must leave as it found it. */
export interface PrinterStateDiff {
  what: string;
  before: string;
  after: string;
}

/** One call of one command of the plugin. */
export interface GcodeProbe {
  line: string;
  printerState: "cold" | "homed" | "paused" | "shutdown" | "printing";
  outcome: "ok" | "command-error" | "internal-error" | "hung" | "unknown";
  message: string;
  place?: SourcePlace;
  stepsMade: number;
  homedBefore: string;
  homedAfter: string;
  stateDiff: PrinterStateDiff[];
  /** The next plain G1 went where it was asked to go. */
  positionResynced?: boolean;
  responseLines: number;
  seconds: number;
  scenario: Scenario;
}

/** Pins of an attached board that may be touched, and those that heat. */
export interface PinProfile {
  name: string;
  allow: string[];
  /** Sections of the board's printer by the pin of their heater. */
  heaters: Record<string, string>;
}

/** A command that makes a micro-controller use a pin. */
export interface PinUse {
  mcu: string;
  pin: string;
  /** The command in text form. */
  command: string;
  /** The profile has the pin in its allow-list. */
  allowed: boolean;
  /** The command did not reach the board. */
  held?: boolean;
}

/** The attached board that the sessions ran on. */
export interface AttachedBoardEvidence {
  port: string;
  /** Constant MCU, and application and version of the firmware. */
  mcu: string;
  firmware: string;
  /** Seconds that everything might take. */
  maxSeconds: number;
  /** What the line carried in the session with the plugin, and the board's own figures: the last statistics. */
  statistics?: Record<string, number>;
  /** Whether an emergency stop was sent in the end, and the board said that it is stopped. */
  stopped: boolean;
  /** Why the plugin was not run on the board; absent when it was. */
  notRun?: string;
}

/** One world run: a host start, a life, an end. */
export interface SessionEvidence {
  id: string;
  scenario: Scenario;
  outcome: "completed" | "shutdown" | "error" | "hung" | "crashed" | "time-limit" | "memory-limit" | "output-limit" | "exited";
  /** Last call of the plugin before a hang or a crash. */
  lastCall?: string;
  state: string;
  message: string;
  virtualSeconds: number;
  log: { level: string; text: string; eventTime: number }[];
  events: { event: string; eventTime: number }[];
  responses: string[];
  contract: { what: string; detail: string; eventTime: number; place?: SourcePlace }[];
  callbacks: CallbackCost[];
  calls: HostCall[];
  accesses: HostAccess[];
  status: StatusSample[];
  statusMutations: StatusMutation[];
  /** Status objects compared after 1 and after 100 calls. */
  statusRepeat?: { object: string; same: boolean; detail: string }[];
  /** Objects published by the plugin's sections, and any other name it added or replaced. */
  objects: { name: string; by: "section" | "foreign" | "replaced" }[];
  /** `stats` attribute of each plugin object. */
  statsAttribute: { object: string; kind: "absent" | "function" | "other"; returnOk?: boolean; detail?: string }[];
  /** What was left behind after disconnect. */
  leftovers: { kind: "timer" | "callback" | "handle" | "interval" | "command" | "step-generator"; detail: string }[];
  /** Plugin callbacks that ran after disconnect. */
  zombies: string[];
  /** One per restart, oldest first: to compare lives of one process. */
  lives: LifeEvidence[];
  sideEffects: SideEffect[];
  trace?: TraceEvidence;
  /** State of the print when the job was over: complete, cancelled, error, shutdown. */
  jobEnd?: string;
  gcodeProbes: GcodeProbe[];
  /** What was used of the micro-controllers, one entry for each pin and command; absent where nobody looked. */
  pins?: { uses: PinUse[]; heaters: string[] };
  /** By how much the host missed a deadline at most, seconds; of attached boards. */
  hostLateSeconds?: number;
  /** Last statistics of the main micro-controller and its line; of attached boards. */
  statistics?: Record<string, number>;
}

export interface LifeEvidence {
  startReason: string;
  state: string;
  message: string;
  published: PublishedStatus;
  commands: string[];
  configCrc: number;
  /** Of the process with host and plugin. */
  heapBytes: number;
  /** Of the plugin's own interpreter, where it has one. */
  interpreterBytes?: number;
  reusedMcuConfig: boolean;
}

/** The main oracle: the same job with and without the plugin. */
export interface Comparison {
  kind: "idle" | "active" | "envelope" | "jitter" | "subscribers" | "replay" | "restart";
  baseline: string;
  subject: string;
  stepsCompared: number;
  segmentsBaseline: number;
  segmentsSubject: number;
  /** Largest shift of a segment's anchor against the baseline, seconds. */
  maxAnchorShift: number;
  jobSecondsBaseline: number;
  jobSecondsSubject: number;
  differences: StepDifference[];
  /** Total number of steps that differ. */
  differing: number;
  minSlackBaseline: TraceEvidence["minSlackSeconds"];
  minSlackSubject: TraceEvidence["minSlackSeconds"];
  stallsBaseline: number;
  stallsSubject: number;
  bytesBaseline: number;
  bytesSubject: number;
  /** Status of other objects that differs. */
  statusDifferences: string[];
  traceHashEqual: boolean;
}

/** Everything observed of one plugin. */
export interface Evidence {
  plugin: PackageEvidence;
  /** Of Python distributions. */
  /** "kalico": the traps of Kalico's loader act, and are not findings; strict when absent. */
  loader?: "kalico" | "strict";
  /** Pins that may be touched, where a profile was given. */
  pinProfile?: PinProfile;
  /** The board, where the sessions ran on one; a simulated printer when absent. */
  attachedBoard?: AttachedBoardEvidence;
  pythonPackage?: PythonPackageEvidence;
  /** Sections of the printer configuration that belong to the plugin. */
  sections: string[];
  /** Declared capabilities: "moves", "homes", "heats", "owns-pins", "overrides:CMD", … */
  capabilities: string[];
  schema: LearnedOption[];
  commands: LearnedCommand[];
  probes: ConfigProbe[];
  sessions: SessionEvidence[];
  comparisons: Comparison[];
  /** Options read at all, and the phase in which the configuration was last used. */
  configUse: { option: string; phase: StatusSample["phase"]; context: string; place?: SourcePlace }[];
  /** How the printer started with the plugin in the configuration that was given or guessed; without "ready" no print was made. */
  start?: { state: string; message: string; given: boolean } | undefined;
  /** Lines of the plugin that ran, by file; absent where they are not counted. */
  coverage?: LineCoverage[];
}

/** Lines of one file of the plugin. */
export interface LineCoverage {
  file: string;
  /** Lines that can run, and how many of them did. */
  lines: number;
  ran: number;
  /** First and last of the lines that never ran. */
  never: [number, number][];
}
