import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discoveryTraps, lookupSection, metadataFailure, moduleOrder, type DiscoveredModule } from "./discovery-rules.js";

const extra = (name: string): DiscoveredModule => ({ name, origin: "extras" });
const dropped = (name: string): DiscoveredModule => ({ name, origin: "plugins" });
const point = (name: string, distribution = name, value = name): DiscoveredModule => ({ name, origin: "entry-point", value, distribution: { name: distribution, version: "1.0" } });
const NAMES = fc.uniqueArray(fc.constantFrom<string[]>("a", "b", "c", "d", "e"));

describe("discovery", () => {
  it("imports extras, then plugins, both by name, then entry points as they were discovered", () => {
    expect(moduleOrder([point("z"), dropped("d"), extra("b"), point("c"), extra("a"), dropped("c2")], false).map((m) => m.name)).toEqual(["a", "b", "c2", "d", "z", "c"]);
  });

  it("ends the start when two origins have one name", () => {
    expect(() => moduleOrder([extra("fan"), dropped("fan")], false)).toThrow("Module 'fan' found in both extras and plugins!");
    expect(() => moduleOrder([extra("fan"), point("fan", "my-fan")], false)).toThrow("Module fan found in both extras and plugin my-fan (v1.0)");
    expect(() => moduleOrder([extra("fan"), { ...point("fan"), distribution: { name: "my-fan", version: null } }], false)).toThrow("Module fan found in both extras and plugin my-fan (vNone)");
    expect(() => moduleOrder([dropped("x"), point("x", "x-dist")], false)).toThrow("Module x found in both extras and plugin x-dist (v1.0)");
  });

  it("with override takes the last origin at the place of the first", () => {
    fc.assert(fc.property(NAMES, NAMES, NAMES, (extras, plugins, points) => {
      const table = moduleOrder([...extras.map(extra), ...plugins.map(dropped), ...points.map((name) => point(name))], true);
      expect(new Set(table.map((m) => m.name)).size).toBe(table.length);
      for (const { name, origin } of table) expect(origin).toBe(points.includes(name) ? "entry-point" : plugins.includes(name) ? "plugins" : "extras");
      expect(table.slice(0, extras.length).map((m) => m.name)).toEqual([...extras].sort());
    }));
  });

  it("takes the last of two distributions with one entry point, and strict mode says so", () => {
    const both = [point("x", "one", "one"), point("x", "two", "two")];
    expect(moduleOrder(both, false).map((m) => m.distribution!.name)).toEqual(["two"]);
    expect(discoveryTraps(both, ["one", "two"]).map((t) => t.kind)).toEqual(["duplicate-entry-point"]);
  });

  it("looks metadata up by the entry point's value", () => {
    expect(metadataFailure([point("p", "my-plugin", "my_plugin")], ["my-plugin"])).toBeUndefined();
    for (const value of ["pkg.sub", "pkg:attr", "pkg [extra]", "other"]) expect(metadataFailure([point("p", "pkg", value)], ["pkg"])?.message).toBe(`No package metadata was found for ${value}`);
  });

  it("in strict mode names every trap", () => {
    expect(discoveryTraps([point("My Plugin", "a", "b"), point("printer", "c", "c"), point("fine")], ["a", "c", "fine"]).map((t) => t.kind)).toEqual(["metadata", "unusable-name", "core-section"]);
  });
});

describe("the lookup of a section", () => {
  it("wants load_config for a bare word and load_config_prefix for a name with more", () => {
    expect(lookupSection("p", ["load_config"], false)).toEqual({ kind: "call", function: "load_config" });
    expect(lookupSection("p a b", ["load_config", "load_config_prefix"], false)).toEqual({ kind: "call", function: "load_config_prefix" });
  });

  it("fails with Kalico's words, or silently when the caller has a default", () => {
    expect(lookupSection("p", undefined, false)).toEqual({ kind: "config-error", message: "Module 'p' not found" });
    expect(lookupSection("p a", ["load_config"], false)).toEqual({ kind: "config-error", message: "Unable to load module 'p'" });
    expect(lookupSection("p a", ["load_config"], true)).toEqual({ kind: "silent" });
    expect(lookupSection("p", undefined, true)).toEqual({ kind: "silent" });
  });

  it("of a module whose import failed raises what the import raised, also with a default", () => {
    expect(lookupSection("p", "failed", true)).toEqual({ kind: "import-error" });
  });
});
