/** Runs the scenario of a counter-example again, in a process of its own. */
import type { SessionEvidence } from "../../conformance/evidence.js";
import type { SessionResult } from "../runner/messages.js";
import type { ReadPluginOptions } from "../python/read-plugin.js";
import { PluginProcess } from "../runner/plugin-process.js";
import type { CounterExample } from "./counter-examples.js";
import { describePlugin } from "./describe-plugin.js";

/** @param options interpreter for a Python plugin. @throws PluginNotFound when the plugin is no longer where it was */
export async function replayCounterExample(example: CounterExample, options: ReadPluginOptions = {}): Promise<{ result: SessionResult; evidence: SessionEvidence }> {
  const plugin = describePlugin(example.plugin.path, options);
  const process = new PluginProcess(plugin.location);
  try {
    const result = await process.run(example.scenario, example.sections);
    return { result, evidence: result.evidence };
  } finally {
    process.close();
  }
}
