/**
 * One section of the configuration as modules and plugins read it. Every read is tracked: what nobody reads
 * is an error after loading, and what is read shows up, typed, in the status of `configfile`.
 */
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import type { ConfigMode, ConfigParser } from "./config-parser.js";
import { pyConfigBoolean, pyFloat, pyFloatStr, pyInt, pyStr, pyStrip } from "./python-text.js";
import { parseScript, type ConfigScript } from "./config-script.js";

/** Common to all getters. Without the key `default` the option is required. */
export interface GetOptions<T> {
  default?: T | null;
  /** false: the read is not tracked. */
  noteValid?: boolean;
}
/** Bounds are checked on what is written, never on the default. */
export interface IntOptions<T = number> extends GetOptions<T> {
  minval?: number | null;
  maxval?: number | null;
}
export interface FloatOptions<T = number> extends IntOptions<T> {
  above?: number | null;
  below?: number | null;
}
export interface ListOptions<T> extends GetOptions<readonly T[]> {
  sep?: string;
  count?: number | null;
}
export interface ListsOptions<T> extends GetOptions<readonly any[]> {
  /** Separators, innermost first. */
  seps?: readonly string[];
  /** Elements wanted in each innermost list. */
  count?: number | null;
  parser?: (text: string) => T;
}
/** Allowed words of a choice, with what they stand for. A list stands for itself. */
export type Choices<V> = readonly V[] | Readonly<Record<string, V>> | ReadonlyMap<string | number, V>;

/** Types the result: never null unless the default may be. */
type Result<T, O> = O extends { default: infer D } ? (D extends null | undefined ? T | null : T) : T;

interface Bounds {
  minval?: number | null | undefined;
  maxval?: number | null | undefined;
  above?: number | null | undefined;
  below?: number | null | undefined;
  show: (bound: number) => string;
}

/** A section of the configuration; it need not exist in the file. */
export class ConfigSection {
  readonly printer: Printer;
  readonly section: string;
  readonly fileconfig: ConfigParser;
  readonly mode: ConfigMode;

  constructor(printer: Printer, fileconfig: ConfigParser, section: string, mode: ConfigMode = "kalico") {
    this.printer = printer;
    this.fileconfig = fileconfig;
    this.section = section;
    this.mode = mode;
  }

  getPrinter(): Printer {
    return this.printer;
  }

  /** The whole section string, e.g. `heater_fan hotend`. */
  getName(): string {
    return this.section;
  }

  /** Another section; no check that it exists. */
  getSection(section: string): ConfigSection {
    return new ConfigSection(this.printer, this.fileconfig, section, this.mode);
  }

  hasSection(section: string): boolean {
    return this.fileconfig.hasSection(section);
  }

  /** Sections whose names begin with `prefix`, in file order. */
  getPrefixSections(prefix: string): ConfigSection[] {
    return this.fileconfig.sections().filter((name) => name.startsWith(prefix)).map((name) => this.getSection(name));
  }

  /** Lower-case options of this section that begin with `prefix`. */
  getPrefixOptions(prefix: string): string[] {
    return this.fileconfig.options(this.section).filter((name) => name.startsWith(prefix));
  }

  /** Makes (does not throw) a configuration error that knows this section. */
  error(message: string, option?: string): ConfigError {
    return new ConfigError(message, this.fileconfig.place(this.section, option));
  }

  /** Lists the option, or one value of it, as deprecated, if it is written in the file. */
  deprecate(option: string, value?: string | null): void {
    if (!this.fileconfig.hasOption(this.section, option)) return;
    const message =
      value == null
        ? `Option '${option}' in section '${this.section}' is deprecated.`
        : `Value '${value}' in option '${option}' in section '${this.section}' is deprecated.`;
    const configfile = this.printer.lookupObject<{ deprecate(s: string, o: string, v: string | null, m: string): void }>("configfile");
    configfile.deprecate(this.section, option, value ?? null, message);
  }

  /** The text of an option. */
  get<O extends GetOptions<string>>(option: string, options?: O): Result<string, O> {
    return this.#read(option, options, (text) => text) as Result<string, O>;
  }

  getInt<O extends IntOptions>(option: string, options?: O): Result<number, O> {
    return this.#read(option, options, pyInt, { ...options, show: pyStr }) as Result<number, O>;
  }

  /** A float; `nan` and `inf` are let through as in Kalico, except in mode `strict`. */
  getFloat<O extends FloatOptions>(option: string, options?: O): Result<number, O> {
    const parse = this.mode === "strict" ? finiteFloat : pyFloat;
    return this.#read(option, options, parse, { ...options, show: pyFloatStr }) as Result<number, O>;
  }

  getBoolean<O extends GetOptions<boolean>>(option: string, options?: O): Result<boolean, O> {
    return this.#read(option, options, pyConfigBoolean) as Result<boolean, O>;
  }

  /** What the chosen word stands for; the default is a word too and must be one of the choices. */
  getChoice<V>(option: string, choices: Choices<V>, options?: GetOptions<string | number>): V {
    const table = choiceTable(choices);
    const first = table.keys().next().value;
    const numeric = typeof first === "number";
    const chosen = numeric ? this.getInt(option, options as GetOptions<number>) : this.get(option, options as GetOptions<string>);
    const key = numeric && typeof chosen === "string" && /^-?\d+$/.test(chosen) ? Number(chosen) : chosen;
    if (!table.has(key as string | number)) {
      throw this.error(`Choice '${pyStr(chosen)}' for option '${option}' in section '${this.section}' is not a valid choice`, option);
    }
    return table.get(key as string | number)!;
  }

  getList<O extends ListOptions<string>>(option: string, options?: O): Result<string[], O> {
    return this.getLists(option, listsOptions(options, (text: string) => text)) as Result<string[], O>;
  }

  getIntList<O extends ListOptions<number>>(option: string, options?: O): Result<number[], O> {
    return this.getLists(option, listsOptions(options, pyInt)) as Result<number[], O>;
  }

  /** Floats of a list must be finite. */
  getFloatList<O extends ListOptions<number>>(option: string, options?: O): Result<number[], O> {
    return this.getLists(option, listsOptions(options, finiteFloat)) as Result<number[], O>;
  }

  /** Nested lists, one level per separator; empty outer parts are dropped. */
  getLists<T = string>(option: string, options?: ListsOptions<T>): any {
    const seps = options?.seps ?? [","];
    const count = options?.count;
    const parser: (text: string) => unknown = options?.parser ?? ((text: string) => text);
    const split = (text: string, level: number): unknown[] => {
      const parts = pyStrip(text) === "" ? [] : text.split(seps[level]!).map(pyStrip);
      if (level > 0) return parts.filter((part) => part !== "").map((part) => split(part, level - 1));
      const values = parts.map((part) => parser(part));
      if (count != null && values.length !== count) {
        throw this.error(`Option '${option}' in section '${this.section}' must have ${count} elements`, option);
      }
      return values;
    };
    return this.#read(option, options, (text) => split(text, seps.length - 1));
  }

  /** A script and its language: `["gcode", text]` or `["python", text]`. */
  getScript(option: string, options?: GetOptions<string>): ConfigScript {
    const text = this.get(option, options) as string | null;
    if (text === null) {
      if (this.mode === "strict") return ["gcode", ""];
      throw new TypeError("'NoneType' object has no attribute 'strip'");
    }
    return parseScript(pyStrip(text));
  }

  #read<T>(option: string, options: GetOptions<any> | undefined, parse: (text: string) => T, bounds?: Bounds): T | null {
    const noteValid = options?.noteValid ?? true;
    const section = this.section.toLowerCase();
    if (!this.fileconfig.hasOption(this.section, option)) {
      if (options === undefined || !("default" in options) || options.default === undefined) {
        throw this.error(`Option '${option}' in section '${this.section}' must be specified`, option);
      }
      const fallback = options.default as T | null;
      if (noteValid && fallback !== null) this.fileconfig.tracking.set(section, option.toLowerCase(), fallback);
      return fallback;
    }
    let value: T;
    try {
      value = parse(this.fileconfig.get(this.section, option));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw this.error(`Unable to parse option '${option}' in section '${this.section}'`, option);
    }
    if (noteValid) this.fileconfig.tracking.set(section, option.toLowerCase(), value);
    if (bounds !== undefined) this.#checkBounds(option, value as number, bounds);
    return value;
  }

  #checkBounds(option: string, value: number, { minval, maxval, above, below, show }: Bounds): void {
    const fail = (what: string): ConfigError => this.error(`Option '${option}' in section '${this.section}' must ${what}`, option);
    if (minval != null && value < minval) throw fail(`have minimum of ${show(minval)}`);
    if (maxval != null && value > maxval) throw fail(`have maximum of ${show(maxval)}`);
    if (above != null && value <= above) throw fail(`be above ${show(above)}`);
    if (below != null && value >= below) throw fail(`be below ${show(below)}`);
  }
}

function finiteFloat(text: string): number {
  const value = pyFloat(text);
  if (!Number.isFinite(value)) throw new Error(`${text} is not a valid float`);
  return value;
}

function listsOptions(options: ListOptions<any> | undefined, parser: (text: string) => unknown): ListsOptions<any> {
  const { sep = ",", ...rest } = options ?? {};
  return { ...rest, seps: [sep], parser };
}

/** Choices as a map; keys of a plain object that are all whole numbers mean numbers. */
function choiceTable<V>(choices: Choices<V>): ReadonlyMap<string | number, V> {
  if (choices instanceof Map) return choices as ReadonlyMap<string | number, V>;
  if (Array.isArray(choices)) return new Map((choices as readonly V[]).map((word) => [word as string | number, word]));
  const entries = Object.entries(choices as Record<string, V>);
  const numeric = entries.length > 0 && entries.every(([word]) => /^-?\d+$/.test(word));
  return new Map(entries.map(([word, value]) => [numeric ? Number(word) : word, value]));
}
