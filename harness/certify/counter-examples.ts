/** Counter-examples: for each finding the scenario that shows it, in a file that `kalico-hil replay` runs again. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../../conformance/scenario.js";
import type { Certification } from "./certify.js";

export interface CounterExample {
  format: "kalico-hil counter-example 1";
  plugin: { name: string; version: string; path: string };
  rule: string;
  finding: string;
  scenario: Scenario;
  sections: string[];
  /** Hash of everything sent to the micro-controller, when the scenario prints. */
  traceHash: string | null;
  /** Of a Python plugin: the interpreter that it was found with. */
  python?: { executable: string; install: boolean };
}

/** The scenario that a finding names: of a command's call, of a session, or of a configuration that was tried. */
export function scenarioOfFinding(certification: Certification, id: string): Scenario | undefined {
  const probe = certification.evidence.sessions.flatMap((s) => s.gcodeProbes).find((p) => p.scenario.id === id);
  return probe?.scenario ?? certification.evidence.sessions.find((s) => s.id === id)?.scenario ?? certification.scenarios.get(id);
}

/** Writes a file for each scenario that a finding names; scenario id → path. */
export function writeCounterExamples(certification: Certification, directory: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const result of certification.results) {
    if (result.verdict !== "fail") continue;
    for (const finding of result.findings) {
      const id = finding.scenario;
      if (id === undefined || files.has(id)) continue;
      const session = certification.evidence.sessions.find((s) => s.id === id);
      const scenario = scenarioOfFinding(certification, id);
      if (scenario === undefined) continue;
      mkdirSync(directory, { recursive: true });
      const path = join(directory, `${certification.plugin.name.replace(/[^\w.-]/g, "_")}-${result.id}-${id.replace(/[^\w.-]+/g, "_").slice(0, 60)}.json`);
      const example: CounterExample = {
        format: "kalico-hil counter-example 1", plugin: certification.plugin, rule: result.id, finding: finding.message, scenario,
        sections: certification.evidence.sections, traceHash: session?.trace?.traceHash ?? null,
        ...(certification.python === undefined ? {} : { python: certification.python }),
      };
      writeFileSync(path, `${JSON.stringify(example, null, 2)}\n`);
      files.set(id, path);
    }
  }
  return files;
}

/** @throws Error that says what is wrong with the file */
export function readCounterExample(path: string): CounterExample {
  let example: Partial<CounterExample>;
  try {
    example = JSON.parse(readFileSync(path, "utf8")) as Partial<CounterExample>;
  } catch (error) {
    throw new Error(`Cannot read counter-example "${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
  if (example.format !== "kalico-hil counter-example 1") throw new Error(`"${path}" is not a counter-example: its format is ${JSON.stringify(example.format ?? null)}, expected "kalico-hil counter-example 1"`);
  return example as CounterExample;
}
