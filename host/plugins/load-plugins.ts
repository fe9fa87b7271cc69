/**
 * Imports plugins and makes table entries of them. Every plugin that was found is imported, configured or
 * not; what an import throws is kept and thrown when a section wants the module. Modules stay imported when
 * the host restarts; only the membrane round them is new for each run.
 */
import { pathToFileURL } from "node:url";
import type { ConfigSection } from "../config/config-section.js";
import type { HostObserver } from "../observer.js";
import type { ComponentCollector, HostModule, ModuleEntry } from "../printer/module-table.js";
import type { FoundPlugin } from "./discover-plugins.js";
import { createMembrane, type Membrane } from "./membrane.js";

/** A plugin after its import, whether that worked or not. */
export interface ImportedPlugin extends FoundPlugin {
  exports?: Record<string, unknown>;
  error?: unknown;
}

type LoadFunction = (config: ConfigSection) => unknown;

/** Imports one plugin. Never throws. */
export async function importPlugin(found: FoundPlugin, observer: HostObserver = {}): Promise<ImportedPlugin> {
  if (found.problem !== undefined) return { ...found, error: new Error(found.problem) };
  const leave = observer.onCallbackEnter?.({ owner: found.name, kind: "import", label: found.name, eventTime: 0 });
  try {
    const exports = (await import(pathToFileURL(found.file).href)) as Record<string, unknown>;
    leave?.({ async: true });
    return { ...found, exports };
  } catch (error) {
    leave?.({ async: true, error });
    return { ...found, error };
  }
}

/** Imports plugins one after the other, in their order. */
export async function importPlugins(found: readonly FoundPlugin[], observer: HostObserver = {}): Promise<ImportedPlugin[]> {
  const imported: ImportedPlugin[] = [];
  for (const plugin of found) imported.push(await importPlugin(plugin, observer));
  return imported;
}

/** A plugin made of functions instead of a file: for tests and for programs that bring their own. */
export function pluginFromModule(name: string, exports: HostModule, metadata?: FoundPlugin["metadata"]): ImportedPlugin {
  const origin = metadata === undefined ? "plugins" : "entry-point";
  return { name, origin, file: "", directory: "", metadata, exports: exports as Record<string, unknown> };
}

/** What a plugin exports under `name`, by name or as a member of its default export. */
export function pluginExport(exports: Record<string, unknown>, name: keyof HostModule): ((argument: any) => unknown) | undefined {
  const fallback = exports["default"] as Record<string, unknown> | undefined;
  for (const source of [exports, fallback]) {
    const value = source?.[name];
    if (typeof value === "function") return (argument) => Reflect.apply(value, source, [argument]);
  }
  return undefined;
}

export interface MembraneOptions {
  observer: HostObserver;
  /** Event time, seconds. */
  now(): number;
}

/**
 * The entry of an imported plugin in the table of one run. With `options`, all that passes between plugin
 * and host goes through a membrane and is reported; without, the plugin is called directly.
 */
export function moduleEntry(plugin: ImportedPlugin, options?: MembraneOptions): ModuleEntry {
  const { name, origin, metadata } = plugin;
  const entry: ModuleEntry = { name, origin, ...(metadata === undefined ? {} : { metadata }) };
  if (plugin.exports === undefined) return { ...entry, error: plugin.error };
  const membrane = options === undefined ? undefined : createMembrane({ owner: name, ...options });
  const module: HostModule = {};
  for (const key of ["loadConfig", "loadConfigPrefix"] as const) {
    const load = pluginExport(plugin.exports, key) as LoadFunction | undefined;
    if (load !== undefined) module[key] = membrane === undefined ? load : (config) => loadThrough(membrane, load, config);
  }
  const register = pluginExport(plugin.exports, "registerComponents") as ((collector: ComponentCollector) => void) | undefined;
  if (register !== undefined) {
    module.registerComponents =
      membrane === undefined
        ? register
        : (collector) => void membrane.callIn("register_components", name, register, [collector], ["collector"]);
  }
  return { ...entry, module };
}

function loadThrough(membrane: Membrane, load: LoadFunction, config: ConfigSection): unknown {
  const object = membrane.callIn("load_config", config.getName(), load, [config], ["config"]);
  return membrane.instrumentObject(object, config.getName());
}
