/**
 * Looks at what getStatus returns the way front ends and the subscription would: types, JSON, finiteness,
 * stability of containers. Live objects in, plain samples out.
 */
import type { StatusMutation, StatusSample } from "../../conformance/evidence.js";

const MAX_DEPTH = 12;
const MAX_NODES = 200_000;

interface Inspection {
  notJson: { path: string; what: string }[];
  notFinite: string[];
  notStringKeys: string[];
  bulkArrays: string[];
}

const describe = (value: object): string => `a ${(value as { constructor?: { name?: string } }).constructor?.name ?? "object"}`;

/** Walks over a status value and notes everything that plain JSON cannot hold. */
export function inspectValue(root: unknown): Inspection {
  const found: Inspection = { notJson: [], notFinite: [], notStringKeys: [], bulkArrays: [] };
  const open = new Set<object>();
  let nodes = 0;
  const walk = (value: unknown, path: string, depth: number): void => {
    if (++nodes > MAX_NODES) return;
    switch (typeof value) {
      case "number":
        if (!Number.isFinite(value)) found.notFinite.push(path);
        return;
      case "bigint": case "symbol": case "function":
        found.notJson.push({ path, what: `a ${typeof value}` });
        return;
      case "undefined":
        found.notJson.push({ path, what: "undefined" });
        return;
      case "object":
        break;
      default:
        return;
    }
    if (value === null) return;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      found.bulkArrays.push(path);
      return;
    }
    if (open.has(value) || depth > MAX_DEPTH) {
      found.notJson.push({ path, what: open.has(value) ? "a circular reference" : "a structure that is too deep" });
      return;
    }
    open.add(value);
    if (Array.isArray(value)) value.forEach((item, i) => walk(item, `${path}[${i}]`, depth + 1));
    else if (value instanceof Map) {
      for (const key of value.keys()) if (typeof key !== "string") found.notStringKeys.push(`${path}: ${String(key)}`);
      found.notJson.push({ path, what: "a Map" });
    } else {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) found.notJson.push({ path, what: describe(value) });
      else {
        for (const key of Reflect.ownKeys(value)) {
          if (typeof key === "symbol") found.notStringKeys.push(`${path}: ${String(key)}`);
          else walk((value as Record<string, unknown>)[key], path === "" ? key : `${path}.${key}`, depth + 1);
        }
      }
    }
    open.delete(value);
  };
  walk(root, "", 0);
  return found;
}

/** JSON text of a status; whatever JSON cannot hold is left out. */
export function statusText(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "undefined";
  } catch {
    return "(not JSON)";
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

const WHOLE = "the status itself";

/** Containers inside a value, with their paths: at most some hundred. */
function containers(value: unknown, path = "", out: [string, object][] = [], depth = 0): [string, object][] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || depth > 6 || out.length > 300) return out;
  out.push([path === "" ? WHOLE : path, value]);
  for (const [key, item] of Object.entries(value)) containers(item, path === "" ? key : `${path}.${key}`, out, depth + 1);
  return out;
}

interface Kept {
  path: string;
  container: object;
  text: string;
}

/** Remembers what each object returned, to see changes in place. */
export class StatusInspector {
  readonly #kept = new Map<string, Kept[]>();
  readonly #last = new Map<string, Record<string, string>>();
  readonly mutations: StatusMutation[] = [];

  /** Compares the containers that were returned last time with what they held then. */
  checkKept(object: string, eventTime: number): void {
    const changed = (this.#kept.get(object) ?? []).filter(({ container, text }) => statusText(container) !== text).map(({ path }) => path);
    for (const path of changed) {
      // A container that only holds one that changed is not named.
      const holds = changed.some((inner) => inner !== path && (path === WHOLE || inner.startsWith(`${path}.`)));
      if (!holds && this.mutations.length < 50) this.mutations.push({ object, path, eventTime });
    }
    this.#kept.delete(object);
  }

  /** A change in place that was seen elsewhere, e.g. by the Python side in a plugin's own objects. */
  noteMutation(object: string, path: string, eventTime: number): void {
    if (this.mutations.length < 50) this.mutations.push({ object, path, eventTime });
  }

  /** One sample from what a call of getStatus gave. */
  sample(object: string, eventTime: number, phase: StatusSample["phase"], outcome: { value: unknown } | { threw: unknown }): StatusSample {
    const empty = { object, eventTime, phase, keys: [], types: {}, notJson: [], notFinite: [], notStringKeys: [], bulkArrays: [], bytes: 0, changedBytes: 0 };
    if ("threw" in outcome) return { ...empty, returned: "nothing", threw: outcome.threw instanceof Error ? `${outcome.threw.name}: ${outcome.threw.message}` : String(outcome.threw) };
    const { value } = outcome;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { ...empty, returned: value === undefined ? "undefined" : typeName(value) };
    if (typeof (value as { then?: unknown }).then === "function") return { ...empty, returned: "promise" };
    const text = statusText(value);
    const parts: Record<string, string> = {};
    const types: Record<string, string> = {};
    for (const [key, item] of Object.entries(value)) {
      parts[key] = statusText(item);
      types[key] = typeName(item);
    }
    const before = this.#last.get(object);
    const changedBytes = before === undefined ? 0 : Object.entries(parts).reduce((sum, [key, part]) => (before[key] === part ? sum : sum + part.length), 0);
    this.#last.set(object, parts);
    this.#kept.set(object, text.length > 100_000 ? [] : containers(value).map(([path, container]) => ({ path, container, text: statusText(container) })));
    return { ...empty, ...inspectValue(value), returned: value instanceof Map ? "Map" : "object", keys: Object.keys(value), types, bytes: text.length, changedBytes };
  }
}
