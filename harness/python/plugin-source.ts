/** What a Python plugin is made of, as plain data: read from files, nothing of it was run. */
import type { PythonFileFacts } from "./python-script.js";
import type { FoundPython } from "./find-python.js";

/** How the plugin comes. */
export type PythonSourceKind = "source-tree" | "wheel" | "sdist" | "installed" | "repository" | "file" | "directory";

/** One module that a section may name. */
export interface PythonSourceModule {
  /** First word of the sections that it serves. */
  name: string;
  /** Import name: "my_plugin", "klippy.extras.my_plugin". */
  module: string;
  origin: "entry-point" | "plugins" | "extras";
  /** File relative to the root, where it was found. */
  file?: string;
  /** Distribution that declares the entry point. */
  distribution?: string;
  /** Why it cannot be imported. */
  problem?: string;
}

/** Entry point of the group `kalico.plugins`. */
export interface PythonEntryPoint {
  name: string;
  /** As written: "my_plugin", "package.module", "package.module:attribute". */
  value: string;
  /** File of the module relative to the root; absent when there is none. */
  file?: string;
}

/** What the distribution says of itself. */
export interface PythonDistribution {
  name: string;
  version: string | null;
  /** The version is computed when the distribution is built, and it was not built. */
  versionIsDynamic: boolean;
  summary: string | null;
  /** Body of the metadata: the README. */
  description: string;
  /** The description is an old header of the metadata, which hosts do not read. */
  descriptionInHeader: boolean;
  classifiers: string[];
  requiresPython: string | null;
  /** Requirements as written, e.g. "numpy>=1.24; python_version < '3.13'". */
  requires: string[];
  /** Licence expression or free text. */
  license: string | null;
  entryPoints: PythonEntryPoint[];
  /** File that says all this, for findings. */
  declaredIn: string;
}

/** The wheel that a user would install. */
export interface PythonWheel {
  /** "built by pip wheel", "as given", "installed by pip". */
  how: string;
  /** Paths relative to site-packages. */
  files: string[];
  /** "py3-none-any", … */
  tags: string[];
}

/** A Python plugin, described. */
export interface PythonPluginSource {
  kind: PythonSourceKind;
  /** What the user gave. */
  path: string;
  /** Directory below which the plugin's files lie. */
  root: string;
  /** Entries of sys.path. */
  importPaths: string[];
  /** Directories whose modules belong to klippy.extras and klippy.plugins. */
  extrasPaths: string[];
  pluginsPaths: string[];
  modules: PythonSourceModule[];
  metadata: { name: string; version: string | null; summary: string; description: string };
  distribution?: PythonDistribution;
  wheel?: PythonWheel;
  /** Why no wheel was built. */
  noWheel?: string;
  /** Python files of the plugin, relative to the root. */
  files: string[];
  facts: Record<string, PythonFileFacts>;
  /** SHA-256 over names and contents of the plugin's files. */
  digest: string;
  readme: string;
  /** All of the plugin's documentation: the README and files below `docs`. */
  documentation: string;
  /** Modules that the plugin imports when it is imported, and that nothing provides. */
  missing: { module: string; file: string; line: number }[];
  /** Entry points of the group in the environment that belong to other distributions. */
  others: { distribution: string; name: string }[];
  /** Declared capabilities. */
  capabilities: string[];
  /** printer.cfg and exercise.gcode that come with the plugin. */
  printerConfig?: string;
  exercise?: string[];
  /** What was decided on the way, for the report. */
  notes: string[];
  python: FoundPython;
}
