import { describe, expect, it } from "vitest";
import { documentedBlocks, documentedOptions, hasWord, numbersNear, textNear } from "./documents.js";

const README = "# p\n\n```ini\n[p]\nspeed: 10\n#   mm/s, at most 1e2.\n#name: x\n\n[fan]\npin: PA1\n```\n\n```sh\nls\n```\n\n    [p b]\n    speed: 3\n\nEnd.\n";

describe("documents", () => {
  it("have words by their borders, in any case", () => {
    expect(["speed", "SPEED", "pin"].map((word) => hasWord(README, word))).toEqual([true, true, true]);
    expect(["spee", "nam", "a.b"].map((word) => hasWord(README, word))).toEqual([false, false, false]);
  });

  it("give numbers by value", () => expect([...numbersNear("10.0 to 1e2, .5; x3 v1.2 -4")]).toEqual([10, 100, 0.5, -4]));

  it("tell what stands near a name and not what stands far from it", () => {
    const far = `speed is 7${" ".repeat(1000)}8 elsewhere`;
    expect([...numbersNear(textNear(far, "speed"))]).toEqual([7]);
  });

  it("show configurations in fenced and in indented blocks, each once", () => {
    expect(documentedBlocks(README, ["p"]).map((block) => block.map((s) => s.name))).toEqual([["p", "fan"], ["p b"]]);
    expect(documentedBlocks(README + README, ["p"])).toHaveLength(2);
    expect(documentedBlocks(README, ["other"])).toEqual([]);
  });

  it("show options, those that are commented out as well, and not remarks", () => {
    expect(documentedOptions(README, ["p"])).toEqual([{ module: "p", option: "speed" }, { module: "p", option: "name" }]);
  });
});
