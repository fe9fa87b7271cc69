/**
 * Status of objects as macros and the API read it: any object with a `getStatus` method is published, and
 * the reader gets a copy, so that nothing it does reaches the object.
 */
import type { Printer } from "./printer-surface.js";

/** An object whose status is published. */
export interface StatusSource {
  getStatus(eventTime: number): Record<string, any>;
}

const hasStatus = (object: unknown): object is StatusSource =>
  typeof object === "object" && object !== null && typeof (object as { getStatus?: unknown }).getStatus === "function";

/** Names of the objects that have a status, in the order of the registry. */
export function statusObjects(printer: Printer): string[] {
  return printer.lookupObjects().filter(([, object]) => hasStatus(object)).map(([name]) => name);
}

/**
 * A deep copy of an object's status; undefined for unknown objects and for those without one. Whatever
 * `getStatus` throws is thrown on; a promise from it is reported as a breach of contract.
 */
export function getStatusOf(printer: Printer, name: string, eventTime: number): Record<string, any> | undefined {
  const object: unknown = printer.lookupObject(name, null);
  if (!hasStatus(object)) return undefined;
  const status: unknown = printer.getReactor().assertNoPause(() => object.getStatus(eventTime), `get_status of ${name}`);
  if (typeof status === "object" && status !== null && typeof (status as { then?: unknown }).then === "function") {
    printer.getReactor().requestDrain();
    (status as PromiseLike<unknown>).then(undefined, () => undefined);
    printer.observer.onContract?.("promise from getStatus", name, eventTime);
  }
  return copyStatus(status) as Record<string, any>;
}

/** Copies plain data deeply; maps become objects, sets arrays; class instances and functions stay what they are. */
export function copyStatus(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyStatus);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), copyStatus(item)]));
  if (value instanceof Set) return [...value].map(copyStatus);
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyStatus((value as Record<string, unknown>)[key]);
  return copy;
}
