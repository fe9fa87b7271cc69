import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gcodeBench, temporaryDirectory, type GCodeBench } from "../gcode/testing/gcode-bench.js";

/** A bench with a card that holds these files. */
async function cardBench(files: Record<string, string>, extra = ""): Promise<GCodeBench> {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const bench = await gcodeBench(`[virtual_sdcard]\npath: ${directory}/\n[pause_resume]\n[display_status]\n${extra}`);
  bench.output.length = 0;
  return bench;
}

const status = (bench: GCodeBench, name: string): any => bench.object(name).getStatus(bench.clock.now);
const run = (bench: GCodeBench, script: string): void => {
  bench.reactor.registerCallback(() => bench.gcode.runScript(script).catch(() => undefined));
};

/** 10 s of moves, 1 s each. */
const JOB = `G92 E0\nM83\n${Array.from({ length: 10 }, (_, i) => `G1 X${i % 2 === 0 ? 100 : 0} E1 F6000`).join("\n")}\n`;

describe("a print from a file", () => {
  it("runs every line and tells what it did", async () => {
    const bench = await cardBench({ "job.gcode": JOB });
    await bench.script("SDCARD_PRINT_FILE FILENAME=JOB.gcode");
    expect(bench.output).toEqual([`File opened: JOB.gcode Size: ${JOB.length}`, "File selected"]);
    await bench.runUntil(5);
    expect(status(bench, "print_stats")).toMatchObject({ state: "printing", filename: "JOB.gcode" });
    expect(status(bench, "virtual_sdcard")).toMatchObject({ is_active: true, file_size: JOB.length });
    expect(status(bench, "display_status").progress).toBe(status(bench, "virtual_sdcard").progress);
    await bench.runUntil(30);
    expect(bench.toolhead.moves).toHaveLength(10);
    expect(status(bench, "print_stats")).toMatchObject({ state: "complete", message: "" });
    // Counted up to the last time that somebody asked while it printed.
    expect(status(bench, "print_stats").filament_used).toBe(7);
    expect(status(bench, "virtual_sdcard")).toMatchObject({ is_active: false, file_path: null, progress: 1, file_position: JOB.length });
    expect(bench.output.at(-1)).toBe("Done printing file");
    const told = bench.events.filter((event) => /^(print_stats|virtual_sdcard):/.test(event));
    expect(told.slice(1)).toEqual([
      "print_stats:reset", "virtual_sdcard:reset_file", "print_stats:reset", "virtual_sdcard:load_file",
      "print_stats:start_printing", "print_stats:complete_printing",
    ]);
  });

  it("counts bytes, not characters, and keeps carriage returns out of commands", async () => {
    const text = "; größe\r\nG1 X1 F6000\r\n";
    const bench = await cardBench({ "a.g": text });
    await bench.script("SDCARD_PRINT_FILE FILENAME=a.g");
    await bench.runUntil(3);
    expect(status(bench, "virtual_sdcard").file_position).toBe(Buffer.byteLength(text));
    expect(bench.toolhead.moves).toHaveLength(1);
  });

  it("pauses behind the line that runs, comes back to the place, and goes on", async () => {
    const bench = await cardBench({ "job.gcode": JOB });
    await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    await bench.runUntil(3);
    run(bench, "PAUSE");
    await bench.runUntil(6);
    const done = bench.toolhead.moves.length;
    expect(done).toBeLessThan(10);
    expect(status(bench, "print_stats").state).toBe("paused");
    expect(status(bench, "pause_resume")).toEqual({ is_paused: true });
    await bench.script("G1 Y50 F60000");
    await bench.runUntil(20);
    expect(bench.toolhead.moves).toHaveLength(done + 1);
    run(bench, "RESUME VELOCITY=100");
    await bench.runUntil(40);
    expect(bench.toolhead.moves).toHaveLength(12);
    expect(bench.toolhead.moves[done + 1]).toEqual({ position: [...bench.toolhead.moves[done - 1]!.position.slice(0, 3), expect.any(Number)], speed: 100 });
    expect(status(bench, "print_stats").state).toBe("complete");
    expect(status(bench, "pause_resume")).toEqual({ is_paused: false });
  });

  it("can pause itself", async () => {
    const bench = await cardBench({ "job.gcode": "G1 X1 F6000\nPAUSE\nG1 X2\n" });
    await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    await bench.runUntil(3);
    expect([status(bench, "print_stats").state, bench.toolhead.moves.length]).toEqual(["paused", 1]);
    await bench.script("RESUME");
    await bench.runUntil(6);
    expect([status(bench, "print_stats").state, bench.toolhead.position[0]]).toEqual(["complete", 2]);
  });

  it("ends by CANCEL_PRINT, also while paused", async () => {
    for (const before of ["", "PAUSE"]) {
      const bench = await cardBench({ "job.gcode": JOB });
      await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
      await bench.runUntil(3);
      run(bench, `${before}\nCANCEL_PRINT`);
      await bench.runUntil(8);
      expect(status(bench, "print_stats").state).toBe("cancelled");
      expect(status(bench, "virtual_sdcard")).toMatchObject({ file_path: null, file_position: 0, is_active: false });
      expect(bench.toolhead.moves.length).toBeLessThan(10);
    }
  });

  it("stops at an error, with its text, after the error script", async () => {
    const bench = await cardBench({ "job.gcode": "G1 X1 F6000\nG20\nG1 X2\n" });
    await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    await bench.runUntil(3);
    expect(status(bench, "print_stats")).toMatchObject({ state: "error", message: "Machine does not support G20 (inches) command" });
    expect(bench.toolhead.position[0]).toBe(1);
    expect(bench.events).toContain("print_stats:error_printing");
  });

  it("stops at a shutdown", async () => {
    const bench = await cardBench({ "job.gcode": JOB });
    await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    await bench.runUntil(3);
    bench.printer.invokeShutdown("fire");
    await bench.runUntil(10);
    expect(status(bench, "virtual_sdcard").is_active).toBe(false);
    expect(bench.toolhead.moves.length).toBeLessThan(10);
  });

  it("lets a script from outside in between two lines", async () => {
    const bench = await cardBench({ "job.gcode": JOB });
    await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    await bench.runUntil(3);
    run(bench, "G4_TEST\nECHO A=1");
    await bench.runUntil(5);
    expect(bench.output).toContain("// ECHO A=1");
  });
});

describe("the card's commands", () => {
  it("list, select, seek, report and start", async () => {
    const bench = await cardBench({ "b.gcode": "G1 X1 F6000\nG1 X2\n", "A.gcode": "", ".hidden": "", "sub/c.gcode": "" });
    await bench.script("M20\nM21\nM27\nM23 /b.gcode\nM27\nM26 S12\nM24");
    await bench.runUntil(3);
    expect(bench.output).toEqual([
      "Begin file list", "A.gcode 0", "b.gcode 18", "End file list", "SD card ok", "Not SD printing.",
      "File opened: b.gcode Size: 18", "File selected", "SD printing byte 0/18", "Done printing file",
    ]);
    expect(bench.toolhead.moves.map(({ position }) => position[0])).toEqual([2]);
  });

  it("find files of sub-directories for SDCARD_PRINT_FILE", async () => {
    const bench = await cardBench({ "sub/c.gcode": "G1 X3 F6000\n", "sub/c.txt": "" });
    await bench.script("SDCARD_PRINT_FILE FILENAME=/sub/c.gcode");
    await bench.runUntil(2);
    expect(bench.toolhead.position[0]).toBe(3);
    await expect(bench.script("SDCARD_PRINT_FILE FILENAME=sub/c.txt")).rejects.toThrow("Unable to open file");
  });

  it("refuse what a running print forbids", async () => {
    const bench = await cardBench({ "job.gcode": JOB });
    await bench.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    for (const line of ["M23 job.gcode", "M24", "M26 S0", "SDCARD_PRINT_FILE FILENAME=job.gcode"]) await expect(bench.script(line)).rejects.toThrow("SD busy");
    await expect(bench.script("M28 x")).rejects.toThrow("SD write not supported");
  });
});
