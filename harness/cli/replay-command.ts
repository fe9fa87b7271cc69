/** `kalico-hil replay FILE`: runs a counter-example again, twice, and tells whether it gives the same bytes. */
import { replayCounterExample } from "../certify/replay.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";
import { readCounterExample } from "../certify/counter-examples.js";

export interface ReplayOptions {
  /** Of Python plugins: interpreter or environment, and whether to install what the plugin requires. */
  python?: string;
  install?: boolean;
}

export async function replayCommand(file: string, options: ReplayOptions, progress: Progress): Promise<number> {
  let example;
  try {
    example = readCounterExample(file);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  progress.line(`${example.rule}: ${example.finding}`);
  const { evidence } = await replayCounterExample(example, { ...(options.install === true ? { install: true } : {}), ...(options.python === undefined ? {} : { python: options.python }) });
  progress.line(`state ${evidence.state}: ${evidence.message.split("\n", 1)[0]}`);
  if (evidence.lastCall !== undefined) progress.line(`last call: ${evidence.lastCall}`);
  for (const probe of evidence.gcodeProbes) progress.line(`${probe.outcome}: ${probe.line}${probe.message === "" ? "" : ` → ${probe.message}`}`);
  for (const callback of evidence.callbacks.filter((c) => c.errors.length > 0)) progress.line(`${callback.kind} ${callback.label}: ${callback.errors[0]!.message}${callback.errors[0]!.place === undefined ? "" : ` at ${callback.errors[0]!.place.file}:${callback.errors[0]!.place.line}`}`);
  for (const line of evidence.log.filter((l) => l.level === "error").slice(0, 5)) progress.line(`log: ${line.text.split("\n").slice(0, 4).join(" | ")}`);
  const hash = evidence.trace?.traceHash;
  if (hash === undefined || example.traceHash === null) return EXIT.conforming;
  const same = hash === example.traceHash;
  progress.line(`trace ${hash}: ${same ? "the same bytes as when it was found" : `DIFFERENT from ${example.traceHash}, when it was found`}`);
  return same ? EXIT.conforming : EXIT.notConforming;
}
