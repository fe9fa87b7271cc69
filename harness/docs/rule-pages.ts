/**
 * One page for each rule, made from the catalogue, the mutant that the rule must catch and the plugins that pass: what it demands,
 * why, a plugin that breaks it, one that keeps it. Run as a program it writes docs/rules: `node dist/harness/docs/rule-pages.js`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { catalogue } from "../../conformance/catalogue.js";
import type { Rule } from "../../conformance/rule.js";
import { goodExample } from "./good-examples.js";
import { RULE_REASONS } from "./rule-reasons.js";

const LEVEL: Record<Rule["level"], string> = {
  MUST: "a plugin that breaks it does not conform", SHOULD: "breaking it is a warning", MAY: "good practice, breaking it is a warning", SEC: "security; a plugin that breaks it does not conform, unless the capability is declared",
};
const SEVERITY: Record<Rule["severity"], string> = { S0: "danger to machine or house", S1: "a lost print, a shutdown, or a host that does not start", S2: "wrong behaviour", S3: "a nuisance", S4: "information" };
const PROBLEM_DIRECTORIES = ["plugins-under-test/python/mutants", "plugins-under-test/python/packages", "plugins-under-test/python/documents", "plugins-under-test/mutants/src", "plugins-under-test/mutant-package"];
/** Of a package that breaks a rule: the file that shows it. */
const SHOWN = [[/^DOC/, "readme.md"], [/^PKG-017/, "package.json"], [/^PKG/, "pyproject.toml"]] as const;

interface BadExample { file: string; text: string; language: string }

/** A plugin that breaks the rule on purpose: in Python where there is one, else in TypeScript. */
function badExample(id: string, root: string): BadExample | undefined {
  const prefix = `${id.toLowerCase().replace("-", "_")}_`;
  for (const directory of PROBLEM_DIRECTORIES) {
    const path = join(root, directory);
    if (!existsSync(path)) continue;
    const shown = SHOWN.find(([rule]) => rule.test(id))?.[1];
    if (shown === "package.json" && directory.endsWith("mutant-package")) return { file: `${directory}/${shown}`, text: readFileSync(join(path, shown), "utf8"), language: "json" };
    const entry = readdirSync(path, { withFileTypes: true }).filter((e) => e.name.startsWith(prefix) && (e.isDirectory() || /\.(ts|py)$/.test(e.name))).map((e) => e.name).sort()[0];
    if (entry === undefined) continue;
    const isFile = /\.(ts|py)$/.test(entry);
    const candidates = isFile ? [entry] : [shown ?? "", "pyproject.toml", "setup.py", "setup.cfg", `${entry}.py`].filter((f) => f !== "").map((f) => `${entry}/${f}`);
    const file = candidates.find((f) => existsSync(join(path, f)));
    if (file !== undefined) return { file: `${directory}/${file}`, text: readFileSync(join(path, file), "utf8"), language: file.endsWith(".py") ? "python" : file.endsWith(".ts") ? "ts" : file.endsWith(".toml") ? "toml" : "markdown" };
  }
  return undefined;
}

/** A block that may itself hold blocks. */
const fenced = (language: string, text: string): string => {
  const fence = text.includes("```") ? "````" : "```";
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
};

/** Sources as a reader knows them: sections of our notes on the host mean the host's own behaviour. */
const sourceText = (source: string): string => source
  .replace(/host-surface( §[\d.]+)?( step \w+| (heaters|statistics|interpolation|restart and init commands|error mapping|getfloat))*/g, "how Kalico's host behaves")
  .replace(/;? ?rules\.md [\w§.-]+/g, (match) => (match.startsWith(";") ? "" : "this project's own measurement"))
  .replace(/(how Kalico's host behaves); Code_Overview|Code_Overview; how Kalico's host behaves/, "how Kalico's host behaves, and its Code_Overview");

/** @param root of the repository, where the plugins under test are */
export function rulePage(rule: Rule, root: string): string {
  const bad = badExample(rule.id, root);
  const good = goodExample(rule.id, root);
  return `# ${rule.id}: ${rule.title}

**${rule.level}** (${LEVEL[rule.level]}), severity **${rule.severity}** (${SEVERITY[rule.severity]}).

${rule.requirement}

## Why

${RULE_REASONS[rule.id] ?? ""}

Source: ${sourceText(rule.source)}.
${bad === undefined ? "" : `
## A plugin that breaks it

From [${bad.file}](../../${bad.file}), which the rule must catch in every test run:

${fenced(bad.language, bad.text)}
`}${good === undefined ? "" : `
## One that keeps it

${good.file === undefined ? "" : `From [${good.file}](../../${good.file}), which must pass every rule:

`}${fenced(good.language, good.text)}
`}
## Judge only this rule

\`\`\`sh
npx kalico-hil certify . --rules ${rule.id}
\`\`\`

[All rules](README.md)
`;
}

export function ruleIndex(): string {
  const groups = [...new Set(catalogue.map((r) => r.id.split("-", 1)[0]!))];
  return `# Rules\n\n${catalogue.length} rules, one page each. \`kalico-hil explain ID\` shows a page at the terminal.\n${groups.map((group) => `\n## ${group}\n\n| rule | level | severity | title |\n|---|---|---|---|\n${catalogue.filter((r) => r.id.startsWith(`${group}-`)).map((r) => `| [${r.id}](${r.id}.md) | ${r.level} | ${r.severity} | ${r.title.replace(/\|/g, "\\|")} |`).join("\n")}\n`).join("")}`;
}

/** File name below docs/rules → text. */
export function rulePages(root: string): Map<string, string> {
  return new Map([["README.md", ruleIndex()], ...catalogue.map((rule): [string, string] => [`${rule.id}.md`, rulePage(rule, root)])]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? process.cwd();
  mkdirSync(join(root, "docs/rules"), { recursive: true });
  for (const [file, text] of rulePages(root)) writeFileSync(join(root, "docs/rules", file), text);
}
