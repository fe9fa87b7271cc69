/** `certify --watch` as an author uses it: save, look, save. Uses `dist`. */
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { startCommand } from "../testing/command-line.js";
import { GOOD_PLUGIN, NAN_PLUGIN, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { EXIT } from "./exit-codes.js";
import { affectedRules } from "./watch-plugin.js";

vi.setConfig({ testTimeout: 240_000 });

const PYTHON = (value: string): string => `class Level:
    def __init__(self, config):
        self.scale = config.getint("scale", 1, minval=0, maxval=9)

    def get_status(self, eventtime=None):
        return {"level": ${value}}


def load_config(config):
    return Level(config)
`;

describe("rules of the first look", () => {
  it("are those that broke last and those that need no run of their own", () => {
    const last = { results: [{ id: "MOT-001", verdict: "fail" }, { id: "MOT-002", verdict: "pass" }] } as Parameters<typeof affectedRules>[1];
    const ids = affectedRules(catalogue, last).map((r) => r.id);
    expect(ids).toContain("MOT-001");
    expect(ids).toContain("LOAD-001");
    expect(ids).toContain("TMR-001");
    expect(ids).not.toContain("MOT-002");
    expect(ids.length).toBeLessThan(catalogue.length / 2);
  });
});

describe("certify --watch", () => {
  let scratch: ScratchDirectory;
  beforeEach(() => { scratch = scratchDirectory(); });
  afterEach(() => scratch.remove());

  it.each([
    ["JavaScript", "level.js", NAN_PLUGIN, GOOD_PLUGIN],
    ["Python", "level.py", PYTHON("float('nan')"), PYTHON("self.scale")],
  ])("looks again after each save of a plugin in %s, first at what broke, and ends with Ctrl-C", async (language, file, bad, good) => {
    if (language === "Python" && spawnSync("python3", ["--version"]).status !== 0) return console.warn("skipped: python3 is not installed");
    scratch.write(file, bad);
    const running = startCommand(["certify", file, "--watch", "--effort", "quick", "--rules", "STA-00?,LOAD-00[1-3],MOT-001"], scratch.path);
    await running.said("watching");
    scratch.write(file, good);
    await running.said("first look after");
    await running.said(": CONFORMING");
    running.child.kill("SIGINT");
    const { code, stdout } = await running.outcome;
    expect(code).toBe(EXIT.interrupted);
    const [before, after] = stdout.split(`changed: ${file}`) as [string, string];
    expect(before).toContain("FAIL  STA-007");
    expect(after).toMatch(/first look after [\d.]+ s: nothing found/);
    expect(after.indexOf("first look")).toBeLessThan(after.indexOf(": CONFORMING"));
  });
});
