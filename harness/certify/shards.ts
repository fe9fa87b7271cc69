/**
 * A run in several processes or machines: `--shard i/n` carries out a part of the runs and keeps the evidence; `merge` puts the
 * evidence of all shards together and judges it as one, so that the verdict is that of the undivided run.
 */
import type { RunInputs } from "../report/run-inputs.js";
import type { Comparison, Evidence, LearnedCommand, SessionEvidence } from "../../conformance/evidence.js";
import type { Charts } from "../charts/charts.js";
import { rulesMatching, catalogue } from "../../conformance/catalogue.js";
import { certificationOf, type Certification, type Effort, type Nondeterminism } from "./certify.js";
import { partsFor, type Part } from "./parts.js";

export const SHARD_FORMAT = "kalico-hil shard 1";

export interface Shard {
  format: typeof SHARD_FORMAT;
  index: number;
  of: number;
  /** Digest of the plugin: shards of different bytes are not put together. */
  pluginSha256: string;
  rules: string | null;
  /** What the shard was started with: of all shards the same. */
  inputs?: RunInputs;
  seed: number;
  board: string;
  effort: Effort;
  printSeconds: number;
  wallSeconds: number;
  leftOut: string[];
  evidence: Evidence;
  charts?: Charts;
}

/** Runs that need each other stay together; the weights are rough wall times. */
const UNITS: readonly { parts: readonly Part[]; weight: number }[] = [
  { parts: ["commands"], weight: 6 }, { parts: ["probes"], weight: 5 }, { parts: ["job", "active"], weight: 4 }, { parts: ["restarts"], weight: 3 }, { parts: ["envelope"], weight: 2 },
  { parts: ["jitter"], weight: 2 }, { parts: ["subscribers"], weight: 2 }, { parts: ["replay"], weight: 2 }, { parts: ["shutdowns"], weight: 2 }, { parts: ["pauses"], weight: 1 }, { parts: ["documented"], weight: 1 },
];

/** Runs of one shard, of those that the rules need. @param index from 1 */
export function partsOfShard(ruleIds: readonly string[], index: number, of: number): Set<Part> {
  const needed = partsFor(ruleIds);
  const loads = new Array<number>(of).fill(0);
  const mine = new Set<Part>();
  for (const { parts, weight } of UNITS) {
    const own = parts.filter((part) => needed.has(part));
    if (own.length === 0) continue;
    const lightest = loads.indexOf(Math.min(...loads));
    loads[lightest]! += weight;
    if (lightest === index - 1) for (const part of own) mine.add(part);
  }
  return mine;
}

export function shardOf(certification: Certification, index: number, of: number, pluginSha256: string, inputs: RunInputs): Shard {
  const { evidence, seed, board, effort, timing, leftOut, charts } = certification;
  return { format: SHARD_FORMAT, index, of, pluginSha256, rules: inputs.rules ?? null, inputs, seed, board, effort, printSeconds: timing.printSeconds, wallSeconds: timing.wallSeconds, leftOut, evidence, ...(charts === undefined ? {} : { charts }) };
}

/** Numbers that JSON has no word for. */
const NUMBERS: Record<string, number> = { Infinity: Infinity, "-Infinity": -Infinity, NaN: NaN };

export const shardText = (shard: Shard): string => JSON.stringify(shard, (_key, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value));

/** @throws Error that says what is wrong */
export function shardFromText(text: string, name: string): Shard {
  let shard: Partial<Shard> | null;
  try {
    shard = JSON.parse(text, (_key, value: unknown) => (typeof value === "object" && value !== null && "$number" in value ? NUMBERS[String(value.$number)] : value)) as Partial<Shard>;
  } catch (error) {
    throw new Error(`"${name}" is no shard: ${(error as Error).message}`);
  }
  if (shard?.format !== SHARD_FORMAT) throw new Error(`"${name}" is no shard: "kalico-hil certify PLUGIN --shard i/n --shard-out FILE" writes one`);
  return shard as Shard;
}

/** @throws Error when shards are missing, double, or of different runs */
export function mergeShards(shards: readonly Shard[]): Certification {
  const first = shards[0];
  if (first === undefined) throw new Error("No shards to merge");
  for (const key of ["of", "pluginSha256", "rules", "seed", "board", "effort"] as const) {
    const other = shards.find((s) => s[key] !== first[key]);
    if (other !== undefined) throw new Error(`Shards ${first.index} and ${other.index} are of different runs: ${key} is ${String(first[key])} and ${String(other[key])}`);
  }
  for (const name of [...new Set(shards.flatMap((s) => Object.keys(s.inputs ?? {})))] as (keyof RunInputs)[]) {
    const told = (shard: Shard): string => JSON.stringify(shard.inputs?.[name]) ?? "absent";
    const other = shards.find((s) => told(s) !== told(first));
    if (other !== undefined) throw new Error(`Shards ${first.index} and ${other.index} are of different runs: ${name} is ${told(first).slice(0, 80)} and ${told(other).slice(0, 80)}`);
  }
  const indices = shards.map((s) => s.index).sort((a, b) => a - b);
  const missing = Array.from({ length: first.of }, (_, i) => i + 1).filter((i) => !indices.includes(i));
  if (missing.length > 0) throw new Error(`Shard ${missing.join(", ")} of ${first.of} is missing`);
  if (new Set(indices).size !== indices.length) throw new Error("A shard is given twice");
  const ordered = [...shards].sort((a, b) => a.index - b.index);
  const nondeterminism: Nondeterminism[] = [];
  const evidence = mergedEvidence(ordered.map((s) => s.evidence), nondeterminism);
  const rules = first.rules === null ? catalogue : rulesMatching(first.rules);
  const charts: Charts | undefined = first.charts === undefined ? undefined : {
    floors: first.charts.floors, sessions: distinct(ordered.flatMap((s) => s.charts?.sessions ?? []), (s) => s.session), steps: distinct(ordered.flatMap((s) => s.charts?.steps ?? []), (s) => s.subject),
  };
  const certification = certificationOf(evidence, {
    rules, seed: first.seed, board: first.board, effort: first.effort, printSeconds: ordered.reduce((n, s) => n + s.printSeconds, 0), wallSeconds: ordered.reduce((n, s) => n + s.wallSeconds, 0),
    leftOut: ordered.flatMap((s) => s.leftOut.map((l) => `${l} (shard ${s.index})`)), ...(charts === undefined ? {} : { charts }),
  });
  if (nondeterminism.length > 0) certification.nondeterminism = nondeterminism;
  return certification;
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}

function mergedEvidence(all: readonly Evidence[], nondeterminism: Nondeterminism[]): Evidence {
  const sessions = new Map<string, SessionEvidence>();
  for (const session of all.flatMap((e) => e.sessions)) {
    const known = sessions.get(session.id);
    if (known === undefined) sessions.set(session.id, session);
    else if (known.trace !== undefined && session.trace !== undefined && known.trace.traceHash !== session.trace.traceHash) nondeterminism.push({ what: session.id, detail: whereTracesPart(known, session) });
  }
  const commands = new Map<string, LearnedCommand>();
  for (const command of all.flatMap((e) => e.commands)) {
    const known = commands.get(command.command);
    if (known === undefined) commands.set(command.command, { ...command, params: [...command.params] });
    else for (const param of command.params) if (!known.params.some((p) => p.name === param.name)) known.params.push(param);
  }
  const coverage = all.every((e) => e.coverage === undefined) ? undefined : mergedCoverage(all);
  return {
    ...all[0]!, sessions: [...sessions.values()], commands: [...commands.values()],
    probes: distinct(all.flatMap((e) => e.probes), (p) => p.scenario.id), schema: distinct(all.flatMap((e) => e.schema), (o) => `${o.section}\n${o.option}`),
    comparisons: distinct(all.flatMap((e) => e.comparisons), (c: Comparison) => `${c.kind} ${c.subject}`), configUse: distinct(all.flatMap((e) => e.configUse), (u) => JSON.stringify(u)),
    ...(coverage === undefined ? {} : { coverage }),
  };
}

/** Lines never ran when they ran in no shard. */
function mergedCoverage(all: readonly Evidence[]): NonNullable<Evidence["coverage"]> {
  const files = distinct(all.flatMap((e) => e.coverage ?? []), (c) => c.file);
  const expand = (ranges: readonly (readonly [number, number])[]): number[] => ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  return files.map((file) => {
    const each = all.map((e) => e.coverage?.find((c) => c.file === file.file)).filter((c) => c !== undefined);
    const never = each.map((c) => expand(c.never)).reduce((a, b) => a.filter((line) => b.includes(line)));
    return { ...file, ran: Math.max(...each.map((c) => c.ran)), never: never.map((line): [number, number] => [line, line]) };
  });
}

/** The first segment in which two runs of one scenario differ. */
export function whereTracesPart(a: SessionEvidence, b: SessionEvidence): string {
  const [left, right] = [a.trace?.segments ?? [], b.trace?.segments ?? []];
  const at = left.findIndex((s, i) => right[i]?.steps !== s.steps || right[i].anchorPrintTime !== s.anchorPrintTime);
  const where = at < 0 ? (left.length === right.length ? "in commands other than steps" : `after segment ${Math.min(left.length, right.length)}`) : `in segment ${at}, print time ${left[at]!.anchorPrintTime.toFixed(6)} s: ${left[at]!.steps} and ${right[at]?.steps ?? 0} steps`;
  return `two runs of "${a.id}" with seed ${a.scenario.seed} part ${where}; traces ${a.trace?.traceHash} and ${b.trace?.traceHash}`;
}
