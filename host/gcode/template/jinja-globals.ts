/** Names that every template knows: `range`, `dict`, `namespace`, `cycler`, `joiner`, and Python's `math`. */
import { missing } from "./py-operators.js";
import { attribute } from "./py-methods.js";
import { Dict, Float, HostObject, iterate, numeric, PyError, sequence, str, Tuple, typeError, typeName, valueError, type PyFunction, type Value } from "./py-values.js";

const MAX_RANGE = 1e6;

function whole(value: Value): number {
  if (typeof value !== "number" && typeof value !== "boolean") throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}

const range: PyFunction = (args) => {
  if (args.length === 0) throw typeError("range expected at least 1 argument, got 0");
  const [first, second, third] = args.map(whole) as [number, number?, number?];
  const start = second === undefined ? 0 : first;
  const stop = second ?? first;
  const step = third ?? 1;
  if (step === 0) throw valueError("range() arg 3 must not be zero");
  const items: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) {
    if (items.length >= MAX_RANGE) throw new PyError("OverflowError", "Range too big");
    items.push(i);
  }
  return new Tuple(items, "range");
};

/** `namespace(…)`: attributes that `{% set ns.x = … %}` may write. */
class Namespace extends HostObject {
  readonly typeName = "jinja2.utils.Namespace";
  readonly #entries = new Map<string, Value>();
  constructor(args: readonly Value[], kwargs: ReadonlyMap<string, Value>) {
    super();
    for (const source of args) {
      const pairs = source instanceof Dict ? source.items() : iterate(source);
      for (const pair of pairs) {
        const [key, value] = sequence(pair) ?? [];
        this.#entries.set(str(key ?? null), value ?? null);
      }
    }
    for (const [key, value] of kwargs) this.#entries.set(key, value);
  }
  override getAttribute(name: string): Value | undefined {
    return this.#entries.get(name);
  }
  override getItem(key: Value): Value | undefined {
    return this.#entries.get(str(key));
  }
  override setAttribute(name: string, value: Value): boolean {
    this.#entries.set(name, value);
    return true;
  }
}

class Cycler extends HostObject {
  readonly typeName = "jinja2.utils.Cycler";
  readonly #items: readonly Value[];
  #at = 0;
  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw new PyError("RuntimeError", "at least one item has to be provided");
    this.#items = items;
  }
  override getAttribute(name: string): Value | undefined {
    if (name === "current") return this.#items[this.#at]!;
    if (name === "reset") return () => ((this.#at = 0), null);
    if (name !== "next") return undefined;
    return () => {
      const value = this.#items[this.#at]!;
      this.#at = (this.#at + 1) % this.#items.length;
      return value;
    };
  }
}

const joiner: PyFunction = (args) => {
  let used = false;
  return () => {
    const text = used ? (args[0] ?? ", ") : "";
    used = true;
    return text;
  };
};

const real = (value: Value | undefined): number => {
  const plain = value === undefined ? undefined : numeric(value);
  if (plain === undefined) throw typeError(`must be real number, not ${typeName(value ?? null)}`);
  return plain;
};

const domain = (value: number): Float => {
  if (Number.isNaN(value)) throw valueError("math domain error");
  return new Float(value);
};

const floatFunction = (fn: (...values: number[]) => number): PyFunction => (args) => domain(fn(...args.map(real)));
const intFunction = (fn: (value: number) => number): PyFunction => ([value]) => fn(real(value)) + 0;

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b);
}

function factorial(value: number): number {
  let product = 1;
  for (let i = 2; i <= value; i++) product *= i;
  return product;
}

const logarithm: PyFunction = ([value, base]) => {
  if (real(value) <= 0) throw valueError("math domain error");
  return domain(base === undefined ? Math.log(real(value)) : Math.log(real(value)) / Math.log(real(base)));
};

const MATH: Record<string, Value> = {
  pi: new Float(Math.PI),
  e: new Float(Math.E),
  tau: new Float(2 * Math.PI),
  inf: new Float(Infinity),
  nan: new Float(NaN),
  floor: intFunction(Math.floor),
  ceil: intFunction(Math.ceil),
  trunc: intFunction(Math.trunc),
  gcd: ([a, b]) => gcd(real(a), real(b)),
  factorial: ([value]) => factorial(real(value)),
  isnan: ([value]) => Number.isNaN(real(value)),
  isinf: ([value]) => !Number.isFinite(real(value)) && !Number.isNaN(real(value)),
  isfinite: ([value]) => Number.isFinite(real(value)),
  isclose: ([a, b], kwargs) => {
    const relative = real(kwargs.get("rel_tol") ?? new Float(1e-9));
    const absolute = real(kwargs.get("abs_tol") ?? 0);
    return Math.abs(real(a) - real(b)) <= Math.max(relative * Math.max(Math.abs(real(a)), Math.abs(real(b))), absolute);
  },
  log: logarithm,
  pow: floatFunction((a, b) => a! ** b!),
  fmod: floatFunction((a, b) => a! % b!),
  copysign: floatFunction((a, b) => Math.abs(a!) * (b! < 0 || Object.is(b, -0) ? -1 : 1)),
  radians: floatFunction((value) => (value! * Math.PI) / 180),
  degrees: floatFunction((value) => (value! * 180) / Math.PI),
  fabs: floatFunction((value) => Math.abs(value!)),
  dist: ([a, b]) => domain(Math.hypot(...sequence(a!)!.map((one, i) => real(one) - real(sequence(b!)![i])))),
  ...Object.fromEntries(
    (["sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "expm1", "log2", "log10", "log1p", "hypot"] as const).map(
      (name) => [name, floatFunction(Math[name] as (...values: number[]) => number)],
    ),
  ),
};

/** Python's module `math`. */
export class MathModule extends HostObject {
  readonly typeName = "module";
  override getAttribute(name: string): Value | undefined {
    return Object.hasOwn(MATH, name) ? MATH[name] : undefined;
  }
}

/** The global names. */
export const jinjaGlobals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["range", range],
  ["dict", (args, kwargs) => {
    const dict = new Dict();
    (attribute(dict, "update", (value, key) => missing(value, key)) as PyFunction)(args, kwargs);
    return dict;
  }],
  ["namespace", (args, kwargs) => new Namespace(args, kwargs)],
  ["cycler", (args) => new Cycler(args)],
  ["joiner", joiner],
  ["true", true], ["True", true],
  ["false", false], ["False", false],
  ["none", null], ["None", null],
]);

