import { describe, expect, it } from "vitest";
import { referencePrint } from "./reference-print.js";

describe("a print on the simulated machine", () => {
  it("gives one trace in 20 runs of one seed", async () => {
    const hashes = new Set<string>();
    for (let i = 0; i < 20; i++) hashes.add((await referencePrint(300, 7)).traceHash);
    expect(hashes.size).toBe(1);
  });

  it("gives other traces for other seeds", async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 5; seed++) hashes.add((await referencePrint(300, seed)).traceHash);
    expect(hashes.size).toBe(5);
  });
});
