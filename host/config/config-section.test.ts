import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { configFromText } from "./config-from-text.js";
import type { ConfigSection } from "./config-section.js";
import { pyFloatStr, pyInt, pyRepr, pyStr } from "./python-text.js";

const noPrinter = {} as Printer;
const section = (body: string, mode: "kalico" | "strict" = "kalico"): ConfigSection => configFromText(noPrinter, `[s]\n${body}\n`, "s", mode);
const messageOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
};

describe("getters", () => {
  const failures: [string, string, (config: ConfigSection) => unknown, string][] = [
    ["a required option", "", (c) => c.get("v"), "Option 'v' in section 's' must be specified"],
    ["a word for an int", "v: x", (c) => c.getInt("v"), "Unable to parse option 'v' in section 's'"],
    ["a float for an int", "v: 5.0", (c) => c.getInt("v"), "Unable to parse option 'v' in section 's'"],
    ["a hexadecimal int", "v: 0x10", (c) => c.getInt("v"), "Unable to parse option 'v' in section 's'"],
    ["an int below minval", "v: 1", (c) => c.getInt("v", { minval: 2 }), "Option 'v' in section 's' must have minimum of 2"],
    ["an int over maxval", "v: 3", (c) => c.getInt("v", { maxval: 2 }), "Option 'v' in section 's' must have maximum of 2"],
    ["a float at above", "v: 0", (c) => c.getFloat("v", { above: 0 }), "Option 'v' in section 's' must be above 0.0"],
    ["a float at below", "v: 1", (c) => c.getFloat("v", { below: 1 }), "Option 'v' in section 's' must be below 1.0"],
    ["a float under minval", "v: .1", (c) => c.getFloat("v", { minval: 0.25 }), "Option 'v' in section 's' must have minimum of 0.25"],
    ["a word for a boolean", "v: maybe", (c) => c.getBoolean("v"), "Unable to parse option 'v' in section 's'"],
    ["a word that is no choice", "v: c", (c) => c.getChoice("v", ["a", "b"]), "Choice 'c' for option 'v' in section 's' is not a valid choice"],
    ["a default that is no choice", "", (c) => c.getChoice("v", ["a"], { default: "z" }), "Choice 'z' for option 'v' in section 's' is not a valid choice"],
    ["a default of none for a choice", "", (c) => c.getChoice("v", ["a"], { default: null }), "Choice 'None' for option 'v' in section 's' is not a valid choice"],
    ["too few elements", "v: 1,2", (c) => c.getFloatList("v", { count: 3 }), "Option 'v' in section 's' must have 3 elements"],
    ["an element that is no number", "v: 1,a", (c) => c.getIntList("v"), "Unable to parse option 'v' in section 's'"],
    ["nan in a list", "v: 1,nan", (c) => c.getFloatList("v"), "Unable to parse option 'v' in section 's'"],
    ["a reference to no section", "v: ${x.y}", (c) => c.get("v"), "No section: 'x'"],
    ["a reference to no option", "v: ${y}", (c) => c.get("v"), "No option 'y' in section: 's'"],
    ["a circle of references", "v: ${w}\nw: ${v}", (c) => c.get("v"), "Unable to parse option 'v' in section 's'"],
  ];
  it.each(failures)("refuse %s in Kalico's words", (_what, body, read, message) => {
    expect(messageOf(() => read(section(body)))).toBe(message);
  });

  const values: [string, string, (config: ConfigSection) => unknown, unknown][] = [
    ["ints with underscores and spaces", "v:  1_000 ", (c) => c.getInt("v"), 1000],
    ["floats in every form", "v: 1_0.5e-1", (c) => c.getFloat("v"), 1.05],
    ["the words for booleans", "v: On", (c) => c.getBoolean("v"), true],
    ["an empty list", "v:", (c) => c.getList("v"), []],
    ["parts stripped, empty ones kept", "v: a , ,b", (c) => c.getList("v"), ["a", "", "b"]],
    ["nested lists without empty outer parts", "v:\n  1,2\n\n  3,4", (c) => c.getLists("v", { seps: [",", "\n"], parser: pyInt }), [[1, 2], [3, 4]]],
    ["choices by number", "v: 16", (c) => c.getChoice("v", { 1: 8, 16: 4 }), 4],
    ["choices by number with a default", "", (c) => c.getChoice("v", { 1: 8, 16: 4 }, { default: 16 }), 4],
    ["defaults unchecked", "", (c) => c.getFloat("v", { default: -1, minval: 0 }), -1],
    ["a default of none", "", (c) => c.getFloat("v", { default: null }), null],
    ["references to other sections", "v: ${s.w}${s:w}\nw: 1", (c) => c.getInt("v"), 11],
    ["no end of per cent signs", "v: %(x)s %", (c) => c.get("v"), "%(x)s %"],
    ["g-code scripts", "v:\n  G28\n  G1 X1", (c) => c.getScript("v"), ["gcode", "G28\nG1 X1"]],
    ["python scripts", "v:\n  !a = 1\n  !b = 2", (c) => c.getScript("v"), ["python", "a = 1\nb = 2"]],
  ];
  it.each(values)("read %s", (_what, body, read, value) => {
    expect(read(section(body))).toEqual(value);
  });

  it("let nan and inf pass every bound, except in mode strict", () => {
    for (const text of ["nan", "inf", "-inf", "1e999"]) {
      if (text !== "-inf") expect(messageOf(() => section(`v: ${text}`).getFloat("v", { minval: 0 }))).toBe("no error");
      expect(messageOf(() => section(`v: ${text}`, "strict").getFloat("v"))).toBe("Unable to parse option 'v' in section 's'");
    }
  });

  it("interpolate an escaped reference and keep the backslash, except in mode strict", () => {
    expect(section("v: \\${w}\nw: 1").get("v")).toBe("\\1");
    expect(section("v: \\${w}\nw: 1", "strict").get("v")).toBe("${w}");
  });

  it("crash on a script that defaults to none, except in mode strict", () => {
    expect(messageOf(() => section("").getScript("v", { default: null }))).toBe("'NoneType' object has no attribute 'strip'");
    expect(section("", "strict").getScript("v", { default: null })).toEqual(["gcode", ""]);
  });

  it("say where the mistake is", () => {
    const config = configFromText(noPrinter, "[a]\nx: 1\n\n[s]\nu: 1\nv: x\n", "s");
    for (const read of [() => config.getInt("v"), () => config.getFloat("v")]) {
      try {
        read();
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        expect((error as ConfigError).place).toMatchObject({ section: "s", option: "v", file: "printer.cfg", line: 6 });
      }
    }
  });

  it("track what is read, with its type; nothing for noteValid false and for a default of none", () => {
    const config = section("A: 1\nb: 2");
    config.getInt("A");
    config.getFloat("b", { noteValid: false });
    config.get("c", { default: null });
    config.get("d", { default: "x" });
    expect([...config.fileconfig.tracking.entries()]).toEqual([
      { section: "s", option: "a", value: 1 },
      { section: "s", option: "d", value: "x" },
    ]);
  });
});

describe("python's text of values", () => {
  it("reads any int that it prints", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => pyInt(pyStr(value)) === value));
  });
  it("prints floats as Python does", () => {
    const cases: [number, string][] = [[0, "0.0"], [-0, "-0.0"], [1, "1.0"], [0.25, "0.25"], [1e16, "1e+16"], [1e-5, "1e-05"], [123456.5, "123456.5"], [NaN, "nan"], [-Infinity, "-inf"], [1.5e300, "1.5e+300"], [0.0001, "0.0001"]];
    for (const [value, text] of cases) expect(pyFloatStr(value)).toBe(text);
  });
  it("quotes text as Python does", () => {
    expect([pyRepr("a"), pyRepr("it's"), pyRepr("a\n\t\\"), pyRepr("'\""), pyRepr("\x01")]).toEqual(["'a'", '"it\'s"', "'a\\n\\t\\\\'", "'\\'\"'", "'\\x01'"]);
  });
});
