/** Python's number rounding and its three ways of formatting: `%`, `format()` specifications, `str.format`. */
import { pyFloatStr } from "../../config/python-text.js";
import { formatFixed } from "../../motion/format-fixed.js";
import { Dict, Float, numeric, PyError, repr, sequence, str, Tuple, typeError, typeName, valueError, Undefined, type Value } from "./py-values.js";

/** `round(value, digits)`: ties go to the even digit. */
export function pyRound(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  if (digits >= 0) return Number(formatFixed(value, Math.min(digits, 100)));
  const unit = 10 ** -digits;
  return Number(formatFixed(value / unit, 0)) * unit;
}

interface Spec {
  fill: string;
  align: string;
  sign: string;
  alternate: boolean;
  width: number;
  grouping: string;
  precision: number | undefined;
  type: string;
}

/** `format(value, spec)`. @throws PyError */
export function formatSpec(value: Value, text: string): string {
  const match = /^(?:(.)?([<>=^]))?([+\- ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([a-zA-Z%]?)$/su.exec(text);
  if (match === null) throw valueError(`Invalid format specifier '${text}' for object of type '${typeName(value)}'`);
  const spec: Spec = {
    fill: match[1] ?? (match[5] !== "" && match[2] === undefined ? "0" : " "),
    align: match[2] ?? (match[5] === "" ? "" : "="),
    sign: match[3]!,
    alternate: match[4] !== "",
    width: Number(match[6]),
    grouping: match[7]!,
    precision: match[8] === undefined ? undefined : Number(match[8]),
    type: match[9]!,
  };
  const number = numeric(value);
  if (number === undefined || (typeof value === "boolean" && spec.type === "")) return formatText(value, spec, text);
  if (spec.type === "s") throw unknownCode("s", value);
  const body = formatNumber(number, value instanceof Float, spec);
  return pad(body.sign, body.digits, spec, ">");
}

function unknownCode(code: string, value: Value): PyError {
  return valueError(`Unknown format code '${code}' for object of type '${typeName(value)}'`);
}

function formatText(value: Value, spec: Spec, text: string): string {
  if (text !== "" && typeof value !== "string" && typeof value !== "boolean") {
    throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  if (spec.type !== "" && spec.type !== "s") throw unknownCode(spec.type, value);
  const shown = str(value);
  return pad("", spec.precision === undefined ? shown : shown.slice(0, spec.precision), spec, "<");
}

function pad(sign: string, digits: string, spec: Spec, natural: string): string {
  const room = spec.width - sign.length - digits.length;
  if (room <= 0) return sign + digits;
  const align = spec.align === "" ? natural : spec.align;
  if (align === "=") return sign + spec.fill.repeat(room) + digits;
  if (align === "<") return sign + digits + spec.fill.repeat(room);
  if (align === ">") return spec.fill.repeat(room) + sign + digits;
  const left = Math.floor(room / 2);
  return spec.fill.repeat(left) + sign + digits + spec.fill.repeat(room - left);
}

function formatNumber(value: number, isFloat: boolean, spec: Spec): { sign: string; digits: string } {
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  let digits = numberDigits(magnitude, isFloat, spec);
  if (spec.grouping !== "") digits = digits.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, spec.grouping));
  return { sign: negative ? "-" : spec.sign === "-" ? "" : spec.sign, digits };
}

function numberDigits(magnitude: number, isFloat: boolean, spec: Spec): string {
  const { type, precision, alternate } = spec;
  const radix = { b: 2, o: 8, x: 16, X: 16 }[type];
  if (radix !== undefined || type === "d" || type === "n" || type === "c") {
    if (isFloat) throw unknownCode(type, new Float(magnitude));
    if (type === "c") return String.fromCodePoint(magnitude);
    const text = magnitude.toString(radix ?? 10);
    const prefixed = alternate && radix !== undefined ? `0${type}${text}` : text;
    return type === "X" ? prefixed.toUpperCase() : prefixed;
  }
  if (type === "") {
    if (!isFloat) return String(magnitude);
    return precision === undefined ? pyFloatStr(magnitude) : general(magnitude, precision, true, alternate);
  }
  return floatDigits(magnitude, type, precision ?? 6, alternate);
}

/** Digits of a non-negative number in one of the float forms e, f, g and %. @throws PyError */
export function floatDigits(magnitude: number, type: string, precision: number, alternate = false): string {
  const lower = type.toLowerCase();
  let text: string;
  if (lower === "f") text = formatFixed(magnitude, precision);
  else if (lower === "e") text = exponential(magnitude, precision);
  else if (lower === "g") text = general(magnitude, precision, false, alternate);
  else if (type === "%") text = `${formatFixed(magnitude * 100, precision)}%`;
  else throw unknownCode(type, new Float(magnitude));
  return lower === type ? text : text.toUpperCase();
}

/** `1.234e-05`, as Python's `e` format, of a number that is not negative. */
export function exponential(magnitude: number, precision: number): string {
  if (!Number.isFinite(magnitude)) return Number.isNaN(magnitude) ? "nan" : "inf";
  const [mantissa, exponent] = magnitude.toExponential(precision).split("e") as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function general(magnitude: number, precision: number, keepPoint: boolean, alternate: boolean): string {
  if (!Number.isFinite(magnitude)) return Number.isNaN(magnitude) ? "nan" : "inf";
  const digits = Math.max(1, precision);
  const exponent = magnitude === 0 ? 0 : Number(magnitude.toExponential(digits - 1).split("e")[1]);
  const isFixed = exponent >= -4 && exponent < digits;
  let text = isFixed ? formatFixed(magnitude, digits - 1 - exponent) : exponential(magnitude, digits - 1);
  if (!alternate) text = text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
  return keepPoint && isFixed && !text.includes(".") ? `${text}.0` : text;
}

const PERCENT = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)?/gsu;

/** `template % args`. @throws PyError */
export function formatPercent(template: string, args: Value): string {
  const items = args instanceof Tuple ? args.items : [args];
  let used = 0;
  let named = false;
  const next = (): Value => {
    if (used >= items.length) throw typeError("not enough arguments for format string");
    return items[used++]!;
  };
  const text = template.replace(PERCENT, (_all, key: string | undefined, flags: string, width?: string, precision?: string, code?: string) => {
    if (code === undefined) throw valueError("incomplete format");
    if (code === "%") return "%";
    let value: Value;
    const wanted = width === "*" ? numeric(next())! : Number(width ?? 0);
    const digits = precision === "*" ? numeric(next())! : precision === undefined ? undefined : Number(precision);
    if (key !== undefined) {
      named = true;
      if (!(args instanceof Dict)) throw typeError("format requires a mapping");
      const found = args.get(key);
      if (found === undefined) throw new PyError("KeyError", repr(key));
      value = found;
    } else {
      value = next();
    }
    return percentItem(value, code, flags, wanted, digits);
  });
  if (!named && used < items.length && !(args instanceof Dict) && sequence(args) !== args) {
    throw typeError("not all arguments converted during string formatting");
  }
  return text;
}

function percentItem(value: Value, code: string, flags: string, width: number, precision: number | undefined): string {
  let sign = "";
  let digits: string;
  if (code === "s" || code === "r" || code === "a") {
    const shown = code === "s" ? str(value) : repr(value);
    digits = precision === undefined ? shown : shown.slice(0, precision);
  } else if (code === "c") {
    digits = typeof value === "string" ? value : String.fromCodePoint(numeric(value) ?? 0);
  } else {
    const number = percentNumber(value, code);
    const whole = "diuxXo".includes(code);
    const magnitude = Math.abs(whole ? Math.trunc(number) : number);
    sign = number < 0 || Object.is(number, -0) ? (whole && magnitude === 0 ? "" : "-") : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
    digits = whole ? wholeDigits(magnitude, code, flags).padStart(precision ?? 0, "0") : floatDigits(magnitude, code, precision ?? 6, flags.includes("#"));
    if (flags.includes("0") && !flags.includes("-")) digits = digits.padStart(width - sign.length, "0");
  }
  const text = sign + digits;
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

function wholeDigits(magnitude: number, code: string, flags: string): string {
  const radix = code === "x" || code === "X" ? 16 : code === "o" ? 8 : 10;
  const text = (flags.includes("#") && radix !== 10 ? `0${code}` : "") + magnitude.toString(radix);
  return code === "X" ? text.toUpperCase() : text;
}

function percentNumber(value: Value, code: string): number {
  if (!"diuxXoeEfFgG".includes(code)) throw valueError(`unsupported format character '${code}' (0x${code.charCodeAt(0).toString(16)})`);
  if (value instanceof Undefined) throw value.fail();
  const number = numeric(value);
  const wantsInt = "xXo".includes(code);
  if (number === undefined || (wantsInt && value instanceof Float)) {
    if ("eEfFgG".includes(code)) throw typeError(`must be real number, not ${typeName(value)}`);
    throw typeError(`%${code} format: ${wantsInt ? "an integer" : "a real number"} is required, not ${typeName(value)}`);
  }
  return number;
}

/** `template.format(*args, **kwargs)`; `lookup` resolves attributes and items. @throws PyError */
export function formatBraces(
  template: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  lookup: (value: Value, key: Value, isAttribute: boolean) => Value,
): string {
  let automatic = 0;
  return template.replace(/\{\{|\}\}|\{([^{}:!]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}|[{}]/g, (all, field?: string, conversion?: string, spec?: string) => {
    if (all === "{{") return "{";
    if (all === "}}") return "}";
    if (all === "{" || all === "}") throw valueError(`Single '${all}' encountered in format string`);
    const path = /^([^.[]*)(.*)$/s.exec(field ?? "")!;
    const name = path[1] === "" ? String(automatic++) : path[1]!;
    let value: Value | undefined = /^\d+$/.test(name) ? args[Number(name)] : kwargs.get(name);
    if (value === undefined) {
      if (/^\d+$/.test(name)) throw new PyError("IndexError", "Replacement index " + name + " out of range for positional args tuple");
      throw new PyError("KeyError", repr(name));
    }
    for (const step of path[2]!.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      const key = step[1] ?? step[2]!;
      value = lookup(value, step[1] === undefined && /^\d+$/.test(key) ? Number(key) : key, step[1] !== undefined);
    }
    if (conversion === "s") value = str(value);
    else if (conversion !== undefined) value = repr(value);
    const expanded = (spec ?? "").includes("{") ? formatBraces(spec!, args.slice(automatic), kwargs, lookup) : (spec ?? "");
    return expanded === "" ? str(value) : formatSpec(value, expanded);
  });
}
