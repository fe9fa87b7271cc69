import { describe, expect, it } from "vitest";
import { sayHome } from "./home-directory.js";

describe("the plugin's home directory", () => {
  it("is ~ wherever a text names it, and nothing else changes", () => {
    const columns = new Float64Array([1, 2]);
    const evidence = { message: "open(/tmp/x1/a) failed, /tmp/x1", list: ["/tmp/x1", 1, null], row: [1, 2], columns, map: new Map([["k", "/tmp/x1/b"]]), other: "/tmp/y" };
    expect(sayHome(evidence, "/tmp/x1")).toEqual({ message: "open(~/a) failed, ~", list: ["~", 1, null], row: [1, 2], columns, map: new Map([["k", "~/b"]]), other: "/tmp/y" });
  });
});
