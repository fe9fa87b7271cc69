/**
 * The table of modules that a configuration section may name: built-in modules, the plugins directory and
 * the entry points of installed packages, in this order, with Kalico's collision rules.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import { KALICO_EXTRAS } from "./kalico-extras.js";

/** Receives the components that a module offers to a subsystem. */
export interface ComponentCollector {
  /** @throws ConfigError when the subsystem already has a component of that name */
  registerComponent(subsystem: string, name: string, component: unknown): void;
}

/** What a module exports: the constructor for `[name]`, the one for `[name x]`, and its components. */
export interface HostModule {
  loadConfig?(config: ConfigSection): unknown;
  loadConfigPrefix?(config: ConfigSection): unknown;
  registerComponents?(collector: ComponentCollector): void;
}

/** What a front end is told about an installed plugin. */
export interface PluginMetadata {
  /** Name of the package (not of the entry point). */
  name: string;
  version: string | null;
  summary: string | null;
  /** Text of the README. */
  description: string;
}

/** One importable module with the outcome of its import. */
export interface ModuleEntry {
  /** First word of the sections that it serves; compared as written. */
  name: string;
  origin: "builtin" | "plugins" | "entry-point";
  module?: HostModule;
  /** What the import threw. It is thrown again when a section wants the module. */
  error?: unknown;
  /** Only of entry points. */
  metadata?: PluginMetadata;
}

/** The modules of one printer. Build it once per printer; imports are done before. */
export class ModuleTable {
  readonly #builtins: ModuleEntry[];
  readonly #pluginsDirectory: ModuleEntry[] = [];
  readonly #entryPoints: ModuleEntry[] = [];

  constructor(builtins: Readonly<Record<string, HostModule>> = {}) {
    this.#builtins = Object.keys(builtins)
      .sort()
      .map((name) => ({ name, origin: "builtin", module: builtins[name]! }));
  }

  /** Adds modules of the plugins directory, or entry points, in the order of their discovery. */
  add(...entries: ModuleEntry[]): void {
    for (const entry of entries) {
      if (entry.origin === "builtin") this.#builtins.push(entry);
      else if (entry.origin === "plugins") this.#pluginsDirectory.push(entry);
      else this.#entryPoints.push(entry);
    }
  }

  /** Metadata of the installed plugins by package name. */
  plugins(): Record<string, PluginMetadata> {
    const all: Record<string, PluginMetadata> = {};
    for (const { metadata } of this.#entryPoints) if (metadata !== undefined) all[metadata.name] = metadata;
    return all;
  }

  /**
   * One entry per name, in table order; an override keeps the place of what it replaces.
   * @throws ConfigError when two origins have one name and overriding is not allowed
   */
  resolve(allowOverride: boolean): Map<string, ModuleEntry> {
    const table = new Map<string, ModuleEntry>();
    const extras = new Set(KALICO_EXTRAS);
    for (const entry of this.#builtins) table.set(entry.name, entry);
    for (const entry of this.#pluginsDirectory) {
      if (!allowOverride && (table.has(entry.name) || extras.has(entry.name))) {
        throw new ConfigError(`Module '${entry.name}' found in both extras and plugins!`, { section: entry.name });
      }
      table.set(entry.name, entry);
    }
    const entryPoints = new Map<string, ModuleEntry>();
    for (const entry of this.#entryPoints) entryPoints.set(entry.name, entry);
    for (const entry of entryPoints.values()) {
      if (!allowOverride && (table.has(entry.name) || extras.has(entry.name))) {
        const { name, version } = entry.metadata ?? { name: entry.name, version: null };
        throw new ConfigError(`Module ${entry.name} found in both extras and plugin ${name} (v${version})`, { section: entry.name });
      }
      table.set(entry.name, entry);
    }
    return table;
  }
}
