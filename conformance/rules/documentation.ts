/**
 * DOC: what the documents of a package say, against what the plugin was seen to do: options with defaults and ranges,
 * commands with parameters, status keys, endpoints, and a configuration that loads. Single files bring no documents.
 */
import { documentedBlocks, documentedOptions, hasWord, numbersNear, textNear } from "../documents.js";
import type { Evidence, LearnedOption } from "../evidence.js";
import { inconclusive, judged, notApplicable, type Finding, type Judgement, type Rule } from "../rule.js";
import { firstLine, firstOfEach, NO_COMMANDS, notSeen, pluginSessions } from "./evidence-views.js";

const firstWord = (section: string): string => section.split(/\s+/, 1)[0]!;
const isOwn = (evidence: Evidence, section: string): boolean => Object.keys(evidence.plugin.plugins).includes(firstWord(section));

/** A rule over the documents of packages; `judge` gets their text. */
function forDocuments(judge: (text: string, evidence: Evidence) => Judgement): Rule["judge"] {
  return (evidence) => {
    const { plugin } = evidence;
    const text = plugin.documentation ?? plugin.description;
    if (plugin.form === "file") return notApplicable("a single file brings no documents");
    if (plugin.language === "python" && evidence.pythonPackage === undefined && text.trim() === "") return notApplicable("modules that are dropped into a folder bring no documents");
    return judge(text, evidence);
  };
}

/** Options of the plugin's sections, each once whatever the number of sections. */
const ownOptions = (evidence: Evidence): LearnedOption[] =>
  firstOfEach(evidence.schema.filter((o) => isOwn(evidence, o.section) && o.option !== "kalico_hil_unknown_option"), (o) => `${firstWord(o.section)} ${o.option}`);

const BOUNDS = [["minval", "at least"], ["maxval", "at most"], ["above", "above"], ["below", "below"]] as const;

/** What the text near the option does not say of it. */
function missingOf(text: string, option: LearnedOption): string[] {
  const near = textNear(text, option.option);
  const numbers = numbersNear(near);
  const says = (value: number): boolean => numbers.has(value) || (value === 0 && /\b(positive|negative|zero)\b/i.test(near));
  const missing: string[] = [];
  const { default: fallback } = option;
  if (typeof fallback === "number" && Number.isFinite(fallback) && !says(fallback)) missing.push(`the default ${fallback}`);
  if (typeof fallback === "string" && fallback.trim() !== "" && !near.toLowerCase().includes(fallback.trim().split("\n")[0]!.toLowerCase())) missing.push(`the default "${firstLine(fallback).slice(0, 40)}"`);
  if (typeof fallback === "boolean" && !(fallback ? /\b(true|yes|on|enabled)\b/i : /\b(false|no|not|off|disabled)\b/i).test(near)) missing.push(`the default ${fallback ? "True" : "False"}`);
  for (const [bound, words] of BOUNDS) {
    const value = option[bound];
    if (value !== undefined && Number.isFinite(value) && !says(value)) missing.push(`the limit ${words} ${value}`);
  }
  for (const choice of option.choices ?? []) if (!near.toLowerCase().includes(String(choice).toLowerCase())) missing.push(`the choice "${choice}"`);
  return missing;
}

function undocumentedOptions(text: string, evidence: Evidence): Finding[] {
  return ownOptions(evidence).flatMap((option): Finding[] => {
    const remedy = `write [${firstWord(option.section)}] ${option.option} in the README with its default and its range`;
    if (!hasWord(text, option.option)) return [{ message: `option '${option.option}' of section '${firstWord(option.section)}' is read and not documented`, remedy }];
    const missing = missingOf(text, option);
    return missing.length === 0 ? [] : [{ message: `option '${option.option}' of section '${firstWord(option.section)}' is documented without ${missing.join(" and ")}`, remedy }];
  });
}

function undocumentedCommands(text: string, evidence: Evidence): Finding[] {
  return evidence.commands.flatMap((command): Finding[] => {
    const remedy = `write ${command.command} in the README with its parameters`;
    if (!hasWord(text, command.command)) return [{ message: `command ${command.command} is registered and not documented`, remedy }];
    if (command.replaces === true) return [];
    const names = [...(command.muxKey === undefined ? [] : [command.muxKey]), ...command.params.map(({ name }) => name)];
    const missing = [...new Set(names)].filter((name) => !hasWord(text, name));
    return missing.length === 0 ? [] : [{ message: `command ${command.command} is documented without its parameter${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`, remedy }];
  });
}

/** Status keys by the module that publishes them. */
function statusKeys(evidence: Evidence): { object: string; key: string }[] {
  const all = pluginSessions(evidence).flatMap((s) => s.status).filter((s) => isOwn(evidence, s.object)).flatMap((s) => s.keys.map((key) => ({ object: firstWord(s.object), key })));
  return firstOfEach(all, ({ object, key }) => `${object} ${key}`);
}

/** Paths of the endpoints that the plugin registers. */
function endpoints(evidence: Evidence): string[] {
  const calls = pluginSessions(evidence).flatMap((s) => s.calls).filter((c) => c.object === "webhooks" && /^register(Mux)?Endpoint$/.test(c.member));
  return [...new Set(calls.flatMap((c) => /["']([^"']+)["']/.exec(c.firstArgs)?.[1] ?? []))];
}

export const documentationRules: readonly Rule[] = [
  {
    id: "DOC-001", title: "Every option is documented with default and range", level: "SHOULD", severity: "S3",
    requirement: "Each option that the plugin reads should be in its documents, with its default and its range.",
    source: "Kalico's rules for contributions",
    judge: forDocuments((text, evidence) => {
      const options = ownOptions(evidence);
      return options.length === 0 ? notApplicable("the plugin reads no options") : judged(`${options.length} options`, undocumentedOptions(text, evidence));
    }),
  },
  {
    id: "DOC-002", title: "Every command and parameter is documented", level: "SHOULD", severity: "S3",
    requirement: "Each command that the plugin registers should be in its documents, with each parameter.",
    source: "Kalico's rules for contributions",
    judge: forDocuments((text, evidence) => evidence.commands.length === 0 ? notSeen(evidence, NO_COMMANDS) : judged(`${evidence.commands.length} commands`, undocumentedCommands(text, evidence))),
  },
  {
    id: "DOC-003", title: "Every status key is documented", level: "SHOULD", severity: "S3",
    requirement: "Each key of the plugin's status should be in its documents: macros and front ends use it.",
    source: "Kalico's rules for contributions",
    judge: forDocuments((text, evidence) => {
      const keys = statusKeys(evidence);
      if (keys.length === 0) return notSeen(evidence, "the plugin publishes no status");
      return judged(`${keys.length} keys`, keys.filter(({ key }) => !hasWord(text, key)).map(({ object, key }) => ({ message: `status key '${key}' of printer.${object} is not documented`, remedy: `write ${key} in the README: what it is, its type and unit` })));
    }),
  },
  {
    id: "DOC-004", title: "Every endpoint is documented", level: "SHOULD", severity: "S3",
    requirement: "Each endpoint that the plugin registers should be in its documents.",
    source: "Kalico's rules for contributions",
    judge: forDocuments((text, evidence) => {
      const paths = endpoints(evidence);
      return paths.length === 0 ? notSeen(evidence, "the plugin registers no endpoints")
        : judged(`${paths.length} endpoints`, paths.filter((path) => !text.includes(path)).map((path) => ({ message: `endpoint "${path}" is not documented`, remedy: `write ${path} in the README with its parameters and its answer` })));
    }),
  },
  {
    id: "DOC-005", title: "README has a configuration that loads", level: "MUST", severity: "S3",
    requirement: "The documents must show a configuration of the plugin, in a fenced block, that loads as it is.",
    source: "guide for plugin authors",
    judge: forDocuments((text, evidence) => {
      const remedy = "show the smallest configuration that works in a block of ```ini, with every required option";
      const names = Object.keys(evidence.plugin.plugins);
      const blocks = documentedBlocks(text, names);
      if (names.length === 0) return notApplicable("the plugin serves no section");
      if (blocks.length === 0) return judged("the documents", [{ message: `the documents show no configuration of [${names[0]}] in a fenced block`, remedy }]);
      const probes = evidence.probes.filter((p) => p.kind === "documented");
      if (probes.length === 0) return inconclusive("the documented configurations were not loaded");
      const loads = probes.some((p) => p.state === "ready" && p.loaded);
      return judged(`${probes.length} documented configurations`, loads ? [] : [{ message: `no documented configuration loads; the first ends with: ${firstLine(probes[0]!.message)}`, remedy, scenario: probes[0]!.scenario.id }]);
    }),
  },
  {
    id: "DOC-006", title: "Documented options exist", level: "SHOULD", severity: "S3",
    requirement: "Each option that the documents show in a configuration of the plugin should be one that the plugin reads.",
    source: "the reverse of DOC-001: users copy from documents",
    judge: forDocuments((text, evidence) => {
      const shown = documentedOptions(text, Object.keys(evidence.plugin.plugins));
      if (shown.length === 0) return notApplicable("the documents show no options");
      if (evidence.schema.length === 0) return inconclusive("no option was seen to be read");
      const read = new Set(evidence.schema.map((o) => `${firstWord(o.section)} ${o.option.toLowerCase()}`));
      return judged(`${shown.length} documented options`, shown.filter(({ module, option }) => !read.has(`${module} ${option}`)).map(({ module, option }) => ({ message: `the documents show option '${option}' in [${module}], and the plugin never reads it`, remedy: "correct the name or remove it: a host refuses options that nobody reads" })));
    }),
  },
];
