/**
 * The report as one HTML file that needs nothing else: run file → text. What matters can be read without script; filter, copy and
 * pictures come with it. A content policy forbids the page any connection.
 */
import type { RuleResult, Verdict } from "../../conformance/rule.js";
import type { SessionCharts } from "../charts/charts.js";
import { comparisonSection } from "./compare-runs.js";
import { html, jsonForScript, Markup, type Piece } from "./markup.js";
import { pageAssets } from "./page-assets.js";
import { walkText, type RunFile } from "./run-file.js";
import { repeatCommand } from "./run-inputs.js";

export const VERDICT_WORD: Record<Verdict, string> = { pass: "pass", warn: "warning", fail: "fail", inconclusive: "open", "not-applicable": "not applicable" };
const CONFORMANCE_WORD: Record<string, string> = { certified: "Certified", conforming: "Conforming", "not-conforming": "Not conforming", "cannot-judge": "Cannot judge" };
const GROUP_WORD: Record<string, string> = {
  PKG: "Package", LOAD: "Import and load", CFG: "Configuration", STA: "Status", LIF: "Life cycle", TMR: "Timers", GC: "G-code commands", MOT: "Motion", MCU: "Micro-controller",
  HTR: "Heaters", SEC: "Security", COX: "Living with others", RES: "Resources", DOC: "Documentation", API: "Remote API", CANARY: "Self-test",
};
/** Worst first, as a reader wants them. */
const ORDER: readonly Verdict[] = ["fail", "inconclusive", "warn", "pass", "not-applicable"];

const badge = (verdict: string, word: string): Markup => html`<span class="verdict v-${verdict}">${word}</span>`;
const ms = (seconds: number): string => `${Number((seconds * 1000).toPrecision(3))} ms`;
const number = (n: number): string => Math.round(n).toLocaleString("en-US").replace(/,/g, "\u202f");
const duration = (seconds: number): string => (seconds < 60 ? `${seconds.toFixed(1)} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s` : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`);
const list = (items: readonly Piece[], none: string): Markup => (items.length === 0 ? html`<p class="dim">${none}</p>` : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`);

/** @param other another run, shown beside this one */
export function htmlReport(run: RunFile, other?: RunFile): string {
  const { style, script, plotLibrary } = pageAssets();
  const { result } = run;
  const title = `${run.plugin.name} ${run.plugin.version}: ${CONFORMANCE_WORD[result.verdict] ?? result.verdict}`;
  const data = { ...(run.charts === undefined ? {} : { charts: run.charts }), ...(other === undefined ? {} : { other: { name: `${other.plugin.name} ${other.plugin.version} (other run)`, ...(other.charts === undefined ? {} : { charts: other.charts }) } }) };
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#rules">Skip to the rules</a>
${topSection(run)}
<main>
${exercisedSection(run)}
${rulingSection(run)}
${other === undefined ? undefined : comparisonSection(run, other)}
${rulesSection(run)}
${picturesSection(run)}
</main>
<footer class="dim">Made by kalico-hil ${run.host.harness}. <code>kalico-hil report RUN.json</code> draws this page again.</footer>
<script type="application/json" id="run-data">${jsonForScript(data)}</script>
<script>${new Markup(plotLibrary)}</script>
<script>${new Markup(script)}</script>
</body>
</html>`.text}\n`;
}

function topSection(run: RunFile): Markup {
  const { result, plugin } = run;
  const count = (verdict: Verdict): number => result.rules.filter((r) => r.verdict === verdict).length;
  const facts: [string, Piece][] = [
    ["Plugin", `${plugin.name} ${plugin.version}${plugin.summary === "" ? "" : ` – ${plugin.summary}`}`],
    ["Digest", plugin.sha256 === "" ? "none" : html`<code>sha256:${plugin.sha256}</code>`],
    ["Host", `${run.host.api} as kalico-hil ${run.host.harness} simulates it, ${run.host.mode}`],
    ["Board", result.board], ["Seed", result.seed], ["Effort", result.effort], ...(run.inputs?.loader === undefined ? [] : [["Loader", run.inputs.loader] as [string, Piece]]),
    ["Repeat with", html`<code>${repeatCommand(run)}</code>`],
    ["Printed", `${duration(result.timing.printSeconds)} of printer life, ${number(result.timing.steps)} steps`],
    ["Least slack", result.timing.minSlackSeconds === null ? "none" : ms(result.timing.minSlackSeconds)],
    ["Trace", html`<code>${result.determinism.traceHash}</code>`],
  ];
  return html`<header class="top">
<h1>${plugin.name} ${plugin.version} ${badge(result.verdict, CONFORMANCE_WORD[result.verdict] ?? result.verdict)}</h1>
<p>${ORDER.filter((v) => count(v) > 0).map((v) => html`${badge(v, `${count(v)} ${VERDICT_WORD[v]}`)} `)}</p>
<nav class="jump" aria-label="Parts of the report"><a href="#exercised">What was exercised</a><a href="#rules">Rules</a><a href="#pictures-heading">Pictures</a></nav>
<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
</header>`;
}

function exercisedSection(run: RunFile): Markup {
  const { exercised } = run;
  const configurations = Object.entries(exercised.configurations);
  const coverage = exercised.coverage ?? [];
  return html`<section aria-labelledby="exercised">
<h2 id="exercised">What was exercised</h2>
<div class="split">
<div>
<h3>Exercised</h3>
${list([
    `${exercised.sessions.length} sessions: ${exercised.sessions.map((s) => s.id).join(", ")}`,
    `${configurations.reduce((n, [, c]) => n + c, 0)} configurations${configurations.length === 0 ? "" : `: ${configurations.map(([kind, n]) => `${n} ${kind}`).join(", ")}`}`,
    exercised.commands.length === 0 ? "no commands: the plugin registers none" : `commands: ${exercised.commands.map((c) => `${c.command} (${c.calls} calls, ${c.refused} refused)`).join(", ")}`,
    Object.keys(exercised.events).length === 0 ? "no event handlers" : `event handlers: ${Object.entries(exercised.events).map(([event, n]) => `${event} (${n})`).join(", ")}`,
    `${duration(exercised.printSeconds)} of printer life; ${number(run.result.exercised.stepsCompared)} steps compared; ${number(run.result.exercised.statusCalls)} status queries`,
    ...(coverage.length === 0 ? [] : [`lines: ${coverage.map((c) => `${c.file} ${c.ran} of ${c.lines}`).join(", ")}`]),
    ...(exercised.longest === undefined ? [] : [`wall time: the session "${exercised.longest.session}" came near its limit of ${exercised.longest.limitSeconds} s, which grows with its work: ${exercised.longest.wallSeconds.toFixed(1)} s`]),
    ...(exercised.notes ?? []),
  ], "nothing")}
</div>
<div>
<h3>Not exercised</h3>
${list(exercised.not, "Everything that the plugin is known to have was tried.")}
${coverage.filter((c) => c.never.length > 0).map((c) => html`<details class="cover"><summary>Lines of ${c.file} that never ran</summary><p><code>${ranges(c.never)}</code></p></details>`)}
</div>
</div>
</section>`;
}

/** "3-5, 9": stretches of lines in short. */
export const ranges = (lines: readonly (readonly [number, number])[]): string => lines.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");

/** Waivers, what was left out, and what differed between runs: in sight of everyone who reads the verdict. */
function rulingSection(run: RunFile): Markup | undefined {
  const { waivers, leftOut, nondeterminism, notCertified, capabilities, rules } = run.result;
  const known = rules.filter((r) => r.known === true).map((r) => r.id);
  if (waivers.length + leftOut.length + nondeterminism.length + notCertified.length + capabilities.length + known.length === 0) return undefined;
  return html`<section aria-labelledby="ruling">
<h2 id="ruling">What counts</h2>
${capabilities.length === 0 ? undefined : html`<p>Declared capabilities: ${capabilities.join(", ")}.</p>`}
${nondeterminism.length === 0 ? undefined : html`<h3>Not deterministic</h3>${list(nondeterminism.map((n) => `${n.what}: ${n.detail}`), "")}`}
${leftOut.length === 0 ? undefined : html`<h3>Left out</h3>${list(leftOut, "")}`}
${notCertified.length === 0 ? undefined : html`<h3>Not certified, because</h3>${list(notCertified, "")}`}
${known.length === 0 ? undefined : html`<p>Known from the baseline: ${known.join(", ")}.</p>`}
${waivers.length === 0 ? undefined : html`<div class="scroll" tabindex="0" role="group" aria-label="Waivers"><table><caption>Waivers</caption><thead><tr><th scope="col">Rule</th><th scope="col">State</th><th scope="col">Until</th><th scope="col">Reason</th></tr></thead>
<tbody>${waivers.map((w) => html`<tr><th scope="row">${w.rule}</th><td>${w.state === "used" ? `sets ${w.findings} findings aside` : w.state === "unneeded" ? "not needed: remove it" : "expired: does not count"}</td><td>${w.expires}</td><td>${w.reason}</td></tr>`)}</tbody></table></div>`}
</section>`;
}

function rulesSection(run: RunFile): Markup {
  const groups = new Map<string, RunFile["result"]["rules"]>();
  for (const rule of run.result.rules) {
    const group = rule.id.split("-", 1)[0]!;
    groups.set(group, [...(groups.get(group) ?? []), rule]);
  }
  const used = ORDER.filter((v) => run.result.rules.some((r) => r.verdict === v));
  return html`<section aria-labelledby="rules">
<h2 id="rules">Rules</h2>
<div class="filters" role="group" aria-label="Filter">
<label for="rule-search">Search</label><input type="search" id="rule-search" placeholder="id, word, file…">
${used.map((v) => html`<button type="button" data-verdict="${v}" aria-pressed="${v === "not-applicable" ? "false" : "true"}">${VERDICT_WORD[v]}</button>`)}
<span id="rule-count" role="status" class="dim"></span>
</div>
${[...groups].map(([group, rules]) => html`<section data-group="${group}" aria-labelledby="group-${group}"><h3 id="group-${group}">${group} – ${GROUP_WORD[group] ?? "Other"}</h3>
${[...rules].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict)).map((rule) => ruleDetails(run, rule))}</section>`)}
</section>`;
}

function ruleDetails(run: RunFile, rule: RunFile["result"]["rules"][number]): Markup {
  const about = run.rules[rule.id];
  const open = rule.verdict === "fail" ? new Markup(" open") : undefined;
  return html`<details class="rule" id="rule-${rule.id}" data-rule="${rule.id}" data-verdict="${rule.verdict}"${open}>
<summary>${badge(rule.verdict, VERDICT_WORD[rule.verdict])}<span class="id">${rule.id}</span>${rule.title} <span class="level">${rule.level} ${rule.severity}</span></summary>
<div class="inside">
${about === undefined ? undefined : html`<p>${about.requirement}</p><p class="dim">Why: ${about.source}</p>`}
<p class="dim">${rule.verdict === "not-applicable" ? "Does not apply: " : rule.verdict === "inconclusive" ? "Cannot be judged: " : "Looked at: "}${rule.reason}</p>
${rule.waiver === undefined ? undefined : html`<p>Waived until ${rule.waiver.expires}: ${rule.waiver.reason}</p>`}${rule.known === true ? html`<p>Known from the baseline.</p>` : undefined}${rule.flaky === true ? html`<p>Not deterministic: runs of one seed judge it differently.</p>` : undefined}
${rule.findings.map((finding) => findingPart(run, rule, finding))}
</div>
</details>
`;
}

function findingPart(run: RunFile, rule: Pick<RuleResult, "id">, finding: RunFile["result"]["rules"][number]["findings"][number]): Markup {
  const { place, scenario } = finding;
  const example = scenario === undefined ? undefined : run.examples[scenario];
  const file = finding.counterExample ?? example?.file;
  return html`<div class="finding${finding.soft === true ? " soft" : ""}">
${place === undefined ? undefined : html`<p><code>${place.file}${place.line === undefined ? "" : `:${place.line}`}</code></p>`}
<p><strong>${finding.message}</strong></p>
<p>Change: ${finding.remedy}</p>
${(finding.evidence ?? []).length === 0 ? undefined : html`<pre>${finding.evidence!.join("\n")}</pre>`}
${example === undefined ? undefined : html`<details><summary>Counter-example: scenario ${scenario}, seed ${example.scenario.seed}, board ${example.scenario.board}</summary>
<p class="dim">G-code and events</p><pre data-copy="G-code of ${rule.id}" tabindex="0">${walkText(example.scenario.walk)}</pre>
<p class="dim">printer.cfg</p><pre data-copy="configuration of ${rule.id}" tabindex="0">${example.scenario.configText}</pre></details>`}
${file === undefined ? undefined : html`<p class="dim">Replay</p><pre data-copy="replay command of ${rule.id}" tabindex="0">npx kalico-hil replay ${file}</pre>`}
</div>`;
}

function picturesSection(run: RunFile): Markup {
  const subjects = run.charts?.sessions.filter((s) => s.withPlugin) ?? [];
  return html`<section aria-labelledby="pictures-heading">
<h2 id="pictures-heading">Pictures</h2>
${subjects.length === 0 ? html`<p class="dim">This run holds no pictures: no print was made with the plugin, or the run was not recorded with --report.</p>` : html`<noscript><p>The plots need JavaScript; the tables below do not.</p></noscript>
${subjects.map(costTable)}${subjects.map(dipTable)}
<div id="pictures"></div>`}
</section>`;
}

const PRINT_WORD: Record<string, string> = { idle: "the plugin unused", active: "the plugin in use" };

function costTable(session: SessionCharts): Markup | undefined {
  if (session.callbacks.length === 0) return undefined;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Cost of callbacks"><table><caption>Cost of each callback against its budget, ${PRINT_WORD[session.session] ?? session.session}; charged as on the reference host</caption>
<thead><tr><th scope="col">Callback</th><th scope="col" class="number">Runs</th><th scope="col" class="number">Longest</th><th scope="col" class="number">Budget</th><th scope="col">Share of the budget</th></tr></thead>
<tbody>${session.callbacks.map((c) => {
    const share = c.budgetSeconds > 0 ? c.maxSeconds / c.budgetSeconds : undefined;
    const kind = share === undefined ? "" : share > 1 ? " over" : share > 0.5 ? " half" : "";
    return html`<tr><th scope="row">${c.kind} ${c.label}</th><td class="number">${number(c.runs)}</td><td class="number">${ms(c.maxSeconds)}</td><td class="number">${c.budgetSeconds > 0 ? ms(c.budgetSeconds) : "–"}</td><td>${share === undefined ? "start-up only" : html`<span class="bar${kind}" aria-hidden="true"><span style="width:${Math.min(100, share * 100).toFixed(1)}%"></span></span> ${share > 0 && share < 0.001 ? "<0.1" : (share * 100).toFixed(1)} %`}</td></tr>`;
  })}</tbody></table></div>`;
}

function dipTable(session: SessionCharts): Markup | undefined {
  if (session.dips.length === 0) return undefined;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Lowest slack"><table><caption>Lowest slack, ${PRINT_WORD[session.session] ?? session.session}</caption>
<thead><tr><th scope="col" class="number">At</th><th scope="col" class="number">Slack</th><th scope="col">Command</th><th scope="col">Situation</th><th scope="col">Costliest callback in the half second before</th></tr></thead>
<tbody>${[...session.dips].sort((a, b) => a.slackSeconds - b.slackSeconds).filter((d, i) => i < 4 || d.slackSeconds < 0.15).slice(0, 10).map((d) => html`<tr><td class="number">${d.at.toFixed(2)} s</td><td class="number">${ms(d.slackSeconds)}</td><td>${d.command} oid=${d.oid}</td><td>${d.situation}</td><td>${d.callback === undefined ? "none of the plugin's" : `${d.callback.label} (${ms(d.callback.seconds)})`}</td></tr>`)}</tbody></table></div>`;
}
