import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTraditionalGcode, isValidExtendedName, parseExtendedParams, parseLine, rawParameters, shellWords } from "./line.js";
import { parseLineByRules } from "./line.reference.js";

const params = (line: string): Record<string, string> => ({ ...parseLine(line).params });

describe("a traditional line", () => {
  it("is cut into letters and the text behind them", () => {
    expect(params("G1X10Y-2.5")).toEqual({ G: "1", X: "10", Y: "-2.5" });
    expect(params("g1 x1 X2")).toEqual({ G: "1", X: "2" });
    expect(params("G1 E1e5")).toEqual({ G: "1", E: "5" });
    expect(params("N3 G1 X1*71")).toEqual({ N: "3", G: "1", X: "1", "*": "71" });
  });

  it("names its command by the first letter group, behind a line number by the second", () => {
    expect(parseLine("G1 X1").command).toBe("G1");
    expect(parseLine("N10 G28 X0").command).toBe("G28");
    expect(parseLine("  set_pin PIN=x").command).toBe("SET_PIN");
    expect(parseLine("M117 7 dwarfs").command).toBe("M117 7");
    expect(parseLine("; G1 X1").command).toBe("");
  });

  const line = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."GXYZEMNnxg_*;0123456789.-+ \t=aßé") }),
    fc.string({ unit: "grapheme" }),
  );

  it("is read as the rules say, whatever it holds", () => {
    fc.assert(
      fc.property(line, (text) => {
        const parsed = parseLine(text);
        expect({ command: parsed.command, line: parsed.line, params: { ...parsed.params } }).toEqual(parseLineByRules(text));
      }),
    );
  });

  it("inherits no parameters", () => {
    expect(parseLine("G1").params.constructor).toBeUndefined();
  });
});

describe("raw parameters", () => {
  it("are the text behind the command as written", () => {
    expect(rawParameters("M117", "M117 Hello ; World")).toBe("Hello ; World");
    expect(rawParameters("M117", "m117Hello")).toBe("Hello");
    expect(rawParameters("M117", "M117")).toBe("");
  });

  it("lose a checksum only behind a line number", () => {
    expect(rawParameters("M117", "N5 M117 Hello*12")).toBe("Hello");
    expect(rawParameters("M117", "M117 Hello*12")).toBe("Hello*12");
    expect(rawParameters("M117", "N5 M117 a*b")).toBe("a*b");
  });
});

describe("extended parameters", () => {
  const read = (raw: string): Record<string, string> | undefined => {
    const found = parseExtendedParams(raw);
    return found === undefined ? undefined : { ...found };
  };

  it("are words with an equals sign, keys in upper case", () => {
    expect(read("a=1 B=x=y a=2")).toEqual({ A: "2", B: "x=y" });
    expect(read("MSG='it is' Q=\"a\\\"b\" E=a\\ b")).toEqual({ MSG: "it is", Q: 'a"b', E: "a b" });
    expect(read("A= B=''")).toEqual({ A: "", B: "" });
  });

  it("end at a comment", () => {
    expect(read("A=1 # B=2")).toEqual({ A: "1" });
    expect(read("A=1;B=2")).toEqual({ A: "1" });
    expect(read("A='#1'")).toEqual({ A: "#1" });
  });

  it("are refused where a word has no equals sign or a quote is open", () => {
    for (const raw of ["A", "A= 1", "A='x", "A=x\\", '""']) expect(read(raw)).toBeUndefined();
  });

  it("come back from shell quoting as they were", () => {
    const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
    fc.assert(fc.property(fc.array(fc.string()), (words) => {
      expect(shellWords(words.map(quote).join(" "))).toEqual(words);
    }));
  });
});

describe("command names", () => {
  it("are traditional when a letter and a number", () => {
    expect(["G1", "T0", "M117.5", "g28"].map(isTraditionalGcode)).toEqual([true, true, true, true]);
    expect(["G", "GX", "SET_PIN", "F1OO", "", "1G"].map(isTraditionalGcode)).toEqual([false, false, false, false, false, false]);
  });

  it("of the extended form keep digits off the first two places", () => {
    expect(["FO1O", "SET_PIN", "_X", "TEST25"].map(isValidExtendedName)).toEqual([true, true, true, true]);
    expect(["F1OO", "1F", "set_pin", "A-B", ""].map(isValidExtendedName)).toEqual([false, false, false, false, false]);
  });
});
