/** Evidence of a Python distribution: what its metadata, its entry points, its wheel and its sources say, as plain data. */
import type { SourcePlace } from "./source-place.js";

/** An entry point of the group `kalico.plugins`. */
export interface EntryPointEvidence {
  name: string;
  value: string;
  /** File of the module, relative to the plugin; absent when there is none. */
  file?: string;
  /** Load functions found in the module's text, in Python's names. */
  functions: string[];
  /** Who else has a module of this name: "Kalico's own module", "distribution other-plugin". */
  takenBy: string[];
  /** The module's name also is: "a module of the standard library", "a module of the host". */
  shadows: string[];
}

/** A Python distribution, described. */
export interface PythonPackageEvidence {
  /** "source tree", "wheel", "sdist", "installed distribution". */
  kind: string;
  name: string;
  version: string | null;
  versionIsDynamic: boolean;
  summary: string | null;
  description: string;
  descriptionInHeader: boolean;
  classifiers: string[];
  requiresPython: string | null;
  /** Versions of CPython out of 3.9 … 3.13 that `requiresPython` shuts out. */
  excludedPythons: string[];
  requires: string[];
  /** Requirements that no version which Kalico installs fulfils. */
  conflicts: { requirement: string; package: string; installed: string[] }[];
  license: string | null;
  entryPoints: EntryPointEvidence[];
  /** File that declares all this. */
  declaredIn: string;
  /** The wheel that a user installs; absent when there is none and none could be built. */
  wheel?: { how: string; files: string[]; tags: string[]; /** Platforms of the same version's wheels beside it. */ siblingTags: string[] };
  /** Why there is no wheel. */
  noWheel?: string;
  /** Sources of compiled extensions in the tree. */
  nativeSources: string[];
  /** Top-level names of the plugin's modules. */
  topLevel: string[];
  /** What fails on one of CPython 3.9 … 3.13. */
  newerSyntax: { what: string; versions: string; place: SourcePlace }[];
}
