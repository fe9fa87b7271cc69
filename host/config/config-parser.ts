/**
 * Parser of configuration text with the rules of Python's RawConfigParser as Kalico sets it up: sections
 * merge, the last option wins, `;` and `#` start comments, deeper indentation continues a value, `[DEFAULT]`
 * shows in every section. Values are interpolated on every read (`${option}`, `${section.option}`).
 * Text in, sections of option → string out; the place of every option is kept for messages.
 */
import { ConfigError, type ConfigPlace } from "../errors.js";
import { pyIsSpace, pyRepr, pyRstrip, pyStrip } from "./python-text.js";

/** Whether known defects of Kalico are reproduced (`kalico`) or mended (`strict`). */
export type ConfigMode = "kalico" | "strict";

/** Every (section, option) that was read, with its typed value, in the order of the first read. */
export class AccessTracking {
  readonly #entries = new Map<string, { section: string; option: string; value: unknown }>();

  set(section: string, option: string, value: unknown): void {
    const key = `${section}\0${option}`;
    const known = this.#entries.get(key);
    if (known === undefined) this.#entries.set(key, { section, option, value });
    else known.value = value;
  }

  setDefault(section: string, option: string, value: unknown): void {
    if (!this.has(section, option)) this.set(section, option, value);
  }

  has(section: string, option: string): boolean {
    return this.#entries.has(`${section}\0${option}`);
  }

  entries(): Iterable<{ section: string; option: string; value: unknown }> {
    return this.#entries.values();
  }
}

const SECTION_HEADER = /^\[(.+)\]/;
const OPTION_LINE = /^(.*?)\s*[=:]\s*(.*)$/s;
const DEFAULT_SECTION = "DEFAULT";
const MAX_INTERPOLATION_DEPTH = 10;
/** Nesting at which Python's recursion limit ends a cycle of references. */
const MAX_REFERENCE_DEPTH = 200;
const REFERENCE = { kalico: /(?:\\)?\$\{(?:([^.:${}]+)[.:])?([^${}]+)\}/, strict: /(?<!\\)\$\{(?:([^.:${}]+)[.:])?([^${}]+)\}/ };

/** The text in the brackets of a section header at the very start of `line`. */
export function sectionHeader(line: string): string | undefined {
  return SECTION_HEADER.exec(line)?.[1];
}

/** Cuts an inline comment: a prefix counts at the start of the line or after white space. */
function valueOfLine(line: string): { value: string; hadComment: boolean } {
  let start = -1;
  const full = pyStrip(line);
  if (full.startsWith("#") || full.startsWith(";")) start = 0;
  for (let at = 0; start < 0 && at < line.length; at++) {
    const character = line[at]!;
    if ((character === "#" || character === ";") && (at === 0 || pyIsSpace(line[at - 1]!))) start = at;
  }
  return { value: pyStrip(start < 0 ? line : line.slice(0, start)), hadComment: start >= 0 };
}

/** Sections and options of one configuration. */
export class ConfigParser {
  readonly tracking: AccessTracking;
  readonly #mode: ConfigMode;
  readonly #sections = new Map<string, Map<string, string>>();
  readonly #defaults = new Map<string, string>();
  readonly #places = new Map<string, ConfigPlace>();
  #depth = 0;

  constructor(tracking = new AccessTracking(), mode: ConfigMode = "kalico") {
    this.tracking = tracking;
    this.#mode = mode;
  }

  /**
   * Adds text to the configuration. `firstLine` is the number of its first line in the file.
   * @throws ConfigError for text outside a section and for lines without a separator
   */
  read(text: string, filename: string, firstLine = 1): void {
    const lines = text.split("\n");
    const pending = new Map<Map<string, string>, Map<string, string[]>>();
    let section: Map<string, string> | undefined;
    let sectionName = "";
    let values: string[] | undefined;
    let indent = 0;
    let failure: string | undefined;
    let failurePlace: ConfigPlace = {};
    lines.forEach((line, index) => {
      if (index === lines.length - 1 && line === "") return;
      const place: ConfigPlace = { file: filename, line: firstLine + index };
      const shown = (): string => pyRepr(index < lines.length - 1 ? `${line}\n` : line);
      const { value, hadComment } = valueOfLine(line);
      if (value === "") {
        if (!hadComment && values !== undefined) values.push("");
        return;
      }
      const lineIndent = line.search(/\S/);
      if (values !== undefined && lineIndent > indent) {
        values.push(value);
        return;
      }
      indent = lineIndent;
      const header = sectionHeader(value);
      if (header !== undefined) {
        sectionName = header;
        section = this.#openSection(header, place);
        values = undefined;
        return;
      }
      if (section === undefined) {
        throw new ConfigError(`File contains no section headers.\nfile: ${pyRepr(filename)}, line: ${index + 1}\n${shown()}`, place);
      }
      const match = OPTION_LINE.exec(value);
      if (match === null || match[1] === "") {
        failure ??= `Source contains parsing errors: ${pyRepr(filename)}`;
        failure += `\n\t[line ${String(index + 1).padStart(2)}]: ${shown()}`;
        if (failurePlace.file === undefined) failurePlace = { ...place, section: sectionName };
        if (match === null) return;
      }
      const option = pyRstrip(match[1]!).toLowerCase();
      const parts = [pyStrip(match[2]!)];
      values = option === "" ? undefined : parts;
      const options = pending.get(section) ?? new Map<string, string[]>();
      pending.set(section, options);
      options.set(option, parts);
      if (!section.has(option)) section.set(option, "");
      this.#places.set(`${sectionName}\0${option}`, { section: sectionName, option, ...place });
    });
    for (const [target, options] of pending) {
      for (const [option, parts] of options) target.set(option, pyRstrip(parts.join("\n")));
    }
    if (failure !== undefined) throw new ConfigError(failure, failurePlace);
  }

  #openSection(name: string, place: ConfigPlace): Map<string, string> {
    if (name === DEFAULT_SECTION) return this.#defaults;
    let section = this.#sections.get(name);
    if (section === undefined) {
      section = new Map();
      this.#sections.set(name, section);
      this.#places.set(name, { section: name, ...place });
    }
    return section;
  }

  /** Section names in the order of their first appearance, without `DEFAULT`. */
  sections(): string[] {
    return [...this.#sections.keys()];
  }

  hasSection(section: string): boolean {
    return this.#sections.has(section);
  }

  /** Lower-case option names of a section, those of `[DEFAULT]` last. @throws ConfigError without the section */
  options(section: string): string[] {
    const own = this.#sections.get(section);
    if (own === undefined) throw this.#noSection(section);
    return [...new Set([...own.keys(), ...this.#defaults.keys()])];
  }

  hasOption(section: string, option: string): boolean {
    const name = option.toLowerCase();
    if (section === "" || section === DEFAULT_SECTION) return this.#defaults.has(name);
    const own = this.#sections.get(section);
    return own !== undefined && (own.has(name) || this.#defaults.has(name));
  }

  /** The interpolated text of an option. @throws ConfigError as configparser does; Error for a cycle */
  get(section: string, option: string): string {
    const own = section === DEFAULT_SECTION ? this.#defaults : this.#sections.get(section);
    if (own === undefined) throw this.#noSection(section);
    const name = option.toLowerCase();
    const raw = own.get(name) ?? this.#defaults.get(name);
    if (raw === undefined) {
      throw new ConfigError(`No option ${pyRepr(option)} in section: ${pyRepr(section)}`, { ...this.place(section), option: name });
    }
    return this.#interpolate(section, raw);
  }

  #interpolate(section: string, raw: string): string {
    if (!raw.includes("${")) return raw;
    if (this.#depth >= MAX_REFERENCE_DEPTH) throw new Error("Options refer to one another in a circle");
    this.#depth += 1;
    try {
      let value = raw;
      for (let round = 0; round < MAX_INTERPOLATION_DEPTH; round++) {
        const match = REFERENCE[this.#mode].exec(value);
        if (match === null) break;
        // In mode kalico an escaping backslash does not escape: it stays, and the reference is replaced.
        const skip = match[0].startsWith("\\") ? 1 : 0;
        const from = match[1] ?? section;
        const constant = this.get(from, match[2]!);
        this.tracking.setDefault(from, match[2]!, constant);
        value = value.slice(0, match.index + skip) + constant + value.slice(match.index + match[0].length);
      }
      return value.replaceAll("\\${", "${");
    } finally {
      this.#depth -= 1;
    }
  }

  /** Where a section or an option was written (the last time). */
  place(section: string, option?: string): ConfigPlace {
    if (option !== undefined) {
      const place = this.#places.get(`${section}\0${option.toLowerCase()}`);
      if (place !== undefined) return place;
      return { ...this.#places.get(section), section, option };
    }
    return this.#places.get(section) ?? { section };
  }

  // ---- changing (the SAVE_CONFIG part) ----

  addSection(section: string): void {
    if (!this.#sections.has(section)) this.#sections.set(section, new Map());
  }

  set(section: string, option: string, value: string): void {
    const own = this.#sections.get(section);
    if (own === undefined) throw this.#noSection(section);
    own.set(option.toLowerCase(), value);
  }

  removeSection(section: string): boolean {
    return this.#sections.delete(section);
  }

  /** Whether there was such an option. */
  removeOption(section: string, option: string): boolean {
    return this.#sections.get(section)?.delete(option.toLowerCase()) ?? false;
  }

  /** The configuration as text, without comments. */
  write(): string {
    const blocks: string[] = [];
    const block = (name: string, options: Map<string, string>): void => {
      const lines = [...options].map(([option, value]) => `${option} = ${value.replaceAll("\n", "\n\t")}\n`);
      blocks.push(`[${name}]\n${lines.join("")}\n`);
    };
    if (this.#defaults.size > 0) block(DEFAULT_SECTION, this.#defaults);
    for (const [name, options] of this.#sections) block(name, options);
    return blocks.join("");
  }

  #noSection(section: string): ConfigError {
    return new ConfigError(`No section: ${pyRepr(section)}`, { section });
  }
}
