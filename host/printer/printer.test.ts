import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError, McuError, PinError, WaitInterrupted } from "../errors.js";
import { VirtualClock } from "../reactor/clock.js";
import { NEVER, Reactor } from "../reactor/reactor.js";
import { ModuleTable, type HostModule, type ModuleEntry } from "./module-table.js";
import { Printer, type PrinterStages } from "./printer.js";
import { getStatusOf, statusObjects } from "./status.js";

const RESTART_HELP = `
Once the underlying issue is corrected, use the "RESTART"
command to reload the config and restart the host software.
Printer is halted
`;
const FIRMWARE_HELP = `
Once the underlying issue is corrected, use the
"FIRMWARE_RESTART" command to reset the firmware, reload the
config, and restart the host software.
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "printer-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface BenchOptions {
  config?: string;
  modules?: Record<string, HostModule>;
  entries?: ModuleEntry[];
  stages?: PrinterStages;
  debuginput?: string;
}

function bench({ config = "[printer]\n", modules = {}, entries = [], stages, debuginput }: BenchOptions = {}) {
  const file = join(directory, "printer.cfg");
  writeFileSync(file, config);
  const clock = new VirtualClock();
  const reactor = new Reactor(clock);
  const log: string[] = [];
  const events: string[] = [];
  const contract: string[] = [];
  const printerSection: HostModule = { loadConfig: () => ({}) };
  const table = new ModuleTable({ printer: printerSection, ...modules });
  table.add(...entries);
  const printer = new Printer({
    reactor,
    startArgs: { config_file: file, start_reason: "startup", software_version: "v1", debuginput },
    modules: table,
    ...(stages === undefined ? {} : { stages }),
    observer: {
      onLog: (level, message) => void log.push(`${level}: ${message.split("\n")[0]}`),
      onEvent: (event) => void events.push(event),
      onContract: (what) => void contract.push(what),
    },
  });
  const result = printer.run();
  const runUntil = async (limit: number): Promise<void> => {
    for (let passes = 0; passes < 100_000 && reactor.nextDeadline() <= limit; passes++) {
      clock.now = Math.max(clock.now, reactor.nextDeadline());
      await reactor.run(clock.now);
    }
  };
  return { clock, reactor, printer, log, events, contract, result, runUntil };
}

const plugin = (name: string, module: HostModule, dist = name): ModuleEntry => ({
  name, origin: "entry-point", module, metadata: { name: dist, version: "0.1", summary: null, description: "" },
});

describe("printer states", () => {
  it("go from startup to ready, with the events in order", async () => {
    const { printer, runUntil, events } = bench();
    expect(printer.getStateMessage()[1]).toBe("startup");
    await runUntil(1);
    expect(printer.getStateMessage()).toEqual(["Printer is ready", "ready"]);
    expect(events).toEqual(["klippy:mcu_identify", "klippy:connect", "klippy:ready"]);
  });

  it("wait for connect handlers that pause, one by one", async () => {
    const order: string[] = [];
    const modules: Record<string, HostModule> = {
      slow: {
        loadConfig(config: ConfigSection) {
          const printer = config.getPrinter();
          printer.registerEventHandler("klippy:connect", async () => {
            await printer.getReactor().pause(2);
            order.push(`connected ${printer.getReactor().monotonic()}`);
          });
          printer.registerEventHandler("klippy:connect", () => void order.push("second"));
          printer.registerEventHandler("klippy:ready", () => void order.push("ready"));
          return {};
        },
      },
    };
    const { runUntil } = bench({ config: "[slow]", modules });
    await runUntil(5);
    expect(order).toEqual(["connected 2", "second", "ready"]);
  });

  const connectFailures: [string, () => unknown, string, string][] = [
    ["a config error", () => new ConfigError("bad value"), `bad value\n${RESTART_HELP}`, "error"],
    ["a pin error", () => new PinError("bad pin"), `bad pin\n${RESTART_HELP}`, "error"],
    ["an mcu error", () => new McuError("mcu 'mcu': no answer"), `mcu 'mcu': no answer${FIRMWARE_HELP}Error configuring printer\n`, "error"],
    ["anything else", () => new TypeError("x is undefined"), `Internal error during connect: x is undefined\n${RESTART_HELP}`, "error"],
    ["a thrown string", () => "boom", `Internal error during connect: boom\n${RESTART_HELP}`, "error"],
  ];
  it.each(connectFailures)("tell of %s during connect in Kalico's words", async (_what, make, message, category) => {
    const modules: Record<string, HostModule> = {
      bad: {
        loadConfig() {
          throw make();
        },
      },
    };
    const { printer, runUntil } = bench({ config: "[bad]", modules });
    await runUntil(1);
    expect(printer.getStateMessage()).toEqual([message, category]);
  });

  it("tell of a firmware with other commands by its version", async () => {
    const modules: Record<string, HostModule> = {
      bad: {
        loadConfig() {
          const error = new Error("Unknown command: config_stepper");
          error.name = "ProtocolError";
          throw error;
        },
      },
    };
    const beforeSections = [(config: ConfigSection) => config.getPrinter().addObject("mcu", { getStatus: () => ({ mcu_version: "v0" }) })];
    const { printer, runUntil } = bench({ config: "[bad]", modules, stages: { beforeSections } });
    await runUntil(1);
    expect(printer.getStateMessage()[0]).toBe(
      "MCU Protocol error\n\nThis is frequently caused by running an older version of the firmware on the MCU(s). Fix by recompiling and flashing the firmware.\n" +
        "\nYour Kalico version is: v1\n\nMCU(s) which should be updated:\n\nmcu: Current version v0\n\nUp-to-date MCU(s):\n\n<none>\n\n" +
        'Once the underlying issue is corrected, use the "RESTART" command to reload the config and restart the host software.\n\nUnknown command: config_stepper',
    );
  });

  it("end in a shutdown when a ready handler throws", async () => {
    const modules: Record<string, HostModule> = {
      bad: {
        loadConfig(config: ConfigSection) {
          config.getPrinter().registerEventHandler("klippy:ready", () => {
            throw new Error("late");
          });
          return {};
        },
      },
    };
    const { printer, runUntil } = bench({ config: "[bad]", modules });
    await runUntil(1);
    expect(printer.getStateMessage()).toEqual([`Internal error during ready callback: late${FIRMWARE_HELP}Printer is shutdown\n`, "shutdown"]);
  });

  it("isolate shutdown handlers from one another, and keep the first message", async () => {
    const { printer, runUntil, log } = bench();
    await runUntil(1);
    const seen: string[] = [];
    printer.registerEventHandler("klippy:shutdown", () => {
      throw new Error("one");
    });
    printer.registerEventHandler("klippy:shutdown", () => void seen.push("two"));
    printer.invokeShutdown("first");
    printer.invokeShutdown("second");
    expect(seen).toEqual(["two"]);
    expect(printer.getStateMessage()[0]).toBe(`first${FIRMWARE_HELP}Printer is shutdown\n`);
    expect(log).toContain("error: Exception during shutdown handler");
  });

  it("shut down on the first exception of a callback and exit on the second", async () => {
    const { printer, reactor, runUntil, result, log } = bench();
    await runUntil(1);
    reactor.registerCallback(() => {
      throw new Error("a");
    });
    await runUntil(2);
    expect(printer.getStateMessage()).toEqual([`Unhandled exception during run${FIRMWARE_HELP}Printer is shutdown\n`, "shutdown"]);
    reactor.registerCallback(() => {
      throw new Error("b");
    });
    await runUntil(3);
    expect(await result).toBe("error_exit");
    expect(log.at(-1)).toBe("error: Repeat unhandled exception during run");
  });

  it("exit at once when a timer returns no number, because the second run fails too", async () => {
    const { reactor, runUntil, result, printer } = bench();
    await runUntil(1);
    reactor.registerTimer(() => undefined as unknown as number, 2);
    await runUntil(3);
    expect(await result).toBe("error_exit");
    expect(printer.isShutdown()).toBe(false);
  });

  it("run the disconnect handlers after the loop has stopped, where a pause is a sleep", async () => {
    for (const [exit, expected] of [["restart", ["klippy:disconnect"]], ["firmware_restart", ["klippy:firmware_restart", "klippy:disconnect"]]] as const) {
      const { printer, reactor, runUntil, result, events, clock } = bench();
      printer.registerEventHandler("klippy:disconnect", async () => {
        await reactor.pause(clock.now + 0.5);
      });
      await runUntil(1);
      events.length = 0;
      clock.now = 1;
      printer.requestExit(exit);
      printer.requestExit("exit");
      await runUntil(2);
      expect(await result).toBe(exit);
      expect(events).toEqual(expected);
      expect(clock.now).toBe(1.5);
      expect(reactor.nextDeadline()).toBe(NEVER);
    }
  });

  it("exit with an error in batch mode as soon as the printer is not ready", async () => {
    const { runUntil, result } = bench({ config: "[nonsense]", debuginput: "x.gcode" });
    await runUntil(1);
    expect(await result).toBe("error_exit");
  });
});

describe("printer objects", () => {
  it("are looked up by name, by module, with or without a default", () => {
    const { printer } = bench();
    printer.addObject("fan_generic a", 1);
    printer.addObject("fan_generic", 2);
    printer.addObject("fan_generic_not", 3);
    expect(printer.lookupObjects("fan_generic")).toEqual([["fan_generic", 2], ["fan_generic a", 1]]);
    expect(printer.lookupObject("none", null)).toBeNull();
    expect(() => printer.lookupObject("none")).toThrow("Unknown config object 'none'");
    expect(() => printer.addObject("fan_generic", 4)).toThrow("Printer object 'fan_generic' already created");
  });

  it("are not there before their section was loaded, and in the order of completion", async () => {
    const seen: unknown[] = [];
    const modules: Record<string, HostModule> = {
      first: {
        loadConfig(config) {
          seen.push(config.getPrinter().lookupObject("second", null));
          config.getPrinter().loadObject(config, "helper");
          return { name: "first" };
        },
      },
      second: { loadConfig: () => ({ name: "second" }) },
      helper: { loadConfig: () => null },
    };
    const { printer, runUntil } = bench({ config: "[first]\n[second]\n", modules });
    await runUntil(1);
    expect(seen).toEqual([null]);
    expect([...printer.objects.keys()]).toEqual(["configfile", "helper", "first", "second"]);
    expect(printer.lookupObject("helper")).toBeNull();
  });

  const loadErrors: [string, string, HostModule | undefined, string][] = [
    ["an unknown module in a section", "[nope]\n", undefined, "Section 'nope' is not a valid config section"],
    ["a module without loadConfig", "[mod]\n", { loadConfigPrefix: () => ({}) }, "Section 'mod' is not a valid config section"],
    ["a module without loadConfigPrefix", "[mod x]\n", { loadConfig: () => ({}) }, "Section 'mod x' is not a valid config section"],
    ["an option that nobody read", "[mod]\nfoo: 1\n", { loadConfig: () => ({}) }, "Option 'foo' is not valid in section 'mod'"],
    ["a constructor that returns a promise", "[mod]\n", { loadConfig: () => Promise.resolve({}) }, "loadConfig of module 'mod' returned a promise: it must return the object itself"],
    ["a plugin that asks for a module that is not there", "[mod]\n", { loadConfig: (config) => config.getPrinter().loadObject(config, "gone") }, "Module 'gone' not found"],
    ["a plugin that asks for a form that a module lacks", "[mod]\n", { loadConfig: (config) => config.getPrinter().loadObject(config, "printer x") }, "Unable to load module 'printer'"],
    ["a plugin that looks up what comes later", "[mod]\n", { loadConfig: (config) => config.getPrinter().lookupObject("toolhead") }, "Unknown config object 'toolhead'"],
    ["a missing option", "[mod]\n", { loadConfig: (config) => config.get("value") }, "Option 'value' in section 'mod' must be specified"],
  ];
  it.each(loadErrors)("refuse %s", async (_what, config, module, message) => {
    const { printer, runUntil } = bench({ config, modules: module === undefined ? {} : { mod: module } });
    await runUntil(1);
    expect(printer.getStateMessage()).toEqual([`${message}\n${RESTART_HELP}`, "error"]);
  });
});

describe("module table", () => {
  const found = (name: string, extra: Partial<ModuleEntry> = {}): ModuleEntry => ({ name, origin: "plugins", module: {}, ...extra });
  const errorOf = (table: ModuleTable): string => {
    try {
      table.resolve(false);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("refuses a plugin with the name of a built-in, and of an extra that only Kalico has", () => {
    for (const name of ["fan", "bed_mesh"]) {
      const directoryTable = new ModuleTable({ fan: {} });
      directoryTable.add(found(name));
      expect(errorOf(directoryTable)).toBe(`Module '${name}' found in both extras and plugins!`);
      const entryTable = new ModuleTable({ fan: {} });
      entryTable.add(plugin(name, {}, "my-dist"));
      expect(errorOf(entryTable)).toBe(`Module ${name} found in both extras and plugin my-dist (v0.1)`);
    }
  });

  it("lets the last one win at the place of the first when overriding is allowed", () => {
    const table = new ModuleTable({ a: {}, b: {} });
    const own: HostModule = { loadConfig: () => "own" };
    table.add(plugin("a", own), plugin("c", {}));
    const resolved = table.resolve(true);
    expect([...resolved.keys()]).toEqual(["a", "b", "c"]);
    expect(resolved.get("a")?.module).toBe(own);
  });

  it("obeys allow_plugin_override of the configuration", async () => {
    const entries = [plugin("mod", { loadConfig: () => "plugin" })];
    const modules: Record<string, HostModule> = {
      mod: { loadConfig: () => "built-in" },
      danger_options: { loadConfig: (config) => ({ x: config.getBoolean("allow_plugin_override", { default: false }) }) },
    };
    const refused = bench({ config: "[mod]\n", entries, modules });
    await refused.runUntil(1);
    expect(refused.printer.getStateMessage()[0]).toContain("Module mod found in both extras and plugin mod (v0.1)\n");
    const allowed = bench({ config: "[danger_options]\nallow_plugin_override: True\n[mod]\n", entries, modules });
    await allowed.runUntil(1);
    expect(allowed.printer.lookupObject("mod")).toBe("plugin");
  });

  it("logs a failed import, and throws it only where a section wants the module", async () => {
    const error = new RangeError("no sensor library");
    const entries: ModuleEntry[] = [{ ...plugin("mine", {}), module: undefined, error }];
    const unused = bench({ entries });
    await unused.runUntil(1);
    expect(unused.printer.getStateMessage()[1]).toBe("ready");
    expect(unused.log).toContain("error: Failed to load plugin 'mine' (v0.1).");
    const wanted = bench({ config: "[mine]\n", entries });
    await wanted.runUntil(1);
    expect(wanted.printer.getStateMessage()[0]).toBe(`Internal error during connect: no sensor library\n${RESTART_HELP}`);
  });

  it("registers components of every module, and refuses a second of one name", async () => {
    const register: HostModule = { registerComponents: (collector) => collector.registerComponent("load_cell_sensors", "x", 1) };
    const one = bench({ entries: [plugin("p1", register)] });
    await one.runUntil(1);
    expect([...one.printer.lookupComponents("load_cell_sensors")]).toEqual([["x", 1]]);
    expect(one.printer.lookupComponents("unknown").size).toBe(0);
    const two = bench({ entries: [plugin("p1", register), plugin("p2", register)] });
    await two.runUntil(1);
    expect(two.printer.getStateMessage()[0]).toBe(`Component 'load_cell_sensors:x' is already registered\n${RESTART_HELP}`);
  });
});

describe("events", () => {
  it("run handlers in the order of registration, also those added meanwhile, and return the results", () => {
    const { printer } = bench();
    printer.registerEventHandler("menu:x", (n: number) => {
      printer.registerEventHandler("menu:x", () => "late");
      return n + 1;
    });
    expect(printer.sendEvent("menu:x", 1)).toEqual([2, "late"]);
    expect(printer.sendEvent("menu:none")).toEqual([]);
  });

  it("let exceptions through to the sender", () => {
    const { printer } = bench();
    printer.registerEventHandler("menu:x", () => {
      throw new Error("mine");
    });
    expect(() => printer.sendEvent("menu:x")).toThrow("mine");
  });

  it("report a promise from a handler of a synchronous event; its failure is that of a callback", async () => {
    const { printer, runUntil, contract } = bench();
    await runUntil(1);
    printer.registerEventHandler("menu:x", async () => {
      await printer.getReactor().pause(2);
      throw new Error("later");
    });
    printer.sendEvent("menu:x");
    expect(contract).toEqual(["promise from a handler of a synchronous event"]);
    await runUntil(3);
    expect(printer.getStateMessage()[1]).toBe("shutdown");
  });
});

describe("waitWhile", () => {
  it("asks once per interval, and ends on a shutdown", async () => {
    let counter = 0;
    const { printer, reactor, runUntil } = bench({ stages: { early: [(p) => p.addObject("gcode", { getInterruptCounter: () => counter, registerCommand: () => undefined })] } });
    await runUntil(0.5);
    const asked: number[] = [];
    const outcomes: unknown[] = [];
    const wait = (errorOnCancel: boolean): void => {
      reactor.registerCallback(async () => {
        try {
          await printer.waitWhile((eventTime) => (asked.push(eventTime), true), { interval: 0.5, errorOnCancel });
          outcomes.push("quiet");
        } catch (error) {
          outcomes.push(error);
        }
      }, 1);
    };
    wait(true);
    await runUntil(2.2);
    expect(asked).toEqual([1, 1.5, 2]);
    counter += 1;
    await runUntil(3);
    expect(outcomes[0]).toBeInstanceOf(WaitInterrupted);
    expect((outcomes[0] as Error).message).toBe("Command interrupted");
    wait(false);
    await runUntil(4.2);
    printer.invokeShutdown("x");
    await runUntil(6);
    expect(outcomes[1]).toBe("quiet");
  });
});

describe("status", () => {
  it("is a deep copy, of every object that has getStatus", () => {
    const { printer, contract } = bench();
    const live = { list: [1, { a: 2 }], map: new Map([["k", [1]]]) };
    printer.addObject("a", { getStatus: () => live });
    printer.addObject("b", {});
    printer.addObject("c", { getStatus: () => Promise.resolve({}) });
    const copy = getStatusOf(printer, "a", 0)!;
    copy["list"][1].a = 3;
    expect(live.list[1]).toEqual({ a: 2 });
    expect(copy["map"]).toEqual({ k: [1] });
    expect(statusObjects(printer)).toEqual(["a", "c"]);
    expect(getStatusOf(printer, "b", 0)).toBeUndefined();
    expect(getStatusOf(printer, "none", 0)).toBeUndefined();
    getStatusOf(printer, "c", 0);
    expect(contract).toEqual(["promise from getStatus"]);
  });
});
