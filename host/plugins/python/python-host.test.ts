import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { PythonHost } from "./python-host.js";

const opened: (() => void)[] = [];
afterEach(() => { for (const close of opened.splice(0)) close(); });

function hostOf(source: string): PythonHost {
  const directory = mkdtempSync(join(tmpdir(), "python-host-"));
  mkdirSync(join(directory, "src"));
  writeFileSync(join(directory, "src", "subject.py"), source);
  const host = new PythonHost({
    executable: "python3", directory, importPaths: [join(directory, "src")], roots: [join(directory, "src")], now: () => 12.5,
    modules: [{ name: "subject", module: "subject", origin: "entry-point" }],
  });
  opened.push(() => { host.close(); rmSync(directory, { recursive: true, force: true }); });
  return host;
}

/** Calls `load_config` of a module with any value. */
function run(source: string, argument: unknown): unknown {
  const [plugin] = hostOf(source).importPlugins();
  if (plugin!.error !== undefined) throw plugin!.error;
  return (plugin!.exports!["loadConfig"] as (value: unknown) => unknown)(argument);
}

describe("values across the bridge", () => {
  it("come back as they went, whatever plain data they are", () => {
    const values = [null, true, false, 0, 1.5, -7, "text", "ünïcode \n\u0003", [1, [2, []]], { a: { b: [] } }, NaN, Infinity, -Infinity, new Uint8Array([0, 255])];
    expect(run("def load_config(value): return value", values)).toEqual(values);
  });

  it("keep Python's floats apart from ints where Kalico has floats", () => {
    expect(run("def load_config(value): return [type(value[k]).__name__ for k in ('speed', 'count')]", { speed: 5, count: 5 })).toEqual(["float", "int"]);
  });

  it("keep the identity of objects of either side", () => {
    class Thing { self(other: unknown): boolean { return other === this; } }
    expect(run("def load_config(thing): return thing._call('self', thing)", new Thing())).toBe(true);
    expect(run("class A: pass\na = A()\ndef load_config(f): return f(a) is a", (value: unknown) => value)).toBe(true);
  });
});

describe("calls across the bridge", () => {
  it("nest to any depth", () => {
    const source = "def load_config(args):\n  n, f = args\n  return n if n == 0 else 1 + f(n - 1)";
    const [plugin] = hostOf(source).importPlugins();
    const load = plugin!.exports!["loadConfig"] as (value: unknown) => unknown;
    const again = (n: unknown): unknown => load([n, again]);
    expect(load([40, again])).toBe(40 + 0);
  });

  it("become a promise when the host makes them wait, and go on in any order", async () => {
    const gates: ((value: unknown) => void)[] = [];
    const wait = (): Promise<unknown> => new Promise((resolve) => { gates.push(resolve); });
    const [plugin] = hostOf("def load_config(wait): return 'got ' + wait() + wait()").importPlugins();
    const load = plugin!.exports!["loadConfig"] as (value: unknown) => unknown;
    const [first, second] = [load(wait), load(wait)];
    expect(first).toBeInstanceOf(Promise);
    gates[1]!("b");
    await Promise.resolve();
    gates[0]!("a");
    await new Promise((resolve) => setImmediate(resolve));
    gates[2]!("B");
    gates[3]!("A");
    expect([await first, await second]).toEqual(["got aA", "got bB"]);
  });

  it("carry exceptions with class, text and line, and give Python its own object back", () => {
    expect(() => run("def load_config(v):\n  raise ValueError('no %d' % v)", 3)).toThrowError(expect.objectContaining({ name: "ValueError", message: "no 3", stack: expect.stringMatching(/subject\.py:2/) as unknown }));
    const source = "class E(Exception): pass\ndef load_config(f):\n  e = E('x')\n  def g(): raise e\n  try: f(g)\n  except E as c: return c is e";
    expect(run(source, (g: () => void) => g())).toBe(true);
  });

  it("show Python the reactor's time", () => {
    expect(run("import time\ndef load_config(v): return [time.monotonic(), time.time() - 1.7e9]", 0)).toEqual([12.5, 12.5]);
  });
});

describe("a status that a plugin changes after it has returned it", () => {
  const mutationsOf = (body: string): unknown[] => {
    const seen: unknown[] = [];
    const source = `class A:\n  def __init__(self):\n    self.kept = {"list": [1], "n": 0}\n    self.calls = 0\n  def get_status(self, eventtime):\n    self.calls += 1\n${body.split("\n").map((line) => `    ${line}`).join("\n")}\ndef load_config(v): return A()`;
    const directory = mkdtempSync(join(tmpdir(), "python-host-"));
    mkdirSync(join(directory, "src"));
    writeFileSync(join(directory, "src", "subject.py"), source);
    const host = new PythonHost({
      executable: "python3", directory, importPaths: [join(directory, "src")], roots: [join(directory, "src")], now: () => 1, watch: true,
      modules: [{ name: "subject", module: "subject", origin: "entry-point" }], onWork: (work) => seen.push(...(work.sm ?? [])),
    });
    opened.push(() => { host.close(); rmSync(directory, { recursive: true, force: true }); });
    const [plugin] = host.importPlugins();
    const object = (plugin!.exports!["loadConfig"] as (value: unknown) => { getStatus(time: number): unknown })(0);
    for (let i = 0; i < 3; i++) object.getStatus(i);
    return seen;
  };

  it("is told with the path of the innermost container, once for each change", () => {
    expect(mutationsOf('self.kept["list"].append(self.calls)\nreturn self.kept')).toEqual([["A", "list"], ["A", "list"]]);
    expect(mutationsOf('self.kept["n"] += 1\nreturn self.kept')).toEqual([["A", "the status itself"], ["A", "the status itself"]]);
  });

  it("is none when the containers are new or unchanged", () => {
    expect(mutationsOf('return {"n": self.calls, "list": list(range(self.calls))}')).toEqual([]);
    expect(mutationsOf("return self.kept")).toEqual([]);
    expect(mutationsOf('self.kept = dict(self.kept, n=self.calls)\nreturn self.kept')).toEqual([]);
  });
});

describe("a Python process", () => {
  it("that dies is an exception with its last words", () => {
    expect(() => run("import os\ndef load_config(v):\n  os.write(2, b'farewell')\n  os._exit(3)", 0)).toThrow(/gone.*farewell/s);
  });
});
