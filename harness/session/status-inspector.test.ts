import { describe, expect, it } from "vitest";
import { inspectValue, StatusInspector } from "./status-inspector.js";

describe("status inspector", () => {
  it("finds everything that JSON cannot hold, with its path", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(inspectValue({ a: 1, b: [1, NaN], c: { d: Infinity }, e: 1n, f: () => 1, g: new Set(), h: new Date(0), i: undefined, j: circle, k: new Float64Array(2), l: new Map([[1, 2]]) })).toEqual({
      notFinite: ["b[1]", "c.d"],
      notJson: [{ path: "e", what: "a bigint" }, { path: "f", what: "a function" }, { path: "g", what: "a Set" }, { path: "h", what: "a Date" }, { path: "i", what: "undefined" }, { path: "j.self", what: "a circular reference" }, { path: "l", what: "a Map" }],
      notStringKeys: ["l: 1"], bulkArrays: ["k"],
    });
    expect(inspectValue({ a: [null, true, "x", 1.5, { b: [] }] })).toEqual({ notFinite: [], notJson: [], notStringKeys: [], bulkArrays: [] });
  });

  it("names the innermost container that changes after it was returned, and no fresh one", () => {
    const inspector = new StatusInspector();
    const list = [1];
    inspector.sample("p", 1, "ready", { value: { list, other: [1] } });
    list.push(2);
    inspector.checkKept("p", 1.25);
    expect(inspector.mutations.map((m) => m.path)).toEqual(["list"]);
    inspector.sample("p", 2, "ready", { value: { list: [...list] } });
    inspector.checkKept("p", 2.25);
    expect(inspector.mutations).toHaveLength(1);
  });

  it("tells what was returned instead of an object", () => {
    const inspector = new StatusInspector();
    expect(inspector.sample("p", 1, "ready", { value: null }).returned).toBe("null");
    expect(inspector.sample("p", 1, "ready", { value: [1] }).returned).toBe("array");
    expect(inspector.sample("p", 1, "ready", { value: Promise.resolve() }).returned).toBe("promise");
    expect(inspector.sample("p", 1, "ready", { threw: new TypeError("x") }).threw).toBe("TypeError: x");
  });
});
