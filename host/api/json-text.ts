/**
 * Values as JSON text, the way Kalico writes them. JavaScript has one kind of number, Python two: a whole number of a status is
 * written `0.0` where Kalico reports a float under that name. NaN and infinities become null, since front ends cannot read
 * Python's words for them. What Kalico cannot encode (sets, functions, cycles) is an error here too.
 */
import { isFloatField, isFloatOption } from "../gcode/template/host-values.js";

/** JSON that is written already; it is put into a message as it is. */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type FloatField = (field: string) => boolean;
const noFloats: FloatField = () => false;
const DEEPEST = 200;

/** Text of a value. @throws TypeError when it cannot be written */
export function jsonText(value: unknown, isFloat: FloatField = noFloats): string {
  return write(value, false, isFloat, 0);
}

/** Fields of one object's status; `name` is the object's. @throws TypeError */
export function statusText(name: string, status: Readonly<Record<string, unknown>>): JsonText {
  if (name !== "configfile") return new JsonText(jsonText(status, isFloatField));
  // Settings are what the configuration's readers returned; the rest of configfile is text and flags.
  const fields = Object.keys(status).map((field) => `${JSON.stringify(field)}:${field === "settings" ? settingsText(status[field]) : jsonText(status[field])}`);
  return new JsonText(`{${fields.join(",")}}`);
}

/** Options by section: an option's name tells how it was read, a section's name tells nothing. */
function settingsText(settings: unknown): string {
  const sections = Object.entries((settings ?? {}) as Record<string, unknown>);
  return `{${sections.map(([section, options]) => `${JSON.stringify(section)}:${jsonText(options, isFloatOption)}`).join(",")}}`;
}

function write(value: unknown, floats: boolean, isFloat: FloatField, depth: number): string {
  if (value === null || value === undefined) return "null";
  switch (typeof value) {
    case "string": return JSON.stringify(value);
    case "number": return numberText(value, floats);
    case "boolean": return String(value);
    case "bigint": return String(value);
    case "function":
    case "symbol": throw new TypeError("Circular reference detected");
    default: return writeObject(value, floats, isFloat, depth + 1);
  }
}

function writeObject(value: object, floats: boolean, isFloat: FloatField, depth: number): string {
  if (value instanceof JsonText) return value.text;
  if (depth > DEEPEST || value instanceof Set) throw new TypeError("Circular reference detected");
  if (Array.isArray(value)) return `[${Array.from(value as unknown[], (one) => write(one, floats, isFloat, depth)).join(",")}]`;
  if (ArrayBuffer.isView(value)) {
    const isFloats = floats || value instanceof Float64Array || value instanceof Float32Array;
    return `[${Array.from(value as Float64Array, (one) => write(one, isFloats, isFloat, depth)).join(",")}]`;
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return write((value as { toJSON(): unknown }).toJSON(), floats, isFloat, depth);
  const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
  return `{${entries.map(([key, one]) => `${JSON.stringify(String(key))}:${write(one, floats || isFloat(String(key)), isFloat, depth)}`).join(",")}}`;
}

function numberText(value: number, isFloat: boolean): string {
  if (!Number.isFinite(value)) return "null";
  const text = String(value);
  return isFloat && Number.isInteger(value) && !text.includes("e") ? `${Object.is(value, -0) ? "-0" : text}.0` : text;
}
