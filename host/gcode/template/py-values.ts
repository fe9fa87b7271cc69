/**
 * The values of templates, with Python's distinctions that JavaScript lacks: int against float, list against
 * tuple, a missing name against None. Ints are JavaScript numbers, floats are `Float`, lists are arrays.
 * Also here: Python's truth, equality, order, `str()` and `repr()` of them.
 */
import { pyFloatStr, pyRepr } from "../../config/python-text.js";

/** A template value. */
export type Value = null | boolean | number | string | Float | Value[] | Tuple | Dict | Undefined | HostObject | PyFunction;

/** Something that templates can call. */
export type PyFunction = (args: readonly Value[], kwargs: ReadonlyMap<string, Value>) => Value;

/** An exception as Python would name it. */
export class PyError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export const typeError = (message: string): PyError => new PyError("TypeError", message);
export const valueError = (message: string): PyError => new PyError("ValueError", message);
export const undefinedError = (message: string): PyError => new PyError("jinja2.exceptions.UndefinedError", message);
export const filterError = (message: string): PyError => new PyError("jinja2.exceptions.FilterArgumentError", message);

/** A Python float. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A tuple; with `fields`, a named one. Also ranges and dict views, by their `typeName`. */
export class Tuple {
  readonly items: readonly Value[];
  readonly typeName: string;
  readonly fields: readonly string[] | undefined;
  constructor(items: readonly Value[], typeName = "tuple", fields?: readonly string[]) {
    this.items = items;
    this.typeName = typeName;
    this.fields = fields;
  }
}

/** A name, attribute or item that is not there. */
export class Undefined {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
  fail(): PyError {
    return undefinedError(this.message);
  }
}

/** An object of the host in a template, e.g. `printer`. */
export abstract class HostObject {
  abstract readonly typeName: string;
  /** `object.name`; undefined when there is no such attribute. */
  getAttribute(_name: string): Value | undefined {
    return undefined;
  }
  /** `object[key]`; undefined when there is no such item. */
  getItem(_key: Value): Value | undefined {
    return undefined;
  }
  /** `{% set object.name = value %}`; false when that is not allowed. */
  setAttribute(_name: string, _value: Value): boolean {
    return false;
  }
  contains(_value: Value): boolean {
    throw typeError(`argument of type '${this.typeName}' is not iterable`);
  }
  iterate(): Iterable<Value> {
    throw typeError(`'${this.typeName}' object is not iterable`);
  }
  str(): string {
    return `<${this.typeName}>`;
  }
}

/** A dict: insertion order, keys equal as in Python (1 is 1.0 is True). */
export class Dict {
  readonly #entries = new Map<unknown, [Value, Value]>();

  static from(record: Readonly<Record<string, Value>>): Dict {
    const dict = new Dict();
    for (const key of Object.keys(record)) dict.set(key, record[key]!);
    return dict;
  }

  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(hashKey(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(hashKey(key));
  }
  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const entry = this.#entries.get(hash);
    if (entry === undefined) this.#entries.set(hash, [key, value]);
    else entry[1] = value;
  }
  delete(key: Value): boolean {
    return this.#entries.delete(hashKey(key));
  }
  clear(): void {
    this.#entries.clear();
  }
  keys(): Value[] {
    return [...this.#entries.values()].map(([key]) => key);
  }
  values(): Value[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }
  items(): Tuple[] {
    return [...this.#entries.values()].map(([key, value]) => new Tuple([key, value]));
  }
}

function hashKey(key: Value): unknown {
  if (key instanceof Float) return key.value;
  if (typeof key === "boolean") return key ? 1 : 0;
  if (key instanceof Tuple) return `\0tuple:${repr(key)}`;
  if (Array.isArray(key) || key instanceof Dict) throw typeError(`unhashable type: '${typeName(key)}'`);
  return key;
}

/** Name of the Python type. */
export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "int";
  if (typeof value === "string") return "str";
  if (typeof value === "function") return "function";
  if (value instanceof Float) return "float";
  if (Array.isArray(value)) return "list";
  if (value instanceof Dict) return "dict";
  if (value instanceof Undefined) return "Undefined";
  return value.typeName;
}

/** Whether a value counts as true. */
export function truth(value: Value): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Undefined) return false;
  return Boolean(value);
}

/** The number behind an int, float or bool; undefined for anything else. */
export function numeric(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (value instanceof Float) return value.value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return undefined;
}

/** The items of a list or tuple; undefined for anything else. */
export function sequence(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  return undefined;
}

/** Iterates as Python's `for` does. @throws PyError */
export function iterate(value: Value): Iterable<Value> {
  const items = sequence(value);
  if (items !== undefined) return items;
  if (typeof value === "string") return [...value];
  if (value instanceof Dict) return value.keys();
  if (value instanceof Undefined) return [];
  if (value instanceof HostObject) return value.iterate();
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

/** `a == b`. */
export function equal(a: Value, b: Value): boolean {
  const left = numeric(a);
  if (left !== undefined) return left === numeric(b);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b);
  if (a instanceof Tuple) return b instanceof Tuple && equalItems(a.items, b.items);
  if (a instanceof Dict) {
    if (!(b instanceof Dict) || a.size !== b.size) return false;
    return a.items().every(({ items: [key, value] }) => b.has(key!) && equal(value!, b.get(key!)!));
  }
  return a === b;
}

function equalItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index]!));
}

/** Negative, zero or positive as `a` is before, beside or after `b`. @throws PyError when they have no order */
export function compare(a: Value, b: Value, operator = "<"): number {
  if (a instanceof Undefined) throw a.fail();
  if (b instanceof Undefined) throw b.fail();
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : left === right ? 0 : NaN;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const both = (Array.isArray(a) && Array.isArray(b)) || (a instanceof Tuple && b instanceof Tuple);
  if (both) return compareItems(sequence(a)!, sequence(b)!, operator);
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (!equal(a[i]!, b[i]!)) return compare(a[i]!, b[i]!, operator);
  }
  return a.length - b.length;
}

/** Order by code points. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const intText = (value: number): string => (Math.abs(value) < 1e21 ? String(value === 0 ? 0 : value) : BigInt(value).toString());

/** `str(value)`; nothing for a missing value. */
export function str(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Undefined) return "";
  return repr(value);
}

/** `repr(value)`. */
export function repr(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return intText(value);
  if (typeof value === "string") return pyRepr(value);
  if (typeof value === "function") return "<function>";
  if (value instanceof Float) return pyFloatStr(value.value);
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (value instanceof Tuple) return reprTuple(value);
  if (value instanceof Dict) return `{${value.items().map((pair) => `${repr(pair.items[0]!)}: ${repr(pair.items[1]!)}`).join(", ")}}`;
  if (value instanceof Undefined) return "Undefined";
  return value.str();
}

function reprTuple(tuple: Tuple): string {
  const { items, fields, typeName: name } = tuple;
  if (fields !== undefined) return `${name}(${fields.map((field, i) => `${field}=${repr(items[i]!)}`).join(", ")})`;
  if (name.startsWith("dict_")) return `${name}([${items.map(repr).join(", ")}])`;
  if (name === "range") return `range(${items.length === 0 ? "0, 0" : `${repr(items[0]!)}, ${(items.at(-1) as number) + rangeStep(items)}`})`;
  return items.length === 1 ? `(${repr(items[0]!)},)` : `(${items.map(repr).join(", ")})`;
}

const rangeStep = (items: readonly Value[]): number => (items.length > 1 ? (items[1] as number) - (items[0] as number) : 1);
