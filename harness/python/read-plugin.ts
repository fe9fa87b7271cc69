/**
 * What the user gives (source tree, wheel, sdist, name of an installed distribution, repository, file, package)
 * → `PythonPluginSource`. Nothing of the plugin is run here; archives are unpacked by us, within limits.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { buildWheel } from "./build-wheel.js";
import { installRequirements } from "./install-dependencies.js";
import { findPython, type FoundPython } from "./find-python.js";
import { droppedModules, entryPointModules, factsOf, missingModules, ownFiles, sourceDirectories } from "./find-modules.js";
import type { PythonDistribution, PythonPluginSource, PythonSourceKind, PythonWheel } from "./plugin-source.js";
import { entryPointsOfText, fromMetadata, normalizedName, projectOf, readPyproject, type Toml } from "./project-metadata.js";
import { askPython, type PythonFileFacts } from "./python-script.js";
import { digestOf, documentationOf, pythonFilesBelow, readmeIn, temporaryDirectory, textOf } from "./source-files.js";

export interface ReadPluginOptions {
  /** Interpreter, command, or directory of a virtual environment. */
  python?: string;
  /** Install the plugin's requirements in an environment that is thrown away. */
  install?: boolean;
  /** Build the wheel of a source tree, to judge what users install. */
  build?: boolean;
}

/** There is no Python plugin at that place: usage, exit code 3. */
export class NoPythonPlugin extends Error {
  override name = "NoPythonPlugin";
}

/** Most that an archive may unpack to. */
const ARCHIVE_LIMITS = { bytes: 256 * 1024 * 1024, files: 20_000 };
const ARCHIVE = /\.(whl|tar\.gz|tgz|tar\.bz2|tar\.xz|tar|zip)$/i;
/** Name of a distribution: PEP 508. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Whether a path is for Python at all: so that packages in TypeScript go their own way. */
export function isPythonPlugin(path: string): boolean {
  if (!existsSync(path)) return NAME.test(path) && !/\.[cm]?[jt]s$/.test(path);
  if (!statSync(path).isDirectory()) return path.endsWith(".py") || ARCHIVE.test(path);
  if (["pyproject.toml", "setup.py", "setup.cfg", "__init__.py"].some((name) => existsSync(join(path, name)))) return true;
  return !existsSync(join(path, "package.json")) && pythonFilesBelow(path).length > 0;
}

/**
 * Describes a Python plugin.
 * @throws PythonUnavailable, NoPythonPlugin, BadProject: what is wrong and what to do
 */
export function readPythonPlugin(path: string, options: ReadPluginOptions = {}): PythonPluginSource {
  const python = findPython(options.python);
  const source = read(path, python);
  const installed = options.install === true ? installedFor(source, python) : undefined;
  const finished = installed === undefined ? source : { ...read(path, installed.python), notes: [...source.notes, installed.note] };
  return options.build === true ? withWheel(finished, options.install === true) : finished;
}

/** An environment with what the plugin declares; undefined when it declares nothing that is missing. */
function installedFor(source: PythonPluginSource, python: FoundPython): ReturnType<typeof installRequirements> | undefined {
  if (source.kind === "installed") return undefined;
  const listed = source.kind === "file" ? undefined : textOf(join(source.root, "requirements.txt"));
  const declared = source.distribution?.requires ?? listed?.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter((line) => line !== "" && !line.startsWith("-")) ?? [];
  return declared.length === 0 ? undefined : installRequirements(python, declared);
}

/** Puts what the built wheel says in the place of what the tree says. */
function withWheel(source: PythonPluginSource, network: boolean): PythonPluginSource {
  if ((source.kind !== "source-tree" && source.kind !== "sdist") || source.distribution === undefined) return source;
  const built = buildWheel(source.root, { executable: source.python.executable, network });
  if ("reason" in built) return { ...source, noWheel: built.reason };
  const into = temporaryDirectory("unpacked");
  const { error } = askPython(source.python.executable, "unpack", { archive: built.wheel, into, ...ARCHIVE_LIMITS });
  if (error !== undefined) return { ...source, noWheel: `the wheel that was ${built.how} is not unpacked: ${error}` };
  const { distribution, wheel } = wheelAt(built.wheel, into, source.python);
  const points = distribution.entryPoints.map((point) => {
    const file = source.distribution!.entryPoints.find(({ value }) => value === point.value)?.file;
    const shipped = wheelHas(wheel, point.value);
    return { ...point, ...(file === undefined || !shipped ? {} : { file }) };
  });
  return { ...source, distribution: { ...distribution, entryPoints: points, declaredIn: source.distribution.declaredIn }, wheel: { ...wheel, how: built.how } };
}

/** Whether the wheel ships the module of an entry point. */
function wheelHas(wheel: PythonWheel, value: string): boolean {
  const path = value.split(/[:[]/, 1)[0]!.trim().replaceAll(".", "/");
  return wheel.files.some((file) => file === `${path}.py` || file === `${path}/__init__.py` || file.startsWith(`${path}.`));
}

function read(path: string, python: FoundPython): PythonPluginSource {
  if (!existsSync(path)) {
    if (!NAME.test(path)) throw new NoPythonPlugin(`Plugin "${path}" does not exist`);
    return readInstalled(path, python);
  }
  const absolute = resolve(path);
  if (statSync(absolute).isDirectory()) return readDirectory(absolute, python);
  if (absolute.endsWith(".py")) return readDropped(absolute, "file", python);
  if (ARCHIVE.test(absolute)) return readArchive(absolute, python);
  throw new NoPythonPlugin(`"${path}" is no Python plugin: give a source tree, a wheel, an sdist, a .py file or the name of an installed distribution`);
}

interface Parts {
  kind: PythonSourceKind;
  path: string;
  root: string;
  modules: PythonPluginSource["modules"];
  importPaths?: string[];
  extrasPaths?: string[];
  pluginsPaths?: string[];
  facts: Record<string, PythonFileFacts>;
  distribution?: PythonDistribution;
  wheel?: PythonWheel;
  notes?: string[];
  readme?: string;
  python: FoundPython;
}

/** Puts the parts together: files, digest, README, what is missing. */
function assemble(parts: Parts): PythonPluginSource {
  const { root, distribution, facts, modules, python } = parts;
  const paths = { root, importPaths: parts.importPaths ?? [], extrasPaths: parts.extrasPaths ?? [], pluginsPaths: parts.pluginsPaths ?? [] };
  const files = ownFiles(paths, modules, facts);
  const readmeFile = parts.kind === "installed" ? undefined : readmeIn(root);
  const readme = parts.readme ?? distribution?.description ?? (readmeFile === undefined || parts.kind === "file" ? "" : readFileSync(join(root, readmeFile), "utf8"));
  const alone = parts.kind === "file" || parts.kind === "installed";
  const declared = ["pyproject.toml", "setup.py", "setup.cfg", ...(readmeFile === undefined ? [] : [readmeFile])].filter((name) => !alone && existsSync(join(root, name)));
  const first = modules[0];
  const doc = first?.file === undefined ? "" : (facts[first.file]?.doc.split("\n")[0] ?? "");
  const name = distribution?.name || (parts.kind === "repository" ? basename(parts.path) : first?.name) || basename(parts.path);
  const base = parts.kind === "file" ? parts.path.replace(/\.py$/, "") : undefined;
  const printerConfig = alone && base === undefined ? undefined : textOf(base === undefined ? join(root, "printer.cfg") : `${base}.cfg`);
  const exercise = alone && base === undefined ? undefined : textOf(base === undefined ? join(root, "exercise.gcode") : `${base}.gcode`);
  const others = askPython(python.executable, "environment", {}).filter((other) => distribution === undefined || normalizedName(other.name) !== normalizedName(distribution.name));
  return {
    kind: parts.kind, path: parts.path, ...paths, modules,
    metadata: { name, version: distribution?.version ?? null, summary: distribution === undefined ? doc : (distribution.summary ?? ""), description: readme },
    ...(distribution === undefined ? {} : { distribution }), ...(parts.wheel === undefined ? {} : { wheel: parts.wheel }),
    files, facts: Object.fromEntries(files.map((file) => [file, facts[file]!])), digest: digestOf(root, [...files, ...declared]), readme,
    documentation: alone ? readme : documentationOf(root, readme),
    missing: missingModules(paths, modules, facts, python.executable), others: others.flatMap((other) => other.entryPoints.map(([point]) => ({ distribution: other.name, name: point }))),
    capabilities: capabilitiesOf(root, alone ? undefined : readPyproject(root), files), notes: parts.notes ?? [], python,
    ...(printerConfig === undefined ? {} : { printerConfig }),
    ...(exercise === undefined ? {} : { exercise: exercise.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith(";")) }),
  };
}

/** `[tool.kalico-hil] capabilities = […]` in pyproject.toml, or a comment `# kalico-capabilities: moves, homes` in a source. */
function capabilitiesOf(root: string, pyproject: Toml | undefined, files: readonly string[]): string[] {
  const tool = (pyproject?.["tool"] as Toml | undefined)?.["kalico-hil"] as Toml | undefined;
  const declared = Array.isArray(tool?.["capabilities"]) ? tool["capabilities"].map(String) : [];
  const comments = files.flatMap((file) => /^#\s*kalico-capabilities:\s*(.+)$/m.exec(readFileSync(join(root, file), "utf8"))?.[1]?.split(",") ?? []);
  return [...new Set([...declared, ...comments.map((c) => c.trim()).filter((c) => c !== "")])];
}

/** Directories that the build configuration names for modules. */
function configuredDirectories(pyproject: Toml | undefined): string[] {
  const inner = (value: unknown, ...keys: string[]): unknown => keys.reduce<unknown>((v, key) => (typeof v === "object" && v !== null ? (v as Toml)[key] : undefined), value);
  const setuptools = inner(pyproject, "tool", "setuptools");
  const hatch = inner(pyproject, "tool", "hatch", "build", "targets", "wheel", "packages");
  const values = [inner(setuptools, "package-dir", ""), inner(setuptools, "packages", "find", "where"), inner(pyproject, "tool", "flit", "module"), ...(Array.isArray(hatch) ? hatch.map((p) => dirname(String(p))) : [])];
  return values.flat().filter((v): v is string => typeof v === "string");
}

function readDirectory(root: string, python: FoundPython): PythonPluginSource {
  const distribution = projectOf(root, python.executable);
  if (distribution !== undefined) return readTree("source-tree", root, root, distribution, python);
  if (existsSync(join(root, "__init__.py"))) return readDropped(root, "directory", python);
  const facts = factsOf(python.executable, root);
  const dropped = droppedModules(root, facts);
  if (dropped.modules.length === 0) {
    throw new NoPythonPlugin(`No plugin found in "${root}": no entry point of group kalico.plugins in pyproject.toml, and no module with load_config or load_config_prefix among ${Object.keys(facts).length} Python files`);
  }
  return assemble({ kind: "repository", path: root, root, facts, python, ...dropped });
}

/** A tree that becomes a distribution: a source tree, or what an sdist unpacks to. */
function readTree(kind: "source-tree" | "sdist", path: string, root: string, distribution: PythonDistribution, python: FoundPython): PythonPluginSource {
  const facts = factsOf(python.executable, root);
  const found = entryPointModules(root, distribution.name, distribution.entryPoints, sourceDirectories(root, configuredDirectories(readPyproject(root))));
  const described = { ...distribution, entryPoints: found.points };
  if (found.modules.length > 0) return assemble({ kind, path, root, facts, python, distribution: described, modules: found.modules, importPaths: found.importPaths });
  // A distribution without entry points: judged as what its modules are when they are dropped into extras.
  const dropped = droppedModules(root, facts);
  if (dropped.modules.length === 0) throw new NoPythonPlugin(`No plugin found in "${path}": ${distribution.declaredIn} has no entry point of group kalico.plugins, and no module has load_config or load_config_prefix`);
  return assemble({ kind, path, root, facts, python, distribution: described, ...dropped });
}

function readDropped(path: string, kind: "file" | "directory", python: FoundPython): PythonPluginSource {
  const root = kind === "file" ? dirname(path) : path;
  const drop = dirname(path);
  const name = basename(path, ".py");
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new NoPythonPlugin(`"${path}" cannot be imported: "${name}" is no name of a Python module`);
  const file = kind === "file" ? basename(path) : "__init__.py";
  // Of a single file's directory only its own neighbours that it imports are looked at.
  const files = kind === "file" ? readdirSync(root).filter((entry) => entry.endsWith(".py") && statSync(join(root, entry)).isFile()).sort() : pythonFilesBelow(root);
  const facts = factsOf(python.executable, root, files);
  const origin = basename(drop) === "plugins" ? "plugins" : "extras";
  const main = { name, module: `klippy.${origin}.${name}`, origin, file } as const;
  const paths = origin === "extras" ? { extrasPaths: [drop] } : { pluginsPaths: [drop] };
  return assemble({ kind, path, root, facts, python, modules: [main, ...(kind === "file" ? neighbours(main, root, facts, paths) : [])], ...paths });
}

/** Modules with sections of their own that a dropped file imports: they are dropped beside it. */
function neighbours(main: PythonPluginSource["modules"][number], root: string, facts: Record<string, PythonFileFacts>, paths: Pick<Parts, "extrasPaths" | "pluginsPaths">): PythonPluginSource["modules"] {
  const files = ownFiles({ root, importPaths: [], extrasPaths: paths.extrasPaths ?? [], pluginsPaths: paths.pluginsPaths ?? [] }, [main], facts);
  return files.filter((file) => file !== main.file && !file.includes("/") && facts[file]!.functions.some((name) => name.startsWith("load_config")))
    .map((file) => ({ name: basename(file, ".py"), module: `klippy.${main.origin}.${basename(file, ".py")}`, origin: main.origin, file }));
}

function readArchive(path: string, python: FoundPython): PythonPluginSource {
  const into = temporaryDirectory("unpacked");
  const { error, skipped = [] } = askPython(python.executable, "unpack", { archive: path, into, ...ARCHIVE_LIMITS });
  if (error !== undefined) throw new NoPythonPlugin(`"${path}" is not unpacked: ${error}`);
  const notes = skipped.map((entry) => `"${entry}" of the archive is no plain file and is left out`);
  if (path.toLowerCase().endsWith(".whl")) return { ...readWheel(path, into, python), notes };
  const inside = readdirSync(into);
  const root = inside.length === 1 && statSync(join(into, inside[0]!)).isDirectory() ? join(into, inside[0]!) : into;
  const info = textOf(join(root, "PKG-INFO")) === undefined ? undefined : askPython(python.executable, "metadata", { file: join(root, "PKG-INFO") });
  const project = projectOf(root, python.executable);
  if (project === undefined && info === undefined) {
    const plugin = readDirectory(root, python);
    return { ...plugin, path, notes: [...notes, ...plugin.notes] };
  }
  const points = project?.entryPoints.map(({ name, value }): [string, string] => [name, value]) ?? [];
  const distribution = info === undefined ? project! : { ...fromMetadata(info, points, "PKG-INFO", root), ...(project?.declaredIn === undefined ? {} : { declaredIn: project.declaredIn }) };
  return { ...readTree("sdist", path, root, distribution, python), notes };
}

/** Tags of a wheel from its WHEEL file. */
export const wheelTags = (wheel: string | null | undefined): string[] => [...(wheel ?? "").matchAll(/^Tag:\s*(\S+)/gm)].map((match) => match[1]!);

/** Paths of RECORD. */
const recordPaths = (record: string): string[] => record.split(/\r?\n/).filter((line) => line !== "").map((line) => (line.startsWith('"') ? line.slice(1, line.indexOf('"', 1)) : line.split(",", 1)[0]!));

function readWheel(path: string, root: string, python: FoundPython): PythonPluginSource {
  const { distribution, wheel } = wheelAt(path, root, python);
  return fromInstalledFiles("wheel", path, root, distribution, wheel, python);
}

/** Metadata and files of an unpacked wheel. */
function wheelAt(path: string, root: string, python: FoundPython): { distribution: PythonDistribution; wheel: PythonWheel } {
  const info = readdirSync(root).find((name) => name.endsWith(".dist-info"));
  if (info === undefined || textOf(join(root, info, "METADATA")) === undefined) throw new NoPythonPlugin(`"${path}" is no wheel: it has no .dist-info/METADATA`);
  const points = entryPointsOfText(textOf(join(root, info, "entry_points.txt")) ?? "");
  const distribution = fromMetadata(askPython(python.executable, "metadata", { file: join(root, info, "METADATA") }), points, `${info}/METADATA`, join(root, info));
  const wheel: PythonWheel = { how: "as given", files: recordPaths(textOf(join(root, info, "RECORD")) ?? ""), tags: wheelTags(textOf(join(root, info, "WHEEL"))) };
  return { distribution, wheel };
}

function fromInstalledFiles(kind: "wheel" | "installed", path: string, root: string, distribution: PythonDistribution, wheel: PythonWheel, python: FoundPython, directories: readonly string[] = [root]): PythonPluginSource {
  const found = entryPointModules(root, distribution.name, distribution.entryPoints, directories);
  const listed = wheel.files.filter((file) => file.endsWith(".py") && !file.startsWith("..") && existsSync(join(root, file)));
  // An editable install has its files elsewhere.
  const files = [...new Set([...listed, ...found.modules.flatMap((m) => (m.file === undefined ? [] : m.file.endsWith("/__init__.py") ? pythonFilesBelow(join(root, dirname(m.file))).map((f) => `${dirname(m.file!)}/${f}`) : [m.file]))])];
  const facts = factsOf(python.executable, root, files);
  const described = { ...distribution, entryPoints: found.points };
  const importPaths = kind === "wheel" ? [root] : [];
  if (found.modules.length > 0) return assemble({ kind, path, root, facts, python, distribution: described, wheel, modules: found.modules, importPaths });
  const dropped = droppedModules(root, facts);
  if (dropped.modules.length === 0) throw new NoPythonPlugin(`No plugin found in "${path}": it has no entry point of group kalico.plugins, and no module with load_config or load_config_prefix`);
  return assemble({ kind, path, root, facts, python, distribution: described, wheel, ...dropped });
}

function readInstalled(name: string, python: FoundPython): PythonPluginSource {
  const answer = askPython(python.executable, "installed", { name });
  if (!answer.found) {
    const others = answer.plugins.length === 0 ? "no installed distribution has entry points of group kalico.plugins" : `installed plugins are ${answer.plugins.join(", ")}`;
    throw new NoPythonPlugin(`Plugin "${name}" does not exist: it is neither a path nor installed in "${python.executable}": ${others}; name another environment with --python PATH`);
  }
  const distribution = fromMetadata(answer.metadata, answer.entryPoints, "METADATA");
  const wheel: PythonWheel = { how: `installed in ${dirname(answer.base)}`, files: answer.files, tags: wheelTags(answer.wheel) };
  const directories = [answer.base, ...answer.paths].map((path) => resolve(path));
  const located = distribution.entryPoints.map(({ value }) => entryPointModules("/", "", [{ name: "x", value }], directories).importPaths[0]).find((directory) => directory !== undefined);
  return fromInstalledFiles("installed", name, located ?? resolve(answer.base), distribution, wheel, python, directories);
}
