/**
 * Plugins for a host that is run, not certified: packages and files in JavaScript, and all Python plugins
 * together in one CPython process. Nothing is watched or refused; what plugins print is printed.
 */
import { rmSync } from "node:fs";
import { pluginsAtPath } from "../../host/plugins/discover-plugins.js";
import { importPlugins, type ImportedPlugin } from "../../host/plugins/load-plugins.js";
import { missingMessage } from "../../host/plugins/python/bridge-functions.js";
import { PythonHost } from "../../host/plugins/python/python-host.js";
import type { Reactor } from "../../host/reactor/reactor.js";
import type { PluginLocation } from "../runner/messages.js";
import { PluginNotFound } from "../certify/describe-plugin.js";
import { describedPython } from "./describe-python-plugin.js";
import { endsTheStart, trapsOf, type Loader } from "./loader.js";
import { temporaryDirectory } from "./source-files.js";
import { isPythonPlugin, readPythonPlugin } from "./read-plugin.js";

export interface OpenPluginsOptions {
  /** Interpreter or environment for Python plugins. */
  python?: string;
  /** Kalico's loader with its traps, or one that tells of them. */
  loader: Loader;
  /** The host runs in real time. */
  live: boolean;
  /** Event time, seconds. */
  now(): number;
  reactor(): Reactor | undefined;
  log(text: string): void;
}

export interface OpenedPlugins {
  /** Why the host ends before it has a printer; then there are no plugins. */
  ended?: string;
  plugins: ImportedPlugin[];
  /** Call it when a life of the host is over and the next begins. */
  endLife(): void;
  close(): void;
}

/** @throws PluginNotFound when there is no plugin at a path, PythonUnavailable without a Python */
export async function openPlugins(paths: readonly string[], options: OpenPluginsOptions): Promise<OpenedPlugins> {
  const plugins: ImportedPlugin[] = [];
  const python = paths.filter((path) => isPythonPlugin(path));
  for (const path of paths.filter((p) => !python.includes(p))) {
    try {
      plugins.push(...await importPlugins(pluginsAtPath(path)));
    } catch (error) {
      throw new PluginNotFound(error instanceof Error ? error.message : String(error));
    }
  }
  const described = python.map((path) => describedPython(readPythonPlugin(path, options.python === undefined ? {} : { python: options.python })));
  const ended = options.loader === "kalico" ? endsTheStart(described) : undefined;
  if (ended !== undefined) return { plugins: [], ended: `${ended}: Kalico ends before it has a printer (--loader strict goes on)`, endLife: () => undefined, close: () => undefined };
  if (options.loader === "strict") for (const { message } of trapsOf(described)) options.log(`trap: ${message}`);
  const host = python.length === 0 ? undefined : openPython(described.map(({ location }) => location), options, plugins);
  for (const plugin of plugins) if (plugin.exports === undefined) options.log(`error: plugin "${plugin.name}" cannot be imported: ${plugin.error instanceof Error ? plugin.error.message : String(plugin.error)}`);
  return { plugins, endLife: () => host?.endLife(), close: () => host?.close() };
}

function openPython(found: readonly PluginLocation[], options: OpenPluginsOptions, plugins: ImportedPlugin[]): { endLife(): void; close(): void } {
  const all = <T>(pick: (place: NonNullable<(typeof found)[number]["python"]>) => readonly T[]): T[] => found.flatMap((location) => [...pick(location.python!)]);
  const directory = temporaryDirectory("python");
  const host = new PythonHost({
    executable: found[0]!.python!.executable, directory, live: options.live, now: options.now, reactor: options.reactor,
    importPaths: all((p) => p.importPaths), extrasPaths: all((p) => p.extrasPaths), pluginsPaths: all((p) => p.pluginsPaths),
    roots: found.map((location) => location.root),
    modules: inImportOrder(found.flatMap(({ name, version, summary, description, python }) => python!.modules.map((module) => ({ ...module, metadata: { name, version, summary, description } })))),
    onWork: (work) => { if (work.o !== undefined) for (const line of work.o.split("\n")) if (line !== "") options.log(line); },
    reports: {
      onLog: (level, text) => { if (level !== "debug") options.log(`${level}: ${text.split("\n", 1)[0]}`); },
      onMissing: (object, member, inKalico) => options.log(`warning: ${missingMessage(object, member, inKalico)}`),
    },
  });
  plugins.push(...host.importPlugins());
  return {
    endLife: () => host.endLife(),
    close: () => {
      host.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const ORIGINS = ["extras", "plugins", "entry-point"];

/** Kalico imports extras, then the plugins directory, both by name, then entry points as they were discovered: here as they were given. */
function inImportOrder<T extends { name: string; origin: string }>(modules: readonly T[]): T[] {
  const rank = ({ origin }: T): number => ORIGINS.indexOf(origin);
  const byName = (a: T, b: T): number => (a.origin === "entry-point" ? 0 : a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...modules].sort((a, b) => rank(a) - rank(b) || byName(a, b));
}
