import { describe, expect, it } from "vitest";
import { GAS_FUNCTION, instrument } from "./instrument.js";

/** Runs a script with counters and returns its result and its gas. */
function run(source: string): { result: unknown; gas: number } {
  let gas = 0;
  const body = instrument(source);
  const result: unknown = new Function(GAS_FUNCTION, body)((n: number) => { gas += n; });
  return { result, gas };
}

describe("instrument", () => {
  it.each([
    ["const f = (x) => x * 2; return f(21);", 42],
    ["const f = () => ({ a: 1 }); return f().a;", 1],
    ["const f = async () => ({}); return typeof f().then;", "function"],
    ["let s = 0; for (let i = 0; i < 5; i++) s += i; return s;", 10],
    ["let s = 0; for (const x of [1, 2]) { s += x; } return s;", 3],
    ["let s = 0; do s++; while (s < 3); return s;", 3],
    ["class A { #v = 1; get v() { return this.#v; } static m() { return new A().v; } } return A.m();", 1],
    ["function f() { 'use strict'; return this === undefined; } return f();", true],
    ["const f = (a = (() => 3)()) => a; return f();", 3],
    ["const f = x => y => x + y; return f(1)(2);", 3],
    ["let n = 0; for (;;) if (++n > 3) break; return n;", 4],
    ["outer: for (const a of [1]) for (const b of [1, 2]) { if (b === 2) break outer; } return 7;", 7],
  ])("keeps the meaning of %s", (source, expected) => {
    expect(run(source).result).toEqual(expected);
  });

  it("counts every turn of a loop and every call, the same each time", () => {
    const source = (n: number): string => `let s = 0; const f = () => { s += 1; }; for (let i = 0; i < ${n}; i++) f(); return s;`;
    const ten = run(source(10)).gas;
    expect(run(source(10)).gas).toBe(ten);
    expect(run(source(110)).gas - run(source(10)).gas).toBe((run(source(210)).gas - run(source(110)).gas));
    expect(run(source(110)).gas).toBeGreaterThan(10 * ten * 0.9);
  });

  it("keeps every line where it was", () => {
    const source = "function f() {\n  return 1;\n}\nconst g = () =>\n  f();\n";
    expect(instrument(source).split("\n").length).toBe(source.split("\n").length);
  });

  it("leaves a module that does not parse to its own error", () => {
    expect(instrument("const = ;")).toBe("const = ;");
  });
});
