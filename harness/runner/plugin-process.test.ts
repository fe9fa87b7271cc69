/** Sessions need a process, and that the built files (`npm run build`). */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseSections } from "../../conformance/arbitraries/config-text.js";
import { scenarioOf, type Scenario } from "../../conformance/scenario.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { certificationJob } from "../certify/certification-job.js";
import type { SessionResult } from "./messages.js";
import type * as PluginProcessModule from "./plugin-process.js";

const built = fileURLToPath(new URL("../../dist/harness/runner/plugin-process.js", import.meta.url));
if (!existsSync(built)) throw new Error('Sessions run on built files: run "npm run build" first');
const { PluginProcess } = (await import(built)) as typeof PluginProcessModule;

const configText = `${BASE_PRINTER}[virtual_sdcard]\npath: gcodes\n`;
const print = (seed: number): Scenario => scenarioOf({
  id: "print", seed, configText, jitterSeconds: 0.002,
  walk: [{ do: "start" }, { do: "job", lines: certificationJob(parseSections(configText), 1, 150) }, { do: "restart", how: "RESTART" }, { do: "stop" }],
});

async function runIn(sessions: readonly Scenario[]): Promise<SessionResult[]> {
  const process = new PluginProcess(undefined);
  try {
    const results: SessionResult[] = [];
    for (const scenario of sessions) results.push(await process.run(scenario, []));
    return results;
  } finally {
    process.close();
  }
}
const hashOf = ({ evidence }: SessionResult): string => {
  expect(evidence).toMatchObject({ outcome: "completed", state: "ready" });
  return `${evidence.trace!.traceHash} ${evidence.trace!.totalSteps}`;
};

describe("a session in a process of its own", () => {
  it("gives one trace in every process, first or second", async () => {
    const [first, again] = await runIn([print(5), print(5)]);
    const [second] = await runIn([print(5)]);
    expect(new Set([first!, again!, second!].map(hashOf)).size).toBe(1);
  });

  it("gives another trace for another seed: noise of converters and of the host's schedule", async () => {
    const [five, six] = await runIn([print(5), print(6)]);
    expect(hashOf(five!)).not.toBe(hashOf(six!));
  });
});
