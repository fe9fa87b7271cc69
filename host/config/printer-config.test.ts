import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { globPaths, writeTextAtomically, type ConfigFs } from "./config-files.js";
import { PrinterConfig } from "./printer-config.js";
import { saveConfig } from "./save-config.js";

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), "config-"));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const write = (files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(join(directory, name, ".."), { recursive: true });
    fs.writeFileSync(join(directory, name), text);
  }
};
const read = (name: string): string => fs.readFileSync(join(directory, name), "utf8");

function bench(files?: ConfigFs, mode: "kalico" | "strict" = "kalico", danger = {}) {
  const log: string[] = [];
  const calls: string[] = [];
  const gcode = {
    registerCommand: (name: string) => void calls.push(`register ${name}`),
    requestRestart: (how: string) => void calls.push(how),
    respondInfo: (text: string) => void calls.push(text),
  };
  const objects = new Map<string, unknown>([["gcode", gcode], ["danger_options", danger]]);
  const printer = {
    objects,
    lookupObject: (name: string, fallback: unknown) => objects.get(name) ?? fallback,
    commandError: (message: string) => new CommandError(message),
    getStartArgs: () => ({ config_file: join(directory, "printer.cfg"), start_reason: "startup", wallTime: () => 86400 }),
    getReactor: () => ({ monotonic: () => 0 }),
    log: (level: string, message: string) => void log.push(`${level}: ${message}`),
  } as unknown as Printer;
  const config = new PrinterConfig(printer, files, mode);
  objects.set("configfile", config);
  return { config, log, calls, printer };
}
const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message.replaceAll(directory, "DIR");
  }
  return "no error";
};
const RESTART = { getInt: () => 1 };
const NO_RESTART = { getInt: () => 0 };

describe("includes", () => {
  it("are expanded in place, sorted, relative to their file", () => {
    write({
      "printer.cfg": "[a]\nx: 1\n[include parts/*.cfg]\n[c]\nx: 3\n",
      "parts/2.cfg": "[b]\nx: 22\n[include deep/**/y.cfg]\n",
      "parts/1.cfg": "[b]\nx: 11\n[a]\nx: 9\n",
      "parts/.hidden.cfg": "[hidden]\n",
      "parts/deep/z/y.cfg": "[y]\nx: 5\n",
    });
    const config = bench().config.readMainConfig();
    expect(config.getPrefixSections("").map((s) => `${s.getName()} ${s.get("x")}`)).toEqual(["a 9", "b 22", "y 5", "c 3"]);
  });

  const failures: [string, Record<string, string>, string][] = [
    ["a file that is not there", { "printer.cfg": "[include no.cfg]" }, "Include file 'DIR/no.cfg' does not exist"],
    ["a circle", { "printer.cfg": "[include a.cfg]", "a.cfg": "[include printer.cfg]" }, "Recursive include of config file 'DIR/printer.cfg'"],
    ["an option behind an include without a header", { "printer.cfg": "[a]\n[include a.cfg]\nx: 1", "a.cfg": "" }, "File contains no section headers.\nfile: 'DIR/printer.cfg', line: 1\n'x: 1'"],
    ["a value that includes no file", { "printer.cfg": "[a]\nx: !!include no.txt" }, "Attempted to include non-existent file DIR/no.txt"],
    ["a main file that is not there", {}, "Unable to open config file DIR/printer.cfg"],
  ];
  it.each(failures)("refuse %s in Kalico's words", (_what, files, message) => {
    write(files);
    expect(messageOf(() => bench().config.readMainConfig())).toBe(message);
  });

  it("may name nothing with a wildcard, and one file twice", () => {
    write({ "printer.cfg": "[include no*.cfg]\n[include a.cfg]\n[include a.cfg]\n", "a.cfg": "[a]\nx: 1" });
    expect(bench().config.readMainConfig().getSection("a").get("x")).toBe("1");
  });

  it("refuse a file that is no UTF-8, and take any line ends", () => {
    write({ "printer.cfg": "" });
    fs.writeFileSync(join(directory, "printer.cfg"), Buffer.from([0x5b, 0xff, 0x5d]));
    expect(messageOf(() => bench().config.readMainConfig())).toBe("Unable to open config file DIR/printer.cfg");
    write({ "printer.cfg": "[a]\r\nx: 1\r\n y\r\n" });
    expect(bench().config.readMainConfig().getSection("a").get("x")).toBe("1\ny");
  });

  it("match names as shells do", () => {
    write({ "a1.cfg": "", "a2.cfg": "", "b]x": "", "d/e/f.cfg": "" });
    const found = (pattern: string): string[] => globPaths(fs, join(directory, pattern)).map((path) => path.slice(directory.length + 1));
    expect(found("a[12].cfg")).toEqual(["a1.cfg", "a2.cfg"]);
    expect(found("a[!1].cfg")).toEqual(["a2.cfg"]);
    expect(found("?1.*")).toEqual(["a1.cfg"]);
    expect(found("**/*.cfg")).toEqual(["a1.cfg", "a2.cfg", "d/e/f.cfg"]);
    expect(found("[ab]*")).toEqual(["a1.cfg", "a2.cfg", "b]x"]);
    expect(found("none*")).toEqual([]);
  });
});

describe("unused options and status", () => {
  it("knows what was read, what SAVE_CONFIG wrote, and objects without options", () => {
    write({
      "printer.cfg": "[a]\nx: 1\n[b]\n[c]\n\n#*# <---------------------- SAVE_CONFIG ---------------------->\n#*# DO NOT EDIT THIS BLOCK OR BELOW. The contents are auto-generated.\n#*#\n#*# [d]\n#*# y = 1\n",
    });
    const { config, printer } = bench();
    const main = config.readMainConfig();
    expect(messageOf(() => config.checkUnusedOptions(main, true))).toBe("Section 'a' is not a valid config section");
    main.getSection("a").get("z", { default: "q" });
    expect(messageOf(() => config.checkUnusedOptions(main, true))).toBe("Option 'x' is not valid in section 'a'");
    main.getSection("a").getInt("x");
    printer.objects.set("b", {});
    expect(messageOf(() => config.checkUnusedOptions(main, true))).toBe("Section 'c' is not a valid config section");
    printer.objects.set("c", {});
    expect(messageOf(() => config.checkUnusedOptions(main, true))).toBe("no error");
    expect(config.getStatus()).toEqual({
      config: { a: { x: "1" }, b: {}, c: {}, d: { y: "1" } },
      settings: { a: { z: "q", x: 1 } },
      warnings: [],
      save_config_pending: false,
      save_config_pending_items: {},
    });
  });

  it("warns instead when danger_options says so, and lists deprecated options", () => {
    write({ "printer.cfg": "[a]\nx: 1\nold: 2\n[gone]\n[constants]\nk: 1\n" });
    const { config } = bench();
    const main = config.readMainConfig();
    main.getSection("a").getInt("old");
    main.getSection("a").deprecate("old");
    main.getSection("a").deprecate("old", "2");
    main.getSection("a").deprecate("not_there");
    config.checkUnusedOptions(main, false);
    expect(config.getStatus().warnings).toEqual([
      { type: "deprecated_value", message: "Option 'old' in section 'a' is deprecated.", section: "a", option: "old" },
      { type: "deprecated_value", message: "Value '2' in option 'old' in section 'a' is deprecated.", section: "a", option: "old", value: "2" },
      { type: "unused_option", message: "Option 'x' in section 'a' is invalid", section: "a", option: "x" },
      { type: "unused_option", message: "Constant 'k' is unused", section: "constants", option: "k" },
      { type: "unused_section", message: "Section 'gone' is invalid", section: "gone" },
      { type: "unused_section", message: "Section 'constants' is invalid", section: "constants" },
    ]);
  });

  it("drops other warnings at a runtime warning, except in mode strict", () => {
    for (const [mode, count] of [["kalico", 1], ["strict", 2]] as const) {
      const { config, log } = bench(fs, mode);
      config.warn("x", "first");
      config.runtimeWarning("hot");
      expect(config.getStatus().warnings).toHaveLength(count);
      expect(log).toEqual(["warning: hot"]);
    }
  });
});

const MAIN = "[a]\nx: 1\n\n[b]\ny: 2\n  3\n";
const SAVED = `[a]
#x: 1

[b]
y: 2
  3

#*# <---------------------- SAVE_CONFIG ---------------------->
#*# DO NOT EDIT THIS BLOCK OR BELOW. The contents are auto-generated.
#*#
#*# [a]
#*# x = 5
#*#
#*# [mesh]
#*# points =
#*# 	1, 2
#*# 	3, 4
`;

describe("SAVE_CONFIG", () => {
  it("writes the block, comments out what it replaces, keeps a dated copy, restarts", async () => {
    write({ "printer.cfg": MAIN });
    const { config, calls } = bench();
    config.readMainConfig();
    config.set("a", "X", 5);
    config.set("mesh", "points", "\n1, 2\n3, 4");
    expect(config.getStatus().save_config_pending_items).toEqual({ a: { X: "5" }, mesh: { points: "\n1, 2\n3, 4" } });
    await saveConfig(config, RESTART);
    expect(read("printer.cfg")).toBe(SAVED);
    expect(read("config_backups/printer-19700102_000000.cfg")).toBe(MAIN);
    expect(calls).toEqual(["register SAVE_CONFIG", "restart"]);
    const again = bench().config.readMainConfig();
    expect(again.getSection("mesh").get("points")).toBe("\n1, 2\n3, 4");
    expect(again.getSection("a").getInt("x")).toBe(5);
  });

  it("does not change a file that it has just written", async () => {
    write({ "printer.cfg": SAVED });
    const { config, calls } = bench();
    config.readMainConfig();
    await saveConfig(config, NO_RESTART);
    expect(read("printer.cfg")).toBe(SAVED);
    expect(calls.at(-1)).toBe("Config update without restart successful");
    expect(config.saveConfigPending).toBe(false);
  });

  it("removes sections, and forgets removed ones that were never saved", () => {
    write({ "printer.cfg": SAVED });
    const { config } = bench();
    config.readMainConfig();
    config.removeSection("mesh");
    expect(config.getStatus().save_config_pending_items).toEqual({ mesh: null });
    config.set("mesh", "points", "1");
    expect(config.getStatus().save_config_pending_items).toEqual({ mesh: { points: "1" } });
  });

  it("lets the hand-written value win when a file is read", () => {
    write({ "printer.cfg": SAVED.replace("#x: 1", "x: 7") });
    expect(bench().config.readMainConfig().getSection("a").getInt("x")).toBe(7);
  });

  it("refuses a value that an included file has differently; with autosave_includes it edits that file", async () => {
    const files = { "printer.cfg": "[include b.cfg]\n[a]\n", "b.cfg": "[a]\nx: 1\n" };
    write(files);
    const refused = bench();
    refused.config.readMainConfig();
    refused.config.set("a", "x", 2);
    await expect(saveConfig(refused.config, RESTART)).rejects.toThrow("SAVE_CONFIG section 'a' option 'x' value '2' conflicts with included value '1' ");
    expect(read("printer.cfg")).toBe(files["printer.cfg"]);
    const edited = bench(fs, "kalico", { autosaveIncludes: true });
    edited.config.readMainConfig();
    edited.config.set("a", "x", 2);
    await saveConfig(edited.config, RESTART);
    expect(read("b.cfg")).toBe("[a]\n#x: 1\n");
    expect(read("config_backups/b-19700102_000000.cfg")).toBe(files["b.cfg"]);
  });

  it("takes a damaged block for the user's text, with a warning", () => {
    for (const [text, warning] of [
      [SAVED.replace("#*# x = 5", "x = 5"), "modifications after header"],
      [`\n#*# x\n${SAVED}`, "autosave state corrupted"],
    ] as const) {
      write({ "printer.cfg": text });
      const { config, log } = bench();
      messageOf(() => config.readMainConfig());
      expect(log).toEqual([`warning: Can't read autosave from config file - ${warning}`]);
    }
  });

  it("interrupted anywhere leaves the whole old file or the whole new one", async () => {
    const outcomes = new Set<string>();
    for (let fail = 0; fail < 60; fail++) {
      write({ "printer.cfg": MAIN });
      let calls = 0;
      // A disk that fails at its nth write access, after doing half of a write.
      const tampered = (name: "openSync" | "writeSync" | "fsyncSync" | "closeSync" | "renameSync" | "mkdirSync" | "unlinkSync" | "fchmodSync") =>
        (...args: unknown[]): unknown => {
          calls += 1;
          if (calls > fail) {
            if (calls === fail + 1 && name === "writeSync") fs.writeSync(args[0] as number, args[1] as Uint8Array, 0, 5);
            throw new Error("power failed");
          }
          return (fs[name] as (...a: unknown[]) => unknown)(...args);
        };
      const disk = { ...fs };
      for (const name of ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync", "mkdirSync", "unlinkSync", "fchmodSync"] as const) {
        (disk as Record<string, unknown>)[name] = tampered(name);
      }
      const { config } = bench(disk);
      config.readMainConfig();
      config.set("a", "x", 5);
      config.set("mesh", "points", "\n1, 2\n3, 4");
      const error: unknown = await saveConfig(config, RESTART).then(() => undefined, (e: unknown) => e);
      const text = read("printer.cfg");
      expect([MAIN, SAVED]).toContain(text);
      outcomes.add(`${text === SAVED ? "new" : "old"} ${error === undefined ? "saved" : (error as Error).message}`);
      fs.rmSync(directory, { recursive: true });
      fs.mkdirSync(directory);
    }
    expect([...outcomes].sort()).toEqual(["new saved", "old Unable to write config file during SAVE_CONFIG"]);
  });

  it("writes through a symbolic link and keeps the mode of the file", () => {
    write({ "real.cfg": "old" });
    fs.chmodSync(join(directory, "real.cfg"), 0o600);
    fs.symlinkSync("real.cfg", join(directory, "link.cfg"));
    writeTextAtomically(fs, join(directory, "link.cfg"), "new");
    expect(read("real.cfg")).toBe("new");
    expect(fs.lstatSync(join(directory, "link.cfg")).isSymbolicLink()).toBe(true);
    expect(fs.statSync(join(directory, "real.cfg")).mode & 0o777).toBe(0o600);
  });
});
