/**
 * The variable `printer` of templates: item access reads an object's status once per render, as a copy. An
 * object that is unknown or has no status reads as a missing name.
 */
import type { Printer } from "../printer/printer-surface.js";
import { statusToValue } from "./template/host-values.js";
import { HostObject, str, type Dict, type Value } from "./template/py-values.js";

/** Objects whose values are template values already give them without the detour through plain data. */
export interface TemplateStatusSource {
  templateStatus(eventTime: number): Dict;
}

interface StatusObject {
  getStatus(eventTime: number): unknown;
  templateStatus?(eventTime: number): Dict;
}

const hasStatus = (object: unknown): object is StatusObject =>
  typeof object === "object" && object !== null && typeof (object as { getStatus?: unknown }).getStatus === "function";

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** Status of all objects, read when asked for. */
export class PrinterStatus extends HostObject {
  readonly typeName = "klippy.extras.gcode_macro.GetStatusWrapperJinja";
  readonly #printer: Printer;
  readonly #cache = new Map<string, Value>();
  #eventTime: number | undefined;

  /** `eventTime`: seconds; taken at the first access when absent. */
  constructor(printer: Printer, eventTime?: number) {
    super();
    this.#printer = printer;
    this.#eventTime = eventTime;
  }

  override getItem(key: Value): Value | undefined {
    const name = str(key).trim();
    const cached = this.#cache.get(name);
    if (cached !== undefined) return cached;
    const object: unknown = this.#printer.lookupObject(name, null);
    if (!hasStatus(object)) return undefined;
    const value = this.#read(name, object);
    this.#cache.set(name, value);
    return value;
  }

  #read(name: string, object: StatusObject): Value {
    const reactor = this.#printer.getReactor();
    const eventTime = (this.#eventTime ??= reactor.monotonic());
    if (typeof object.templateStatus === "function") return object.templateStatus(eventTime);
    const status = reactor.assertNoPause(() => object.getStatus(eventTime), `get_status of ${name}`);
    if (isThenable(status)) {
      reactor.requestDrain();
      status.then(undefined, () => undefined);
      this.#printer.observer.onContract?.("promise from getStatus", name, eventTime);
    }
    return statusToValue(name, status);
  }

  override contains(value: Value): boolean {
    return this.getItem(value) !== undefined;
  }

  override iterate(): Iterable<Value> {
    return this.#printer.lookupObjects().map(([name]) => name).filter((name) => this.contains(name));
  }

  override str(): string {
    return `<${this.typeName} object>`;
  }
}
