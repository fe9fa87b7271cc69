/** The filters of Jinja2, by name. A filter gets its value first, then positional and keyword arguments. */
import { formatPercent, pyRound } from "./py-format.js";
import { attribute, capitalize, center, replace, title } from "./py-methods.js";
import { binary, item } from "./py-operators.js";
import { jinjaTests } from "./jinja-tests.js";
import {
  compare, Dict, equal, filterError, Float, HostObject, iterate, numeric, PyError, repr, sequence, str, Tuple, truth, typeError, typeName,
  Undefined, valueError, type Value,
} from "./py-values.js";
import { pyFloat, pyInt, pySplit, pyStrip } from "../../config/python-text.js";

type Args = readonly Value[];
type Kwargs = ReadonlyMap<string, Value>;
export type Filter = (value: Value, args: Args, kwargs: Kwargs) => Value;
/** Resolves an attribute as an expression would (`a.b`). */
export type GetAttribute = (value: Value, name: string) => Value;

/** The first that is there; None is. */
function given(...values: (Value | undefined)[]): Value | undefined {
  return values.find((value) => value !== undefined);
}

const option = (args: Args, kwargs: Kwargs, at: number, name: string, fallback: Value): Value => given(args[at], kwargs.get(name), fallback)!;
const flag = (args: Args, kwargs: Kwargs, at: number, name: string): boolean => truth(option(args, kwargs, at, name, false));
const number = (value: Value, fallback: number): number => numeric(value) ?? fallback;

const getAttribute: GetAttribute = (value, name) => {
  if (value instanceof Undefined) throw value.fail();
  const found = value instanceof HostObject ? value.getAttribute(name) : attribute(value, name, (v, k) => given(item(v, k), new Undefined(""))!);
  const index = /^\d+$/.test(name) ? Number(name) : name;
  return given(found, item(value, index), new Undefined(`'${typeName(value)} object' has no attribute ${repr(name)}`))!;
};

function byAttribute(path: Value | undefined, fallback?: Value): (value: Value) => Value {
  if (path === undefined || path === null) return (value) => value;
  const names = str(path).split(".");
  return (value) => {
    let found = value;
    for (const name of names) {
      found = getAttribute(found, name);
      if (fallback !== undefined && found instanceof Undefined) return fallback;
    }
    return found;
  };
}

const folded = (value: Value): Value => (typeof value === "string" ? value.toLowerCase() : value);

function sorted(value: Value, args: Args, kwargs: Kwargs): Value {
  const sensitive = flag(args, kwargs, 1, "case_sensitive");
  const paths = option(args, kwargs, 2, "attribute", null);
  const keys = (typeof paths === "string" ? paths.split(",") : [paths]).map((path) => byAttribute(path));
  const order = (a: Value, b: Value): number => {
    for (const key of keys) {
      const left = sensitive ? key(a) : folded(key(a));
      const right = sensitive ? key(b) : folded(key(b));
      if (!equal(left, right)) return compare(left, right);
    }
    return 0;
  };
  const reverse = flag(args, kwargs, 0, "reverse");
  return [...iterate(value)].sort((a, b) => (reverse ? order(b, a) : order(a, b)));
}

function extreme(sign: number): Filter {
  return (value, args, kwargs) => {
    const key = byAttribute(option(args, kwargs, 1, "attribute", null));
    const sensitive = flag(args, kwargs, 0, "case_sensitive");
    let best: Value | undefined;
    for (const one of iterate(value)) {
      const seen = sensitive ? key(one) : folded(key(one));
      if (best === undefined || sign * compare(seen, sensitive ? key(best) : folded(key(best))) > 0) best = one;
    }
    return given(best, new Undefined("No aggregated item, sequence was empty."))!;
  };
}

function dictsort(value: Value, args: Args, kwargs: Kwargs): Value {
  if (!(value instanceof Dict)) throw typeError(`'${typeName(value)}' object has no attribute 'items'`);
  const by = option(args, kwargs, 1, "by", "key");
  if (by !== "key" && by !== "value") throw filterError('You can only sort by either "key" or "value"');
  const sensitive = flag(args, kwargs, 0, "case_sensitive");
  const key = (pair: Tuple): Value => {
    const part = pair.items[by === "key" ? 0 : 1]!;
    return sensitive ? part : folded(part);
  };
  const pairs = value.items().sort((a, b) => compare(key(a), key(b)));
  return flag(args, kwargs, 2, "reverse") ? pairs.reverse() : pairs;
}

function toInt(value: Value, args: Args, kwargs: Kwargs): Value {
  const fallback = option(args, kwargs, 0, "default", 0);
  const base = number(option(args, kwargs, 1, "base", 10), 10);
  if (value instanceof Undefined) throw value.fail();
  const plain = numeric(value);
  if (plain !== undefined) return Number.isFinite(plain) ? Math.trunc(plain) + 0 : fallback;
  if (typeof value !== "string") return fallback;
  try {
    if (base !== 10) return parseBase(value, base);
    return pyInt(value);
  } catch {
    try {
      const float = pyFloat(value);
      return Number.isFinite(float) ? Math.trunc(float) + 0 : fallback;
    } catch {
      return fallback;
    }
  }
}

function parseBase(text: string, base: number): number {
  const digits = text.trim().toLowerCase().replace(/^([+-]?)0[xob]/, "$1");
  const value = parseInt(digits, base);
  if (Number.isNaN(value)) throw valueError(`invalid literal for int() with base ${base}: ${repr(text)}`);
  return value;
}

function toFloat(value: Value, args: Args, kwargs: Kwargs): Value {
  const fallback = option(args, kwargs, 0, "default", new Float(0));
  if (value instanceof Undefined) throw value.fail();
  const plain = numeric(value);
  if (plain !== undefined) return new Float(plain);
  if (typeof value !== "string") return fallback;
  try {
    return new Float(pyFloat(value));
  } catch {
    return fallback;
  }
}

function round(value: Value, args: Args, kwargs: Kwargs): Value {
  const precision = number(option(args, kwargs, 0, "precision", 0), 0);
  const method = option(args, kwargs, 1, "method", "common");
  if (value instanceof Undefined) throw value.fail();
  const plain = numeric(value);
  if (plain === undefined) throw typeError(`type ${typeName(value)} doesn't define __round__ method`);
  if (method === "common") {
    const rounded = pyRound(plain, precision);
    return value instanceof Float ? new Float(rounded) : rounded;
  }
  if (method !== "ceil" && method !== "floor") throw filterError("method must be common, ceil or floor");
  const unit = 10 ** precision;
  return new Float((method === "ceil" ? Math.ceil(plain * unit) : Math.floor(plain * unit)) / unit);
}

/** Makes the test of select, reject and their kin; without a name: truth. */
function tester(args: Args): (value: Value) => boolean {
  const name = args[0];
  if (name === undefined) return truth;
  const test = jinjaTests[str(name)];
  if (test === undefined) throw new PyError("jinja2.exceptions.TemplateRuntimeError", `No test named ${repr(name)}.`);
  return (value) => test(value, args.slice(1));
}

const pick = (wanted: boolean): Filter => (value, args) => {
  const test = tester(args);
  return [...iterate(value)].filter((one) => test(one) === wanted);
};

const pickBy = (wanted: boolean): Filter => (value, args) => {
  const key = byAttribute(args[0]);
  const test = tester(args.slice(1));
  return [...iterate(value)].filter((one) => test(key(one)) === wanted);
};

const map: Filter = (value, args, kwargs) => {
  const items = [...iterate(value)];
  if (args.length === 0 && kwargs.has("attribute")) return items.map(byAttribute(kwargs.get("attribute"), kwargs.get("default")));
  const filter = lookupFilter(str(args[0] ?? null));
  return items.map((one) => filter(one, args.slice(1), kwargs));
};

/** A filter by name. @throws PyError when there is none */
export function lookupFilter(name: string): Filter {
  const filter = Object.hasOwn(jinjaFilters, name) ? jinjaFilters[name] : undefined;
  if (filter === undefined) throw new PyError("jinja2.exceptions.TemplateRuntimeError", `No filter named ${repr(name)}.`);
  return filter;
}

function length(value: Value): number {
  if (typeof value === "string") return [...value].length;
  if (value instanceof Dict) return value.size;
  if (value instanceof Undefined) return 0;
  const items = sequence(value);
  if (items === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`);
  return items.length;
}

function unique(value: Value, args: Args, kwargs: Kwargs): Value {
  const key = byAttribute(option(args, kwargs, 1, "attribute", null));
  const seen = new Dict();
  return [...iterate(value)].filter((one) => {
    const id = flag(args, kwargs, 0, "case_sensitive") ? key(one) : folded(key(one));
    if (seen.has(id)) return false;
    seen.set(id, true);
    return true;
  });
}

function batch(value: Value, args: Args, kwargs: Kwargs): Value {
  const count = number(option(args, kwargs, 0, "linecount", 1), 1);
  const items = [...iterate(value)];
  const rows: Value[] = [];
  for (let i = 0; i < items.length; i += count) {
    const row = items.slice(i, i + count);
    while (args[1] !== undefined && args[1] !== null && row.length < count) row.push(args[1]);
    rows.push(row);
  }
  return rows;
}

function slices(value: Value, args: Args): Value {
  const items = [...iterate(value)];
  const count = number(args[0] ?? 1, 1);
  const base = Math.floor(items.length / count);
  const longer = items.length % count;
  const rows: Value[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    const size = base + (i < longer ? 1 : 0);
    const row = items.slice(at, at + size);
    if (args[1] !== undefined && i >= longer && longer > 0) row.push(args[1]);
    rows.push(row);
    at += size;
  }
  return rows;
}

function groupby(value: Value, args: Args, kwargs: Kwargs): Value {
  const key = byAttribute(option(args, kwargs, 0, "attribute", null), kwargs.get("default"));
  const groups: { key: Value; items: Value[] }[] = [];
  for (const one of sorted(value, [], new Map([["attribute", option(args, kwargs, 0, "attribute", null)]])) as Value[]) {
    const last = groups.at(-1);
    if (last !== undefined && equal(folded(last.key), folded(key(one)))) last.items.push(one);
    else groups.push({ key: key(one), items: [one] });
  }
  return groups.map((group) => new Tuple([group.key, group.items], "_GroupTuple", ["grouper", "list"]));
}

function indent(value: Value, args: Args, kwargs: Kwargs): Value {
  const width = option(args, kwargs, 0, "width", 4);
  const pad = typeof width === "string" ? width : " ".repeat(number(width, 4));
  const blank = flag(args, kwargs, 2, "blank");
  const [first = "", ...rest] = str(value).split("\n");
  const indented = rest.map((line) => (line === "" && !blank ? line : pad + line));
  return [flag(args, kwargs, 1, "first") ? pad + first : first, ...indented].join("\n");
}

/** `json.dumps` with its separators, keys sorted as Jinja does, marks of HTML escaped. */
export function dumpJson(value: Value, sortKeys = false): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value).replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (typeof value === "number") return String(value);
  if (value instanceof Float) return Number.isFinite(value.value) ? repr(value) : Number.isNaN(value.value) ? "NaN" : value.value > 0 ? "Infinity" : "-Infinity";
  const items = sequence(value);
  if (items !== undefined) return `[${items.map((one) => dumpJson(one, sortKeys)).join(", ")}]`;
  if (!(value instanceof Dict)) throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
  const pairs = value.items();
  if (sortKeys) pairs.sort((a, b) => compare(a.items[0]!, b.items[0]!));
  return `{${pairs.map((pair) => `${dumpJson(str(pair.items[0]!))}: ${dumpJson(pair.items[1]!, sortKeys)}`).join(", ")}}`;
}

const HTML: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };
const escape = (value: Value): string => str(value).replace(/[&<>'"]/g, (char) => HTML[char]!);

const orUndefined = (value: Value | undefined, what: string): Value => given(value, new Undefined(`No ${what} item, sequence was empty.`))!;

function fallbackTo(value: Value, args: Args, kwargs: Kwargs): Value {
  const fallback = option(args, kwargs, 0, "default_value", "");
  if (value instanceof Undefined || (flag(args, kwargs, 1, "boolean") && !truth(value))) return fallback;
  return value;
}

function sum(value: Value, args: Args, kwargs: Kwargs): Value {
  let total = option(args, kwargs, 1, "start", 0);
  for (const one of iterate(value)) total = binary("+", total, byAttribute(option(args, kwargs, 0, "attribute", null))(one));
  return total;
}

function join(value: Value, args: Args, kwargs: Kwargs): Value {
  const key = byAttribute(option(args, kwargs, 1, "attribute", null));
  return [...iterate(value)].map((one) => str(key(one))).join(str(option(args, kwargs, 0, "d", "")));
}

function truncate(value: Value, args: Args, kwargs: Kwargs): Value {
  const text = str(value);
  const size = number(option(args, kwargs, 0, "length", 255), 255);
  const end = str(option(args, kwargs, 2, "end", "..."));
  if (text.length <= size + number(option(args, kwargs, 3, "leeway", 5), 5)) return text;
  const cut = text.slice(0, size - end.length);
  if (flag(args, kwargs, 1, "killwords")) return cut + end;
  const space = cut.lastIndexOf(" ");
  return (space < 0 ? cut : cut.slice(0, space)) + end;
}

function absolute(value: Value): Value {
  if (value instanceof Undefined) throw value.fail();
  const plain = numeric(value);
  if (plain === undefined) throw typeError(`bad operand type for abs(): '${typeName(value)}'`);
  return value instanceof Float ? new Float(Math.abs(plain)) : Math.abs(plain);
}

/** The filters by name. */
export const jinjaFilters: Record<string, Filter> = {
  abs: absolute,
  attr: (value, [name]) => (value instanceof Dict ? new Undefined(`'dict object' has no attribute ${repr(name ?? null)}`) : getAttribute(value, str(name ?? null))),
  batch,
  capitalize: (value) => capitalize(str(value)),
  center: (value, args, kwargs) => center(str(value), [option(args, kwargs, 0, "width", 80)]),
  count: length,
  d: fallbackTo,
  default: fallbackTo,
  dictsort,
  e: escape,
  escape,
  first: (value) => orUndefined([...iterate(value)][0], "first"),
  float: toFloat,
  forceescape: escape,
  format: (value, args, kwargs) => {
    if (kwargs.size > 0 && args.length > 0) throw filterError("can't handle positional and keyword arguments at the same time");
    return formatPercent(str(value), kwargs.size > 0 ? Dict.from(Object.fromEntries(kwargs)) : new Tuple(args));
  },
  groupby,
  indent,
  int: toInt,
  items: (value) => (value instanceof Dict ? value.items() : []),
  join,
  last: (value) => orUndefined([...iterate(value)].at(-1), "last"),
  length,
  list: (value) => [...iterate(value)],
  lower: (value) => str(value).toLowerCase(),
  map,
  max: extreme(1),
  min: extreme(-1),
  pprint: (value) => repr(value),
  reject: pick(false),
  rejectattr: pickBy(false),
  replace: (value, args, kwargs) => replace(str(value), args.map((arg, i) => (i < 2 ? str(arg) : arg)), kwargs),
  reverse: (value) => (typeof value === "string" ? [...value].reverse().join("") : [...iterate(value)].reverse()),
  round,
  safe: (value) => value,
  select: pick(true),
  selectattr: pickBy(true),
  slice: slices,
  sort: sorted,
  string: (value) => str(value),
  striptags: (value) => str(value).replace(/<[^>]*>/g, "").replace(/\s+/g, " ").trim(),
  sum,
  title: (value) => title(str(value)),
  tojson: (value) => dumpJson(value, true).replace(/[<>&']/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
  trim: (value, [chars]) => (chars === undefined || chars === null ? pyStrip(str(value)) : trimChars(str(value), str(chars))),
  truncate,
  unique,
  upper: (value) => str(value).toUpperCase(),
  wordcount: (value) => pySplit(str(value)).length,
};

function trimChars(text: string, chars: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && chars.includes(text[start]!)) start++;
  while (end > start && chars.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

