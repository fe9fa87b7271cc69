import { describe, expect, it } from "vitest";
import type { CallbackRun, HostObserver } from "../observer.js";
import { createMembrane } from "./membrane.js";

/** A host object with a private member, as all of the host's classes may have. */
class FakeGcode {
  #lines: string[] = [];
  readonly handlers = new Map<string, (gcmd: object) => unknown>();
  speed = 1;
  respondInfo(line: string): void {
    this.#lines.push(line);
  }
  get lines(): string[] {
    return this.#lines;
  }
  registerCommand(name: string, handler: ((gcmd: object) => unknown) | null): unknown {
    const old = this.handlers.get(name);
    if (handler === null) this.handlers.delete(name);
    else this.handlers.set(name, handler);
    return old;
  }
}

class FakePrinter {
  #objects = new Map<string, unknown>();
  events: (() => unknown)[] = [];
  lookupObject(name: string): unknown {
    return this.#objects.get(name);
  }
  addObject(name: string, object: unknown): void {
    this.#objects.set(name, object);
  }
  get objects(): Map<string, unknown> {
    return this.#objects;
  }
  registerEventHandler(_event: string, handler: () => unknown): void {
    this.events.push(handler);
  }
  transform: { move(): void } | undefined;
  setMoveTransform(transform: { move(): void }): void {
    this.transform = transform;
  }
  later(): Promise<unknown> {
    return Promise.resolve(this.#objects.get("gcode"));
  }
}

function bench() {
  const calls: string[] = [];
  const access: string[] = [];
  const runs: string[] = [];
  const show = (run: CallbackRun): string => `${run.kind} ${run.label}`;
  const observer: HostObserver = {
    onPluginCall: (owner, object, member) => void calls.push(`${owner} ${object}.${member}`),
    onPluginAccess: (_owner, object, member, how) => void access.push(`${object}.${member} ${how}`),
    onCallbackEnter: (run) => {
      runs.push(`> ${show(run)}`);
      return ({ error, async }) => void runs.push(`< ${show(run)}${async ? " async" : ""}${error === undefined ? "" : ` ${String(error)}`}`);
    },
  };
  const membrane = createMembrane({ owner: "my_plugin", observer, now: () => 0 });
  const printer = new FakePrinter();
  const gcode = new FakeGcode();
  printer.addObject("gcode", gcode);
  return { membrane, printer, gcode, outside: membrane.wrap(printer, "printer"), calls, access, runs };
}

describe("membrane, host → plugin", () => {
  it("reports calls with the name under which the object was looked up, and private members work", () => {
    const { outside, gcode, calls } = bench();
    (outside.lookupObject("gcode") as FakeGcode).respondInfo("hello");
    expect(gcode.lines).toEqual(["hello"]);
    expect(calls).toEqual(["my_plugin printer.lookupObject", "my_plugin gcode.respondInfo"]);
  });

  it("gives one proxy per object and one function per method", () => {
    const { outside } = bench();
    const gcode = outside.lookupObject("gcode") as FakeGcode;
    expect(outside.lookupObject("gcode")).toBe(gcode);
    expect(gcode.respondInfo).toBe(gcode.respondInfo);
    expect(gcode).toBeInstanceOf(FakeGcode);
  });

  it("reports writes, deletions and members that do not exist", () => {
    const { outside, gcode, access } = bench();
    const seen = outside.lookupObject("gcode") as FakeGcode & { get_help?: unknown };
    seen.speed = 3;
    expect(seen.get_help).toBeUndefined();
    delete (seen as { speed?: number }).speed;
    expect(gcode.speed).toBeUndefined();
    expect(access).toEqual(["gcode.speed write", "gcode.get_help missing", "gcode.speed delete"]);
  });

  it("wraps what maps, iterators, arrays and promises hold", async () => {
    const { outside, gcode } = bench();
    const seen = outside.lookupObject("gcode");
    expect(outside.objects.get("gcode")).toBe(seen);
    expect([...outside.objects.values()]).toEqual([seen]);
    expect([...outside.objects.values()][0]).not.toBe(gcode);
    expect(await outside.later()).toBe(seen);
  });

  it("lets plain data through as it is", () => {
    const { membrane } = bench();
    const status = { temperature: 20, list: [1, [2, 3]], deep: { a: null } };
    expect(membrane.wrap(status)).toBe(status);
    const error = new Error("x");
    expect(membrane.wrap(error)).toBe(error);
    const bare = Object.create(Object.create(null) as object) as object;
    expect(membrane.wrap(bare)).toBe(bare);
  });

  it("hands a host method that the plugin passes on back as that method, bound", () => {
    const { outside, printer, gcode } = bench();
    const respond = (outside.lookupObject("gcode") as FakeGcode).respondInfo;
    outside.registerEventHandler("klippy:ready", respond as () => unknown);
    (printer.events[0] as unknown as (line: string) => void)("direct");
    expect(gcode.lines).toEqual(["direct"]);
  });
});

describe("membrane, plugin → host", () => {
  it("reports start and end of a callback with its kind and what it was registered for", () => {
    const { outside, gcode, runs } = bench();
    const seen = outside.lookupObject("gcode") as FakeGcode;
    let received: unknown;
    seen.registerCommand("TEST", (gcmd) => (received = gcmd));
    const gcmd = new FakeGcode();
    gcode.handlers.get("TEST")!(gcmd);
    expect(runs).toEqual(["> gcode TEST", "< gcode TEST"]);
    expect(received).not.toBe(gcmd);
    expect(received).toBeInstanceOf(FakeGcode);
  });

  it("reports the end of an async callback when its promise settles", async () => {
    const { outside, printer, runs } = bench();
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    outside.registerEventHandler("klippy:connect", async () => {
      await gate;
      throw new Error("no");
    });
    const result = printer.events[0]!() as Promise<void>;
    expect(runs).toEqual(["> event klippy:connect"]);
    finish();
    await expect(result).rejects.toThrow("no");
    expect(runs).toEqual(["> event klippy:connect", "< event klippy:connect async Error: no"]);
  });

  it("keeps the identity of handlers and of the plugin's own objects", () => {
    const { outside, printer } = bench();
    const gcode = outside.lookupObject("gcode") as FakeGcode;
    const handler = (): void => undefined;
    gcode.registerCommand("A", handler);
    expect(gcode.registerCommand("A", null)).toBe(handler);
    class Own {
      #secret = 7;
      getStatus(): object {
        return { secret: this.#secret };
      }
    }
    const own = new Own();
    outside.addObject("own", own);
    expect(outside.lookupObject("own")).toBe(own);
    expect(printer.lookupObject("own")).not.toBe(own);
  });

  it("reports getStatus, stats and transforms of the plugin's objects", () => {
    const { membrane, outside, printer, runs } = bench();
    class Plugin {
      #value = 42;
      getStatus(): object {
        return { value: this.#value };
      }
      stats(): [boolean, string] {
        return [false, ""];
      }
      move(): void {}
    }
    const plugin = new Plugin();
    const kept = membrane.instrumentObject(plugin, "my_plugin");
    expect(kept.getStatus()).toEqual({ value: 42 });
    kept.stats();
    outside.setMoveTransform(plugin);
    printer.transform?.move();
    expect(runs.filter((run) => run.startsWith(">"))).toEqual(["> get_status my_plugin", "> stats my_plugin", "> move_transform my_plugin.move"]);
    expect(membrane.unwrap(kept)).toBe(plugin);
  });

  it("gives the host its own objects back, also inside options and lists", () => {
    const { membrane, printer, gcode } = bench();
    let received: unknown[] = [];
    const host = { take: (...args: unknown[]) => (received = args) };
    const seen = membrane.wrap(host, "host");
    const wrappedGcode = membrane.wrap(gcode, "gcode");
    seen.take(wrappedGcode, [wrappedGcode], { minval: 1 });
    expect(received[0]).toBe(gcode);
    expect((received[1] as unknown[])[0]).toBe(gcode);
    expect(received[2]).toEqual({ minval: 1 });
    expect(printer).toBeDefined();
  });

  it("lets exceptions through unchanged in both directions", () => {
    const { membrane, outside, printer } = bench();
    const error = new Error("mine");
    outside.registerEventHandler("x", () => {
      throw error;
    });
    expect(() => printer.events[0]!()).toThrow(error);
    const host = { fail: () => { throw error; } };
    expect(() => membrane.wrap(host, "h").fail()).toThrow(error);
  });
});
