/** `PythonPluginSource` → evidence of the distribution: compared with Kalico's own modules, its dependencies, its Pythons. */
import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { satisfies } from "@renovatebot/pep440";
import type { EntryPointEvidence, PythonPackageEvidence } from "../../conformance/python-package.js";
import { KALICO_EXTRAS } from "../../host/printer/kalico-extras.js";
import { KLIPPY_MODULES } from "./find-modules.js";
import type { PythonDistribution, PythonPluginSource } from "./plugin-source.js";
import { normalizedName } from "./project-metadata.js";
import { askPython } from "./python-script.js";
import { filesBelow } from "./source-files.js";

/** Versions that Kalico f2532ee34 installs of its dependencies, over all the Pythons it runs on. */
export const KALICO_PINS: Readonly<Record<string, readonly string[]>> = {
  cffi: ["1.15.1", "1.17.1"], greenlet: ["2.0.2", "3.0.3", "3.1.0", "3.3.0"], jinja2: ["3.1.6"], markupsafe: ["2.1.5"], numpy: ["2.0.2", "2.2.2", "2.3.5"],
  pyserial: ["3.4"], "python-can": ["4.6.1"],
};
const PYTHONS = ["3.9", "3.10", "3.11", "3.12", "3.13"];
const NATIVE = /\.(c|cc|cpp|cxx|pyx|pxd|rs|f90)$/i;

interface Requirement { name: string; specifier: string }

/** Name and versions of a requirement; undefined when a marker limits it, or it names a place. */
export function parseRequirement(text: string): Requirement | undefined {
  const [requirement = "", marker] = text.split(";", 2);
  if (marker !== undefined && marker.trim() !== "") return undefined;
  const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*([^()@]*?)\s*\)?\s*$/.exec(requirement);
  return match === null ? undefined : { name: normalizedName(match[1]!), specifier: match[2]! };
}

/** Requirements that none of the versions which Kalico installs fulfils. */
export function requirementConflicts(requires: readonly string[], pins: Readonly<Record<string, readonly string[]>> = KALICO_PINS): PythonPackageEvidence["conflicts"] {
  return requires.flatMap((requirement) => {
    const parsed = parseRequirement(requirement);
    const installed = parsed === undefined || parsed.specifier === "" ? undefined : pins[parsed.name];
    if (installed === undefined || installed.some((version) => satisfies(version, parsed!.specifier))) return [];
    return [{ requirement: requirement.trim(), package: parsed!.name, installed: [...installed] }];
  });
}

/** CPython versions of Kalico's that a `requires-python` shuts out. */
export const excludedPythons = (requiresPython: string | null): string[] =>
  requiresPython === null ? [] : PYTHONS.filter((version) => ![0, 30].some((patch) => satisfies(`${version}.${patch}`, requiresPython)));

const KINDS = { "source-tree": "source tree", sdist: "sdist", wheel: "wheel", installed: "installed distribution", repository: "repository", file: "file", directory: "directory" } as const;

/** Evidence of the distribution; undefined for plugins that are none. */
export function packageEvidence(source: PythonPluginSource): PythonPackageEvidence | undefined {
  const { distribution } = source;
  if (distribution === undefined) return undefined;
  const topLevel = [...new Set(distribution.entryPoints.map(({ value }) => value.split(/[.:[]/, 1)[0]!.trim()))];
  const standard = askPython(source.python.executable, "stdlib", { names: topLevel });
  const entryPoints = distribution.entryPoints.map(({ name, value, file }): EntryPointEvidence => {
    const top = value.split(/[.:[]/, 1)[0]!.trim();
    return {
      name, value, ...(file === undefined ? {} : { file }), functions: file === undefined ? [] : (source.facts[file]?.functions ?? []),
      takenBy: [...(KALICO_EXTRAS.includes(name) ? ["Kalico's own module of that name"] : []), ...source.others.filter((other) => other.name === name).map((other) => `distribution ${other.distribution}`)],
      shadows: [...(standard[top] === true ? ["a module of the standard library"] : []), ...(KLIPPY_MODULES.includes(top) ? ["a module of the host"] : [])],
    };
  });
  const newerSyntax = source.files.flatMap((file) => {
    const { error, problems = [] } = source.facts[file]!;
    if (error !== undefined) return [{ what: error.message, versions: source.python.version, place: { file, line: error.line } }];
    return problems.map(({ line, what, versions }) => ({ what, versions, place: { file, line } }));
  });
  const { wheel } = source;
  return {
    kind: KINDS[source.kind], ...fields(distribution), excludedPythons: excludedPythons(distribution.requiresPython), conflicts: requirementConflicts(distribution.requires),
    entryPoints, nativeSources: source.kind === "source-tree" || source.kind === "sdist" ? filesBelow(source.root, (name) => NATIVE.test(name)) : [], topLevel, newerSyntax,
    ...(wheel === undefined ? {} : { wheel: { ...wheel, siblingTags: siblingTags(source) } }), ...(source.noWheel === undefined ? {} : { noWheel: source.noWheel }),
  };
}

const fields = (distribution: PythonDistribution): Omit<PythonDistribution, "entryPoints"> => {
  const { entryPoints: _, ...rest } = distribution;
  return rest;
};

/** Tags of other wheels of the same version in the wheel's directory. */
function siblingTags(source: PythonPluginSource): string[] {
  if (source.kind !== "wheel") return [];
  const [name, version] = basename(source.path).split("-");
  return readdirSync(dirname(source.path)).filter((file) => file.endsWith(".whl") && file.startsWith(`${name}-${version}-`) && file !== basename(source.path)).sort()
    .map((file) => file.slice(0, -4).split("-").slice(-3).join("-"));
}
