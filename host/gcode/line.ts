/**
 * Reading of one g-code line: the letter-and-number form that slicers write and the shell-like KEY=VALUE
 * form of extended commands. Text in, command name and parameters out; no number is converted here.
 *
 * The traditional form is read in one pass over character codes, since a print runs it once per move.
 */
import { pySplit, pyStrip } from "../config/python-text.js";

/** Parameters of a command: names in upper case, values as text. Nothing is inherited. */
export type GCodeParams = Record<string, string>;

interface ParamsConstructor {
  new (): GCodeParams;
}

/** An object without inherited members that the engine still lays out as a record. */
export const Params: ParamsConstructor = (() => {
  const constructor = function (this: unknown) {} as unknown as ParamsConstructor & { prototype: unknown };
  constructor.prototype = Object.create(null);
  return constructor;
})();

/** A line cut into its command and its letter parameters. */
export interface ParsedLine {
  /** Command name in upper case, e.g. `G1` or `SET_PIN`; empty for a blank line or a comment. */
  command: string;
  /** The line without surrounding white space, with its comment. */
  line: string;
  params: GCodeParams;
}

const SEMICOLON = 0x3b;
const STAR = 0x2a;
const UNDERSCORE = 0x5f;

const isSpaceCode = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);
const isGroupCode = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || code === UNDERSCORE;

/** Cuts a line: white space and comment off, command, then every group of letters with the text behind it. */
export function parseLine(raw: string): ParsedLine {
  let start = 0;
  let end = raw.length;
  while (start < end && isSpaceCode(raw.charCodeAt(start))) start++;
  while (end > start && isSpaceCode(raw.charCodeAt(end - 1))) end--;
  let line = start === 0 && end === raw.length ? raw : raw.slice(start, end);
  let text = line;
  let plain = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === SEMICOLON) {
      text = text.slice(0, i);
      break;
    }
    if ((code >= 0x61 && code <= 0x7a) || code > 0x7e || code < 0x09) plain = false;
  }
  if (!plain) {
    line = pyStrip(line);
    text = pyStrip(line.split(";", 1)[0]!).toUpperCase();
  }
  return cut(line, text);
}

/** `text` holds no lower-case letter and no comment. */
function cut(line: string, text: string): ParsedLine {
  const params = new Params();
  const length = text.length;
  let groupStart = nextGroup(text, 0);
  let commandEnd = length;
  let commandStart = 0;
  let first = true;
  while (groupStart < length) {
    const groupEnd = endOfGroup(text, groupStart);
    const next = nextGroup(text, groupEnd);
    params[text.slice(groupStart, groupEnd)] = trimmed(text, groupEnd, next);
    if (first) {
      first = false;
      if (groupStart === 0 && groupEnd === 1 && text.charCodeAt(0) === 0x4e) {
        commandStart = next;
        commandEnd = next < length ? nextGroup(text, endOfGroup(text, next)) : next;
      } else {
        commandEnd = next;
      }
    }
    groupStart = next;
  }
  return { command: trimmed(text, commandStart, commandEnd), line, params };
}

function nextGroup(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isGroupCode(code) || code === STAR) break;
    at++;
  }
  return at;
}

function endOfGroup(text: string, start: number): number {
  if (text.charCodeAt(start) === STAR) return start + 1;
  let at = start + 1;
  while (at < text.length && isGroupCode(text.charCodeAt(at))) at++;
  return at;
}

function trimmed(text: string, start: number, end: number): string {
  while (start < end && isSpaceCode(text.charCodeAt(start))) start++;
  while (end > start && isSpaceCode(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * The text behind the command name as it was written. A trailing `*<digits>` is dropped only when the line
 * does not start with the command, that is after a line number.
 */
export function rawParameters(command: string, line: string): string {
  let start = command.length;
  let end = line.length;
  if (line.slice(0, start).toUpperCase() !== command) {
    start += line.toUpperCase().indexOf(command);
    const star = line.lastIndexOf("*");
    if (star >= 0 && /^\p{Nd}+$/u.test(line.slice(star + 1))) end = star;
  }
  if (/\s/.test(line.charAt(start))) start++;
  return line.slice(start, Math.max(start, end));
}

/**
 * Reads `KEY=VALUE` words with POSIX shell quoting; `#` and `;` start a comment outside of quotes.
 * @returns undefined when a quote is not closed or a word has no `=`
 */
export function parseExtendedParams(raw: string): GCodeParams | undefined {
  const words = shellWords(raw);
  if (words === undefined) return undefined;
  const params = new Params();
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 0) return undefined;
    params[word.slice(0, equals).toUpperCase()] = word.slice(equals + 1);
  }
  return params;
}

/** Splits text as a POSIX shell would; undefined when a quote or an escape is not finished. */
export function shellWords(raw: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < raw.length) {
    const char = raw[at]!;
    if (char === "'" || char === '"') {
      const quoted = readQuoted(raw, at, char);
      if (quoted === undefined) return undefined;
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else if (char === "\\") {
      if (at + 1 >= raw.length) return undefined;
      word = (word ?? "") + raw[at + 1]!;
      at += 2;
    } else if (char === " " || char === "\t" || char === "\r" || char === "\n") {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (char === "#" || char === ";") {
      const newline = raw.indexOf("\n", at);
      if (word !== undefined) words.push(word);
      word = undefined;
      at = newline < 0 ? raw.length : newline + 1;
    } else {
      word = (word ?? "") + char;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readQuoted(raw: string, open: number, quote: string): { text: string; end: number } | undefined {
  let text = "";
  for (let at = open + 1; at < raw.length; at++) {
    const char = raw[at]!;
    if (char === quote) return { text, end: at + 1 };
    if (char === "\\" && quote === '"') {
      const next = raw[++at];
      if (next === undefined) return undefined;
      text += next === '"' || next === "\\" ? next : `\\${next}`;
    } else {
      text += char;
    }
  }
  return undefined;
}

/** Whether a command is a letter followed by a number, as `G1` or `M117.5`. */
export function isTraditionalGcode(command: string): boolean {
  const word = pySplit(command.toUpperCase())[0] ?? "";
  return /^[A-Z]\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?(?:E[+-]?\d+)?$/.test(word);
}

/** Whether an extended command may have this name. */
export function isValidExtendedName(command: string): boolean {
  return command.toUpperCase() === command && /^[\p{L}\p{N}_]+$/u.test(command) && !/^\p{Nd}/u.test(command) && !/^.\p{Nd}/u.test(command);
}
