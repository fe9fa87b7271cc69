/**
 * One command on its way to its handler: name, line and parameters, with the parameter getters and the
 * error texts of Kalico's GCodeCommand. Numbers without a unit; bounds are checked on given values only,
 * never on defaults.
 */
import { pyFloat, pyFloatStr, pyInt, pyStr } from "../config/python-text.js";
import { CommandError } from "../errors.js";
import { valueToPlain } from "./template/host-values.js";
import { Dict } from "./template/py-values.js";
import { rawParameters, type GCodeParams } from "./line.js";

/** Bounds of a numeric parameter. */
export interface NumberBounds {
  minval?: number;
  maxval?: number;
  /** The value must be greater. */
  above?: number;
  /** The value must be less. */
  below?: number;
}

/** A default makes a parameter optional; without the key the parameter is required. */
export interface GetOptions<T> extends NumberBounds {
  default?: T | null;
  /** Turns the text into a value; whatever it throws reads "unable to parse". */
  parser?: (text: string) => T;
}

/** Where a command's answers go. */
export interface GCodeResponder {
  respondInfo(message: string, options?: { log?: boolean }): void;
  respondRaw(message: string): void;
}

/** What a command handler receives. */
export class GCodeCommand {
  #responder: GCodeResponder;
  command: string;
  commandline: string;
  #given: GCodeParams;
  #needAck: boolean;

  constructor(responder: GCodeResponder, command: string, commandline: string, params: GCodeParams, needAck: boolean) {
    this.#responder = responder;
    this.command = command;
    this.commandline = commandline;
    this.#given = params;
    this.#needAck = needAck;
  }

  /** Parameters by upper-case name; assigning puts others in place. */
  get params(): GCodeParams {
    return this.#given;
  }

  set params(params: Readonly<Record<string, unknown>> | Dict) {
    const plain = (params instanceof Dict ? valueToPlain(params) : params) as Readonly<Record<string, unknown>>;
    this.#given = Object.assign(Object.create(null) as GCodeParams, Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, String(value)])));
  }

  /** Name of the command in upper case. */
  getCommand(): string {
    return this.command;
  }

  /** The whole line without surrounding white space. */
  getCommandline(): string {
    return this.commandline;
  }

  /** Parameters by upper-case name; the live object. */
  getCommandParameters(): GCodeParams {
    return this.#given;
  }

  /** The text behind the command name as written, comments included. */
  getRawCommandParameters(): string {
    return rawParameters(this.command, this.commandline);
  }

  /** Sends `ok` once, to input that waits for it. Returns whether it was sent. */
  ack(message?: string): boolean {
    if (!this.#needAck) return false;
    this.#responder.respondRaw(message ? `ok ${message}` : "ok");
    this.#needAck = false;
    return true;
  }

  respondInfo(message: string, options?: { log?: boolean }): void {
    this.#responder.respondInfo(message, options);
  }

  respondRaw(message: string): void {
    this.#responder.respondRaw(message);
  }

  /** An error that, thrown, is answered with a `!!` line. */
  error(message: string): CommandError {
    return new CommandError(message);
  }

  get(name: string, options?: { default?: string }): string;
  get(name: string, options: { default: string | null }): string | null;
  get<T>(name: string, options: GetOptions<T> & { parser: (text: string) => T; default?: T }): T;
  get<T>(name: string, options: GetOptions<T> & { parser: (text: string) => T; default: T | null }): T | null;
  /** The value of a parameter. @throws CommandError when it is missing, unreadable or out of bounds */
  get(name: string, options?: GetOptions<unknown>): unknown {
    const text = this.#given[name];
    if (text === undefined) return this.#missing(name, options);
    if (options?.parser === undefined) return text;
    return this.#checked(name, this.#parse(text, options.parser), options, pyStr);
  }

  getInt(name: string, options?: NumberBounds & { default?: number }): number;
  getInt(name: string, options: NumberBounds & { default: number | null }): number | null;
  /** A whole number as Python's `int()` reads it. */
  getInt(name: string, options?: GetOptions<number>): number | null {
    const text = this.#given[name];
    if (text === undefined) return this.#missing(name, options) as number | null;
    return this.#checked(name, this.#parse(text, pyInt), options, pyStr);
  }

  getFloat(name: string, options?: NumberBounds & { default?: number }): number;
  getFloat(name: string, options: NumberBounds & { default: number | null }): number | null;
  /** A finite number. */
  getFloat(name: string, options?: GetOptions<number>): number | null {
    const text = this.#given[name];
    if (text === undefined) return this.#missing(name, options) as number | null;
    return this.#checked(name, this.#parse(text, finiteFloat), options, pyFloatStr);
  }

  /** For the dispatcher: the same line under the command that it is routed to. */
  routeTo(command: string): void {
    this.command = command;
  }

  /** For the dispatcher: puts the parameters of the extended form in place. */
  replaceParameters(params: GCodeParams): void {
    this.#given = params;
  }

  #missing(name: string, options: GetOptions<unknown> | undefined): unknown {
    if (options === undefined || !("default" in options)) {
      throw this.error(`Error on '${this.commandline}': missing ${name}`);
    }
    return options.default ?? null;
  }

  #parse<T>(text: string, parser: (text: string) => T): T {
    try {
      return parser(text);
    } catch {
      throw this.error(`Error on '${this.commandline}': unable to parse ${text}`);
    }
  }

  #checked<T>(name: string, value: T, bounds: NumberBounds | undefined, show: (bound: number) => string): T {
    if (bounds === undefined) return value;
    const { minval, maxval, above, below } = bounds;
    const number = value as unknown as number;
    const refuse = (what: string, bound: number): CommandError =>
      this.error(`Error on '${this.commandline}': ${name} must ${what} ${show(bound)}`);
    if (minval != null && number < minval) throw refuse("have minimum of", minval);
    if (maxval != null && number > maxval) throw refuse("have maximum of", maxval);
    if (above != null && number <= above) throw refuse("be above", above);
    if (below != null && number >= below) throw refuse("be below", below);
    return value;
  }
}

function finiteFloat(text: string): number {
  const value = pyFloat(text);
  if (!Number.isFinite(value)) throw new Error(`${text} is not a valid float`);
  return value;
}

/** Numbers as g-code writes them take the short way, everything else Python's rules. @throws when unreadable */
export function gcodeFloat(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x30 || code > 0x39) && code !== 0x2e && code !== 0x2d && code !== 0x2b) return pyFloat(text);
  }
  const value = text.length === 0 ? NaN : Number(text);
  return Number.isNaN(value) ? pyFloat(text) : value;
}
