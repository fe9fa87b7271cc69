/** `kalico-hil merge SHARD…`: judges the evidence of all shards of a run as one. */
import { writeCounterExamples } from "../certify/counter-examples.js";
import { mergeShards, shardFromText } from "../certify/shards.js";
import type { Certification } from "../certify/certify.js";
import { textReport } from "../reporters/text.js";
import { UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";
import { applyPolicy, exitCodeOf, manifestFor, readText, writeOutputs, type OutputOptions } from "./run-outputs.js";

export interface MergeOptions extends OutputOptions {
  counterExamples: string;
  verbose?: boolean;
}

export function mergeCommand(files: readonly string[], options: MergeOptions, progress: Progress): number {
  let certification: Certification;
  const shards = files.map((file) => {
    const text = readText(file, "Shard");
    try {
      return shardFromText(text, file);
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  });
  try {
    certification = mergeShards(shards);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const rules = shards[0]!.rules ?? undefined;
  applyPolicy(certification, manifestFor(certification.plugin.path), options, rules);
  const written = writeCounterExamples(certification, options.counterExamples);
  for (const line of textReport(certification, written, options.verbose === true)) progress.line(line);
  writeOutputs(certification, written, options, { ...shards[0]!.inputs, shards: shards.length }, progress);
  return exitCodeOf([certification]);
}
