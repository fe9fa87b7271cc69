/**
 * Names that a Python plugin puts in a template's context, as template values. Data comes with Python's own types; functions
 * can be called with keywords; any other object answers for its attributes and items when the template asks.
 */
import { plainToValue } from "../../gcode/template/host-values.js";
import { Float, HostObject, Tuple, type PyFunction, type Value } from "../../gcode/template/py-values.js";
import type { PythonBridge } from "./bridge.js";
import { PythonObject } from "./python-object.js";

/** Handle of the Python side's control object. */
const CONTROL = 1;

/** A Python object in a template. */
class PythonValue extends HostObject {
  readonly typeName: string;
  readonly #bridge: PythonBridge;
  readonly #object: PythonObject;

  constructor(bridge: PythonBridge, object: PythonObject) {
    super();
    this.#bridge = bridge;
    this.#object = object;
    this.typeName = object.pythonType;
  }

  #ask(what: string, ...args: unknown[]): unknown {
    return this.#bridge.call(CONTROL, "template_value", [what, this.#object, ...args], "typed");
  }

  #found(what: string, key: unknown): Value | undefined {
    const [found, value] = this.#ask(what, key) as [boolean, unknown];
    return found ? templateValue(this.#bridge, value) : undefined;
  }

  override getAttribute(name: string): Value | undefined {
    return this.#found("attribute", name);
  }

  override getItem(key: Value): Value | undefined {
    return this.#found("item", key);
  }

  override contains(value: Value): boolean {
    return Boolean(this.#ask("contains", value));
  }

  override iterate(): Iterable<Value> {
    return (this.#ask("iterate") as unknown[]).map((item) => templateValue(this.#bridge, item));
  }

  override str(): string {
    return String(this.#ask("text"));
  }
}

function callable(bridge: PythonBridge, fn: unknown): PyFunction {
  return (args, kwargs) => templateValue(bridge, bridge.call(CONTROL, "call_keywords", [fn, args, Object.fromEntries(kwargs)], "typed"));
}

/** A value from Python, encoded with its types, as a template sees it. */
export function templateValue(bridge: PythonBridge, value: unknown): Value {
  if (typeof value === "function") return callable(bridge, value);
  if (value instanceof PythonObject) return new PythonValue(bridge, value);
  if (value instanceof Float || value instanceof HostObject) return value;
  if (value instanceof Tuple) return new Tuple(value.items.map((item) => templateValue(bridge, item)), value.typeName);
  if (Array.isArray(value)) return value.map((item) => templateValue(bridge, item));
  if (value instanceof Set) return new Tuple([...value].map((item) => templateValue(bridge, item)), "set");
  return plainToValue(value);
}
