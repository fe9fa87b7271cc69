/** PKG for Python: what a distribution must be so that a host finds it, loads it, and starts at all. */
import type { Evidence } from "../evidence.js";
import type { EntryPointEvidence, PythonPackageEvidence } from "../python-package.js";
import { inconclusive, judged, notApplicable, type Finding, type Judgement, type Rule } from "../rule.js";

const GROUP = 'group "kalico.plugins"';
/** PEP 440, appendix B, without local versions: what an index accepts. */
const VERSION = /^v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?$/i;
const CORE_SECTIONS = ["printer", "mcu", "constants", "include", "danger_options", "toolhead", "configfile", "gcode", "webhooks", "pins"];
const CORE_PATTERN = /^(extruder|stepper)(_?[a-z0-9]+)?$/;
const CLASSIFIERS = ["Environment :: Plugins", "Framework :: Klippy"];
/** Names at the root of site-packages that belong to nobody's distribution alone. */
const COMMON_ROOTS = ["tests", "test", "docs", "doc", "examples", "example", "scripts", "tools", "build", "dist", "src", "klippy", "extras", "plugins", "kinematics"];
const SHORT_README = 200;

const normalized = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");

/** A rule over distributions: other forms of plugins have none. */
function forPackages(judge: (found: PythonPackageEvidence, evidence: Evidence) => Judgement): Rule["judge"] {
  return (evidence) => (evidence.pythonPackage === undefined ? notApplicable("the plugin is no Python distribution") : judge(evidence.pythonPackage, evidence));
}

/** A trap of today's loader: reported where the loader is strict, acting where it is Kalico's. */
const trap = (judge: Rule["judge"]): Rule["judge"] => (evidence) => (evidence.loader === "kalico" ? notApplicable("the loader is Kalico's: its traps act and are not reported (--loader strict reports them)") : judge(evidence));

/** A module that was dropped, or comes in another language, and is called like one of Kalico's own. */
function judgeDropped({ plugin, capabilities }: Evidence): Judgement {
  const taken = (plugin.collisions ?? []).filter((name) => !capabilities.includes(`overrides-module:${name}`));
  if ((plugin.collisions ?? []).length === 0) return notApplicable("the plugin is no Python distribution, and Kalico has no module of its name");
  return judged(`${Object.keys(plugin.plugins).length} modules`, taken.map((name) => ({
    message: `module "${name}" collides with Kalico's own module of that name: the host does not start without [danger_options] allow_plugin_override`,
    remedy: `choose another name; a plugin that is meant to replace the module declares the capability overrides-module:${name}, in a Python source with the comment "# kalico-capabilities: overrides-module:${name}"`, soft: true,
  })));
}

const declared = (found: PythonPackageEvidence): Finding["place"] => ({ file: found.declaredIn });
const basis = (found: PythonPackageEvidence): string => `${found.kind} ${found.name} ${found.version ?? "without version"}${found.wheel === undefined ? "" : `, wheel ${found.wheel.how}`}`;

/** One finding per entry point for which `message` answers. */
const perEntryPoint = (found: PythonPackageEvidence, message: (point: EntryPointEvidence) => string | undefined, remedy: string): Judgement =>
  found.entryPoints.length === 0 ? inconclusive("there are no entry points") : judged(`${found.entryPoints.length} entry points`, found.entryPoints.flatMap((point) => {
    const text = message(point);
    return text === undefined ? [] : [{ message: text, remedy, place: declared(found)! }];
  }));

const INCOMPATIBLE = /^(proprietary|all rights reserved|commercial|cc-by-nc.*|cc-by-nd.*|sspl.*|busl.*|gpl-2\.0-only|gpl-2\.0|gplv2|cddl.*|epl-1.*|other\/proprietary license)$/i;

function licenceProblem(found: PythonPackageEvidence): string | undefined {
  const classifiers = found.classifiers.filter((c) => c.startsWith("License ::")).map((c) => c.split(" :: ").at(-1)!);
  if (found.license === null && classifiers.length === 0) return "no licence is declared";
  const choices = [...(found.license ?? "").split(/\s+or\s+/i), ...classifiers].map((c) => c.replace(/[()]/g, "").trim()).filter((c) => c !== "");
  const refused = choices.filter((choice) => choice.split(/\s+and\s+/i).some((part) => INCOMPATIBLE.test(part.trim())));
  return choices.length > 0 && refused.length === choices.length ? `the licence "${refused[0]}" does not go together with Kalico's GPL-3.0-or-later` : undefined;
}

/** Paths of a wheel that land outside its own modules. */
function strayFiles(found: PythonPackageEvidence): string[] {
  const own = new Set(found.topLevel);
  const stray = new Set<string>();
  for (const file of found.wheel?.files ?? []) {
    const parts = file.split("/");
    const first = parts[0]!;
    if (/\.(dist-info|egg-info)$/.test(first) || first === "__pycache__") continue;
    if (first.endsWith(".data")) {
      if (!["purelib", "platlib"].includes(parts[1] ?? "")) stray.add(`${parts.slice(1, 3).join("/")} (data outside of site-packages)`);
    } else if (first === "..") stray.add(file);
    else if (parts.length === 1 && first.endsWith(".pth")) stray.add(`${first} (runs code at every start of Python)`);
    else if (parts.length === 1 && !/\.(py|pyi|so|pyd)$/.test(first)) stray.add(first);
    else {
      const name = first.split(".", 1)[0]!;
      if (!own.has(name) && COMMON_ROOTS.includes(name)) stray.add(parts.length === 1 ? first : `${first}/`);
    }
  }
  return [...stray];
}

export const pythonPackageRules: readonly Rule[] = [
  {
    id: "PKG-001", title: "Entry point of group kalico.plugins exists and imports", level: "MUST", severity: "S1",
    requirement: `The distribution must declare an entry point of ${GROUP} whose module exists and can be imported.`,
    source: "host-surface §2.4; guide for plugin authors, packaging",
    judge: forPackages((found, { plugin }) => {
      const remedy = 'declare in pyproject.toml [project.entry-points."kalico.plugins"] my_plugin = "my_plugin", with the module shipped';
      if (found.entryPoints.length === 0) return judged(basis(found), [{ message: `${found.declaredIn} declares no entry point of ${GROUP}: a host does not find the plugin`, remedy, place: declared(found)! }]);
      const findings = found.entryPoints.filter((p) => p.file === undefined).map((p): Finding => ({ message: `entry point "${p.name}" names "${p.value}", and there is no such module`, remedy, place: declared(found)! }));
      if (findings.length === 0 && !plugin.import.ok && plugin.import.exited !== true) {
        if ((plugin.missing ?? []).length > 0) return inconclusive(`cannot judge: needs ${plugin.missing!.map((m) => m.module).join(", ")}`);
        findings.push({ message: `an entry point does not import: ${plugin.import.error?.split("\n")[0] ?? "unknown error"}`, remedy, ...(plugin.import.place === undefined ? {} : { place: plugin.import.place }) });
      }
      return judged(basis(found), findings);
    }),
  },
  {
    id: "PKG-002", title: "Entry-point value is a bare module named like the distribution", level: "MUST", severity: "S1",
    requirement: "The value of an entry point must be a top-level module whose name is that of the distribution: a host looks the metadata up by it, and does not start when there is none.",
    source: "host-surface §2.4: importlib.metadata.metadata(entry_point.value)",
    judge: trap(forPackages((found) => perEntryPoint(found, (point) => {
      if (!/^[A-Za-z_]\w*$/.test(point.value)) return `entry point "${point.name}" has the value "${point.value}", which is no bare top-level module: the host stops at its start with PackageNotFoundError`;
      return normalized(point.value) === normalized(found.name) ? undefined : `entry point "${point.name}" names the module "${point.value}", the distribution is called "${found.name}": the host finds no metadata under the module's name and stops at its start`;
    }, "name the distribution like its top-level module, and let the entry point name that module"))),
  },
  {
    id: "PKG-003", title: "The loaded object is a module with a load function", level: "MUST", severity: "S1",
    requirement: "The module of an entry point must have at least one of load_config, load_config_prefix and register_components.",
    source: "host-surface §2.3",
    judge: forPackages((found, { plugin }) => perEntryPoint({ ...found, entryPoints: found.entryPoints.filter((p) => p.file !== undefined) }, (point) => {
      const exported = plugin.exports[point.name];
      if (point.value.includes(":")) return `entry point "${point.name}" names the attribute "${point.value}", not a module`;
      if (exported !== undefined ? exported.length > 0 : point.functions.length > 0) return undefined;
      return `the module "${point.value}" has neither load_config nor load_config_prefix nor register_components`;
    }, "define load_config(config) for [name], or load_config_prefix(config) for [name x]")),
  },
  {
    id: "PKG-004", title: "Entry-point name is a usable section word", level: "MUST", severity: "S2",
    requirement: "The name of an entry point must be a word of lower-case letters, digits and underscores: sections are compared with it as written.",
    source: "host-surface §2.2",
    judge: trap(forPackages((found) => perEntryPoint(found, ({ name }) => (/^[a-z][a-z0-9_]*$/.test(name) ? undefined : `entry point "${name}" is no usable name of a section${/\s/.test(name) ? ": a name with a space never matches" : ""}`), "use a name of lower-case letters, digits and underscores"))),
  },
  {
    id: "PKG-005", title: "Name does not collide with another module", level: "MUST", severity: "S1",
    requirement: "The name of an entry point must not be that of one of Kalico's own modules, unless the plugin declares that it replaces it.",
    source: "host-surface §2.2: every start fails, also when the section is not configured",
    judge: trap((evidence) => evidence.pythonPackage === undefined ? judgeDropped(evidence) : forPackages((found, { capabilities }) => perEntryPoint(found, ({ name, takenBy }) => {
      const others = takenBy.filter((who) => !who.startsWith("distribution "));
      return others.length === 0 || capabilities.includes(`overrides-module:${name}`) ? undefined : `entry point "${name}" collides with ${others.join(" and ")}: the host does not start without [danger_options] allow_plugin_override`;
    }, 'choose another name; a plugin that is meant to replace the module declares [tool.kalico-hil] capabilities = ["overrides-module:NAME"]'))(evidence)),
  },
  {
    id: "PKG-006", title: "Name is not a core section", level: "MUST", severity: "S1",
    requirement: "The name of an entry point must not be that of a section that the host itself reads, such as printer or extruder.",
    source: "host-surface §2.2: an entry point called `printer` is called for [printer]",
    judge: trap(forPackages((found) => perEntryPoint(found, ({ name }) => (CORE_SECTIONS.includes(name) || CORE_PATTERN.test(name) ? `entry point "${name}" is called for the core section [${name}]` : undefined), "choose another name"))),
  },
  {
    id: "PKG-007", title: "Entry-point name is unique", level: "MUST", severity: "S1",
    requirement: "No two entry points may have one name: which of them a host takes is not defined.",
    source: "host-surface §2.2: the last one discovered wins, silently",
    judge: trap(forPackages((found) => {
      const names = found.entryPoints.map((p) => p.name);
      const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
      const findings = [...twice.map((name) => `entry point "${name}" is declared twice`), ...found.entryPoints.flatMap((p) => p.takenBy.filter((who) => who.startsWith("distribution ")).map((who) => `entry point "${p.name}" is declared by ${who} as well, which is installed here`))];
      return judged(`${names.length} entry points, and those of the environment`, findings.map((message) => ({ message, remedy: "give each plugin a name of its own", place: declared(found)! })));
    })),
  },
  {
    id: "PKG-008", title: "Name, version and summary are present", level: "MUST", severity: "S3",
    requirement: "The metadata must have a name, a version as in PEP 440, and a summary: front ends show them.",
    source: "host-surface §2.4",
    judge: forPackages((found) => {
      const problems = [
        ...(found.name === "" ? ["there is no name"] : []),
        ...(found.version === null ? (found.versionIsDynamic ? [] : ["there is no version"]) : VERSION.test(found.version) ? [] : [`the version "${found.version}" is none of PEP 440`]),
        ...(found.summary === null ? ['there is no summary ("description" in pyproject.toml)'] : []),
      ];
      if (problems.length === 0 && found.version === null) return inconclusive(`the version is computed when the distribution is built (${found.noWheel ?? "it was not built"})`);
      return judged(basis(found), problems.map((message) => ({ message, remedy: "complete [project] in pyproject.toml", place: declared(found)! })));
    }),
  },
  {
    id: "PKG-009", title: "README is in the body of the metadata", level: "SHOULD", severity: "S3",
    requirement: "The README should be the description in the body of the metadata: the host hands it to front ends.",
    source: "host-surface §2.4; guide for plugin authors",
    judge: forPackages((found) => judged(basis(found), [
      ...(found.descriptionInHeader ? ["the description is a header of old metadata: hosts read the body and find nothing"] : []),
      ...(found.description.trim() === "" && !found.descriptionInHeader ? ["there is no description: [project] names no readme"] : []),
      ...(found.description.trim() !== "" && found.description.trim().length < SHORT_README ? [`the description has ${found.description.trim().length} characters, fewer than ${SHORT_README}: it can hardly explain the configuration`] : []),
    ].map((message) => ({ message, remedy: 'write a README with the plugin\'s configuration and name it: readme = "readme.md"', place: declared(found)! })))),
  },
  {
    id: "PKG-010", title: "Classifiers name plugin and framework", level: "MAY", severity: "S4",
    requirement: `The classifiers may be "${CLASSIFIERS.join('" and "')}".`,
    source: "guide for plugin authors",
    judge: forPackages((found) => judged(`${found.classifiers.length} classifiers`, CLASSIFIERS.filter((c) => !found.classifiers.includes(c)).map((c) => ({ message: `classifier "${c}" is missing`, remedy: "add it to classifiers", place: declared(found)! })))),
  },
  {
    id: "PKG-011", title: "Runs on every Python that Kalico runs on", level: "SHOULD", severity: "S1",
    requirement: "The distribution should allow CPython 3.9 and later, and its code should run from 3.9 to 3.13.",
    source: "Kalico's requires-python >=3.9",
    judge: forPackages((found) => judged(basis(found), [
      ...(found.excludedPythons.length === 0 ? [] : [{ message: `requires-python "${found.requiresPython}" shuts out Python ${found.excludedPythons.join(", ")}, on which Kalico runs`, remedy: 'use requires-python = ">=3.9"', place: declared(found)! }]),
      ...found.newerSyntax.map(({ what, versions, place }) => ({ message: `fails on Python ${versions}: ${what}`, remedy: "write it so that Python 3.9 to 3.13 all run it", place })),
    ])),
  },
  {
    id: "PKG-012", title: "Requirements agree with what Kalico installs", level: "MUST", severity: "S1",
    requirement: "The requirements must admit the versions that Kalico pins: they are installed in one environment.",
    source: "Kalico's dependencies",
    judge: forPackages((found) => judged(`${found.requires.length} requirements`, found.conflicts.map((c) => ({ message: `requires "${c.requirement}", but Kalico installs ${c.package} ${c.installed.join(" or ")}`, remedy: `widen the requirement on ${c.package}`, place: declared(found)! })))),
  },
  {
    id: "PKG-013", title: "Writes no files outside its own package", level: "MUST", severity: "S1",
    requirement: "The wheel must not install files outside the plugin's own package: names such as tests, klippy or extras belong to others.",
    source: "host-surface §2; import aliases of the host",
    judge: forPackages((found) => found.wheel === undefined
      ? judged(`modules of the tree (${found.noWheel ?? "no wheel"})`, found.topLevel.filter((name) => COMMON_ROOTS.includes(name)).map((name) => ({ message: `the distribution installs "${name}"`, remedy: "ship the plugin's own package only, under a name of its own", place: declared(found)! })))
      : judged(`${found.wheel.files.length} files of the wheel, ${found.wheel.how}`, strayFiles(found).map((file) => ({ message: `the wheel installs "${file}"`, remedy: "ship the plugin's own package only: set py-modules or packages of the build tool", place: declared(found)! })))),
  },
  {
    id: "PKG-014", title: "Does not shadow other modules", level: "MUST", severity: "S1",
    requirement: "The plugin's modules must not be called like one of the standard library or of the host.",
    source: "host-surface §2; import aliases of the host",
    judge: forPackages((found) => perEntryPoint(found, ({ value, shadows }) => (shadows.length === 0 ? undefined : `module "${value}" is called like ${shadows.join(" and ")}`), "rename the module")),
  },
  {
    id: "PKG-015", title: "The wheel is pure or covers the printers' platforms", level: "SHOULD", severity: "S3",
    requirement: "The wheel should be pure Python, or there should be wheels for aarch64 and armv7l: building on a printer exhausts it.",
    source: "a source build that exhausted a small board",
    judge: forPackages((found) => {
      const remedy = "avoid compiled code, or publish wheels for manylinux aarch64 and armv7l";
      if (found.wheel === undefined) return judged("sources", found.nativeSources.map((file) => ({ message: `"${file}" is compiled code: each printer has to build it`, remedy, place: { file } })));
      const tags = [...found.wheel.tags, ...found.wheel.siblingTags];
      const platforms = tags.map((tag) => tag.split("-").at(-1)!);
      const missing = platforms.includes("any") || tags.length === 0 ? [] : ["aarch64", "armv7l"].filter((machine) => !platforms.some((p) => p.endsWith(machine)));
      return judged(tags.join(", ") || "no tags", missing.length === 0 ? [] : [{ message: `the wheel is for ${found.wheel.tags.join(", ")}; there is none for ${missing.join(" and ")}`, remedy, place: declared(found)! }]);
    }),
  },
  {
    id: "PKG-016", title: "A licence is declared and goes together with the GPL", level: "SHOULD", severity: "S4",
    requirement: "The distribution should declare a licence that can be combined with Kalico's GPL-3.0-or-later.",
    source: "Kalico's rules for contributions",
    judge: forPackages((found) => {
      const problem = licenceProblem(found);
      return judged(found.license ?? "classifiers", problem === undefined ? [] : [{ message: problem, remedy: 'declare it: license = "GPL-3.0-or-later" in [project]', place: declared(found)! }]);
    }),
  },
];
