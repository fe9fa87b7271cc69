/**
 * The membrane between one plugin and the host. What the host hands to the plugin is a proxy that reports
 * every call, write and missing member; what the plugin hands to the host is a wrapped callback, or a thin
 * proxy of its object, that reports when the plugin's code starts and ends. Identity holds in both
 * directions: an object that crosses and comes back is the object itself. Methods run with the raw object as
 * `this`, so classes with private members work. Plain data (numbers, strings, plain objects and arrays of
 * data, errors) crosses as it is.
 */
import type { CallbackKind, HostObserver } from "../observer.js";
import { callbackKind, callbackLabel, hostObjectName, methodKind } from "./membrane-names.js";

export interface MembraneInit {
  /** The plugin, for attribution. */
  owner: string;
  observer: HostObserver;
  /** Event time, seconds. */
  now(): number;
}

/** A membrane of one plugin in one run of the host. */
export interface Membrane {
  /** A host value as the plugin may see it. */
  wrap<T>(value: T, name?: string): T;
  /** The host's own value behind what the plugin hands over. */
  unwrap<T>(value: T): T;
  /** A thin proxy of a plugin's object, for the host to keep: calls of its methods are reported. */
  instrumentObject<T>(object: T, label: string): T;
  /** Calls host code for the plugin: raw arguments in, the wrapped result back; reported as `object.member`. */
  callOut(object: string, member: string, fn: (...args: any[]) => unknown, args: unknown[]): unknown;
  /** Calls plugin code with wrapped arguments and reports its start and end. */
  callIn(kind: CallbackKind, label: string, fn: (...args: any[]) => unknown, args: unknown[], names?: string[]): unknown;
}

type AnyFunction = (...args: any[]) => unknown;

/** Member by which a proxy of a host object gives its membrane. */
const MEMBRANE = Symbol("membrane");

/** The membrane that a value came through on its way to a plugin; undefined for a host's own object. */
export const membraneOf = (value: object): Membrane | undefined => (value as { [MEMBRANE]?: Membrane })[MEMBRANE];

const isObject = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  isObject(value) && typeof (value as { then?: unknown }).then === "function";

/** Records: object literals, and records that inherit nothing. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Reflect.ownKeys(prototype).length === 0;
}

/** Values that cross without a proxy. */
const isData = (value: object): boolean =>
  value instanceof Error || value instanceof Date || value instanceof RegExp || ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

const isIterator = (value: object): value is Iterator<unknown> =>
  Symbol.iterator in value && typeof (value as { next?: unknown }).next === "function";

/** Depth to which plain data is searched for code. */
const MAX_DATA_DEPTH = 4;

/** Members that the language itself asks for; reading them is no use of the host. */
const LANGUAGE_MEMBERS = new Set(["then", "toJSON", "constructor", "prototype", "asymmetricMatch", "nodeType", "inspect", "valueOf", "toString"]);

/** Members that a proxy must show as they are. */
function isFixed(target: object, key: PropertyKey): boolean {
  const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
  return descriptor !== undefined && descriptor.configurable === false && descriptor.writable === false;
}

/** Makes the membrane of a plugin. */
export function createMembrane({ owner, observer, now }: MembraneInit): Membrane {
  /** host object → proxy for the plugin, and back. */
  const outward = new WeakMap<object, object>();
  const hostOf = new WeakMap<object, object>();
  /** plugin object → what the host keeps; plugin function → the same by kind and label; and back. */
  const inward = new WeakMap<object, object>();
  const callbacks = new WeakMap<AnyFunction, Map<string, AnyFunction>>();
  const pluginOf = new WeakMap<object, object>();
  /** Host methods that a plugin's object was handed to. */
  const roles = new WeakMap<object, Set<string>>();

  // ---- host → plugin ----

  function wrap(value: unknown, name?: string): unknown {
    if (!isObject(value) || hostOf.has(value)) return value;
    const own = pluginOf.get(value);
    if (own !== undefined) return own;
    if (isData(value)) return value;
    if (isThenable(value)) return Promise.resolve(value).then((result) => wrap(result, name));
    if (isIterator(value)) return wrapIterator(value);
    if (!carriesCode(value)) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => wrap(item, name));
    const known = outward.get(value);
    if (known !== undefined) return known;
    const proxy = makeHostProxy(value, name ?? hostObjectName(value));
    outward.set(value, proxy);
    hostOf.set(proxy, value);
    return proxy;
  }

  /** Whether a value is or holds anything but data: functions, instances of classes, what crossed before. */
  function carriesCode(value: unknown, depth = 0): boolean {
    if (!isObject(value)) return false;
    if (typeof value === "function" || hostOf.has(value) || pluginOf.has(value)) return true;
    if (isData(value)) return false;
    if (Array.isArray(value)) return depth < MAX_DATA_DEPTH && value.some((item) => carriesCode(item, depth + 1));
    if (!isPlain(value)) return true;
    return depth < MAX_DATA_DEPTH && Object.values(value).some((item) => carriesCode(item, depth + 1));
  }

  function* wrapIterator(iterator: Iterator<unknown>): IterableIterator<unknown> {
    for (let step = iterator.next(); step.done !== true; step = iterator.next()) yield wrap(step.value);
  }

  function makeHostProxy(target: object, name: string): object {
    const methods = new Map<PropertyKey, { fn: AnyFunction; bound: AnyFunction }>();
    const access = (member: PropertyKey, how: "write" | "missing" | "private" | "delete"): void => {
      if (typeof member === "string") observer.onPluginAccess?.(owner, name, member, how, now());
    };
    // The shadow keeps proxy invariants out of the way: frozen members of the target may be wrapped too.
    const shadow: object = typeof target === "function" ? function () {} : Object.create(Object.getPrototypeOf(target) as object | null);
    return new Proxy(shadow, {
      get(_shadow, member) {
        if (member === MEMBRANE) return membrane;
        if (typeof member === "string" && !LANGUAGE_MEMBERS.has(member)) {
          if (!(member in target)) access(member, "missing");
          else if (member.startsWith("_")) access(member, "private");
        }
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== "function" || member === "constructor") return wrap(value, typeof member === "string" ? member : undefined);
        const known = methods.get(member);
        if (known !== undefined && known.fn === value) return known.bound;
        const bound = hostMethod(target, name, member, value as AnyFunction);
        methods.set(member, { fn: value as AnyFunction, bound });
        return bound;
      },
      set(_shadow, member, value) {
        access(member, "write");
        return Reflect.set(target, member, toHost(value, name, String(member), []), target);
      },
      deleteProperty(_shadow, member) {
        access(member, "delete");
        return Reflect.deleteProperty(target, member);
      },
      defineProperty(_shadow, member, descriptor) {
        access(member, "write");
        return Reflect.defineProperty(target, member, descriptor);
      },
      has: (_shadow, member) => Reflect.has(target, member),
      ownKeys: (own) => [...new Set([...Reflect.ownKeys(target), ...Reflect.ownKeys(own).filter((key) => key === "prototype")])],
      getOwnPropertyDescriptor(own, member) {
        if (member === "prototype" && typeof own === "function") return Reflect.getOwnPropertyDescriptor(own, member);
        const descriptor = Reflect.getOwnPropertyDescriptor(target, member);
        if (descriptor === undefined) return undefined;
        return { configurable: true, enumerable: descriptor.enumerable ?? false, writable: true, value: wrap(Reflect.get(target, member, target), String(member)) };
      },
      getPrototypeOf: () => Reflect.getPrototypeOf(target),
      apply(_shadow, _self, args: unknown[]) {
        return callHost(undefined, name, "call", target as AnyFunction, args);
      },
      construct(_shadow, args: unknown[]) {
        observer.onPluginCall?.(owner, name, "new", args, now());
        return wrap(Reflect.construct(target as new (...a: unknown[]) => object, args.map((arg) => toHost(arg, name, "new", args)))) as object;
      },
    });
  }

  function hostMethod(target: object, name: string, member: PropertyKey, fn: AnyFunction): AnyFunction {
    const bound: AnyFunction = (...args) => callHost(target, name, String(member), fn, args);
    const direct: AnyFunction = (...args) => Reflect.apply(fn, target, args);
    hostOf.set(bound, direct);
    outward.set(direct, bound);
    return bound;
  }

  function callHost(target: object | undefined, name: string, member: string, fn: AnyFunction, args: unknown[]): unknown {
    observer.onPluginCall?.(owner, name, member, args, now(), target);
    const result = Reflect.apply(fn, target, args.map((arg) => toHost(arg, name, member, args)));
    const named = /^(lookup|load)Object$|^getSection$/.test(member) && typeof args[0] === "string";
    return wrap(result, named ? (member === "getSection" ? "config" : (args[0] as string)) : undefined);
  }

  // ---- plugin → host ----

  function toHost(value: unknown, name: string, member: string, args: unknown[]): unknown {
    if (!isObject(value)) return value;
    const host = hostOf.get(value);
    if (host !== undefined) return host;
    if (pluginOf.has(value) || isData(value)) return value;
    if (typeof value === "function") return wrapCallback(value as AnyFunction, callbackKind(member), callbackLabel(owner, name, member, args));
    if (isThenable(value)) return value;
    if (value instanceof Map || value instanceof Set || !carriesCode(value)) return value;
    if (Array.isArray(value)) return value.map((item: unknown) => toHost(item, name, member, args));
    return instrumentObject(value, callbackLabel(owner, name, member, args), member);
  }

  function wrapCallback(fn: AnyFunction, kind: CallbackKind, label: string): AnyFunction {
    const known = callbacks.get(fn) ?? new Map<string, AnyFunction>();
    const key = `${kind} ${label}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      return callIn(kind, label, fn, args, [], wrap(this));
    };
    Object.defineProperty(wrapped, "name", { value: fn.name });
    Object.defineProperty(wrapped, "length", { value: fn.length });
    callbacks.set(fn, known.set(key, wrapped));
    pluginOf.set(wrapped, fn);
    return wrapped;
  }

  function callIn(kind: CallbackKind, label: string, fn: AnyFunction, args: unknown[], names: string[] = [], self?: unknown): unknown {
    const leave = observer.onCallbackEnter?.({ owner, kind, label, eventTime: now() });
    let result: unknown;
    try {
      result = Reflect.apply(fn, self, args.map((arg, index) => wrap(arg, names[index])));
    } catch (error) {
      leave?.({ error, async: false });
      throw error;
    }
    if (isThenable(result)) {
      leave?.returned?.();
      return result.then(
        (value) => {
          leave?.({ async: true, result: value });
          return toHost(value, label, "result", []);
        },
        (error: unknown) => {
          leave?.({ async: true, error });
          throw error;
        },
      );
    }
    leave?.({ async: false, result });
    return kind === "load_config" ? instrumentObject(result, label) : toHost(result, label, "result", []);
  }

  function instrumentObject(object: unknown, label: string, member?: string): unknown {
    if (!isObject(object) || pluginOf.has(object)) return object;
    const host = hostOf.get(object);
    if (host !== undefined) return host;
    if (typeof object === "function") return wrapCallback(object as AnyFunction, "other", label);
    if (isData(object) || Array.isArray(object) || object instanceof Map || object instanceof Set) return object;
    const taken = roles.get(object) ?? new Set<string>();
    if (member !== undefined) taken.add(member);
    roles.set(object, taken);
    const known = inward.get(object);
    if (known !== undefined) return known;
    const methods = new Map<PropertyKey, { fn: AnyFunction; bound: AnyFunction }>();
    const proxy = new Proxy(object, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function" || key === "constructor" || typeof key === "symbol") return toHostMember(target, key, value);
        const cached = methods.get(key);
        if (cached !== undefined && cached.fn === value) return cached.bound;
        if (isFixed(target, key)) return value;
        const bound: AnyFunction = (...args) => {
          const { kind, suffix } = methodKind(key, taken);
          return callIn(kind, suffix ? `${label}.${key}` : label, value as AnyFunction, args, [], target);
        };
        pluginOf.set(bound, (...args: unknown[]) => Reflect.apply(value as AnyFunction, target, args));
        methods.set(key, { fn: value as AnyFunction, bound });
        return bound;
      },
      set: (target, key, value) => Reflect.set(target, key, wrap(value), target),
    });
    inward.set(object, proxy);
    pluginOf.set(proxy, object);
    return proxy;
  }

  /** Host objects that a plugin keeps in its members come back as the host's own. */
  function toHostMember(target: object, key: PropertyKey, value: unknown): unknown {
    if (!isObject(value)) return value;
    const host = hostOf.get(value);
    if (host === undefined) return value;
    return isFixed(target, key) ? value : host;
  }

  const unwrap = (value: unknown): unknown => (isObject(value) ? (hostOf.get(value) ?? pluginOf.get(value) ?? value) : value);
  const callOut: Membrane["callOut"] = (object, member, fn, args) => callHost(undefined, object, member, fn, args);
  const membrane = { wrap, unwrap, instrumentObject, callOut, callIn } as Membrane;
  return membrane;
}
