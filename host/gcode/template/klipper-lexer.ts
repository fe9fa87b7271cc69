/**
 * Cuts a template with Klipper's delimiters, `{% %}` for statements, `{ }` for expressions and `{# #}` for
 * comments, into the tokens that the template library's parser reads. Braces inside an expression (dicts)
 * and inside strings do not end it. In: template text; out: tokens with line numbers.
 */
import { pyRepr } from "../../config/python-text.js";
import { rewriteTag } from "./token-rewrite.js";
import { TemplateSyntaxError, type TemplateToken, type TokenType } from "./template-tokens.js";

const OPERATORS: readonly [string, TokenType][] = [
  ["**", "ExponentiationBinaryOperator"], ["//", "MultiplicativeBinaryOperator"], ["==", "ComparisonBinaryOperator"],
  ["!=", "ComparisonBinaryOperator"], ["<=", "ComparisonBinaryOperator"], [">=", "ComparisonBinaryOperator"],
  ["<", "ComparisonBinaryOperator"], [">", "ComparisonBinaryOperator"], ["+", "AdditiveBinaryOperator"],
  ["-", "AdditiveBinaryOperator"], ["~", "AdditiveBinaryOperator"], ["*", "MultiplicativeBinaryOperator"],
  ["/", "MultiplicativeBinaryOperator"], ["%", "MultiplicativeBinaryOperator"], ["=", "Equals"], ["(", "OpenParen"],
  [")", "CloseParen"], ["[", "OpenSquareBracket"], ["]", "CloseSquareBracket"], ["{", "OpenCurlyBracket"],
  ["}", "CloseCurlyBracket"], [",", "Comma"], [".", "Dot"], [":", "Colon"], ["|", "Pipe"],
];

const CLOSING: Record<string, string> = { "(": ")", "[": "]", "{": "}" };
const SPACE = /[ \t\r\n\f\v]+/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const FLOAT = /\d(?:_?\d)*(?:\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|[eE][+-]?\d(?:_?\d)*)/y;
const INTEGER = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|\d(?:_?\d)*/y;
const STRING = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y;

class Lexer {
  readonly #text: string;
  readonly #tokens: TemplateToken[] = [];
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    const normal = text.replace(/\r\n?/g, "\n");
    this.#text = normal.endsWith("\n") ? normal.slice(0, -1) : normal;
  }

  run(): TemplateToken[] {
    let trimLeft = false;
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf("{", this.#at);
      const end = open < 0 ? this.#text.length : open;
      let data = this.#text.slice(this.#at, end);
      if (trimLeft) data = data.trimStart();
      const trimRight = open >= 0 && this.#text[open + (this.#isTag(open) ? 2 : 1)] === "-";
      if (trimRight) data = data.trimEnd();
      if (data !== "") this.#push(data, "Text");
      this.#moveTo(end);
      if (open < 0) break;
      trimLeft = this.#readTag();
    }
    return this.#tokens;
  }

  #isTag(open: number): boolean {
    const next = this.#text[open + 1];
    return next === "%" || next === "#";
  }

  /** Reads the tag at the cursor; returns whether the text behind it loses its leading space. */
  #readTag(): boolean {
    const kind = this.#text[this.#at + 1];
    if (kind === "#") return this.#readComment();
    const isStatement = kind === "%";
    const sign = this.#text[this.#at + (isStatement ? 2 : 1)];
    this.#moveTo(this.#at + (isStatement ? 2 : 1) + (sign === "-" || sign === "+" ? 1 : 0));
    if (isStatement && this.#readRaw()) return false;
    const line = this.#line;
    const start = this.#tokens.length;
    const trims = this.#readCode(isStatement);
    const body = rewriteTag(this.#tokens.splice(start), isStatement);
    const last = body.at(-1)?.line ?? line;
    if (!isStatement && body.length === 0) throw new TemplateSyntaxError("Expected an expression, got 'end of print statement'", line);
    this.#tokens.push({ value: "", type: isStatement ? "OpenStatement" : "OpenExpression", line });
    this.#tokens.push(...body);
    this.#tokens.push({ value: "", type: isStatement ? "CloseStatement" : "CloseExpression", line: last });
    return trims;
  }

  #readComment(): boolean {
    const end = this.#text.indexOf("#}", this.#at + 2);
    if (end < 0) throw new TemplateSyntaxError("Missing end of comment tag", this.#line);
    const trims = this.#text[end - 1] === "-";
    this.#moveTo(end + 2);
    return trims;
  }

  #readRaw(): boolean {
    const begin = /\s*raw\s*(-?)%\}/y;
    begin.lastIndex = this.#at;
    const match = begin.exec(this.#text);
    if (match === null) return false;
    const end = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
    end.lastIndex = begin.lastIndex;
    const closing = end.exec(this.#text);
    if (closing === null) throw new TemplateSyntaxError("Missing end of raw directive", this.#line);
    const data = this.#text.slice(begin.lastIndex, closing.index);
    this.#push(match[1] === "-" ? data.trimStart() : data, "Text");
    this.#moveTo(end.lastIndex);
    return true;
  }

  /** Reads up to the closing delimiter; returns whether it has a minus. */
  #readCode(isStatement: boolean): boolean {
    const open: string[] = [];
    const close = isStatement ? "%}" : "}";
    while (this.#at < this.#text.length) {
      this.#match(SPACE);
      if (open.length === 0) {
        const signed = this.#text[this.#at] === "-" || this.#text[this.#at] === "+" ? 1 : 0;
        if (this.#text.startsWith(close, this.#at + signed)) {
          const trims = this.#text[this.#at] === "-";
          this.#moveTo(this.#at + signed + close.length);
          return trims;
        }
      }
      if (this.#at < this.#text.length) this.#readToken(open);
    }
    const wanted = isStatement ? "end of statement block" : "end of print statement";
    throw new TemplateSyntaxError(`unexpected end of template, expected '${wanted}'.`, this.#line);
  }

  #readToken(open: string[]): void {
    const line = this.#line;
    const afterDot = this.#tokens.at(-1)?.type === "Dot";
    const float = afterDot ? undefined : this.#match(FLOAT);
    if (float !== undefined) return this.#push(floatText(float), "NumericLiteral", line);
    const integer = this.#match(INTEGER);
    if (integer !== undefined) return this.#push(String(Number(integer.replaceAll("_", ""))), "NumericLiteral", line);
    const name = this.#match(NAME);
    if (name !== undefined) return this.#push(name, "Identifier", line);
    const string = this.#match(STRING);
    if (string !== undefined) return this.#push(unescape(string.slice(1, -1)), "StringLiteral", line);
    for (const [text, type] of OPERATORS) {
      if (!this.#text.startsWith(text, this.#at)) continue;
      this.#balance(text, open);
      this.#moveTo(this.#at + text.length);
      return this.#push(text, type, line);
    }
    throw new TemplateSyntaxError(`unexpected char ${pyRepr(this.#text[this.#at]!)} at ${this.#at}`, line);
  }

  #balance(text: string, open: string[]): void {
    if (CLOSING[text] !== undefined) open.push(CLOSING[text]);
    else if (text === ")" || text === "]" || text === "}") {
      const expected = open.pop();
      if (expected === undefined) throw new TemplateSyntaxError(`unexpected '${text}'`, this.#line);
      if (expected !== text) throw new TemplateSyntaxError(`unexpected '${text}', expected '${expected}'`, this.#line);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#moveTo(pattern.lastIndex);
    return match[0];
  }

  #moveTo(at: number): void {
    this.#at = at;
    for (; this.#counted < at; this.#counted++) if (this.#text[this.#counted] === "\n") this.#line++;
  }

  #push(value: string, type: TokenType, line = this.#line): void {
    this.#tokens.push({ value, type, line });
  }
}

/** A float in a form with a point, by which the parser tells it from an int. */
function floatText(text: string): string {
  const plain = text.replaceAll("_", "");
  return plain.includes(".") ? plain : plain.replace(/[eE]/, ".0e");
}

const ESCAPES: Record<string, string> = {
  "\n": "", "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v",
};

function unescape(text: string): string {
  return text.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/g, (all, x?: string, u?: string, U?: string, octal?: string, char?: string) => {
    const hex = x ?? u ?? U;
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
    return ESCAPES[char!] ?? all;
  });
}

/** The tokens of a template. @throws TemplateSyntaxError */
export function lexTemplate(text: string): TemplateToken[] {
  return new Lexer(text).run();
}
