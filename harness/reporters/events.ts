/** NDJSON stream of a run, one event a line, written as it happens: what a dashboard or a wrapper follows. */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { SessionEvidence } from "../../conformance/evidence.js";
import type { Certification } from "../certify/certify.js";

export type RunEvent =
  | { event: "start"; plugin: string; seed: number; board: string; effort: string; harness: string }
  | { event: "step"; what: string; done: number; total: number }
  | { event: "session"; id: string; outcome: string; state: string; virtualSeconds: number; wallSeconds: number; traceHash: string | null }
  | { event: "rule"; id: string; verdict: string; level: string; waived: boolean; findings: { message: string; file: string | null; line: number | null }[] }
  | { event: "end"; plugin: string; verdict: string; wallSeconds: number };

export class EventStream {
  readonly #write: (text: string) => void;

  /** @param path a file, which is begun anew, or "-" for standard output */
  constructor(path: string) {
    if (path === "-") this.#write = (text) => { process.stdout.write(text); };
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "");
      this.#write = (text) => appendFileSync(path, text);
    }
  }

  put(event: RunEvent): void {
    this.#write(`${JSON.stringify(event)}\n`);
  }

  session(session: SessionEvidence, wallSeconds: number): void {
    this.put({ event: "session", id: session.id, outcome: session.outcome, state: session.state, virtualSeconds: session.virtualSeconds, wallSeconds: Math.round(wallSeconds * 1000) / 1000, traceHash: session.trace?.traceHash ?? null });
  }

  results(certification: Certification): void {
    const { ruling } = certification;
    for (const rule of ruling?.results ?? certification.results) {
      this.put({ event: "rule", id: rule.id, verdict: rule.verdict, level: rule.level, waived: "waiver" in rule, findings: rule.findings.map((f) => ({ message: f.message, file: f.place?.file ?? null, line: f.place?.line ?? null })) });
    }
    this.put({ event: "end", plugin: certification.plugin.name, verdict: ruling?.verdict ?? certification.conformance, wallSeconds: Math.round(certification.timing.wallSeconds * 1000) / 1000 });
  }
}
