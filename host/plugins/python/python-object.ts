/**
 * What the host holds of a Python object: a function for a callable, a thin proxy for any other object, whose
 * members are asked for when they are used. Names are translated, so `object.getStatus(eventTime)` calls
 * `get_status`. `templateStatus` gives macros the status with Python's own types.
 */
import { snakeCase } from "./names.js";
import { kalicoArguments } from "./python-arguments.js";

/** What a proxy needs of its bridge. */
export interface PythonObjects {
  /** Calls a callable, or a method of an object. */
  call(id: number, method: string | null, args: readonly unknown[], form?: "typed"): unknown;
  /** A member: data, function, or undefined when there is none. */
  get(id: number, member: string): unknown;
  set(id: number, member: string, value: unknown): void;
}

/** Base of all proxies of Python objects; never plain data. */
export class PythonObject {
  /** Name of its class in Python. */
  readonly pythonType: string;
  constructor(pythonType: string) {
    this.pythonType = pythonType;
  }
}

/** Members that JavaScript itself or test tools ask for; Python has none of them. */
const LANGUAGE_MEMBERS = new Set(["then", "toJSON", "constructor", "prototype", "asymmetricMatch", "nodeType", "inspect", "valueOf", "toString", "pythonType", "hasOwnProperty"]);

/** A function of the host's for a Python callable. */
export function pythonFunction(objects: PythonObjects, id: number, name: string): (...args: unknown[]) => unknown {
  const call = (...args: unknown[]): unknown => objects.call(id, null, args);
  Object.defineProperty(call, "name", { value: name });
  return call;
}

/** A proxy for a Python object. */
export function pythonObject(objects: PythonObjects, id: number, type: string): PythonObject {
  const methods = new Map<string, (...args: unknown[]) => unknown>();
  const method = (member: string): ((...args: unknown[]) => unknown) => {
    let known = methods.get(member);
    if (known === undefined) {
      const name = member === "templateStatus" ? "get_status" : snakeCase(member);
      known = member === "templateStatus" ? (...args) => objects.call(id, name, args, "typed") : (...args) => objects.call(id, name, kalicoArguments(member, args));
      methods.set(member, known);
    }
    return known;
  };
  const read = (member: string): unknown => {
    // What was a method once is called by name from then on, without asking again.
    const known = methods.get(member);
    if (known !== undefined) return known;
    const value = objects.get(id, member === "templateStatus" ? "get_status" : snakeCase(member));
    return typeof value === "function" ? method(member) : value;
  };
  return new Proxy(new PythonObject(type), {
    get: (target, member) => (typeof member === "symbol" || LANGUAGE_MEMBERS.has(member) ? Reflect.get(target, member) : read(member)),
    has: (_target, member) => typeof member === "string" && !LANGUAGE_MEMBERS.has(member) && read(member) !== undefined,
    set(_target, member, value) {
      if (typeof member === "symbol") return false;
      methods.delete(member);
      objects.set(id, snakeCase(member), value);
      return true;
    },
  });
}
