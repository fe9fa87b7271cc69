import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigParser } from "./config-parser.js";

function parse(text: string): Record<string, Record<string, string>> {
  const parser = new ConfigParser();
  parser.read(text, "f.cfg");
  return Object.fromEntries(parser.sections().map((s) => [s, Object.fromEntries(parser.options(s).map((o) => [o, parser.get(s, o)]))]));
}

describe("config parser", () => {
  const cases: [string, string, Record<string, Record<string, string>>][] = [
    ["lower-cases options, keeps sections as written", "[A  b]\nOpt: X\n", { "A  b": { opt: "X" } }],
    ["splits at the first separator", "[s]\na=b:c\nd : e=f\n", { s: { a: "b:c", d: "e=f" } }],
    ["ignores text behind a header", "[s] junk\na: 1", { s: { a: "1" } }],
    ["starts a comment at ; only behind white space", "[s]\na: x;y\nb: x ;y\n; c: 1\n", { s: { a: "x;y", b: "x" } }],
    ["continues deeper lines, keeps blank ones, drops trailing ones", "[s]\na:\n  1\n\n  2\n\n\nb: 3", { s: { a: "\n1\n\n2", b: "3" } }],
    ["drops comment lines inside a value", "[s]\na: 1\n  ; no\n  2", { s: { a: "1\n2" } }],
    ["takes a deeper header as part of a value", "[s]\na: 1\n  [t]\n", { s: { a: "1\n[t]" } }],
    ["merges sections, the last option wins", "[s]\na: 1\nb: 1\n[t]\nx: 1\n[s]\na: 2\n", { s: { a: "2", b: "1" }, t: { x: "1" } }],
    ["shows [DEFAULT] in every section", "[DEFAULT]\nd: 1\n[s]\na: 2\n[t]\nd: 3", { s: { a: "2", d: "1" }, t: { d: "3" } }],
  ];
  it.each(cases)("%s", (_law, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it("refuses text before the first header, and lines without a separator, all of them in one message", () => {
    expect(() => parse("a: 1\n[s]")).toThrow("File contains no section headers.\nfile: 'f.cfg', line: 1\n'a: 1\\n'");
    expect(() => parse("[]\na: 1")).toThrow(/^File contains no section headers/);
    expect(() => parse("[s]\nfoo\na: 1\nbar")).toThrow("Source contains parsing errors: 'f.cfg'\n\t[line  2]: 'foo\\n'\n\t[line  4]: 'bar'");
  });

  it("never fails with anything but a configuration error, whatever the text", () => {
    const line = fc.oneof(fc.string(), fc.constantFrom("[s]", "a: 1", "  x", "\tb", "; c", "", "[s", "a=${a}", ":"));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        try {
          new ConfigParser().read(lines.join("\n"), "f.cfg");
        } catch (error) {
          expect((error as Error).name).toBe("ConfigError");
        }
      }),
    );
  });

  it("reads back what it writes", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const value = fc.stringMatching(/^[A-Za-z0-9_.,:=-]([A-Za-z0-9_.,:= -]*[A-Za-z0-9_.])?$/).filter((v) => !v.includes(" ;"));
    const values = fc.array(value, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(fc.dictionary(word, fc.dictionary(word, values)), (config) => {
        const parser = new ConfigParser();
        for (const [section, options] of Object.entries(config)) {
          parser.addSection(section);
          for (const [option, text] of Object.entries(options)) parser.set(section, option, text);
        }
        expect(parse(parser.write())).toEqual(config);
      }),
    );
  });
});
