import { describe, expect, it } from "vitest";
import { gcodeBench, type GCodeBench } from "./testing/gcode-bench.js";

async function answers(bench: GCodeBench, script: string): Promise<string[]> {
  bench.output.length = 0;
  await bench.script(script).catch(() => undefined);
  return [...bench.output];
}

const macro = (name: string, lines: string, options = ""): string => `[gcode_macro ${name}]\n${options}gcode:\n  ${lines.replaceAll("\n", "\n  ")}\n`;

describe("a macro", () => {
  it("runs its rendered text with parameters, raw parameters and variables", async () => {
    const bench = await gcodeBench(macro("Greet", "ECHO T={params.T|float * 2} R='{rawparams}' V={whom[0]}", "variable_whom: ['all', 2]\n"));
    expect(await answers(bench, "greet T=1.5")).toEqual(["// ECHO T=3.0 R='T=1.5' V=all"]);
  });

  it("sees every object's status as it is when it is rendered", async () => {
    const bench = await gcodeBench(macro("A", "G1 X7 F6000\nECHO X={printer.gcode_move.position.x}") + macro("B", "A\nA"));
    expect(await answers(bench, "B")).toEqual(["// ECHO X=0.0", "// ECHO X=7.0"]);
  });

  it("reads status numbers as Kalico has them", async () => {
    const bench = await gcodeBench(macro("A", "ECHO V={printer.toolhead.max_velocity} S={printer.toolhead.stalls} M={printer.toolhead.axis_maximum[0]}"));
    expect(await answers(bench, "A")).toEqual(["// ECHO V=300.0 S=0 M=235.0"]);
  });

  it("reads each object once, and does not reach the object through what it read", async () => {
    let reads = 0;
    const data = { list: [1], value: 3 };
    const probe = { getStatus: () => (reads++, data) };
    const bench = await gcodeBench(`[thing]\n${macro("A", "{% do printer.thing.list.append(2) %}ECHO L={printer.thing.list|length} V={printer.thing.value}")}`, {
      modules: { thing: { loadConfig: () => probe } },
    });
    expect(await answers(bench, "A")).toEqual(["// ECHO L=2 V=3.0"]);
    expect(reads).toBe(1);
    expect(data.list).toEqual([1]);
  });

  it("can ask whether an object is there, and lists those that are", async () => {
    const bench = await gcodeBench(macro("A", "ECHO H={'heaters' in printer} G={'gcode_move' in printer} N={printer|list|length > 3} X={printer.heaters is defined}"));
    expect(await answers(bench, "A")).toEqual(["// ECHO H=False G=True N=True X=False"]);
  });

  it("fails with the text of Python's exception", async () => {
    const bench = await gcodeBench(macro("A", "{1/0}") + macro("B", "{printer.nope.x}") + macro("C", "{action_raise_error('too hot')}"));
    expect(await answers(bench, "A")).toEqual(["!! Error evaluating 'gcode_macro A:gcode': ZeroDivisionError: division by zero"]);
    expect((await answers(bench, "B"))[0]).toBe(
      "!! Error evaluating 'gcode_macro B:gcode': jinja2.exceptions.UndefinedError: 'klippy.extras.gcode_macro.GetStatusWrapperJinja object' has no attribute 'nope'",
    );
    expect((await answers(bench, "C"))[0]).toBe("!! Error evaluating 'gcode_macro C:gcode': klippy.gcode.CommandError: too hot");
    expect(bench.printer.getStateMessage()[1]).toBe("ready");
  });

  it("does not call itself", async () => {
    const bench = await gcodeBench(macro("A", "B") + macro("B", "A"));
    expect((await answers(bench, "A")).at(-1)).toBe("!! Macro A called recursively");
    expect((await answers(bench, "B")).at(-1)).toBe("!! Macro B called recursively");
  });

  it("acts while it is rendered", async () => {
    const bench = await gcodeBench(macro("A", "ECHO A=1\n{action_respond_info('first')}{action_log('noted')}") + macro("STOP", "{action_emergency_stop('fire')}"));
    expect(await answers(bench, "A")).toEqual(["// first", "// ECHO A=1"]);
    expect(bench.log).toContain("info: noted");
    await answers(bench, "STOP");
    expect(bench.printer.getStateMessage()[0]).toMatch(/^Shutdown due to fire\n/);
  });

  it("takes the place of a command and calls it by its new name", async () => {
    const bench = await gcodeBench(macro("G21", "ECHO M=mm\nG21.1", "rename_existing: G21.1\ndescription: Metric\n"));
    expect(await answers(bench, "G21")).toEqual(["// ECHO M=mm"]);
    expect(bench.gcode.getCommandHelp()).toMatchObject({ G21: "Metric", "G21.1": "Renamed builtin of 'G21'" });
  });
});

describe("a macro's variables", () => {
  it("are published, and set by SET_GCODE_VARIABLE as Python literals", async () => {
    const bench = await gcodeBench(macro("A", "ECHO V=\"{v}\" W=\"{printer['gcode_macro A'].w}\"", "variable_v: 1\nvariable_w: {'x': 2.0}\n"));
    const before = bench.object("gcode_macro A").getStatus(0);
    expect(before).toEqual({ v: 1, w: { x: 2 } });
    expect(await answers(bench, "SET_GCODE_VARIABLE MACRO=A VARIABLE=v VALUE=\"('a', 1.0)\"\nA")).toEqual(["// ECHO V=\"('a', 1.0)\" W=\"{'x': 2.0}\""]);
    expect(before).toEqual({ v: 1, w: { x: 2 } });
    expect(bench.object("gcode_macro A").getStatus(0)).toEqual({ v: ["a", 1], w: { x: 2 } });
  });

  it("must exist and be given a literal", async () => {
    const bench = await gcodeBench(macro("A", "G21", "variable_v: 1\n"));
    expect(await answers(bench, "SET_GCODE_VARIABLE MACRO=A VARIABLE=u VALUE=1")).toEqual(["!! Unknown gcode_macro variable 'u'"]);
    expect((await answers(bench, "SET_GCODE_VARIABLE MACRO=A VARIABLE=v VALUE=abc"))[0]).toMatch(/^!! Unable to parse 'abc' as a literal: malformed node or string/);
    expect(await answers(bench, "SET_GCODE_VARIABLE MACRO=B VARIABLE=v VALUE=1")).toEqual(["!! The value 'B' is not valid for MACRO"]);
  });
});

describe("a wrong macro section", () => {
  const cases: [string, string, RegExp][] = [
    ["an unfinished template", macro("A", "{% if 1 %}"), /Error loading template 'gcode_macro A:gcode'\nline 1: \{% if 1 %\} # Unexpected end of template\./],
    ["a variable that is no literal", macro("A", "G21", "variable_x: abc\n"), /^Option 'variable_x' in section 'gcode_macro A' is not a valid literal: malformed node/],
    ["a rename across kinds", macro("A", "G21", "rename_existing: G1\n"), /^G-Code macro rename of different types \('A' vs 'G1'\)/],
    ["a rename of nothing", macro("A", "G21", "rename_existing: B\n"), /^Existing command 'A' not found in gcode_macro rename/],
    ["two words as a name", macro("A B", "G21"), /^Name of section 'gcode_macro A B' contains illegal whitespace/],
    ["a taken name", macro("G1", "G21") , /^gcode command G1 already registered/],
    ["Python", "[gcode_macro A]\ngcode: !emit('G21')\n", /^Option 'gcode' in section 'gcode_macro A' is a macro in Python, and this host was started without one/],
  ];

  it.each(cases)("with %s keeps the printer from getting ready", async (_what, config, message) => {
    await expect(gcodeBench(config)).rejects.toThrow(message);
  });
});

describe("delayed g-code", () => {
  const section = "[delayed_gcode d]\ngcode:\n  ECHO A={printer.idle_timeout.state}\n";

  it("runs once its initial duration is over", async () => {
    const bench = await gcodeBench(`${section}initial_duration: 3\n`);
    await bench.runUntil(2.9);
    expect(bench.output).not.toContain("// ECHO A=Idle");
    await bench.runUntil(10);
    expect(bench.output.filter((line) => line.includes("ECHO"))).toEqual(["// ECHO A=Idle"]);
  });

  it("is scheduled and cancelled by UPDATE_DELAYED_GCODE", async () => {
    const bench = await gcodeBench(section);
    await bench.script("UPDATE_DELAYED_GCODE ID=d DURATION=1");
    await bench.runUntil(5);
    expect(bench.output.at(-1)).toBe("// ECHO A=Idle");
    bench.output.length = 0;
    await bench.script("UPDATE_DELAYED_GCODE ID=d DURATION=1\nUPDATE_DELAYED_GCODE ID=d DURATION=0");
    await bench.runUntil(10);
    expect(bench.output).toEqual([]);
  });

  it("repeats when it schedules itself, an error or not", async () => {
    const bench = await gcodeBench("[delayed_gcode d]\ninitial_duration: 1\ngcode:\n  UPDATE_DELAYED_GCODE ID=d DURATION=2\n  G20\n");
    await bench.runUntil(6);
    expect(bench.output.filter((line) => line.startsWith("!!"))).toHaveLength(3);
  });
});
