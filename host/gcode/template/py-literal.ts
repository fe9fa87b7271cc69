/**
 * Python literals as text (`ast.literal_eval`): numbers, strings, tuples, lists, dicts, True, False, None.
 * The values of `variable_*` options, SET_GCODE_VARIABLE and SAVE_VARIABLE are written so.
 */
import { Dict, Float, PyError, Tuple, valueError, type Value } from "./py-values.js";

const TOKEN = /[ \t\f\n]*(?:([uUrRbB]{0,2})('''[^]*?'''|"""[^]*?"""|'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*")|(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)([\p{L}_]?)|([\p{L}_][\p{L}\p{N}_]*)|([()[\]{},:+-])|(#.*)|([^]))/uy;

interface LiteralToken {
  kind: "string" | "number" | "name" | "mark" | "end";
  text: string;
  value?: Value;
}

const syntaxError = (what = "invalid syntax"): PyError => new PyError("SyntaxError", `${what} (<unknown>, line 1)`);
const malformed = (node: string): PyError => valueError(`malformed node or string on line 1: <ast.${node} object>`);

/** The value of a literal. @throws PyError `SyntaxError` or `ValueError` */
export function parseLiteral(text: string): Value {
  const parser = new LiteralParser(tokens(text.replace(/^[ \t]+/, "")));
  return parser.parseAll();
}

function tokens(text: string): LiteralToken[] {
  const found: LiteralToken[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) break;
    const [, prefix, string, number, junk, name, mark, comment] = match;
    if (string !== undefined) found.push({ kind: "string", text: string, value: stringValue(prefix!, string) });
    else if (number !== undefined) {
      if (junk !== "") throw syntaxError("invalid decimal literal");
      found.push({ kind: "number", text: number, value: numberValue(number) });
    } else if (name !== undefined) found.push({ kind: "name", text: name });
    else if (mark !== undefined) found.push({ kind: "mark", text: mark });
    else if (comment === undefined) throw syntaxError();
  }
  found.push({ kind: "end", text: "" });
  return found;
}

function numberValue(text: string): Value {
  const plain = text.replaceAll("_", "");
  if (/^0[xob]/i.test(plain)) return Number(plain);
  if (/[.eE]/.test(plain)) return new Float(Number(plain));
  if (/^0\d*[1-9]/.test(plain)) throw syntaxError("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
  return Number(plain);
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\\": "\\", "'": "'", '"': '"', "\n": "" };

function stringValue(prefix: string, quoted: string): string {
  const long = quoted.startsWith("'''") || quoted.startsWith('"""');
  const body = long ? quoted.slice(3, -3) : quoted.slice(1, -1);
  if (/b/i.test(prefix)) throw new PyError("TypeError", "Object of type bytes is not JSON serializable");
  if (/r/i.test(prefix)) return body;
  return body.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([^]))/g, (all, x?: string, u?: string, long8?: string, octal?: string, char?: string) => {
    const hex = x ?? u ?? long8;
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
    return ESCAPES[char!] ?? all;
  });
}

class LiteralParser {
  readonly #tokens: readonly LiteralToken[];
  #at = 0;

  constructor(found: readonly LiteralToken[]) {
    this.#tokens = found;
  }

  parseAll(): Value {
    const value = this.#parseTuple();
    if (this.#peek().kind !== "end") throw this.#peek().kind === "mark" && this.#peek().text !== "+" && this.#peek().text !== "-" ? syntaxError() : malformedOperator(this.#peek());
    return value;
  }

  #peek(): LiteralToken {
    return this.#tokens[this.#at]!;
  }

  #accept(mark: string): boolean {
    if (this.#peek().kind !== "mark" || this.#peek().text !== mark) return false;
    this.#at++;
    return true;
  }

  /** An expression, or several with commas between. */
  #parseTuple(): Value {
    const first = this.#parseValue();
    if (this.#peek().text !== "," || this.#peek().kind !== "mark") return first;
    const items = [first];
    while (this.#accept(",")) {
      if (this.#peek().kind === "end") break;
      items.push(this.#parseValue());
    }
    return new Tuple(items);
  }

  #parseValue(): Value {
    const { kind, text, value } = this.#peek();
    if (kind === "string") return this.#parseStrings();
    if (kind === "number") {
      this.#at++;
      return value!;
    }
    if (kind === "name") return this.#parseName(text);
    if (kind === "end") throw syntaxError();
    this.#at++;
    if (text === "+" || text === "-") return this.#parseSigned(text);
    if (text === "(") return this.#parseParenthesis();
    if (text === "[") return this.#parseItems("]");
    if (text === "{") return this.#parseDict();
    throw syntaxError();
  }

  #parseStrings(): Value {
    let joined = "";
    for (; this.#peek().kind === "string"; this.#at++) joined += this.#peek().value as string;
    return joined;
  }

  #parseName(name: string): Value {
    this.#at++;
    if (name === "None") return null;
    if (name === "True" || name === "False") return name === "True";
    if (this.#peek().kind !== "mark" && this.#peek().kind !== "end") throw syntaxError();
    throw malformed("Name");
  }

  #parseSigned(sign: string): Value {
    const value = this.#parseValue();
    if (typeof value === "number") return sign === "-" ? -value + 0 : value;
    if (value instanceof Float) return sign === "-" ? new Float(-value.value) : value;
    throw malformed("UnaryOp");
  }

  #parseParenthesis(): Value {
    if (this.#accept(")")) return new Tuple([]);
    const first = this.#parseValue();
    if (this.#accept(")")) return first;
    if (!this.#accept(",")) throw syntaxError();
    return new Tuple([first, ...this.#parseItems(")")]);
  }

  #parseItems(close: string): Value[] {
    const items: Value[] = [];
    while (!this.#accept(close)) {
      items.push(this.#parseValue());
      if (this.#accept(close)) break;
      if (!this.#accept(",")) throw syntaxError(this.#peek().kind === "end" ? `'${close === "]" ? "[" : "("}' was never closed` : undefined);
    }
    return items;
  }

  #parseDict(): Value {
    const dict = new Dict();
    while (!this.#accept("}")) {
      const key = this.#parseValue();
      if (!this.#accept(":")) {
        if (this.#peek().text === "," || this.#peek().text === "}") throw new PyError("TypeError", "Object of type set is not JSON serializable");
        throw syntaxError();
      }
      dict.set(key, this.#parseValue());
      if (this.#accept("}")) break;
      if (!this.#accept(",")) throw syntaxError(this.#peek().kind === "end" ? "'{' was never closed" : undefined);
    }
    return dict;
  }
}

const malformedOperator = (token: LiteralToken): PyError => (token.kind === "mark" ? malformed("BinOp") : syntaxError());

/** Refuses what JSON cannot hold as a key. @throws PyError */
export function assertJsonSafe(value: Value): void {
  if (value instanceof Dict) {
    for (const { items: [key, one] } of value.items()) {
      if (key instanceof Tuple) throw new PyError("TypeError", `keys must be str, int, float, bool or None, not ${key.typeName}`);
      assertJsonSafe(one!);
    }
  } else if (Array.isArray(value)) {
    value.forEach(assertJsonSafe);
  } else if (value instanceof Tuple) {
    value.items.forEach(assertJsonSafe);
  }
}

