/**
 * What the author declares: `kalico-conformance.toml` beside the plugin, or `kalico` in package.json. Capabilities turn "must not"
 * into "must do it properly"; a waiver sets one rule aside with a reason, until a day. Text → capabilities and waivers.
 *
 *   [capabilities]
 *   moves = true
 *   network = ["example.com"]
 *   overrides = ["M600"]
 *
 *   [[waivers]]
 *   rule = "SEC-006"
 *   reason = "asks the maker's server for offsets, see issue 12"
 *   expires = 2027-06-30
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, TomlDate, TomlError } from "smol-toml";
import { canary, catalogue } from "../../conformance/catalogue.js";

export const MANIFEST = "kalico-conformance.toml";

/** Capabilities that stand alone, and those that name what they are for. */
const FLAGS = ["moves", "moves-by-itself", "moves-unhomed", "raw-motion", "homes", "heats", "safety-shutdown", "blocks-gcode", "heavy-cpu", "network", "processes", "writes", "owns-pins", "threads"];
const LISTS = ["network", "processes", "writes", "owns-pins", "overrides", "overrides-module"];

export interface Waiver {
  rule: string;
  reason: string;
  /** Last day on which it counts, YYYY-MM-DD. */
  expires: string;
  /** Only findings whose message or file holds this text. */
  finding?: string;
}

export interface ConformanceManifest {
  /** Where it was read; undefined: none. */
  file?: string;
  capabilities: string[];
  waivers: Waiver[];
}

/** A manifest that cannot be understood: the author's, with file and remedy. */
export class ManifestError extends Error {
  override name = "ManifestError";
}

type Table = Record<string, unknown>;
const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/**
 * @param path directory or single file of the plugin
 * @throws ManifestError
 */
export function readManifest(path: string): ConformanceManifest {
  const root = statSync(path).isFile() ? dirname(path) : path;
  const toml = join(root, MANIFEST);
  if (existsSync(toml)) return manifestOf(parseToml(readFileSync(toml, "utf8"), toml), toml);
  const json = join(root, "package.json");
  if (!statSync(path).isFile() && existsSync(json)) {
    const kalico = (JSON.parse(readFileSync(json, "utf8")) as Table)["kalico"];
    if (isTable(kalico) && ("waivers" in kalico || "capabilities" in kalico)) return manifestOf(kalico, `${json}#kalico`);
  }
  return { capabilities: [], waivers: [] };
}

function parseToml(text: string, file: string): Table {
  try {
    return parse(text) as Table;
  } catch (error) {
    if (error instanceof TomlError) throw new ManifestError(`${file}:${error.line}: ${error.message.split("\n", 1)[0]}`);
    throw error;
  }
}

/** @param where file, for messages */
export function manifestOf(table: Table, where: string): ConformanceManifest {
  const waivers = table["waivers"] ?? [];
  if (!Array.isArray(waivers)) throw new ManifestError(`${where}: "waivers" must be a list of tables: write [[waivers]] above each`);
  return { file: where, capabilities: capabilitiesOf(table["capabilities"] ?? [], where), waivers: waivers.map((w, i) => waiverOf(w, `${where}: waiver ${i + 1}`)) };
}

function capabilitiesOf(value: unknown, where: string): string[] {
  const known = (name: string): void => {
    const [word] = name.split(":", 1);
    if (!FLAGS.includes(word!) && !LISTS.includes(word!)) throw new ManifestError(`${where}: unknown capability "${name}": use one of ${[...new Set([...FLAGS, ...LISTS])].join(", ")}`);
  };
  const names = Array.isArray(value) ? value.map(String) : !isTable(value) ? undefined : Object.entries(value).flatMap(([name, declared]): string[] => {
    if (declared === true) return [name];
    if (declared === false) return [];
    if (Array.isArray(declared) && LISTS.includes(name)) return declared.map((item) => `${name}:${String(item)}`);
    throw new ManifestError(`${where}: capability "${name}" must be true, false${LISTS.includes(name) ? " or a list of names" : ""}, found ${JSON.stringify(declared)}`);
  });
  if (names === undefined) throw new ManifestError(`${where}: "capabilities" must be a table or a list, found ${JSON.stringify(value)}`);
  names.forEach(known);
  return names;
}

function waiverOf(value: unknown, where: string): Waiver {
  if (!isTable(value)) throw new ManifestError(`${where} must be a table with rule, reason and expires`);
  const text = (key: string): string => {
    const found = value[key];
    if (typeof found !== "string" || found.trim() === "") throw new ManifestError(`${where} has no ${key}: a waiver needs rule, reason and expires`);
    return found.trim();
  };
  const rule = text("rule");
  if (![...catalogue, canary].some((r) => r.id === rule)) throw new ManifestError(`${where}: there is no rule "${rule}": "kalico-hil rules" lists them`);
  const day = value["expires"];
  const expires = day instanceof TomlDate || day instanceof Date ? day.toISOString().slice(0, 10) : text("expires");
  if (!/^\d{4}-\d\d-\d\d$/.test(expires) || Number.isNaN(Date.parse(expires))) throw new ManifestError(`${where}: expires must be a day such as 2027-06-30, found "${expires}"`);
  const unknown = Object.keys(value).filter((key) => !["rule", "reason", "expires", "finding"].includes(key));
  if (unknown.length > 0) throw new ManifestError(`${where}: unknown key "${unknown[0]}": a waiver has rule, reason, expires and finding`);
  return { rule, reason: text("reason"), expires, ...(typeof value["finding"] === "string" ? { finding: value["finding"] } : {}) };
}
