/** Runs the scenario of a counter-example again, in a process of its own. */
import { existsSync } from "node:fs";
import type { SessionEvidence } from "../../conformance/evidence.js";
import type { SessionResult } from "../runner/messages.js";
import type { ReadPluginOptions } from "../python/read-plugin.js";
import { PluginProcess } from "../runner/plugin-process.js";
import type { CounterExample } from "./counter-examples.js";
import { describePlugin } from "./describe-plugin.js";

/** @param options interpreter for a Python plugin, instead of the one that it was found with. @throws PluginNotFound when the plugin is no longer where it was */
export async function replayCounterExample(example: CounterExample, options: ReadPluginOptions = {}): Promise<{ result: SessionResult; evidence: SessionEvidence }> {
  const plugin = describePlugin(example.plugin.path, { ...recorded(example), ...options });
  const process = new PluginProcess(plugin.location);
  try {
    const result = await process.run(example.scenario, example.sections);
    return { result, evidence: result.evidence };
  } finally {
    process.close();
  }
}

/** An interpreter that is gone, such as a throw-away environment, is looked for anew. */
const recorded = ({ python }: CounterExample): ReadPluginOptions => python === undefined ? {} : { install: python.install, ...(!python.install && existsSync(python.executable) ? { python: python.executable } : {}) };
