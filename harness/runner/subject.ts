/** What the plugin's process runs: a plugin in JavaScript or in Python, watched and metered alike. */
import type { PackageEvidence, SideEffect } from "../../conformance/evidence.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { Reactor } from "../../host/reactor/reactor.js";
import type { GasMeter } from "../sandbox/gas-meter.js";
import type { EvidenceCollector } from "../session/evidence-collector.js";
import type { Breadcrumb } from "./breadcrumb.js";
import type { PluginLocation } from "./messages.js";

export interface ImportOutcome {
  import: PackageEvidence["import"];
  exports: Record<string, string[]>;
  /** Lines that can run, by file relative to the plugin; only where lines are counted. */
  codeLines?: Record<string, number[]>;
}

export interface SubjectContext {
  location: PluginLocation;
  meter: GasMeter;
  breadcrumb: Breadcrumb;
  /** Directory for files of the process. */
  directory: string;
  /** Most bytes that the plugin may print. */
  outputLimit: number;
  /** Bytes of memory that the plugin's own interpreter may use; JavaScript plugins share the process's heap. */
  memoryMegabytes: number;
  /** Seconds of wall time that one request may take. */
  wallSeconds: number;
  collector(): EvidenceCollector | undefined;
  reactor(): Reactor | undefined;
}

export interface Subject {
  readonly plugins: readonly ImportedPlugin[];
  /** Imports the modules, watched. Called once. */
  importAll(): Promise<ImportOutcome>;
  /** Before a scenario: starts the plugin's randomness again. */
  begin(seed: number): void;
  /** Before a life of the host. */
  beginLife?(): void;
  /** Paths in the status that the plugin changed in place since this was last asked; where its values cross as copies. */
  takeStatusMutations?(): string[];
  /** Bytes that the plugin's own interpreter holds. */
  heapBytes?(): number;
  /** Threads and open files that the plugin's interpreter has. */
  openResources?(): { threads: readonly string[]; descriptors: number };
  /** After a scenario: lines of the plugin that ran so far, by file; only where they are counted. */
  linesRun?(): Record<string, number[]>;
}

/** Most side effects kept of one session. */
const MAX_EFFECTS = 5000;

/** Books an effect where it belongs: import, or the session under way. */
export function keepEffect(effect: SideEffect, importing: boolean, importEffects: SideEffect[], collector: EvidenceCollector | undefined): void {
  if (importing) importEffects.push(effect);
  else if (collector !== undefined && collector.sideEffects.length < MAX_EFFECTS) collector.sideEffects.push(effect);
}

/** The import's outcome for one plugin's error. */
export function noteImportError(result: PackageEvidence["import"], error: unknown, place: PackageEvidence["import"]["place"]): void {
  result.ok = false;
  result.error ??= error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (place !== undefined) result.place ??= place;
}
