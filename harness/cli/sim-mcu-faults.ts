/**
 * What may go wrong with a simulated micro-controller on a pseudo-terminal, as `--fault` names it: faults of the line with a chance
 * per byte, faults at a time in seconds after the start, and drift of the crystal. Text → settings; a wrong one is a UsageError.
 */
import type { HeaterFault } from "../../sim-mcu/plant/heater-rig.js";
import { UsageError } from "./exit-codes.js";

/** Something that happens at a time; `until` where it ends by itself. Seconds after the start. */
export interface TimedFault {
  kind: "unplug" | "power-off" | "reset" | "shutdown";
  from: number;
  until?: number;
}

export interface FaultPlan {
  dropByte: number;
  corruptByte: number;
  /** Seconds after the start from which bytes are lost or corrupted. */
  bytesFrom: number;
  silence: [from: number, to: number][];
  timed: TimedFault[];
  heaters: { section: string; fault: HeaterFault; from: number; until?: number }[];
}

const HEATER_FAULTS: readonly HeaterFault[] = ["sensor-open", "sensor-shorted", "heater-dead", "heater-stuck-on"];
export const FAULT_HELP =
  "drop=P[@FROM] or corrupt=P[@FROM] (chance of each byte), silence=FROM-TO, unplug=FROM-TO, power-off=FROM-TO, reset=AT, shutdown=AT, " +
  `SECTION:${HEATER_FAULTS.join("|")}=FROM[-TO] (seconds after the start)`;

/** @throws UsageError */
export function parseFaults(texts: readonly string[]): FaultPlan {
  const plan: FaultPlan = { dropByte: 0, corruptByte: 0, bytesFrom: 0, silence: [], timed: [], heaters: [] };
  for (const text of texts) {
    const match = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text);
    if (match === null) fail(text);
    addFault(plan, match[1]!, match[2]!, text);
  }
  return plan;
}

function addFault(plan: FaultPlan, kind: string, value: string, text: string): void {
  const heater = /^(.+):([a-z-]+)$/.exec(kind);
  if (heater !== null) {
    const fault = HEATER_FAULTS.find((name) => name === heater[2]);
    if (fault === undefined) fail(text);
    plan.heaters.push({ section: heater[1]!, fault, ...span(value, text) });
  } else if (kind === "drop" || kind === "corrupt") {
    const [probability, from] = value.split("@") as [string, string | undefined];
    plan[kind === "drop" ? "dropByte" : "corruptByte"] = chance(probability, text);
    if (from !== undefined) plan.bytesFrom = span(from, text).from;
  } else if (kind === "silence") {
    const { from, until } = span(value, text);
    if (until === undefined) fail(text);
    plan.silence.push([from, until]);
  } else if (kind === "unplug" || kind === "power-off") plan.timed.push({ kind, ...span(value, text) });
  else if (kind === "reset" || kind === "shutdown") plan.timed.push({ kind, from: span(value, text).from });
  else fail(text);
}

function chance(value: string, text: string): number {
  const p = value.endsWith("%") ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (!(p >= 0 && p < 1)) throw new UsageError(`Option --fault ${text}: the chance must be from 0 to below 1, or in percent, such as 0.5%`);
  return p;
}

function span(value: string, text: string): { from: number; until?: number } {
  const match = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(value);
  if (match === null) fail(text);
  const from = Number(match[1]);
  if (match[2] === undefined) return { from };
  const until = Number(match[2]);
  if (until <= from) throw new UsageError(`Option --fault ${text}: it must end after it begins`);
  return { from, until };
}

function fail(text: string): never {
  throw new UsageError(`Option --fault does not know "${text}": use ${FAULT_HELP}`);
}

/** By how much a crystal runs fast: constant, or from one value to the other and back, linear in time, in a period. */
export interface Drift {
  fromPpm: number;
  toPpm: number;
  /** Seconds there and back; 0: constant. */
  period: number;
}

/** `50`, or `-50..50/600`: from −50 to +50 ppm and back in 600 s. @throws UsageError */
export function parseDrift(text: string): Drift {
  const number = String.raw`([+-]?\d+(?:\.\d+)?)`;
  const match = new RegExp(String.raw`^${number}(?:\.\.${number}/(\d+(?:\.\d+)?))?$`).exec(text.trim());
  if (match === null || (match[3] !== undefined && Number(match[3]) <= 0)) {
    throw new UsageError(`Option --drift must be a number of parts per million such as 50, or FROM..TO/SECONDS such as -50..50/600, found "${text}"`);
  }
  const fromPpm = Number(match[1]);
  return { fromPpm, toPpm: match[2] === undefined ? fromPpm : Number(match[2]), period: match[3] === undefined ? 0 : Number(match[3]) };
}

/** Parts per million at so many seconds after the start. */
export function driftAt({ fromPpm, toPpm, period }: Drift, seconds: number): number {
  if (period === 0) return fromPpm;
  const phase = (seconds / period) % 1;
  return fromPpm + (toPpm - fromPpm) * (phase < 0.5 ? 2 * phase : 2 - 2 * phase);
}
