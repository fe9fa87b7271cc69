/**
 * The table of modules that a configuration section may name: built-in modules, the plugins directory and
 * the entry points of installed packages, in the order and with the collisions of `discovery-rules.ts`.
 */
import type { ConfigSection } from "../config/config-section.js";
import { moduleOrder, type DiscoveredModule } from "./discovery-rules.js";
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
    const found: (DiscoveredModule & { entry?: ModuleEntry })[] = [
      // Names of Kalico's that this host lacks are taken as well.
      ...KALICO_EXTRAS.map((name) => ({ name, origin: "extras" as const })),
      ...this.#builtins.map((entry) => ({ name: entry.name, origin: "extras" as const, entry })),
      ...this.#pluginsDirectory.map((entry) => ({ name: entry.name, origin: "plugins" as const, entry })),
      ...this.#entryPoints.map((entry) => ({ name: entry.name, origin: "entry-point" as const, entry, ...(entry.metadata === undefined ? {} : { distribution: entry.metadata }) })),
    ];
    return new Map(moduleOrder(found, allowOverride).flatMap(({ name, entry }) => (entry === undefined ? [] : [[name, entry] as const])));
  }
}
