/** Python's operators on template values, with its error texts. */
import { formatPercent } from "./py-format.js";
import {
  compare, Dict, equal, Float, HostObject, iterate, numeric, PyError, repr, sequence, str, Tuple, typeError, typeName, Undefined, type Value,
} from "./py-values.js";

const zeroDivision = (message: string): PyError => new PyError("ZeroDivisionError", message);
const unsupported = (operator: string, a: Value, b: Value): PyError =>
  typeError(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);

/** `a <operator> b` for the arithmetic operators and `~`. @throws PyError */
export function binary(operator: string, a: Value, b: Value): Value {
  if (operator === "~") return str(a) + str(b);
  if (operator === "%" && typeof a === "string") return formatPercent(a, b);
  if (a instanceof Undefined) throw a.fail();
  if (b instanceof Undefined) throw b.fail();
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) {
    const isFloat = a instanceof Float || b instanceof Float;
    return arithmetic(operator, left, right, isFloat, a, b);
  }
  if (operator === "+") return concatenate(a, b);
  if (operator === "*") {
    if (typeof b === "number" || typeof b === "boolean") return repeat(a, Number(b), b);
    if (typeof a === "number" || typeof a === "boolean") return repeat(b, Number(a), a);
  }
  throw unsupported(operator === "**" ? "** or pow()" : operator, a, b);
}

function arithmetic(operator: string, left: number, right: number, isFloat: boolean, a: Value, b: Value): Value {
  const made = (value: number): Value => (isFloat ? new Float(value) : value);
  switch (operator) {
    case "+":
      return made(left + right);
    case "-":
      return made(left - right);
    case "*":
      return made(left * right);
    case "/":
      if (right === 0) throw zeroDivision(isFloat ? "float division by zero" : "division by zero");
      return new Float(left / right);
    case "//":
      if (right === 0) throw zeroDivision(isFloat ? "float floor division by zero" : "integer division or modulo by zero");
      return made(isFloat ? floorDivide(left, right) : Math.floor(left / right));
    case "%":
      if (right === 0) throw zeroDivision(isFloat ? "float modulo" : "integer division or modulo by zero");
      return made(modulo(left, right));
    case "**":
      if (left === 0 && right < 0) throw zeroDivision("0.0 cannot be raised to a negative power");
      return isFloat || right < 0 ? new Float(left ** right) : left ** right;
    default:
      throw unsupported(operator, a, b);
  }
}

/** Remainder with the sign of the divisor. */
export function modulo(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 === b < 0 ? rest : rest + b;
}

function floorDivide(a: number, b: number): number {
  const quotient = (a - modulo(a, b)) / b;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function concatenate(a: Value, b: Value): Value {
  if (typeof a === "string") {
    if (typeof b === "string") return a + b;
    throw typeError(`can only concatenate str (not "${typeName(b)}") to str`);
  }
  if (Array.isArray(a)) {
    if (Array.isArray(b)) return [...a, ...b];
    throw typeError(`can only concatenate list (not "${typeName(b)}") to list`);
  }
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items]);
  if (a instanceof Tuple) throw typeError(`can only concatenate tuple (not "${typeName(b)}") to tuple`);
  throw unsupported("+", a, b);
}

function repeat(value: Value, times: number, by: Value): Value {
  const count = Math.max(0, times);
  if (typeof value === "string") return value.repeat(count);
  const items = sequence(value);
  if (items === undefined) throw unsupported("*", value, by);
  const all: Value[] = [];
  for (let i = 0; i < count; i++) all.push(...items);
  return Array.isArray(value) ? all : new Tuple(all);
}

/** `-a` or `+a`. @throws PyError */
export function negate(operator: string, a: Value): Value {
  if (a instanceof Undefined) throw a.fail();
  const value = numeric(a);
  if (value === undefined) throw typeError(`bad operand type for unary ${operator}: '${typeName(a)}'`);
  const result = operator === "-" ? -value : value;
  return a instanceof Float ? new Float(result) : result === 0 ? 0 : result;
}

/** `a <operator> b` for the comparisons, `in` and `not in`. @throws PyError */
export function holds(operator: string, a: Value, b: Value): boolean {
  switch (operator) {
    case "==":
      return equal(a, b);
    case "!=":
      return !equal(a, b);
    case "in":
      return contains(b, a);
    case "not in":
      return !contains(b, a);
    case "<":
      return compare(a, b, operator) < 0;
    case "<=":
      return compare(a, b, operator) <= 0;
    case ">":
      return compare(a, b, operator) > 0;
    default:
      return compare(a, b, operator) >= 0;
  }
}

/** `value in container`. @throws PyError */
export function contains(container: Value, value: Value): boolean {
  if (typeof container === "string") {
    if (value instanceof Undefined) throw typeError("'in <string>' requires string as left operand, not Undefined");
    if (typeof value !== "string") throw typeError(`'in <string>' requires string as left operand, not ${typeName(value)}`);
    return container.includes(value);
  }
  if (container instanceof Dict) return container.has(value);
  if (container instanceof HostObject) return container.contains(value);
  const items = sequence(container);
  if (items === undefined && !(container instanceof Undefined)) {
    throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  }
  for (const item of iterate(container)) if (equal(item, value)) return true;
  return false;
}

/** `value[start:stop:step]`. @throws PyError */
export function slice(value: Value, bounds: readonly (Value | undefined)[]): Value {
  const items = typeof value === "string" ? [...value] : sequence(value);
  if (items === undefined) {
    if (value instanceof Undefined) throw value.fail();
    throw typeError(`'${typeName(value)}' object is not subscriptable`);
  }
  const [start, stop, step] = bounds.map(sliceBound);
  const by = step ?? 1;
  if (by === 0) throw new PyError("ValueError", "slice step cannot be zero");
  const length = items.length;
  const clamp = (bound: number | undefined, fallback: number): number => {
    if (bound === undefined) return fallback;
    const at = bound < 0 ? bound + length : bound;
    return by > 0 ? Math.min(Math.max(at, 0), length) : Math.min(Math.max(at, -1), length - 1);
  };
  const from = clamp(start, by > 0 ? 0 : length - 1);
  const to = clamp(stop, by > 0 ? length : -1);
  const picked: Value[] = [];
  for (let i = from; by > 0 ? i < to : i > to; i += by) picked.push(items[i]!);
  if (typeof value === "string") return picked.join("");
  return Array.isArray(value) ? picked : new Tuple(picked);
}

function sliceBound(bound: Value | undefined): number | undefined {
  if (bound === undefined || bound === null) return undefined;
  if (typeof bound === "number" || typeof bound === "boolean") return Number(bound);
  throw typeError("slice indices must be integers or None or have an __index__ method");
}

/** `value[key]` without attributes; undefined when there is no such item. */
export function item(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return value.get(key);
  if (value instanceof HostObject) return value.getItem(key);
  if (typeof key !== "number" && typeof key !== "boolean") return undefined;
  const items = typeof value === "string" ? [...value] : sequence(value);
  return items?.at(Number(key));
}

/** What the text of a missing attribute or item says. */
export function missing(value: Value, key: Value): Undefined {
  const owner = value === null ? "None" : value instanceof HostObject ? `${value.typeName} object` : `${typeName(value)} object`;
  if (typeof key !== "string") return new Undefined(`${owner} has no element ${repr(key)}`);
  return new Undefined(`'${owner}' has no attribute ${repr(key)}`);
}

