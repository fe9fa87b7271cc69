/**
 * The example configurations of a checkout (`config/*.cfg`) in both hosts: each is started on the ideal board, once here and once in
 * Kalico's batch mode, and what either says is held against the other. Where this host alone refuses a section it is left out and the rest is
 * tried again, so that everything that is not offered is found.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sectionHeader } from "../../host/config/config-parser.js";
import { runJob } from "../world/run-job.js";
import { runKalico } from "./kalico-batch.js";

export interface SurveyedConfig {
  name: string;
  /** What each host refuses, in its words; empty for a printer that becomes ready. */
  ours: string;
  kalico: string;
  /** Modules of sections that Kalico takes and this host does not. */
  notOffered: string[];
}

/** Sections that may be refused in one file. */
const ROUNDS = 40;

/** Paths of the files in `config` that describe a whole printer. */
export function configsOf(checkout: string, wanted: RegExp): string[] {
  const folder = join(checkout, "config");
  return readdirSync(folder).filter((name) => name.endsWith(".cfg") && wanted.test(name) && /^\[printer\]/m.test(readFileSync(join(folder, name), "utf8"))).sort().map((name) => join(folder, name));
}

/** Outcome of a configuration in this host, and the dictionaries of the boards that it was started on. */
export async function startHere(configFile: string): Promise<{ message: string; dictionaries: Map<string, Uint8Array> }> {
  try {
    const { world, state, message } = await runJob({ configFile, board: "ideal", seed: 1, lines: [], startArgs: { debuginput: configFile, debugoutput: configFile } });
    const dictionaries = new Map(world.mcus.map(({ name, mcu }) => [name, mcu.firmware.table.dictionary]));
    world.finish();
    return { message: state === "ready" ? "" : firstLine(message), dictionaries };
  } catch (error) {
    return { message: `Internal error: ${firstLine((error as Error).message)}`, dictionaries: new Map() };
  }
}

/** @throws CannotRunKalico */
export async function surveyConfig(path: string, kalico: { checkout: string; python: string; signal?: AbortSignal }): Promise<Omit<SurveyedConfig, "name">> {
  const directory = mkdtempSync(join(tmpdir(), "kalico-hil-config-"));
  const file = join(directory, "printer.cfg");
  const gcodeFile = join(directory, "empty.gcode");
  try {
    let text = readFileSync(path, "utf8");
    writeFileSync(file, text);
    writeFileSync(gcodeFile, "\n");
    const here = await startHere(file);
    const there = await runKalico({ ...kalico, configFile: file, gcodeFile, dictionaries: here.dictionaries, directory });
    const notOffered = new Set<string>();
    let ours = here.message;
    for (let round = 0; round < ROUNDS && ours !== firstLine(there.message); round++) {
      const refused = refusedSection(ours);
      const rest = refused === undefined ? text : withoutSection(text, refused);
      if (rest === text) break;
      notOffered.add(refused!.split(" ", 1)[0]!);
      text = rest;
      writeFileSync(file, text);
      ours = (await startHere(file)).message;
    }
    return { notOffered: [...notOffered], ours, kalico: firstLine(there.message) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The section that a message is about, when it is refused as a whole. */
export const refusedSection = (message: string): string | undefined => /^Section '(.+)' is not a valid config section/.exec(message)?.[1];

/** A configuration less one section. */
export function withoutSection(text: string, name: string): string {
  const plain = (header: string): string => header.trim().replace(/\s+/g, " ").toLowerCase();
  let inside = false;
  return text.split("\n").filter((line) => {
    const header = sectionHeader(line);
    if (header !== undefined) inside = plain(header) === plain(name);
    return !inside;
  }).join("\n");
}

/** Whether both hosts say the same and nothing was left out. */
export const saysTheSame = ({ notOffered, ours, kalico }: SurveyedConfig): boolean => notOffered.length === 0 && ours === kalico;

/** The survey as tables. */
export function surveyTable(configs: readonly SurveyedConfig[]): string {
  const ready = (which: "ours" | "kalico"): number => configs.filter((one) => one[which] === "" && (which === "kalico" || one.notOffered.length === 0)).length;
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  return `# Kalico's example configurations in both hosts

\`kalico-hil diff-hosts --kalico CHECKOUT --config-survey --markdown FILE\`: every file of \`config/\` that has a section [printer] is started in this host and in
Kalico's batch mode, both on the ideal board, which has the pins of most families but is none of these boards. Where this host alone refuses a section it is left out
and the rest is tried again. Kalico looks for no machine in batch mode: what only answers of a machine tell, it does not refuse.

${configs.filter(saysTheSame).length} of ${configs.length} end alike. ${ready("kalico")} become ready in Kalico, ${ready("ours")} in this host.

| section that this host does not offer | configurations |
|---|---|
${counted(configs.flatMap(({ notOffered }) => notOffered)).map(([name, count]) => `| ${name} | ${count} |`).join("\n")}

Not alike:

| configuration | not offered | this host | Kalico |
|---|---|---|---|
${configs.filter((one) => !saysTheSame(one)).map(({ name, notOffered, ours, kalico }) => `| ${name} | ${notOffered.join(", ")} | ${cell(ours) || "ready"} | ${cell(kalico) || "ready"} |`).join("\n")}

Refused by both, in the same words:

| what both say | configurations |
|---|---|
${counted(configs.filter((one) => saysTheSame(one) && one.ours !== "").map(({ ours }) => cell(ours))).map(([text, count]) => `| ${text} | ${count} |`).join("\n")}
`;
}

function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

const firstLine = (text: string): string => text.trim().split("\n", 1)[0]!;
