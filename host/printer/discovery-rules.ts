/**
 * Kalico's rules of discovery as pure functions: which of several modules of one name wins, at which place of the table,
 * and which error ends the start. Data in, decision out; nothing is imported here. Mode "kalico" reproduces the loader
 * with its traps, mode "strict" names the traps as well.
 */
import { ConfigError } from "../errors.js";

/** A module that was found: names and origin only. */
export interface DiscoveredModule {
  /** First word of the sections that it serves; compared as written. */
  name: string;
  origin: "extras" | "plugins" | "entry-point";
  /** Distribution of an entry point. */
  distribution?: { name: string; version: string | null };
  /** Value of an entry point as written, e.g. "my_plugin". */
  value?: string;
}

/** How plugins are found: as today's loader does, or with its traps reported instead of sprung. */
export const LOADERS = ["kalico", "strict"] as const;
export type Loader = (typeof LOADERS)[number];

/** Something in a module's name or metadata that stops a host, or that makes it do what nobody meant. */
export interface DiscoveryTrap {
  module: DiscoveredModule;
  kind: "metadata" | "duplicate-entry-point" | "unusable-name" | "core-section";
  message: string;
}

const normalized = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");
const CORE = /^(printer|mcu|constants|include|danger_options|toolhead|configfile|gcode|webhooks|pins|(extruder|stepper)(_?[a-z0-9]+)?)$/;

/**
 * Modules in the order in which they are imported: extras, then the plugins directory, both by name; then entry points as
 * they were discovered, of which the last of one name counts, at the place of the first. An override keeps the place of
 * what it replaces.
 * @throws ConfigError when two origins have one name and overriding is not allowed
 */
export function moduleOrder<T extends DiscoveredModule>(found: readonly T[], allowOverride: boolean): T[] {
  const byName = (a: T, b: T): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const of = (origin: DiscoveredModule["origin"]): T[] => found.filter((module) => module.origin === origin);
  const table = new Map<string, T>();
  for (const module of of("extras").sort(byName)) table.set(module.name, module);
  for (const module of of("plugins").sort(byName)) {
    if (!allowOverride && table.has(module.name)) throw new ConfigError(`Module '${module.name}' found in both extras and plugins!`, { section: module.name });
    table.set(module.name, module);
  }
  const entryPoints = new Map<string, T>();
  for (const module of of("entry-point")) entryPoints.set(module.name, module);
  for (const module of entryPoints.values()) {
    if (!allowOverride && table.has(module.name)) {
      const { name, version } = module.distribution ?? { name: module.name, version: null };
      throw new ConfigError(`Module ${module.name} found in both extras and plugin ${name} (v${version ?? "None"})`, { section: module.name });
    }
    table.set(module.name, module);
  }
  return [...table.values()];
}

/**
 * What ends the start before the configuration is read: the metadata of an entry point is looked up by its value, so the
 * value must be the name of an installed distribution. Undefined when the host comes up.
 */
export function metadataFailure(entryPoints: readonly DiscoveredModule[], installed: readonly string[]): DiscoveryTrap | undefined {
  const known = new Set(installed.map(normalized));
  const module = entryPoints.find(({ value, name }) => !/^[A-Za-z0-9][\w.-]*$/.test(value ?? name) || !known.has(normalized(value ?? name)));
  return module === undefined ? undefined : { module, kind: "metadata", message: `No package metadata was found for ${module.value ?? module.name}` };
}

/** Every trap of a set of modules, for mode "strict": each is a finding, none of them hides another. */
export function discoveryTraps(found: readonly DiscoveredModule[], installed: readonly string[]): DiscoveryTrap[] {
  const entryPoints = found.filter((module) => module.origin === "entry-point");
  return entryPoints.flatMap((module, i): DiscoveryTrap[] => {
    const failure = metadataFailure([module], installed);
    const earlier = entryPoints.slice(0, i).find(({ name }) => name === module.name);
    return [
      ...(failure === undefined ? [] : [failure]),
      ...(earlier === undefined ? [] : [{ module, kind: "duplicate-entry-point" as const, message: `Entry point '${module.name}' is declared by ${earlier.distribution?.name ?? "another distribution"} and ${module.distribution?.name ?? "another distribution"}: which of them wins depends on the order of directories` }]),
      ...(/^[a-z][a-z0-9_]*$/.test(module.name) ? [] : [{ module, kind: "unusable-name" as const, message: `Entry point '${module.name}' is no word of lower-case letters, digits and underscores: sections are compared with it as written` }]),
      ...(CORE.test(module.name) ? [{ module, kind: "core-section" as const, message: `Entry point '${module.name}' is called for the core section [${module.name}]` }] : []),
    ];
  });
}

/** What a section finds: the function to call, or how the lookup ends. */
export type SectionLookup =
  | { kind: "call"; function: "load_config" | "load_config_prefix" }
  | { kind: "silent" }
  | { kind: "import-error" }
  | { kind: "config-error"; message: string };

/**
 * How `load_object(config, section)` ends.
 * @param functions load functions of the section's module; undefined: there is no such module; "failed": its import raised
 * @param hasDefault the caller gave a default: as for the sections of the configuration
 */
export function lookupSection(section: string, functions: readonly string[] | "failed" | undefined, hasDefault: boolean): SectionLookup {
  const word = section.split(/\s+/).find((part) => part !== "") ?? "";
  if (functions === undefined) return hasDefault ? { kind: "silent" } : { kind: "config-error", message: `Module '${word}' not found` };
  if (functions === "failed") return { kind: "import-error" };
  const wanted = section === word ? "load_config" : "load_config_prefix";
  if (functions.includes(wanted)) return { kind: "call", function: wanted };
  return hasDefault ? { kind: "silent" } : { kind: "config-error", message: `Unable to load module '${word}'` };
}
