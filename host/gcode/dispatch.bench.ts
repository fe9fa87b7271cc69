/** Cost of a line of g-code: reading it, and running it from a file down to the toolhead. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, describe } from "vitest";
import { parseLine } from "./line.js";
import { gcodeBench, temporaryDirectory } from "./testing/gcode-bench.js";

const LINES = 25_000;

const lines = Array.from({ length: LINES }, (_, i) => `G1 X${(100 + 50 * Math.sin(i / 7)).toFixed(3)} Y${(100 + 50 * Math.cos(i / 7)).toFixed(3)} E${(i * 0.0412).toFixed(5)}`);

describe(`${LINES} moves`, () => {
  bench("parseLine", () => {
    for (const line of lines) parseLine(line);
  });

  const macro = "[gcode_macro M]\ngcode:\n  {% for i in range(10) %}\n  {% set x = params.X|default(0)|float + i %}\n  G1 X{x|round(3)} Y{printer.gcode_move.position.y + 1}\n  {% endfor %}\n";
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "job.gcode"), `G1 F60000000\n${lines.join("\n")}\n`);
  const ready = gcodeBench(`[virtual_sdcard]\npath: ${directory}\n${macro}`);

  bench("processLine to the toolhead", async () => {
    const { gcode, toolhead } = await ready;
    toolhead.moves.length = 0;
    for (const line of lines) {
      toolhead.printTime = 0;
      void gcode.processLine(line, false);
    }
  });

  bench("printed from a file", async () => {
    const printer = await ready;
    printer.toolhead.moves.length = 0;
    await printer.script("SDCARD_PRINT_FILE FILENAME=job.gcode");
    await printer.runUntil(printer.clock.now + 10_000);
    if (printer.toolhead.moves.length < LINES) throw new Error(`Only ${printer.toolhead.moves.length} moves`);
  }, { iterations: 5 });

  bench("a macro of ten moves", async () => {
    await (await ready).script("M X=5");
  });
});
