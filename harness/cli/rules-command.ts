/** `kalico-hil rules [ID]`: the catalogue, or one rule with its requirement and source. */
import { catalogue, rulesMatching } from "../../conformance/catalogue.js";
import { UsageError } from "./exit-codes.js";

export function rulesCommand(id: string | undefined, write: (text: string) => void): void {
  if (id === undefined) {
    for (const rule of catalogue) write(`${rule.id.padEnd(9)} ${rule.level.padEnd(6)} ${rule.severity}  ${rule.title}`);
    write(`${catalogue.length} rules; "kalico-hil rules ID" tells more of one`);
    return;
  }
  const rules = rulesMatching(id);
  if (rules.length === 0) throw new UsageError(`No rule matches "${id}": "kalico-hil rules" lists them`);
  for (const rule of rules) {
    write(`${rule.id}  ${rule.title}`);
    write(`  level ${rule.level}, severity ${rule.severity}`);
    write(`  ${rule.requirement}`);
    write(`  source: ${rule.source}`);
  }
}
