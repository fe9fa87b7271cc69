/** `kalico-hil explain RULE`: the page of a rule: what it demands, why it exists, a plugin that breaks it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { rulesMatching } from "../../conformance/catalogue.js";
import { rulePage } from "../docs/rule-pages.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";

export function explainCommand(id: string, progress: Progress): number {
  const rules = rulesMatching(id);
  if (rules.length === 0) throw new UsageError(`No rule matches "${id}": "kalico-hil rules" lists them`);
  const root = dirname(createRequire(import.meta.url).resolve("kalico-hil/package.json"));
  for (const rule of rules) {
    // The written page has the example where the mutants themselves are not installed.
    const page = join(root, "docs/rules", `${rule.id}.md`);
    progress.line(existsSync(page) ? readFileSync(page, "utf8").trimEnd() : rulePage(rule, root).trimEnd());
  }
  return EXIT.conforming;
}
