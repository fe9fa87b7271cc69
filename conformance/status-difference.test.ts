/** Two lives publish the same when only measurements tremble and times go on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { statusDifference, type PublishedStatus } from "./status-difference.js";

const at = (eventTime: number, plugin: unknown): PublishedStatus => ({ eventTime, objects: { plugin } });

describe("status of two lives", () => {
  it("is the same as itself", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      // JSON has no -0 and no NaN.
      const status = at(3, JSON.parse(JSON.stringify(value)));
      expect(statusDifference(status, JSON.parse(JSON.stringify(status)) as PublishedStatus)).toBeUndefined();
    }));
  });

  it("is the same where a temperature trembles", () => expect(statusDifference(at(2, { temperature: 21.94, target: 0 }), at(9, { temperature: 22.07, target: 0 }))).toBeUndefined());

  it("is the same where a time went on", () => expect(statusDifference(at(2.5, { seen: 2.25 }), at(31.5, { seen: 31.125 }))).toBeUndefined());

  it("differs in every whole number, by its path", () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (from, more) => {
      expect(statusDifference(at(2, { a: [{ lives: from }] }), at(9, { a: [{ lives: from + more }] }))).toEqual({ path: "printer.plugin.a[0].lives", first: String(from), second: String(from + more) });
    }));
  });

  it("differs in keys, lengths, types and texts", () => {
    expect(statusDifference(at(2, { a: 1 }), at(2, { a: 1, "b c": 2 }))?.path).toBe('printer.plugin["b c"]');
    expect(statusDifference(at(2, { a: [1] }), at(2, { a: [1, 2] }))?.path).toBe("printer.plugin.a");
    expect(statusDifference(at(2, { a: null }), at(2, { a: 0 }))?.path).toBe("printer.plugin.a");
    expect(statusDifference(at(2, { a: "x" }), at(2, { a: "y" }))).toEqual({ path: "printer.plugin.a", first: '"x"', second: '"y"' });
  });

  it("differs where a measurement is far off", () => expect(statusDifference(at(200, { temperature: 21.9 }), at(300, { temperature: 60.2 }))?.path).toBe("printer.plugin.temperature"));
});
