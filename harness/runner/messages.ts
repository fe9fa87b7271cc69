/** What harness and plugin process say to each other. Plain data, sent with structured clone. */
import type { LearnedCommand, LearnedOption, PackageEvidence, PinProfile, SessionEvidence, Evidence } from "../../conformance/evidence.js";
import type { StepColumns } from "../../conformance/oracles/step-comparison.js";
import type { PublishedStatus } from "../../conformance/status-difference.js";
import type { Scenario } from "../../conformance/scenario.js";
import type { BoardProfile as BoardData } from "../../sim-mcu/boards/index.js";
import type { SessionCharts } from "../charts/charts.js";
import type { TraceLog } from "../trace-export/trace-log.js";

/** Where the plugin is, already resolved by the harness. */
export interface PluginLocation {
  /** Package directory, or the single file. */
  path: string;
  /** Directory below which modules are the plugin's own. */
  root: string;
  /** Section word → absolute module file. */
  modules: Record<string, string>;
  name: string;
  version: string;
  summary: string;
  description: string;
  /** Set for Python plugins; `modules` above then gives the files for display. */
  python?: PythonLocation;
}

/** How a Python plugin is run. */
export interface PythonLocation {
  executable: string;
  /** "3.11.2". */
  version: string;
  /** Entries of sys.path. */
  importPaths: string[];
  /** Directories whose modules belong to klippy.extras and klippy.plugins. */
  extrasPaths: string[];
  pluginsPaths: string[];
  /** Python files of the plugin, relative to its root. */
  files: string[];
  modules: { name: string; module: string; origin: "entry-point" | "plugins" | "extras"; problem?: string }[];
}

export type ToProcess =
  | { type: "import" }
  | ({ type: "run"; scenario: Scenario; sections: string[] } & RunChoices);

/** What is to be done in a session besides the scenario. */
export interface RunChoices {
  /** Record what the pictures of a report need. */
  charts?: boolean;
  /** Record what an export of the session needs. */
  trace?: boolean;
  /** Watch which pins are used, and hold them against this. */
  pinProfile?: PinProfile;
  /** The simulated board, instead of the one that the scenario names. */
  board?: BoardData;
  /** The session runs on this board, in real time. */
  attached?: AttachedBoard;
}

/** A board on a serial device, as the harness has found it. */
export interface AttachedBoard {
  /** Path of the device. */
  port: string;
  /** JSON text of its dictionary. */
  dictionary: string;
  /** The start ends before anything is configured: what would be sent is looked at. */
  onlyLook: boolean;
  /** Wall seconds that the session may take. */
  maxSeconds: number;
}

/** Steps of the job with what is needed to name a difference. */
export interface JobRecord {
  frequency: number;
  steppers: StepColumns[];
  /** Clock of each segment's anchor. */
  anchors: number[];
  /** Clock at which each job line began to move, ascending. */
  lineClocks: { clock: number; line: number; text: string }[];
  /** Plugin callbacks with the clock at which they ran, ascending (the last few thousand). */
  callbackClocks: { clock: number; label: string }[];
  /** Status of all objects that are not the plugin's, at the end. */
  foreignStatus: string;
  /** Hash of the status log. */
  statusLogHash: string;
}

export interface SessionResult {
  evidence: SessionEvidence;
  schema: LearnedOption[];
  commands: LearnedCommand[];
  configUse: Evidence["configUse"];
  loaded: string[];
  badSettings: { option: string; problem: string }[];
  published: PublishedStatus;
  job?: JobRecord;
  charts?: SessionCharts;
  traceLog?: TraceLog;
  /** Lines of the plugin that ran so far in its process, by file relative to its root; only where lines are counted. */
  linesRun?: Record<string, number[]>;
}

export type FromProcess =
  | { type: "imported"; import: PackageEvidence["import"]; exports: Record<string, string[]>; codeLines?: Record<string, number[]> }
  | { type: "progress"; sessionId: string; virtualSeconds: number }
  | { type: "result"; result: SessionResult }
  | { type: "failed"; message: string };
