import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { runCommandLine, type CommandOutcome } from "../testing/command-line.js";
import { GOOD_PLUGIN, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { EXIT } from "./exit-codes.js";

// Each test starts processes; on a busy machine they take their time.
vi.setConfig({ testTimeout: 180_000 });

let scratch: ScratchDirectory;
beforeAll(() => {
  scratch = scratchDirectory();
  scratch.write("level.js", GOOD_PLUGIN);
  scratch.write("printer.cfg", BASE_PRINTER);
  scratch.write("job.gcode", "M117 hello\n");
  scratch.write("empty/readme.txt", "no plugin here");
  scratch.write("broken/package.json", "{");
});
afterAll(() => scratch.remove());

const kalicoHil = (...args: string[]): Promise<CommandOutcome> => runCommandLine(args, scratch.path);

describe("kalico-hil rules", () => {
  it("lists every rule of the catalogue", async () => {
    const { code, stdout } = await kalicoHil("rules");
    expect(code).toBe(EXIT.conforming);
    const listed = stdout.split("\n").map((line) => line.split(" ", 1)[0]!).filter((word) => /^[A-Z]+-\d{3}$/.test(word));
    expect(listed).toEqual(catalogue.map((rule) => rule.id));
  });

  it("tells requirement and source of one rule", async () => {
    const rule = catalogue.find((r) => r.id === "STA-007")!;
    const { code, stdout } = await kalicoHil("rules", "sta-007");
    expect(code).toBe(EXIT.conforming);
    expect(stdout).toContain(rule.title);
    expect(stdout).toContain(rule.requirement);
    expect(stdout).toContain(rule.source);
  });
});

describe("a wrong call", () => {
  it.each<[what: string, args: string[], message: string]>([
    ["a rule that does not exist", ["rules", "NO-999"], 'No rule matches "NO-999"'],
    ["a plugin that does not exist", ["certify", "no-such-plugin"], 'Plugin "no-such-plugin" does not exist'],
    ["a directory without a plugin", ["certify", "empty"], 'No plugin found in "empty"'],
    ["a package.json that cannot be read", ["certify", "broken"], "broken"],
    ["a seed that is no number", ["certify", "level.js", "--seed", "x"], 'Option --seed must be a whole number, found "x"'],
    ["an unknown effort", ["certify", "level.js", "--effort", "huge"], 'Option --effort must be one of quick, normal, deep, found "huge"'],
    ["an unknown board", ["certify", "level.js", "--board", "toaster"], 'Unknown board "toaster"'],
    ["rules that match nothing", ["certify", "level.js", "--rules", "NO-*"], 'No rule matches "NO-*"'],
    ["a configuration that does not exist", ["certify", "level.js", "--config", "none.cfg"], 'Printer configuration "none.cfg" does not exist'],
    ["G-code that does not exist", ["certify", "level.js", "--gcode", "none.gcode"], 'G-code file "none.gcode" does not exist'],
    ["a configuration that is a directory", ["certify", "level.js", "--config", "empty"], 'Printer configuration "empty" cannot be read'],
    ["an unknown option", ["certify", "level.js", "--loudly"], "--loudly"],
    ["an unknown command", ["certifi"], "certifi"],
    ["run without a printer", ["run", "none.cfg", "--gcode", "job.gcode"], 'Printer configuration "none.cfg" does not exist'],
    ["run without a job", ["run", "printer.cfg"], "Option --gcode is missing"],
    ["run with a job that does not exist", ["run", "printer.cfg", "--gcode", "none.gcode"], 'G-code file "none.gcode" does not exist'],
    ["run on an unknown board", ["run", "printer.cfg", "--gcode", "job.gcode", "--board", "toaster"], 'Unknown board "toaster"'],
    ["run with a seed that is no number", ["run", "printer.cfg", "--gcode", "job.gcode", "--seed", "x"], 'Option --seed must be a whole number, found "x"'],
    ["replay of a file that does not exist", ["replay", "none.json"], "none.json"],
    ["replay of something else", ["replay", "printer.cfg"], "printer.cfg"],
  ])("%s ends with code 3 and says so in one plain message", async (_what, args, message) => {
    const { code, stdout, stderr } = await kalicoHil(...args);
    expect(`${stdout}${stderr}`).toContain(message);
    expect(`${stdout}${stderr}`).not.toMatch(/Internal error|\n\s+at /);
    expect(code).toBe(EXIT.usage);
  });
});
