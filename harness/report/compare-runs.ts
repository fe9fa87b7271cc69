/** Two runs side by side: the rules that differ, and the figures of both. */
import { VERDICTS, type Verdict } from "../../conformance/rule.js";
import { html, type Markup } from "./markup.js";
import type { RunFile } from "./run-file.js";

export interface RuleChange {
  id: string;
  title: string;
  /** undefined: not judged in that run. */
  before: Verdict | undefined;
  after: Verdict | undefined;
  findingsBefore: number;
  findingsAfter: number;
}

/** Rules whose verdict or number of findings differs. */
export function ruleChanges(run: RunFile, other: RunFile): RuleChange[] {
  const ids = [...new Set([...run.result.rules, ...other.result.rules].map((r) => r.id))];
  return ids.flatMap((id) => {
    const after = run.result.rules.find((r) => r.id === id);
    const before = other.result.rules.find((r) => r.id === id);
    if (after?.verdict === before?.verdict && after?.findings.length === before?.findings.length) return [];
    return [{ id, title: (after ?? before)!.title, before: before?.verdict, after: after?.verdict, findingsBefore: before?.findings.length ?? 0, findingsAfter: after?.findings.length ?? 0 }];
  });
}

const direction = ({ before, after }: RuleChange): string =>
  before === undefined ? "new" : after === undefined ? "not judged any more" : VERDICTS.indexOf(after) > VERDICTS.indexOf(before) ? "worse" : VERDICTS.indexOf(after) < VERDICTS.indexOf(before) ? "better" : "other findings";

export function comparisonSection(run: RunFile, other: RunFile): Markup {
  const changes = ruleChanges(run, other);
  const slack = (r: RunFile): string => (r.result.timing.minSlackSeconds === null ? "–" : `${(r.result.timing.minSlackSeconds * 1000).toFixed(1)} ms`);
  const rows: [string, (r: RunFile) => string | number][] = [
    ["Verdict", (r) => r.result.verdict], ["Plugin", (r) => `${r.plugin.name} ${r.plugin.version}`], ["Digest", (r) => r.plugin.sha256.slice(0, 16)], ["Harness", (r) => r.host.harness], ["Board", (r) => r.result.board],
    ["Seed", (r) => r.result.seed], ["Effort", (r) => r.result.effort], ["Loader", (r) => r.inputs?.loader ?? "–"], ["Steps", (r) => r.result.timing.steps], ["Least slack", slack], ["Trace", (r) => r.result.determinism.traceHash],
  ];
  const cell = (verdict: Verdict | undefined, findings: number): Markup => (verdict === undefined ? html`–` : html`<span class="verdict v-${verdict}">${verdict}</span>${findings > 0 ? ` ${findings} findings` : ""}`);
  return html`<section aria-labelledby="compare">
<h2 id="compare">Compared with another run</h2>
<div class="scroll" tabindex="0" role="group" aria-label="Figures of both runs"><table><caption>Figures of both runs</caption><thead><tr><th scope="col">Figure</th><th scope="col">Other run</th><th scope="col">This run</th></tr></thead>
<tbody>${rows.map(([name, of]) => html`<tr><th scope="row">${name}</th><td>${of(other)}</td><td>${of(run)}</td></tr>`)}</tbody></table></div>
${changes.length === 0 ? html`<p>Every rule has the same verdict in both runs.</p>` : html`<div class="scroll" tabindex="0" role="group" aria-label="Rules that differ"><table><caption>Rules that differ</caption><thead><tr><th scope="col">Rule</th><th scope="col">Other run</th><th scope="col">This run</th><th scope="col">Change</th></tr></thead>
<tbody>${changes.map((c) => html`<tr><th scope="row"><a href="#rule-${c.id}" data-open="rule-${c.id}">${c.id}</a> ${c.title}</th><td>${cell(c.before, c.findingsBefore)}</td><td>${cell(c.after, c.findingsAfter)}</td><td>${direction(c)}</td></tr>`)}</tbody></table></div>`}
</section>`;
}
