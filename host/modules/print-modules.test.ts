import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gcodeBench, temporaryDirectory, type GCodeBench } from "../gcode/testing/gcode-bench.js";
import { sharedNote, sharedPath } from "../testing/shared-data.js";

const status = (bench: GCodeBench, name: string): any => bench.object(name).getStatus(bench.clock.now);

async function answers(bench: GCodeBench, script: string): Promise<string[]> {
  bench.output.length = 0;
  await bench.script(script).catch(() => undefined);
  return [...bench.output];
}

describe("respond", () => {
  it("prefixes messages by type", async () => {
    const bench = await gcodeBench("[respond]\ndefault_type: command");
    expect(await answers(bench, "M118 Hi there\nRESPOND MSG='a b'\nRESPOND TYPE=error MSG=x\nRESPOND TYPE=echo_no_space MSG=x\nRESPOND PREFIX=tag MSG=x")).toEqual([
      "// Hi there", "// a b", "!! x", "echo:x", "tag x",
    ]);
    expect(await answers(bench, "RESPOND TYPE=shout")).toEqual(["!! RESPOND TYPE 'shout' is invalid. Must be one of 'echo', 'command', or 'error'"]);
  });
});

describe("save_variables", () => {
  it("keeps Python values over a restart", async () => {
    const file = join(temporaryDirectory(), "vars.cfg");
    const config = `[save_variables]\nfilename: ${file}\n[gcode_macro A]\ngcode: ECHO V="{printer.save_variables.variables}"\n`;
    const first = await gcodeBench(config);
    expect(existsSync(file)).toBe(true);
    await first.script("SAVE_VARIABLE VARIABLE=Tool VALUE='\"extruder1\"'\nSAVE_VARIABLE VARIABLE=offset VALUE=2.0\nSAVE_VARIABLE VARIABLE=list VALUE=\"[1, ('a',), None]\"");
    expect(readFileSync(file, "utf8")).toBe("[Variables]\nlist = [1, ('a',), None]\noffset = 2.0\ntool = 'extruder1'\n\n");
    const second = await gcodeBench(config);
    expect(status(second, "save_variables")).toEqual({ variables: { list: [1, ["a"], null], offset: 2, tool: "extruder1" } });
    expect(await answers(second, "A")).toEqual(["// ECHO V=\"{'list': [1, ('a',), None], 'offset': 2.0, 'tool': 'extruder1'}\""]);
    expect(await answers(second, "SAVE_VARIABLE VARIABLE=x VALUE=abc")).toEqual(["!! Unable to parse 'abc' as a literal"]);
  });

  it("refuses a file that it cannot read", async () => {
    const file = join(temporaryDirectory(), "vars.cfg");
    writeFileSync(file, "[Variables]\nx = abc\n");
    await expect(gcodeBench(`[save_variables]\nfilename: ${file}\n`)).rejects.toThrow("Unable to parse existing variable file");
  });
});

describe("display_status", () => {
  it("shows M73 until five seconds after it, and the last message", async () => {
    const bench = await gcodeBench("[display_status]");
    await bench.script("M73 P150\nM117 Layer 1");
    expect(status(bench, "display_status")).toEqual({ progress: 1, message: "Layer 1" });
    await bench.runUntil(bench.clock.now + 5.1);
    expect(status(bench, "display_status").progress).toBe(0);
    await bench.script("M117\nSET_DISPLAY_TEXT MSG=x\nSET_DISPLAY_TEXT");
    expect(status(bench, "display_status").message).toBeNull();
  });
});

describe("idle_timeout", () => {
  it("goes from printing over ready to idle, and runs its script", async () => {
    const bench = await gcodeBench("[respond]\n[gcode_macro M84]\ngcode: ECHO OFF=1\n");
    await bench.script("SET_IDLE_TIMEOUT TIMEOUT=20\nG1 X100 F6000");
    expect(bench.output).toContain("// idle_timeout: Timeout set to 20.00 s");
    expect(status(bench, "idle_timeout").state).toBe("Printing");
    await bench.runUntil(4);
    expect(status(bench, "idle_timeout").state).toBe("Ready");
    await bench.runUntil(18);
    expect(status(bench, "idle_timeout").state).toBe("Ready");
    await bench.runUntil(30);
    expect(status(bench, "idle_timeout")).toEqual({ state: "Idle", printing_time: 0 });
    expect(bench.output.at(-1)).toBe("// ECHO OFF=1");
    expect(bench.events.filter((event) => event.startsWith("idle_timeout"))).toEqual(["idle_timeout:printing", "idle_timeout:ready", "idle_timeout:idle"]);
  });
});

describe("print_stats", () => {
  it("takes layers from the slicer", async () => {
    const bench = await gcodeBench("[print_stats]");
    const info = async (script: string): Promise<unknown> => {
      await bench.script(script);
      return status(bench, "print_stats").info;
    };
    expect(await info("SET_PRINT_STATS_INFO CURRENT_LAYER=3")).toEqual({ total_layer: null, current_layer: null });
    expect(await info("SET_PRINT_STATS_INFO TOTAL_LAYER=5")).toEqual({ total_layer: 5, current_layer: 0 });
    expect(await info("SET_PRINT_STATS_INFO CURRENT_LAYER=9")).toEqual({ total_layer: 5, current_layer: 5 });
    expect(await info("SET_PRINT_STATS_INFO TOTAL_LAYER=0")).toEqual({ total_layer: null, current_layer: null });
  });
});

describe("exclude_object", () => {
  it("keeps what the file defines", async () => {
    const bench = await gcodeBench("[exclude_object]");
    await bench.script("EXCLUDE_OBJECT_DEFINE NAME=b CENTER=1,2.5 POLYGON=[[0,0],[1,1]]\nEXCLUDE_OBJECT_START NAME=a");
    expect(status(bench, "exclude_object")).toEqual({
      objects: [{ name: "A" }, { name: "B", center: [1, 2.5], polygon: [[0, 0], [1, 1]] }], excluded_objects: [], current_object: "A",
    });
    expect(await answers(bench, "EXCLUDE_OBJECT_END NAME=b\nEXCLUDE_OBJECT_DEFINE\nEXCLUDE_OBJECT NAME=b\nEXCLUDE_OBJECT\nEXCLUDE_OBJECT CURRENT=1")).toEqual([
      "// EXCLUDE_OBJECT_END NAME=B does not match the current object NAME=A", "// Known objects: A B", "// Excluding object B", "// Excluded objects: B",
      "!! There is no current object to cancel",
    ]);
    expect(await answers(bench, "EXCLUDE_OBJECT NAME=b RESET=1\nEXCLUDE_OBJECT")).toEqual(["// Unexcluding object B", "// Excluded objects:"]);
  });

  it("leaves the moves of an excluded part out and goes on behind it", async () => {
    const bench = await gcodeBench("[exclude_object]");
    const prime = Array.from({ length: 5 }, (_, i) => `G1 X${i} E${i + 1} F60000`).join("\n");
    await bench.script(`EXCLUDE_OBJECT NAME=a\n${prime}\nEXCLUDE_OBJECT_START NAME=a\nG1 X50 E10\nG1 Y50 E20\nEXCLUDE_OBJECT_END\nG1 X60 Y5 E20\nG1 X70 E21`);
    expect(bench.toolhead.moves.slice(5).map(({ position }) => position)).toEqual([[60, 5, 0, 5], [70, 5, 0, 6]]);
    bench.printer.sendEvent("virtual_sdcard:reset_file");
    await bench.script("G1 X1 E30");
    expect(bench.toolhead.position).toEqual([1, 5, 0, 30]);
  });
});

describe("statistics", () => {
  it("asks every object once a second, and logs when one is active", async () => {
    const asked: number[] = [];
    const thing = { stats: (eventTime: number) => (asked.push(eventTime), [true, "thing=1"]) };
    const bench = await gcodeBench("[statistics]\n[thing]\n", { modules: { thing: { loadConfig: () => thing } } });
    await bench.runUntil(3.5);
    expect(asked).toHaveLength(4);
    expect(bench.log.filter((line) => line.includes("Stats ")).at(-1)).toMatch(/^info: Stats 3\.0: .*thing=1/);
    expect(status(bench, "system_stats")).toEqual({ sysload: 0, cputime: 0, memavail: 0 });
  });

  it("shuts the printer down over a stats member that cannot be called", async () => {
    const bench = await gcodeBench("[statistics]\n[thing]\n", { modules: { thing: { loadConfig: () => ({ stats: 5 }) } }, unready: true });
    await bench.runUntil(2);
    expect(bench.printer.getStateMessage()[0]).toMatch(/^Unhandled exception during run/);
  });
});

describe("status", () => {
  const dump = sharedPath("golden/api/status-dump-kalico.json");

  it.skipIf(dump === undefined)(`has the fields of Kalico's, of the same types${sharedNote(dump)}`, async () => {
    const golden = (JSON.parse(readFileSync(dump!, "utf8")) as { status: Record<string, Record<string, unknown>> }).status;
    const bench = await gcodeBench(`[virtual_sdcard]\npath: ${temporaryDirectory()}\n[pause_resume]\n[display_status]\n[exclude_object]\n[statistics]\n`);
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.length === 0 ? "list" : value.map(shape);
      if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)]));
      return value === null ? "null" : typeof value;
    };
    for (const name of ["gcode_move", "virtual_sdcard", "print_stats", "pause_resume", "display_status", "idle_timeout", "exclude_object", "system_stats"]) {
      expect([name, shape(JSON.parse(JSON.stringify(status(bench, name))))]).toEqual([name, shape(golden[name])]);
    }
  });
});
