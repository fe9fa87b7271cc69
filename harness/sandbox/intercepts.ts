/**
 * What a plugin may reach of the machine, watched: clocks are the reactor's, randomness is seeded, timers,
 * files, sockets, processes and exits are recorded, charged by the class table of the cost model, and kept
 * from the network. Only calls made on behalf of the plugin are touched; the host's own pass through.
 *
 * Not watched: native add-ons, and a plugin that saved a reference before we came (it cannot: we come first).
 */
import childProcess from "node:child_process";
import dns from "node:dns";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import workerThreads from "node:worker_threads";
import type { SideEffect, SourcePlace } from "../../conformance/evidence.js";
import { FilePrices } from "./file-prices.js";

/** Charges on the reference host, seconds (rules.md §0.3: pessimistic SD card). */
const PROCESS_SECONDS = 0.06;
const DNS_SECONDS = 1;
const CONNECT_SECONDS = 0.5;
const HTTP_SECONDS = 1;

export interface InterceptHooks {
  /** True while code runs on behalf of the plugin (also while its modules are imported). */
  inPlugin(): boolean;
  phase(): SideEffect["phase"];
  /** Reactor time, seconds. */
  now(): number;
  block(seconds: number, what: string, kind?: "file"): void;
  record(effect: SideEffect): void;
  /** The plugin wrote to standard output or standard error. */
  onOutput(bytes: number): void;
  /** The plugin asked the process to end. */
  onExit(what: string, place: SourcePlace | undefined): void;
  /** Where the plugin called from. */
  place(): SourcePlace | undefined;
  seed: number;
}

type AnyFunction = (this: unknown, ...args: any[]) => unknown;

/** Refused on purpose: the plugin sees an ordinary network error. */
function refused(what: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED (no network for plugins under test: ${what})`), { code: "ECONNREFUSED" });
}

function describeArg(value: unknown): string {
  if (typeof value === "string") return value.slice(0, 200);
  if (value instanceof URL) return value.href;
  if (typeof value === "object" && value !== null) {
    const { host, hostname, port, path } = value as Record<string, unknown>;
    return [hostname ?? host, port, path].filter((v) => v !== undefined).map(String).join(":");
  }
  return String(value);
}

/** Whether a call of `fs` only looks. */
function fileEffect(name: string, args: readonly unknown[]): "read" | "file" {
  if (name.startsWith("open")) return typeof args[1] === "string" && /[wax+]/.test(args[1]) || typeof args[1] === "number" ? "file" : "read";
  return /^(read|stat|lstat|access|exists|createReadStream|watch)/.test(name) ? "read" : "file";
}

/**
 * Installs the watch in this process. There is no way back: the process is the plugin's.
 * @returns a function that starts the plugin's randomness again from a seed
 */
export function installIntercepts(hooks: InterceptHooks): (seed: number) => void {
  const note = (kind: SideEffect["kind"], detail: string): void => {
    const place = hooks.place();
    hooks.record({ kind, detail, phase: hooks.phase(), ...(place === undefined ? {} : { place }) });
  };
  let withinFileCall = false;
  const wrap = (target: object, name: string, before: (args: unknown[]) => { replace: unknown } | undefined, after?: (args: unknown[], result: unknown) => void): void => {
    const bag = target as Record<string, unknown>;
    const original = bag[name];
    if (typeof original !== "function") return;
    const blocks = target === fs && name.endsWith("Sync");
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      // What a call for a file makes of others is Node's doing, and part of its price.
      const watched = hooks.inPlugin() && !(target === fs && withinFileCall);
      if (watched) {
        const instead = before(args);
        if (instead !== undefined) return instead.replace;
      }
      const outermost = blocks && !withinFileCall;
      if (outermost) withinFileCall = true;
      let result: unknown;
      try {
        result = new.target === undefined ? (original as AnyFunction).apply(this, args) : Reflect.construct(original, args, new.target);
      } finally {
        if (outermost) withinFileCall = false;
      }
      if (watched) after?.(args, result);
      return result;
    };
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
    bag[name] = wrapped;
  };

  const files = new FilePrices();
  for (const name of Object.keys(fs)) {
    if (!/^(open|read|write|append|mkdir|rm|unlink|rename|copy|stat|lstat|readdir|access|exists|truncate|chmod|createReadStream|createWriteStream|watch|fsync|symlink|link|mkdtemp)/.test(name)) continue;
    const blocks = name.endsWith("Sync");
    wrap(fs, name, (args) => {
      if (blocks) hooks.block(files.seconds(name, args[0]), `fs.${name}(${files.path(args[0])})`, "file");
      note(fileEffect(name, args), `fs.${name}(${describeArg(args[0])})`);
      return undefined;
    }, blocks ? (args, result) => {
      files.noteResult(name, args, result);
      const seconds = files.transferSeconds(name, args, result);
      if (seconds > 0) hooks.block(seconds, `fs.${name}(${files.path(args[0])})`, "file");
    } : undefined);
  }
  for (const name of Object.keys(fs.promises)) {
    if (typeof (fs.promises as Record<string, unknown>)[name] !== "function") continue;
    wrap(fs.promises, name, (args) => { note(fileEffect(name, args), `fs.promises.${name}(${describeArg(args[0])})`); return undefined; });
  }
  for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) {
    wrap(childProcess, name, (args) => {
      hooks.block(PROCESS_SECONDS, `child_process.${name}`);
      note("process", `child_process.${name}(${describeArg(args[0])})`);
      throw Object.assign(new Error(`spawn EPERM (no processes for plugins under test: ${describeArg(args[0])})`), { code: "EPERM" });
    });
  }
  for (const [module, moduleName] of [[http, "http"], [https, "https"]] as const) {
    for (const name of ["request", "get"]) {
      wrap(module, name, (args) => { hooks.block(HTTP_SECONDS, `${moduleName}.${name}`); note("network", `${moduleName}.${name}(${describeArg(args[0])})`); throw refused(describeArg(args[0])); });
    }
  }
  for (const name of ["connect", "createConnection", "createServer"]) {
    wrap(net, name, (args) => {
      hooks.block(CONNECT_SECONDS, `net.${name}`);
      note("network", `net.${name}(${describeArg(args[0])})`);
      throw refused(describeArg(args[0]));
    });
  }
  for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
    wrap(dns, name, (args) => { hooks.block(DNS_SECONDS, `dns.${name}`); note("network", `dns.${name}(${describeArg(args[0])})`); throw refused(describeArg(args[0])); });
  }
  wrap(globalThis, "fetch", (args) => {
    hooks.block(HTTP_SECONDS, "fetch");
    note("network", `fetch(${describeArg(args[0])})`);
    return { replace: Promise.reject(refused(describeArg(args[0]))) };
  });
  wrap(workerThreads, "Worker", (args) => { note("thread", `new Worker(${describeArg(args[0])})`); throw new Error("no threads for plugins under test"); });
  wrap(Atomics, "wait", (args) => {
    const milliseconds = typeof args[3] === "number" ? args[3] : Infinity;
    hooks.block(Math.min(milliseconds / 1000, 60), `Atomics.wait(${milliseconds} ms)`);
    return { replace: "timed-out" };
  });
  for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
    wrap(globalThis, name, (args) => { note("timer", `${name}(…, ${String(args[1] ?? 0)})`); return undefined; });
  }
  for (const name of ["on", "once", "addListener"]) {
    wrap(process, name, (args) => { note("signal", `process.${name}(${describeArg(args[0])})`); return undefined; });
  }
  wrap(process, "chdir", (args) => { note("environment", `process.chdir(${describeArg(args[0])})`); return undefined; });
  for (const name of ["exit", "abort", "kill", "reallyExit"]) {
    wrap(process, name, (args) => { hooks.onExit(`process.${name}(${args.map(String).join(", ")})`, hooks.place()); return undefined; });
  }
  for (const name of ["log", "info", "warn", "error", "debug"]) {
    wrap(console, name, (args) => { note("output", `console.${name}: ${args.map(String).join(" ").slice(0, 120)}`); return undefined; });
  }

  for (const stream of [process.stdout, process.stderr]) {
    wrap(stream, "write", (args) => { hooks.onOutput(typeof args[0] === "string" ? args[0].length : ((args[0] as { byteLength?: number } | undefined)?.byteLength ?? 0)); return undefined; });
  }

  const realDate = Date;
  const realNow = Date.now.bind(Date);
  const realPerformanceNow = performance.now.bind(performance);
  // A fixed epoch plus reactor time: the plugin's calendar is as repeatable as everything else.
  const epochMs = 1_700_000_000_000;
  const virtualNow = (): number => (hooks.inPlugin() ? Math.floor(epochMs + hooks.now() * 1000) : realNow());
  class VirtualDate extends realDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(virtualNow());
      else super(...(args as [number]));
    }
    static override now(): number {
      return virtualNow();
    }
  }
  globalThis.Date = VirtualDate as DateConstructor;
  performance.now = () => (hooks.inPlugin() ? hooks.now() * 1000 : realPerformanceNow());

  const realRandom = Math.random;
  let state = hooks.seed >>> 0 || 1;
  Math.random = () => {
    if (!hooks.inPlugin()) return realRandom();
    // xorshift32: enough to be varied and repeatable.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
  syncBuiltinESMExports();
  return (seed) => { state = seed >>> 0 || 1; };
}
