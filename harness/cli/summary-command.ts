/** `kalico-hil summary RUN.json`: what a CI system shows: a table in Markdown, annotations on lines, static pictures. */
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { RunFile } from "../report/run-file.js";
import { staticPictures } from "../report/static-svg.js";
import { repositoryPath } from "../reporters/sarif.js";
import { EXIT } from "./exit-codes.js";
import type { Progress } from "./progress.js";
import { runFromFile } from "./report-command.js";
import { writeText } from "./run-outputs.js";

export interface SummaryOptions {
  out?: string;
  annotations?: boolean;
  svg?: string;
}

const SIGN: Record<string, string> = { pass: "✅ pass", warn: "⚠️ warning", fail: "❌ fail", inconclusive: "❔ open", "not-applicable": "– not applicable" };

export function summaryCommand(file: string, options: SummaryOptions, progress: Progress): number {
  const run = runFromFile(file);
  const pictures = options.svg === undefined || run.charts === undefined ? new Map<string, string>() : staticPictures(run.charts);
  for (const [name, text] of pictures) writeText(join(options.svg!, name), text);
  const markdown = summaryMarkdown(run, [...pictures.keys()].map((name) => join(options.svg!, name)));
  if (options.out === undefined) progress.line(markdown);
  else {
    mkdirSync(dirname(resolve(options.out)), { recursive: true });
    appendFileSync(options.out, `${markdown}\n`);
  }
  if (options.annotations === true) for (const line of annotations(run, process.cwd())) progress.line(line);
  return EXIT.conforming;
}

const cell = (text: string): string => text.replace(/[\u0000-\u001f]+/g, " ").replace(/\\/g, "\\\\").replace(/\|/g, "\\|").replace(/[<>&`*_[\]]/g, (c) => `&#${c.charCodeAt(0)};`).slice(0, 400);

export function summaryMarkdown(run: RunFile, pictures: readonly string[]): string {
  const { result } = run;
  const count = (verdict: string): number => result.rules.filter((r) => r.verdict === verdict).length;
  const shown = result.rules.filter((r) => r.verdict !== "pass" && r.verdict !== "not-applicable");
  const rest = result.rules.filter((r) => r.verdict === "pass" || r.verdict === "not-applicable");
  const row = (r: RunFile["result"]["rules"][number]): string => `| ${r.id} | ${SIGN[r.verdict]}${r.waiver === undefined ? "" : " (waived)"}${r.known === true ? " (known)" : ""}${r.flaky === true ? " (not deterministic)" : ""} | ${cell(r.title)} | ${cell(r.findings[0] === undefined ? r.reason : `${r.findings[0].place === undefined ? "" : `${r.findings[0].place.file}:${r.findings[0].place.line ?? 1} `}${r.findings[0].message}`)} |`;
  const table = (rules: RunFile["result"]["rules"]): string[] => ["| Rule | Verdict | Title | What was seen |", "|---|---|---|---|", ...rules.map(row)];
  return [
    `## kalico-hil: ${cell(run.plugin.name)} ${cell(run.plugin.version)} is ${result.verdict.replace(/-/g, " ")}`, "",
    `${count("pass")} pass, ${count("warn")} warnings, ${count("fail")} fail, ${count("inconclusive")} open, ${count("not-applicable")} not applicable. Board ${result.board}, seed ${result.seed}, least slack ${result.timing.minSlackSeconds === null ? "–" : `${(result.timing.minSlackSeconds * 1000).toFixed(0)} ms`}, trace \`${result.determinism.traceHash}\`, plugin \`sha256:${run.plugin.sha256.slice(0, 16)}…\`.`, "",
    ...(shown.length === 0 ? [] : [...table(shown), ""]),
    ...result.waivers.map((w) => `- waiver ${w.rule} until ${w.expires}: ${w.state} (${cell(w.reason)})`),
    ...result.nondeterminism.map((n) => `- **not deterministic** ${cell(n.what)}: ${cell(n.detail)}`),
    ...result.leftOut.map((l) => `- left out: ${cell(l)}`),
    ...(pictures.length === 0 ? [] : ["", `Pictures in the artifact: ${pictures.map((p) => `\`${p}\``).join(", ")}; the whole report is \`index.html\`.`]),
    "", "<details><summary>All other rules</summary>", "", ...table(rest), "", "</details>",
  ].join("\n");
}

/** As GitHub reads them from standard output. */
export function annotations(run: RunFile, base: string): string[] {
  const data = (text: string): string => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string): string => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  return run.result.rules.flatMap((rule) => {
    if (rule.verdict !== "fail" && rule.verdict !== "warn") return [];
    return rule.findings.map((finding) => {
      const level = rule.verdict === "fail" && finding.soft !== true && rule.waiver === undefined && rule.known !== true ? "error" : "warning";
      const place = finding.place === undefined ? "" : `file=${property(repositoryPath(run, finding.place.file, base))},line=${finding.place.line ?? 1},`;
      return `::${level} ${place}title=${property(`${rule.id} ${rule.title}`)}::${data(`${finding.message}\nChange: ${finding.remedy}`)}`;
    });
  });
}
