/**
 * One page for each rule, made from the catalogue and the mutant that the rule must catch: what it demands, why, a plugin that
 * breaks it. Run as a program it writes docs/rules: `node dist/harness/docs/rule-pages.js`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { catalogue } from "../../conformance/catalogue.js";
import type { Rule } from "../../conformance/rule.js";

const LEVEL: Record<Rule["level"], string> = {
  MUST: "a plugin that breaks it does not conform", SHOULD: "breaking it is a warning", MAY: "good practice, breaking it is a warning", SEC: "security; a plugin that breaks it does not conform, unless the capability is declared",
};
const SEVERITY: Record<Rule["severity"], string> = { S0: "danger to machine or house", S1: "a lost print, a shutdown, or a host that does not start", S2: "wrong behaviour", S3: "a nuisance", S4: "information" };
const PROBLEM_DIRECTORIES = ["plugins-under-test/mutants/src", "plugins-under-test/mutants-python"];

/** Sources of plugins that break a rule on purpose. */
function mutantsOf(id: string, root: string): { file: string; text: string }[] {
  const prefix = id.toLowerCase().replace("-", "_");
  return PROBLEM_DIRECTORIES.flatMap((directory) => {
    const path = join(root, directory);
    return existsSync(path) ? readdirSync(path).filter((f) => f.startsWith(`${prefix}_`) && /\.(ts|py)$/.test(f)).sort().map((file) => ({ file: `${directory}/${file}`, text: readFileSync(join(path, file), "utf8") })) : [];
  });
}

/** @param root of the repository, where the mutants are */
export function rulePage(rule: Rule, root: string): string {
  const mutant = mutantsOf(rule.id, root)[0];
  return `# ${rule.id}: ${rule.title}

**${rule.level}** (${LEVEL[rule.level]}), severity **${rule.severity}** (${SEVERITY[rule.severity]}).

${rule.requirement}

## Why

${rule.source.charAt(0).toUpperCase()}${rule.source.slice(1)}.
${mutant === undefined ? "" : `
## A plugin that breaks it

From [${mutant.file}](../../${mutant.file}), which the rule must catch in every test run:

\`\`\`${mutant.file.endsWith(".py") ? "python" : "ts"}
${mutant.text.trimEnd()}
\`\`\`
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
