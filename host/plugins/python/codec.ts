/**
 * Values between JavaScript and Python as JSON text. What JSON lacks is tagged `{"!": kind, …}`: handles of
 * objects on either side (h: of the host, p: of Python), exceptions (e), bytes (b), floats without a JSON
 * form (f), tuples (t), sets (s), dicts with keys that are not text (d), a
 * member that is not there (u). JavaScript has one kind of number;
 * `Float`s and numbers under names that Kalico reports as floats go out with a point.
 */
import { isFloatField } from "../../gcode/template/host-values.js";
import { Dict, Float, Tuple, type Value } from "../../gcode/template/py-values.js";
import { Coord } from "../../motion/coord.js";

/** A tagged value. */
export interface Tagged {
  "!": string;
  [key: string]: unknown;
}

export interface EncodeHandles {
  /** Text of the handle of a host object or function, or of a Python object that comes back. */
  reference(value: object): string;
  /** Text of an exception. */
  error(error: Error): string;
}

/** Stands for a member that an object does not have. */
export const ABSENT = Symbol("absent");

const POSITIVE_INFINITY = '{"!":"f","d":"inf"}';

function encodeNumber(value: number, float: boolean): string {
  if (Number.isInteger(value)) return float || Object.is(value, -0) ? `${Object.is(value, -0) ? "-0" : value}.0`.replace(/(e[+-]\d+)\.0$/, "$1") : String(value);
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? '{"!":"f","d":"nan"}' : value > 0 ? POSITIVE_INFINITY : '{"!":"f","d":"-inf"}';
}

function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  // Parameters of g-code have a prototype without anything in it.
  return Object.getPrototypeOf(prototype) === null && !Object.hasOwn(prototype, "constructor");
}

/** Whether a record is an object with methods, as a plugin in TypeScript may return it: it stays where it is. */
function hasMethods(record: object): boolean {
  for (const key of Object.keys(record)) if (typeof (record as Record<string, unknown>)[key] === "function") return true;
  return false;
}

/** A JavaScript value as JSON text. With `float`, whole numbers are floats. */
export function encode(value: unknown, handles: EncodeHandles, float = false): string {
  switch (typeof value) {
    case "string": return JSON.stringify(value);
    case "number": return encodeNumber(value, float);
    case "boolean": return value ? "true" : "false";
    case "undefined": return "null";
    case "bigint": return String(value);
    case "function": return handles.reference(value);
    case "symbol": return value === ABSENT ? '{"!":"u"}' : JSON.stringify(String(value));
    default: break;
  }
  if (value === null) return "null";
  const object = value as object;
  if (object instanceof Coord) return `{"!":"t","n":"Coord","d":[${object.map((item) => encodeNumber(item, true)).join(",")}]}`;
  if (Array.isArray(object)) return `[${object.map((item) => encode(item, handles, float)).join(",")}]`;
  if (object instanceof Float) return encodeNumber(object.value, true);
  if (object instanceof Tuple) return `{"!":"t",${object.typeName === "Coord" ? '"n":"Coord",' : ""}"d":[${object.items.map((item) => encode(item, handles, float)).join(",")}]}`;
  if (object instanceof Dict) return encodePairs(object.items().map(({ items }) => [items[0], items[1]]), handles);
  if (object instanceof Set) return `{"!":"s","d":[${[...object].map((item) => encode(item, handles, float)).join(",")}]}`;
  if (object instanceof Uint8Array) return `{"!":"b","d":"${Buffer.from(object).toString("base64")}"}`;
  if (ArrayBuffer.isView(object)) return `[${[...(object as Float64Array)].map((item) => encodeNumber(item, object instanceof Float64Array)).join(",")}]`;
  if (object instanceof Error) return handles.error(object);
  if (isRecord(object) && !hasMethods(object)) {
    const parts: string[] = [];
    for (const key of Object.keys(object)) parts.push(`${JSON.stringify(key)}:${encode((object as Record<string, unknown>)[key], handles, float || isFloatField(key))}`);
    return `{${parts.join(",")}}`;
  }
  return handles.reference(object);
}

function encodePairs(pairs: [unknown, unknown][], handles: EncodeHandles): string {
  return `{"!":"d","d":[${pairs.map(([key, item]) => `[${encode(key, handles)},${encode(item, handles)}]`).join(",")}]}`;
}

/** Makes JavaScript values of tagged ones. */
export interface DecodeHandles {
  host(id: number): unknown;
  python(reference: Tagged): unknown;
  exception(tagged: Tagged): Error;
}

/** A line of JSON from Python. Lines without a tag need no second look. */
export function decodeLine(line: string, handles: DecodeHandles): unknown[] {
  const data = JSON.parse(line) as unknown[];
  return line.includes('"!"') ? (revive(data, handles) as unknown[]) : data;
}

function revive(value: unknown, handles: DecodeHandles): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = revive(value[i], handles);
    return value;
  }
  const record = value as Record<string, unknown>;
  if (typeof record["!"] === "string") return reviveTagged(record as Tagged, handles);
  for (const key of Object.keys(record)) record[key] = revive(record[key], handles);
  return record;
}

function reviveTagged(tagged: Tagged, handles: DecodeHandles): unknown {
  const data = tagged["d"];
  switch (tagged["!"]) {
    case "u": return undefined;
    case "h": return handles.host(tagged["i"] as number);
    case "p": return handles.python(tagged);
    case "e": return handles.exception(tagged);
    case "b": return new Uint8Array(Buffer.from(data as string, "base64"));
    case "f": return data === "nan" ? NaN : data === "inf" ? Infinity : -Infinity;
    case "F": return new Float(data as number);
    case "t": return revive(data, handles);
    case "T": return new Tuple((data as unknown[]).map((item) => revive(item, handles)) as never[]);
    case "s": return new Set((data as unknown[]).map((item) => revive(item, handles)));
    case "D": return reviveDict(data as [unknown, unknown][], handles);
    case "d": return new Map((data as [unknown, unknown][]).map(([key, item]) => [revive(key, handles), revive(item, handles)]));
    default: throw new Error(`Unknown kind of value "${tagged["!"]}" from Python`);
  }
}

function reviveDict(pairs: readonly [unknown, unknown][], handles: DecodeHandles): Dict {
  const dict = new Dict();
  for (const [key, item] of pairs) dict.set(revive(key, handles) as Value, revive(item, handles) as Value);
  return dict;
}
