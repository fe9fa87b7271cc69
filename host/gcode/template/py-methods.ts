/** Methods of Python's str, list, dict, tuple, int and float, as far as templates call them. */
import { pyIsSpace, pySplit, pyStrip } from "../../config/python-text.js";
import { formatBraces } from "./py-format.js";
import { compare, Dict, equal, Float, iterate, PyError, repr, sequence, Tuple, typeError, typeName, valueError, type PyFunction, type Value } from "./py-values.js";

type Args = readonly Value[];
type Kwargs = ReadonlyMap<string, Value>;
type Method<T> = (self: T, args: Args, kwargs: Kwargs) => Value;
/** Resolves an attribute or an item of a value. */
export type Lookup = (value: Value, key: Value, isAttribute: boolean) => Value;

const text = (value: Value | undefined, what: string): string => {
  if (typeof value !== "string") throw typeError(`${what} must be str, not ${value === undefined ? "NoneType" : typeName(value)}`);
  return value;
};

const whole = (value: Value | undefined, fallback: number): number => {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "number" && typeof value !== "boolean") throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(value);
};

function strip(self: string, chars: Value | undefined, left: boolean, right: boolean): string {
  const set = chars === undefined || chars === null ? undefined : text(chars, "strip arg");
  const drops = (char: string): boolean => (set === undefined ? pyIsSpace(char) : set.includes(char));
  let start = 0;
  let end = self.length;
  while (left && start < end && drops(self[start]!)) start++;
  while (right && end > start && drops(self[end - 1]!)) end--;
  return self.slice(start, end);
}

function split(self: string, args: Args, kwargs: Kwargs, fromRight: boolean): Value {
  const sep = args[0] ?? kwargs.get("sep") ?? null;
  const limit = whole(args[1] ?? kwargs.get("maxsplit"), -1);
  if (sep === null) return splitWords(self, limit, fromRight);
  const by = text(sep, "must be str or None, not");
  if (by === "") throw valueError("empty separator");
  const parts = self.split(by);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  if (fromRight) return [parts.slice(0, parts.length - limit).join(by), ...parts.slice(parts.length - limit)];
  return [...parts.slice(0, limit), parts.slice(limit).join(by)];
}

function splitWords(self: string, limit: number, fromRight: boolean): string[] {
  if (limit < 0) return pySplit(self);
  const parts: string[] = [];
  let rest = pyStrip(self);
  while (rest !== "" && parts.length < limit) {
    const match = fromRight ? /^(.*?)(?:\s+)?(\S+)$/s.exec(rest)! : /^(\S+)\s*(.*)$/s.exec(rest)!;
    parts.push(fromRight ? match[2]! : match[1]!);
    rest = fromRight ? pyStrip(match[1]!) : match[2]!;
  }
  if (rest !== "") parts.push(rest);
  return fromRight ? parts.reverse() : parts;
}

function affix(wanted: Value | undefined, name: string, test: (affix: string) => boolean): boolean {
  const all = wanted instanceof Tuple ? wanted.items : [wanted];
  return all.some((one) => {
    if (typeof one !== "string") throw typeError(`${name} first arg must be str or a tuple of str, not ${one === undefined ? "NoneType" : typeName(one)}`);
    return test(one);
  });
}

function replace(self: string, args: Args, kwargs: Kwargs): string {
  const from = text(args[0], "replace() argument 1");
  const to = text(args[1], "replace() argument 2");
  const count = whole(args[2] ?? kwargs.get("count"), -1);
  if (count < 0) return self.replaceAll(from, () => to);
  const parts = self.split(from);
  let out = parts[0]!;
  for (let i = 1; i < parts.length; i++) out += (i <= count ? to : from) + parts[i]!;
  return out;
}

const title = (self: string): string => self.toLowerCase().replace(/\p{L}+/gu, (word) => word[0]!.toUpperCase() + word.slice(1));
const capitalize = (self: string): string => self.charAt(0).toUpperCase() + self.slice(1).toLowerCase();
const cased = (self: string): boolean => /\p{L}/u.test(self);
const fill = (args: Args): string => (args[1] === undefined ? " " : text(args[1], "The fill character"));

function center(self: string, args: Args): string {
  const room = whole(args[0], 0) - self.length;
  if (room <= 0) return self;
  const left = Math.floor(room / 2) + (room & whole(args[0], 0) & 1);
  return fill(args).repeat(left) + self + fill(args).repeat(room - left);
}

function partition(self: string, sep: string, at: number): Tuple {
  return at < 0 ? new Tuple([self, "", ""]) : new Tuple([self.slice(0, at), sep, self.slice(at + sep.length)]);
}

function mustFind(at: number): number {
  if (at < 0) throw valueError("substring not found");
  return at;
}

function zfill(self: string, width: number): string {
  const sign = /^[+-]/.test(self) ? self[0]! : "";
  return sign + self.slice(sign.length).padStart(width - sign.length, "0");
}

const STRING: Record<string, Method<string>> = {
  upper: (self) => self.toUpperCase(),
  lower: (self) => self.toLowerCase(),
  casefold: (self) => self.toLowerCase(),
  title,
  capitalize,
  swapcase: (self) => [...self].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join(""),
  strip: (self, [chars]) => strip(self, chars, true, true),
  lstrip: (self, [chars]) => strip(self, chars, true, false),
  rstrip: (self, [chars]) => strip(self, chars, false, true),
  split: (self, args, kwargs) => split(self, args, kwargs, false),
  rsplit: (self, args, kwargs) => split(self, args, kwargs, true),
  expandtabs: (self, [size]) => self.split("\n").map((line) => line.split("\t").reduce((out, part) => out + " ".repeat(whole(size, 8) - (out.length % whole(size, 8))) + part)).join("\n"),
  splitlines: (self) => (self === "" ? [] : self.replace(/\r\n|\r|\n$/g, (end) => (end === "\n" ? "" : "\n")).split("\n")),
  replace,
  startswith: (self, [prefix]) => affix(prefix, "startswith", (one) => self.startsWith(one)),
  endswith: (self, [suffix]) => affix(suffix, "endswith", (one) => self.endsWith(one)),
  removeprefix: (self, [prefix]) => (self.startsWith(text(prefix, "argument")) ? self.slice((prefix as string).length) : self),
  removesuffix: (self, [suffix]) => (suffix !== "" && self.endsWith(text(suffix, "argument")) ? self.slice(0, -(suffix as string).length) : self),
  find: (self, [part, start]) => self.indexOf(text(part, "argument"), whole(start, 0)),
  rfind: (self, [part]) => self.lastIndexOf(text(part, "argument")),
  index: (self, [part, start]) => mustFind(self.indexOf(text(part, "argument"), whole(start, 0))),
  rindex: (self, [part]) => mustFind(self.lastIndexOf(text(part, "argument"))),
  count: (self, [part]) => self.split(text(part, "argument")).length - 1,
  join: (self, [items]) =>
    [...iterate(items ?? null)]
      .map((one, index) => {
        if (typeof one !== "string") throw typeError(`sequence item ${index}: expected str instance, ${typeName(one)} found`);
        return one;
      })
      .join(self),
  isdigit: (self) => /^\p{Nd}+$/u.test(self),
  isdecimal: (self) => /^\p{Nd}+$/u.test(self),
  isnumeric: (self) => /^\p{N}+$/u.test(self),
  isalpha: (self) => /^\p{L}+$/u.test(self),
  isalnum: (self) => /^[\p{L}\p{N}]+$/u.test(self),
  isspace: (self) => self !== "" && [...self].every(pyIsSpace),
  isupper: (self) => cased(self) && self === self.toUpperCase(),
  islower: (self) => cased(self) && self === self.toLowerCase(),
  istitle: (self) => cased(self) && self === title(self),
  zfill: (self, [width]) => zfill(self, whole(width, 0)),
  ljust: (self, args) => self.padEnd(whole(args[0], 0), fill(args)),
  rjust: (self, args) => self.padStart(whole(args[0], 0), fill(args)),
  center,
  partition: (self, [sep]) => partition(self, text(sep, "argument"), self.indexOf(sep as string)),
  rpartition: (self, [sep]) => {
    const at = self.lastIndexOf(text(sep, "argument"));
    return at < 0 ? new Tuple(["", "", self]) : partition(self, sep as string, at);
  },
};

const listIndex = (self: readonly Value[], value: Value | undefined): number => {
  const at = self.findIndex((one) => equal(one, value ?? null));
  if (at < 0) throw valueError(`${repr(value ?? null)} is not in list`);
  return at;
};

const LIST: Record<string, Method<Value[]>> = {
  append: (self, [value]) => (self.push(value ?? null), null),
  extend: (self, [values]) => (self.push(...iterate(values ?? null)), null),
  insert: (self, [at, value]) => (self.splice(whole(at, 0), 0, value ?? null), null),
  pop: (self, [at]) => {
    if (self.length === 0) throw new PyError("IndexError", "pop from empty list");
    const taken = self.splice(whole(at, -1), 1);
    if (taken.length === 0) throw new PyError("IndexError", "pop index out of range");
    return taken[0]!;
  },
  remove: (self, [value]) => {
    const at = self.findIndex((one) => equal(one, value ?? null));
    if (at < 0) throw valueError("list.remove(x): x not in list");
    self.splice(at, 1);
    return null;
  },
  clear: (self) => (self.splice(0), null),
  copy: (self) => [...self],
  reverse: (self) => (self.reverse(), null),
  sort: (self, _args, kwargs) => {
    self.sort((a, b) => compare(a, b));
    if (kwargs.get("reverse") === true) self.reverse();
    return null;
  },
};

const SEQUENCE: Record<string, Method<readonly Value[]>> = {
  index: (self, [value]) => listIndex(self, value),
  count: (self, [value]) => self.filter((one) => equal(one, value ?? null)).length,
};

function update(self: Dict, [other]: Args, kwargs: Kwargs): Value {
  if (other instanceof Dict) for (const pair of other.items()) self.set(pair.items[0]!, pair.items[1]!);
  else if (other !== undefined) {
    for (const pair of iterate(other)) {
      const [key, value] = sequence(pair) ?? [];
      self.set(key ?? null, value ?? null);
    }
  }
  for (const [key, value] of kwargs) self.set(key, value);
  return null;
}

const DICT: Record<string, Method<Dict>> = {
  get: (self, [key, fallback]) => {
    const value = self.get(key ?? null);
    return value === undefined ? (fallback ?? null) : value;
  },
  items: (self) => new Tuple(self.items(), "dict_items"),
  keys: (self) => new Tuple(self.keys(), "dict_keys"),
  values: (self) => new Tuple(self.values(), "dict_values"),
  update,
  pop: (self, [key, fallback]) => {
    const value = self.get(key ?? null);
    if (value === undefined && fallback === undefined) throw new PyError("KeyError", repr(key ?? null));
    self.delete(key ?? null);
    return value === undefined ? fallback! : value;
  },
  setdefault: (self, [key, fallback]) => {
    if (!self.has(key ?? null)) self.set(key ?? null, fallback ?? null);
    return self.get(key ?? null)!;
  },
  copy: (self) => {
    const copy = new Dict();
    update(copy, [self], new Map());
    return copy;
  },
  clear: (self) => (self.clear(), null),
};

const own = <T>(table: Record<string, T>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);
const bind = <T>(self: T, method: Method<T> | undefined): PyFunction | undefined =>
  method === undefined ? undefined : (args, kwargs) => method(self, args, kwargs);

/** The attribute `name` of a plain value: a bound method, a field of a named tuple; undefined when it has none. */
export function attribute(value: Value, name: string, lookup: Lookup): Value | undefined {
  if (typeof value === "string") {
    if (name === "format") return (args, kwargs) => formatBraces(value, args, kwargs, lookup);
    return bind(value, own(STRING, name));
  }
  if (Array.isArray(value)) return bind(value, own(LIST, name)) ?? bind(value as readonly Value[], own(SEQUENCE, name));
  if (value instanceof Tuple) {
    const at = value.fields?.indexOf(name) ?? -1;
    return at >= 0 ? value.items[at] : bind(value.items, own(SEQUENCE, name));
  }
  if (value instanceof Dict) return bind(value, own(DICT, name));
  if (value instanceof Float) return name === "is_integer" ? () => Number.isInteger(value.value) : name === "real" ? value : undefined;
  if (typeof value === "number") {
    if (name === "bit_length") return () => Math.abs(value).toString(2).length * (value === 0 ? 0 : 1);
    return name === "real" || name === "numerator" ? value : undefined;
  }
  return undefined;
}

export { capitalize, center, replace, title };
