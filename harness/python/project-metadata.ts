/** Metadata of a distribution from pyproject.toml, setup.cfg or setup.py (read, not run), PKG-INFO or METADATA. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import type { PythonDistribution } from "./plugin-source.js";
import { askPython, type PythonMessage } from "./python-script.js";
import { textOf } from "./source-files.js";

/** The group of entry points that the host looks at. */
export const ENTRY_POINT_GROUP = "kalico.plugins";

/** The distribution's own files are broken: usage, exit code 3. */
export class BadProject extends Error {
  override name = "BadProject";
}

export type Toml = Record<string, unknown>;

const table = (value: unknown): Toml => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Toml) : {});
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((v): v is string => typeof v === "string") : []);

/** PEP 503: how names of distributions are compared. */
export const normalizedName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");

/** pyproject.toml of a directory. @throws BadProject when it is no TOML */
export function readPyproject(root: string): Toml | undefined {
  const source = textOf(join(root, "pyproject.toml"));
  if (source === undefined) return undefined;
  try {
    return parse(source) as Toml;
  } catch (error) {
    throw new BadProject(`"${join(root, "pyproject.toml")}" is not valid TOML: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
  }
}

/** What a source tree says of the distribution that it becomes; undefined when it becomes none. */
export function projectOf(root: string, python: string): PythonDistribution | undefined {
  const pyproject = readPyproject(root);
  if (pyproject !== undefined) {
    const fromProject = fromPyproject(root, pyproject) ?? fromPoetry(root, pyproject);
    if (fromProject !== undefined) return fromProject;
  }
  return existsSync(join(root, "setup.py")) || existsSync(join(root, "setup.cfg")) ? fromSetup(root, python) : undefined;
}

function entryPoints(group: unknown): PythonDistribution["entryPoints"] {
  return Object.entries(table(group)).map(([name, value]) => ({ name, value: typeof value === "string" ? value : JSON.stringify(value) }));
}

function readmeText(root: string, readme: unknown): string {
  const named = table(readme);
  if (typeof named["text"] === "string") return named["text"];
  const file = typeof readme === "string" ? readme : named["file"];
  return typeof file === "string" ? (textOf(join(root, file)) ?? "") : "";
}

function fromPyproject(root: string, pyproject: Toml): PythonDistribution | undefined {
  if (pyproject["project"] === undefined) return undefined;
  const project = table(pyproject["project"]);
  const points = entryPoints(table(project["entry-points"])[ENTRY_POINT_GROUP]);
  // A [project] without build system and entry points describes an environment for development, not a distribution.
  if (points.length === 0 && pyproject["build-system"] === undefined) return undefined;
  const dynamic = texts(project["dynamic"]);
  const license = project["license"];
  const licenseFile = table(license)["file"];
  return {
    name: text(project["name"]) ?? "", version: text(project["version"]), versionIsDynamic: dynamic.includes("version"), summary: text(project["description"]),
    description: readmeText(root, project["readme"]), descriptionInHeader: false, classifiers: texts(project["classifiers"]), requiresPython: text(project["requires-python"]),
    requires: texts(project["dependencies"]),
    license: text(license) ?? text(table(license)["text"]) ?? (typeof licenseFile === "string" ? licenceIn(root, [licenseFile]) : licenceIn(root)),
    entryPoints: points, declaredIn: "pyproject.toml",
  };
}

function fromPoetry(root: string, pyproject: Toml): PythonDistribution | undefined {
  const poetry = table(table(pyproject["tool"])["poetry"]);
  if (text(poetry["name"]) === null) return undefined;
  const requires = Object.entries(table(poetry["dependencies"])).filter(([name]) => name !== "python").map(([name]) => name);
  return {
    name: String(poetry["name"]), version: text(poetry["version"]), versionIsDynamic: false, summary: text(poetry["description"]), description: readmeText(root, poetry["readme"]),
    descriptionInHeader: false, classifiers: texts(poetry["classifiers"]), requiresPython: null, requires,
    license: text(poetry["license"]) ?? licenceIn(root), entryPoints: entryPoints(table(poetry["plugins"])[ENTRY_POINT_GROUP]), declaredIn: "pyproject.toml",
  };
}

/** Lines "name = value" of setup.cfg, or the list or mapping of setup(). */
function setupEntryPoints(said: unknown): PythonDistribution["entryPoints"] {
  const group = table(said)[ENTRY_POINT_GROUP];
  const lines = typeof group === "string" ? group.split("\n") : texts(group);
  return lines.map((line) => line.split("=")).filter((parts) => parts.length >= 2).map(([name, ...value]) => ({ name: name!.trim(), value: value.join("=").trim() }));
}

function fromSetup(root: string, python: string): PythonDistribution | undefined {
  const said = askPython(python, "setup", { root });
  const dynamic = texts(said["dynamic"]);
  if (text(said["name"]) === null && !dynamic.includes("name")) return undefined;
  const lines = (value: unknown): string[] => (typeof value === "string" ? value.split("\n") : texts(value)).map((line) => line.trim()).filter((line) => line !== "");
  const long = text(said["long_description"]) ?? "";
  const file = /^file:\s*([^,\s]+)/.exec(long)?.[1];
  return {
    name: text(said["name"]) ?? "", version: text(said["version"]), versionIsDynamic: dynamic.includes("version") || /^(attr|file):/.test(String(said["version"] ?? "")),
    summary: text(said["description"]), description: file === undefined ? long : (textOf(join(root, file)) ?? ""), descriptionInHeader: false,
    classifiers: lines(said["classifiers"]), requiresPython: text(said["python_requires"]), requires: lines(said["install_requires"]), license: text(said["license"]) ?? licenceIn(root),
    entryPoints: setupEntryPoints(said["entry_points"]), declaredIn: existsSync(join(root, "setup.py")) ? "setup.py" : "setup.cfg",
  };
}

/** METADATA of a wheel or PKG-INFO of an sdist. */
export function fromMetadata(message: PythonMessage, points: readonly (readonly [string, string])[], declaredIn: string, licenceRoot?: string): PythonDistribution {
  const all = (name: string): string[] => message.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  const one = (name: string): string | null => all(name).find((value) => value !== "" && value !== "UNKNOWN") ?? null;
  const description = message.body.trim() === "" ? "" : message.body;
  return {
    name: one("Name") ?? "", version: one("Version"), versionIsDynamic: false, summary: one("Summary"), description, descriptionInHeader: description === "" && one("Description") !== null,
    classifiers: all("Classifier"), requiresPython: one("Requires-Python"), requires: all("Requires-Dist"),
    license: one("License-Expression") ?? one("License") ?? (licenceRoot === undefined ? null : licenceIn(licenceRoot, all("License-File"))),
    entryPoints: points.map(([name, value]) => ({ name, value })), declaredIn,
  };
}

/** Entry points of the group in entry_points.txt, in their order. */
export function entryPointsOfText(source: string): [string, string][] {
  const found: [string, string][] = [];
  let group = "";
  for (const line of source.split(/\r?\n/)) {
    const header = /^\s*\[(.+)\]\s*$/.exec(line);
    if (header !== null) group = header[1]!.trim();
    else if (group === ENTRY_POINT_GROUP && /^\s*[^#;\s]/.test(line) && line.includes("=")) found.push([line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim()]);
  }
  return found;
}

const LICENCE_FILES = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING", "COPYING.md", "license", "license.txt", "License.txt", "license.md"];
const LICENCE_TEXTS: readonly [RegExp, string][] = [
  [/GNU\s+AFFERO\s+GENERAL\s+PUBLIC/i, "AGPL-3.0-or-later"], [/GNU\s+LESSER\s+GENERAL\s+PUBLIC/i, "LGPL-3.0-or-later"],
  [/GNU\s+GENERAL\s+PUBLIC\s+LICENSE[\s\S]{0,80}Version\s+3/i, "GPL-3.0-or-later"], [/GNU\s+GENERAL\s+PUBLIC\s+LICENSE[\s\S]{0,80}Version\s+2/i, "GPL-2.0-or-later"],
  [/Apache\s+License[\s\S]{0,40}Version\s+2/i, "Apache-2.0"], [/Mozilla\s+Public\s+License[\s\S]{0,40}2\.0/i, "MPL-2.0"],
  [/Permission\s+is\s+hereby\s+granted,\s+free\s+of\s+charge/i, "MIT"], [/Redistribution\s+and\s+use\s+in\s+source\s+and\s+binary\s+forms/i, "BSD-3-Clause"],
  [/Permission\s+to\s+use,\s+copy,\s+modify,\s+and(\/or)?\s+distribute/i, "ISC"], [/This\s+is\s+free\s+and\s+unencumbered\s+software/i, "Unlicense"],
  [/Attribution-NonCommercial/i, "CC-BY-NC-4.0"],
];

/** The licence whose text lies beside the project, by its SPDX name; its first line when it is no well-known one. */
export function licenceIn(root: string, files: readonly string[] = LICENCE_FILES): string | null {
  for (const file of files) {
    const path = join(root, file);
    if (textOf(path) === undefined) continue;
    const content = readFileSync(path, "utf8");
    return LICENCE_TEXTS.find(([pattern]) => pattern.test(content))?.[1] ?? text(content.trim().split("\n")[0]?.slice(0, 80)) ?? null;
  }
  return null;
}
