/** What the bench itself brings about is nobody's fault: it neither fails a plugin nor lets it pass. */
import { describe, expect, it } from "vitest";
import { benchLimit, withoutBenchLimits } from "./bench-limits.js";
import { judged } from "./rule.js";

const finding = (message: string): { message: string; remedy: string } => ({ message, remedy: "" });
const LIMITED = [
  `'RUN' (cold) ends in Internal error on command:"RUN" (PermissionError: [Errno 1] no processes for plugins under test: /bin/sh)`,
  `'net'.getStatus raises ready: ConnectionRefusedError: [Errno 111] no network for plugins under test: 10.0.0.1:80`,
  `'GRAPH' ends in Internal error on command:"GRAPH" (ModuleNotFoundError: No module named 'matplotlib')`,
  `'X' ends in Internal error on command:"X" (AttributeError: 'ToolHead' object has no attribute 'print_stall': not offered by this host yet)`,
  "ImportError: extras.tmc_uart.MCU_TMC_uart: not offered by this host yet",
];
const OWN = ["'X' ends in Internal error on command:\"X\" (ValueError: could not convert string to float: 'a')", "'X' ends in … (AttributeError: 'ToolHead' object has no attribute 'foo')", "SyntaxError: no module here"];

describe("a failure that the bench causes", () => {
  it.each(LIMITED)("is known by its words: %s", (message) => {
    expect(benchLimit(message)).toBeDefined();
    expect(withoutBenchLimits(judged("3 calls", [finding(message)]))).toMatchObject({ kind: "inconclusive", reason: expect.stringContaining("cannot judge: ") as string });
  });

  it.each(OWN)("is not what the plugin does wrong itself: %s", (message) => {
    expect(benchLimit(message)).toBeUndefined();
  });

  it("does not hide a fault of the plugin beside it", () => {
    const judgement = withoutBenchLimits(judged("3 calls", [finding(LIMITED[0]!), finding(OWN[0]!)]));
    expect(judgement).toMatchObject({ kind: "judged", findings: [finding(OWN[0]!)] });
  });
});
