/**
 * Says to the author of a Python plugin what the rules say to one in TypeScript: members by Kalico's names,
 * and the words of the language. Texts that rules write, never what a plugin or host said, go through here.
 */
import type { Finding, RuleResult } from "../../conformance/rule.js";
import { kalicoMembers } from "../../host/plugins/python/kalico-members.js";
import { snakeCase } from "../../host/plugins/python/names.js";

/** Words of the language, longest first where one holds another. */
const PHRASES: readonly [RegExp, string][] = [
  [/`await (reactor\.pause\([^`]*\))`/g, "`$1`"],
  [/\bNumber\.isFinite\b/g, "math.isfinite"],
  [/\bthrow an Error\b/g, "raise an exception"],
  [/\bthrew\b/g, "raised"],
  [/\bthrown\b/g, "raised"],
  [/\bthrowing\b/g, "raising"],
  [/\bthrows\b/g, "raises"],
  [/\bthrow\b/g, "raise"],
  [/\bprocess\.exit\(\)/g, "sys.exit()"],
  [/\bDate, Math\.random\b/g, "the time of day, random"],
  [/\bpausing or returning a promise\b/g, "pausing"],
  [/, no promise\b/g, ""],
  [/\breturns a promise\b/g, "pauses"],
  [/\btiming of promises\b/g, "timing of threads"],
  [/\bJavaScript timers?\b/g, "thread"],
  [/\bnull\b/g, "None"],
  [/\bgetStatus\(eventtime = this\.reactor\.monotonic\(\)\)/g, "get_status(self, eventtime=None)"],
  [/\bthis\./g, "self."],
  [/\bin the constructor\b/g, "in __init__"],
  [/\bclosures of global listeners\b/g, "closures"],
];

/** Getters of a configuration section have no underscore. */
const CONFIG_GETTERS = /\bconfig\.(get(?:Int|Float|Boolean|Choice|List|IntList|FloatList|Lists|Script|Section))\b/g;

/** Members of host objects and of plugins: names with a capital inside. */
const MEMBER = /(?<![\w"'])([a-z]+(?:[A-Z][a-z0-9]*)+)\b/g;

/** What a plugin's module and objects offer to the host. */
const OFFERED = ["load_config", "load_config_prefix", "register_components", "get_status"];
let known: ReadonlySet<string> | undefined;

/** Only names of Kalico's are translated: a plugin may name its own things as it likes. */
function translated(name: string): string {
  known ??= new Set([...kalicoMembers(), ...OFFERED]);
  const snake = snakeCase(name);
  return known.has(snake) ? snake : name;
}

/** A text of a rule in the words of Python. Quoted plugin text is left alone. */
export function inPython(text: string): string {
  let out = text.replace(CONFIG_GETTERS, (_match, getter: string) => `config.${getter.toLowerCase()}`);
  for (const [pattern, words] of PHRASES) out = out.replace(pattern, words);
  return out.replace(MEMBER, translated);
}

const findingInPython = (finding: Finding): Finding => ({ ...finding, message: inPython(finding.message), remedy: inPython(finding.remedy) });

/** Results for the author of a Python plugin. */
export function resultsInPython(results: readonly RuleResult[]): RuleResult[] {
  return results.map((result) => ({ ...result, title: inPython(result.title), reason: inPython(result.reason), findings: result.findings.map(findingInPython) }));
}
