/**
 * Python's reading and printing of plain values, as far as configuration files and messages need them: what
 * `int()`, `float()`, `str()`, `repr()` and `str.strip()` do to text. Front ends and users see these forms.
 */

const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LEADING = new RegExp(`^[${SPACE}]+`);
const TRAILING = new RegExp(`[${SPACE}]+$`);
const ONE_SPACE = new RegExp(`^[${SPACE}]$`);

/** `str.strip()`. */
export function pyStrip(text: string): string {
  return pyRstrip(text.replace(LEADING, ""));
}

/** `str.rstrip()`. */
export function pyRstrip(text: string): string {
  return text.replace(TRAILING, "");
}

/** `str.isspace()` of one character. */
export function pyIsSpace(character: string): boolean {
  return ONE_SPACE.test(character);
}

/** `str.split()`: words between runs of white space. */
export function pySplit(text: string): string[] {
  const stripped = pyStrip(text);
  return stripped === "" ? [] : stripped.split(new RegExp(`[${SPACE}]+`));
}

const INT = /^[+-]?\d(?:_?\d)*$/;
const FLOAT = /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/;
const SPECIAL = /^([+-]?)(inf|infinity|nan)$/i;

/** `int(text)`. @throws when Python would */
export function pyInt(text: string): number {
  const stripped = pyStrip(text);
  if (!INT.test(stripped)) throw new Error(`invalid literal for int() with base 10: ${pyRepr(text)}`);
  const value = Number(stripped.replaceAll("_", ""));
  return value === 0 ? 0 : value;
}

/** `float(text)`, with `inf` and `nan`. @throws when Python would */
export function pyFloat(text: string): number {
  const stripped = pyStrip(text);
  if (FLOAT.test(stripped)) return Number(stripped.replaceAll("_", ""));
  const special = SPECIAL.exec(stripped);
  if (special === null) throw new Error(`could not convert string to float: ${pyRepr(text)}`);
  if (special[2]!.toLowerCase() === "nan") return NaN;
  return special[1] === "-" ? -Infinity : Infinity;
}

/** `str(value)` of a float: always with a point, an exponent, `inf` or `nan`. */
export function pyFloatStr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
    const digits = exponent.slice(1).padStart(2, "0");
    return `${mantissa}e${exponent[0]}${digits}`;
  }
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}

/** `str(value)` of a plain value: `True`, `None`; a number is printed as an int when it is whole. */
export function pyStr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 1e16 ? String(value) : pyFloatStr(value);
  return String(value);
}

/** `repr(text)`. */
export function pyRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of text) {
    if (character === quote || character === "\\") out += `\\${character}`;
    else if (character === "\n") out += "\\n";
    else if (character === "\r") out += "\\r";
    else if (character === "\t") out += "\\t";
    else if (character < " " || character === "\x7f") out += `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
    else out += character;
  }
  return out + quote;
}

const BOOLEANS: Record<string, boolean> = {
  "1": true, yes: true, true: true, on: true, "0": false, no: false, false: false, off: false,
};

/** A boolean as configuration files write it: 1/0, yes/no, true/false, on/off. @throws for other words */
export function pyConfigBoolean(text: string): boolean {
  const value = Object.hasOwn(BOOLEANS, text.toLowerCase()) ? BOOLEANS[text.toLowerCase()] : undefined;
  if (value === undefined) throw new Error(`Not a boolean: ${text}`);
  return value;
}
