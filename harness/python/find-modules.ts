/** Which modules of a source are plugins, which files belong to them, and what they import that is not there. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { PythonEntryPoint, PythonPluginSource, PythonSourceModule } from "./plugin-source.js";
import { askPython, type PythonFileFacts } from "./python-script.js";
import { mayBePlugin, pythonFilesBelow } from "./source-files.js";

type Facts = Record<string, PythonFileFacts>;

/** Modules of the host's own package, which plugins may import with or without `klippy.`. */
export const KLIPPY_MODULES: readonly string[] = [
  "chelper", "clocksync", "compat", "configfile", "extras", "gcode", "kinematics", "klippy", "mathutil", "mcu", "msgproto", "parsedump", "pins", "plugins", "printer", "queuelogger",
  "reactor", "serialhdl", "stepper", "toolhead", "util", "webhooks",
];

const slashes = (path: string): string => path.split(sep).join("/");
const isDirectory = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** File of a dotted module below a directory: a module, or the `__init__.py` of a package. */
export function moduleFile(directory: string, dotted: string): string | undefined {
  const path = join(directory, ...dotted.split("."));
  if (existsSync(`${path}.py`)) return `${path}.py`;
  const init = join(path, "__init__.py");
  return existsSync(init) ? init : undefined;
}

/** Directories that a source tree may keep its modules in, likeliest first. */
export function sourceDirectories(root: string, configured: readonly string[] = []): string[] {
  return [...new Set([...configured, "src", "lib", "."].map((name) => join(root, name)))].filter(isDirectory);
}

/** Import directory of an entry point's module, and its file. */
export function locateEntryPoint(root: string, value: string, directories: readonly string[]): { directory: string; file: string } | undefined {
  const module = value.split(/[:[]/, 1)[0]!.trim();
  if (!/^[\w.]+$/.test(module)) return undefined;
  for (const directory of directories) {
    const file = moduleFile(directory, module);
    if (file !== undefined) return { directory, file: slashes(relative(root, file)) };
  }
  return undefined;
}

/** Modules of the entry points, and the directories to import them from. */
export function entryPointModules(root: string, distribution: string, points: readonly PythonEntryPoint[], directories: readonly string[]): { modules: PythonSourceModule[]; importPaths: string[]; points: PythonEntryPoint[] } {
  const importPaths: string[] = [];
  const found: PythonEntryPoint[] = [];
  const modules = points.map((point): PythonSourceModule => {
    const located = locateEntryPoint(root, point.value, directories);
    const module = point.value.split(/[:[]/, 1)[0]!.trim();
    if (located === undefined) {
      found.push({ name: point.name, value: point.value });
      return { name: point.name, module, origin: "entry-point", distribution, problem: `Entry point "${point.name} = ${point.value}" names a module that does not exist` };
    }
    if (!importPaths.includes(located.directory)) importPaths.push(located.directory);
    found.push({ name: point.name, value: point.value, file: located.file });
    return { name: point.name, module, origin: "entry-point", distribution, file: located.file };
  });
  return { modules, importPaths, points: found };
}

/** Files with a load function, as they would be dropped into `extras` or `plugins`: a module, or a package by its name. */
export function droppedModules(root: string, facts: Facts, origin?: "plugins" | "extras"): { modules: PythonSourceModule[]; extrasPaths: string[]; pluginsPaths: string[]; notes: string[] } {
  const modules: PythonSourceModule[] = [];
  const paths = { extras: [] as string[], plugins: [] as string[] };
  const notes: string[] = [];
  const candidates = Object.keys(facts).filter((file) => mayBePlugin(file) && facts[file]!.functions.some((name) => name.startsWith("load_config"))).sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
  for (const file of candidates) {
    const inPackage = basename(file) === "__init__.py";
    const place = inPackage ? dirname(file) : file;
    if (place === ".") continue;
    const name = basename(place, ".py");
    const drop = dirname(place);
    // A module inside a package that is itself a plugin is the package's business.
    const owner = modules.find((m) => m.file!.endsWith("/__init__.py") && file.startsWith(`${dirname(m.file!)}/`));
    if (owner !== undefined) continue;
    const same = modules.find((m) => m.name === name);
    if (same !== undefined) {
      notes.push(`"${file}" is left out: "${same.file}" has the same name`);
      continue;
    }
    const kind = origin ?? (drop.split("/").includes("plugins") ? "plugins" : "extras");
    const directory = join(root, drop);
    if (!paths[kind].includes(directory)) paths[kind].push(directory);
    modules.push({ name, module: `klippy.${kind}.${name}`, origin: kind, file });
  }
  return { modules, extrasPaths: paths.extras, pluginsPaths: paths.plugins, notes };
}

type Paths = Pick<PythonPluginSource, "root" | "importPaths" | "extrasPaths" | "pluginsPaths">;

/** Files that an import may mean, relative to the root; empty when it is not the plugin's own. */
function importedFiles(paths: Paths, importer: string, wanted: PythonFileFacts["imports"][number]): string[] {
  const bases: [directory: string, module: string][] = [];
  const dotted = /^(?:klippy\.)?(extras|plugins)(?:\.(.*))?$/.exec(wanted.module);
  if (wanted.level > 0) {
    let directory = dirname(join(paths.root, importer));
    for (let level = 1; level < wanted.level; level++) directory = dirname(directory);
    bases.push([directory, wanted.module]);
  } else if (dotted !== null) for (const directory of dotted[1] === "extras" ? paths.extrasPaths : paths.pluginsPaths) bases.push([directory, dotted[2] ?? ""]);
  else for (const directory of [...paths.importPaths, dirname(join(paths.root, importer))]) bases.push([directory, wanted.module]);
  const found = bases.flatMap(([directory, module]) => [
    ...(module === "" ? [] : [moduleFile(directory, module)]),
    ...wanted.names.map((name) => (/^\w+$/.test(name) ? moduleFile(directory, module === "" ? name : `${module}.${name}`) : undefined)),
  ]);
  return found.filter((file) => file !== undefined).map((file) => slashes(relative(paths.root, file))).filter((file) => !file.startsWith("../"));
}

/** Files of the plugin: its modules, packages with all that is in them, and what they import of the source. */
export function ownFiles(paths: Paths, modules: readonly PythonSourceModule[], facts: Facts): string[] {
  const own = new Set<string>();
  const waiting = modules.flatMap((module) => (module.file === undefined ? [] : [module.file]));
  while (waiting.length > 0) {
    const file = waiting.pop()!;
    if (own.has(file) || facts[file] === undefined) continue;
    own.add(file);
    for (let parent = dirname(file); facts[`${parent}/__init__.py`] !== undefined; parent = dirname(parent)) own.add(`${parent}/__init__.py`);
    if (basename(file) === "__init__.py") waiting.push(...Object.keys(facts).filter((other) => other.startsWith(`${dirname(file)}/`) && mayBePlugin(other)));
    for (const wanted of facts[file]!.imports) waiting.push(...importedFiles(paths, file, wanted));
  }
  return [...own].sort();
}

/** Modules that the import of the plugin needs and that neither the plugin, the host nor the environment has. */
export function missingModules(paths: Paths, modules: readonly PythonSourceModule[], facts: Facts, executable: string): PythonPluginSource["missing"] {
  const wanted = new Map<string, { module: string; file: string; line: number }>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file) || facts[file] === undefined) return;
    seen.add(file);
    for (const one of facts[file]!.imports) {
      if (one.lazy || one.guarded) continue;
      const own = importedFiles(paths, file, one);
      for (const next of own) visit(next);
      const top = one.module.split(".", 1)[0]!;
      if (one.level === 0 && own.length === 0 && !KLIPPY_MODULES.includes(top) && !wanted.has(top)) wanted.set(top, { module: top, file, line: one.line });
    }
  };
  for (const module of modules) if (module.file !== undefined) visit(module.file);
  if (wanted.size === 0) return [];
  const found = askPython(executable, "imports", { names: [...wanted.keys()], paths: paths.importPaths });
  return [...wanted.values()].filter(({ module }) => found[module] !== true);
}

/** Facts of the Python files below a root, or of some. */
export const factsOf = (executable: string, root: string, files: readonly string[] = pythonFilesBelow(root)): Facts => askPython(executable, "sources", { root, files });
