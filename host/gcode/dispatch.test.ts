import { describe, expect, it } from "vitest";
import { CommandError, ConfigError } from "../errors.js";
import type { GCodeCommand } from "./gcode-command.js";
import { feedGcode } from "./gcode-file-input.js";
import { gcodeBench, type GCodeBench } from "./testing/gcode-bench.js";

async function readyBench(config = ""): Promise<GCodeBench> {
  const bench = await gcodeBench(config);
  bench.output.length = 0;
  return bench;
}

/** Answers to a script, its error as the last entry. */
async function answers(bench: GCodeBench, script: string): Promise<string[]> {
  bench.output.length = 0;
  await bench.script(script).catch(() => undefined);
  return [...bench.output];
}

describe("registration", () => {
  it("refuses a taken name and an invalid one", async () => {
    const { gcode } = await readyBench();
    gcode.registerCommand("MY_CMD", () => undefined);
    expect(() => gcode.registerCommand("MY_CMD", () => undefined)).toThrow(new ConfigError("gcode command MY_CMD already registered"));
    expect(() => gcode.registerCommand("F1OO", () => undefined)).toThrow("Can't register 'F1OO' as it is an invalid name");
    expect(() => gcode.registerCommand("my_cmd", () => undefined)).toThrow("Can't register 'my_cmd' as it is an invalid name");
  });

  it("hands a removed handler back, which works under another name", async () => {
    const bench = await readyBench();
    const { gcode } = bench;
    gcode.registerCommand("MY_CMD", (gcmd) => gcmd.respondInfo(`A=${gcmd.get("A")}`));
    const old = gcode.registerCommand("MY_CMD", null)!;
    gcode.registerCommand("OTHER", old);
    expect(gcode.registerCommand("NEVER_THERE", null)).toBeUndefined();
    expect(await answers(bench, "OTHER A=5\nMY_CMD")).toEqual(["// A=5", '// Unknown command:"MY_CMD"']);
  });

  it("lists commands with their help in the status", async () => {
    const { gcode } = await readyBench();
    gcode.registerCommand("MY_CMD", () => undefined, { desc: "Does it" });
    expect(gcode.getStatus().commands.MY_CMD).toEqual({ help: "Does it" });
    expect(gcode.getStatus().commands.G1).toEqual({});
    expect(gcode.getStatus().commands).toBe(gcode.getStatus().commands);
  });
});

describe("mux commands", () => {
  it("go to the handler of the key's value", async () => {
    const bench = await readyBench();
    const say = (text: string) => (gcmd: GCodeCommand) => gcmd.respondRaw(text);
    bench.gcode.registerMuxCommand("MUX", "ID", "a", say("one"));
    bench.gcode.registerMuxCommand("MUX", "ID", "b", say("two"));
    expect(await answers(bench, "MUX ID=b")).toEqual(["two"]);
    expect(await answers(bench, "MUX ID=c")).toEqual(["!! The value 'c' is not valid for ID"]);
    expect(await answers(bench, "MUX")).toEqual(["!! Error on 'MUX': missing ID"]);
    bench.gcode.registerMuxCommand("MUX", "ID", null, say("default"));
    expect(await answers(bench, "MUX")).toEqual(["default"]);
    expect(() => bench.gcode.registerMuxCommand("MUX", "OTHER", "x", say(""))).toThrow("mux command MUX OTHER x may have only one key (ID)");
    expect(() => bench.gcode.registerMuxCommand("MUX", "ID", "a", say(""))).toThrow("mux command MUX ID a already registered (");
  });
});

describe("parameters", () => {
  const failures: [string, string][] = [
    ["PARAM", "Error on 'PARAM': missing N"],
    ["PARAM N=x", "Error on 'PARAM N=x': unable to parse x"],
    ["PARAM N=1.5", "Error on 'PARAM N=1.5': unable to parse 1.5"],
    ["PARAM N=-1", "Error on 'PARAM N=-1': N must have minimum of 0"],
    ["PARAM N=11", "Error on 'PARAM N=11': N must have maximum of 10"],
    ["PARAM N=1 F=nan", "Error on 'PARAM N=1 F=nan': unable to parse nan"],
    ["PARAM N=1 F=0", "Error on 'PARAM N=1 F=0': F must be above 0.0"],
    ["PARAM N=1 F=5", "Error on 'PARAM N=1 F=5': F must be below 2.5"],
    ["PARAM N='1", "Malformed command 'PARAM N='1'"],
    ["PARAM N", "Malformed command 'PARAM N'"],
  ];

  it.each(failures)("of %s are refused: %s", async (line, message) => {
    const bench = await readyBench();
    bench.gcode.registerCommand("PARAM", (gcmd) => {
      gcmd.getInt("N", { minval: 0, maxval: 10 });
      gcmd.getFloat("F", { default: null, above: 0, below: 2.5 });
    });
    await expect(bench.script(line)).rejects.toThrow(new CommandError(message));
    expect(bench.output).toEqual([`!! ${message}`]);
    expect(bench.events).toContain("gcode:command_error");
  });

  it("are not bound where the default is taken", async () => {
    const { gcode } = await readyBench();
    const gcmd = gcode.createGcodeCommand("X", "X", {});
    expect([gcmd.getFloat("A", { default: -5, minval: 0 }), gcmd.getInt("B", { default: null }), gcmd.get("C", { default: "c" })]).toEqual([-5, null, "c"]);
  });
});

describe("commands that nobody handles", () => {
  it("are reported, apart from those that a printer without the part may ignore", async () => {
    const bench = await readyBench();
    expect(await answers(bench, "FOO BAR=1")).toEqual(['// Unknown command:"FOO"']);
    expect(bench.events.at(-1)).toBe("gcode:unknown_command");
    expect(await answers(bench, "M105\nM21\nM104 S0\nM140\nM107\nM106 S0\n; note\n")).toEqual([]);
    expect(await answers(bench, "M106 S255\nM104 S200")).toEqual(['// Unknown command:"M106"', '// Unknown command:"M104"']);
  });

  it("named M117 and M118 with numbers in their text reach their handlers", async () => {
    const bench = await readyBench("[display_status]\n[respond]");
    expect(await answers(bench, "M117 7 dwarfs\nM118 10% off")).toEqual(["echo: 10% off"]);
    expect(bench.object("display_status").getStatus(0).message).toBe("7 dwarfs");
  });
});

describe("an error", () => {
  it("ends the script, and is answered once per level", async () => {
    const bench = await readyBench();
    bench.gcode.registerCommand("FAIL", (gcmd) => {
      throw gcmd.error("first\nsecond");
    });
    bench.gcode.registerCommand("OUTER", () => bench.gcode.runScriptFromCommand("FAIL\nECHO A=1"));
    expect(await answers(bench, "OUTER\nECHO A=1")).toEqual(["// first\n// second", "!! first", "// first\n// second", "!! first"]);
    expect(bench.gcode.getMutex().test()).toBe(false);
  });

  it("of another kind shuts the printer down", async () => {
    const bench = await readyBench();
    bench.gcode.registerCommand("BREAK", () => {
      throw new TypeError("oops");
    });
    expect(await answers(bench, "BREAK")).toEqual(["// Klipper state: Shutdown", '!! Internal error on command:"BREAK"']);
    expect(bench.printer.getStateMessage()[1]).toBe("shutdown");
    expect((await answers(bench, "G28"))[0]).toMatch(/^\/\/ Internal error on command:"BREAK"\n/);
    expect(await answers(bench, "M112\nECHO S=1")).toEqual(["// ECHO S=1"]);
  });

  it("of a handler that paused is the same", async () => {
    const bench = await readyBench();
    bench.gcode.registerCommand("LATE", async (gcmd) => {
      await bench.reactor.pause(bench.reactor.monotonic() + 1);
      throw gcmd.error("late");
    });
    await expect(bench.script("LATE")).rejects.toThrow("late");
    expect(bench.gcode.getMutex().test()).toBe(false);
  });
});

describe("scripts", () => {
  it("wait for each other, in the order in which they came", async () => {
    const bench = await readyBench();
    const { reactor, gcode } = bench;
    gcode.registerCommand("WAIT", () => reactor.pause(reactor.monotonic() + 1).then(() => undefined));
    reactor.registerCallback(() => gcode.runScript("WAIT\nECHO A=first"));
    reactor.registerCallback(() => gcode.runScript("ECHO A=second"));
    reactor.registerCallback(() => gcode.runScript("HEATER_INTERRUPT\nECHO A=now"));
    await bench.runUntil(5);
    expect(bench.output).toEqual(["// ECHO A=now", "// ECHO A=first", "// ECHO A=second"]);
    expect(gcode.getInterruptCounter()).toBe(1);
  });

  it("are left by RETURN inside a command", async () => {
    const bench = await readyBench();
    bench.gcode.registerCommand("OUTER", () => bench.gcode.runScriptFromCommand("ECHO A=a\nRETURN\nECHO A=b"));
    expect(await answers(bench, "OUTER\nECHO A=c")).toEqual(["// ECHO A=a", "// ECHO A=c"]);
    expect(await answers(bench, "RETURN")).toEqual(['// Unknown command:"RETURN"']);
  });

  it("run without a promise where nothing pauses", async () => {
    const bench = await readyBench();
    expect(bench.gcode.runScriptNow("G1 X1 F6000")).toBeUndefined();
    expect(bench.toolhead.moves).toEqual([{ position: [1, 0, 0, 0], speed: 100 }]);
  });
});

describe("built-in commands", () => {
  it("tell state, version and help", async () => {
    const bench = await readyBench();
    bench.gcode.registerCommand("ZZ", () => undefined, { desc: "Sleeps" });
    expect(await answers(bench, "STATUS\nM115\nM110 N5")).toEqual(["// Klipper state: Ready", "// FIRMWARE_NAME:Kalico FIRMWARE_VERSION:v1"]);
    const [help] = await answers(bench, "HELP");
    expect(help).toContain("// Available extended commands:\n");
    expect(help).toContain("// ZZ        : Sleeps");
  });

  it("work before the printer is ready, others do not", async () => {
    const bench = await gcodeBench("", { unready: true });
    const gcmd = bench.gcode.createGcodeCommand("STATUS", "STATUS", {});
    expect(() => bench.gcode.lookupHandler("STATUS")!(gcmd)).toThrow(/\nKlipper state: Not ready$/);
    expect(() => bench.gcode.processLine("G28", false)).toThrow(/Printer is not ready/);
  });

  it("restart after the moves are done", async () => {
    const bench = await readyBench();
    await bench.script("G1 X100 F600");
    bench.reactor.registerCallback(() => bench.gcode.runScript("RESTART"));
    await bench.runUntil(9);
    expect(bench.result()).toBeUndefined();
    await bench.runUntil(12);
    expect(bench.result()).toBe("restart");
    expect(bench.events).toContain("gcode:request_restart");
  });
});

describe("a fed file", () => {
  it("goes on behind an error, and tells which there were", async () => {
    const bench = await readyBench();
    const done = feedGcode(bench.printer, "G1 X1 F6000\nG20\nG1 X2\nG1 X500 F600\nG1 X0");
    await bench.runUntil(200);
    expect(await done.wait()).toEqual({ lines: 5, errors: ["Machine does not support G20 (inches) command"], stopped: false });
    expect(bench.toolhead.moves.map(({ position }) => position[0])).toEqual([1, 2, 500, 0]);
  });

  it("stops at the first error when told to, and at a shutdown", async () => {
    const bench = await readyBench();
    const done = feedGcode(bench.printer, ["G20", "G1 X2"], { onError: "stop" });
    await bench.runUntil(1);
    expect(await done.wait()).toMatchObject({ lines: 1, stopped: true });
    const next = feedGcode(bench.printer, ["M112", "G1 X2"]);
    await bench.runUntil(2);
    expect(await next.wait()).toMatchObject({ lines: 1, stopped: true });
  });
});
