/** Displays, from templates over the wire to what the simulated screen shows. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, test } from "vitest";
import { characterCell } from "../../host/modules/displays/font.js";
import type { Screen } from "../../sim-mcu/devices/screens.js";
import { portableBitmap, screenReport } from "../../sim-mcu/devices/screens.js";
import { runJob } from "./run-job.js";

const directory = mkdtempSync(join(tmpdir(), "screens-"));
afterAll(() => rmSync(directory, { recursive: true }));

const SPI = "spi_software_sclk_pin: PC6\nspi_software_mosi_pin: PC7\nspi_software_miso_pin: PL7\n";
const CHIPS: Readonly<Record<string, string>> = {
  hd44780: "rs_pin: PA1\ne_pin: PA2\nd4_pin: PA3\nd5_pin: PA4\nd6_pin: PA5\nd7_pin: PA6\n",
  hd44780_spi: `latch_pin: PC4\n${SPI}`,
  aip31068_spi: `latch_pin: PC4\n${SPI}`,
  st7920: "cs_pin: PC1\nsclk_pin: PC2\nsid_pin: PC3\n",
  emulated_st7920: `en_pin: PC4\n${SPI}`,
  uc1701: `cs_pin: PC4\na0_pin: PC5\n${SPI}`,
  ssd1306: "i2c_software_scl_pin: PB1\ni2c_software_sda_pin: PB2\n",
  sh1106: `x_offset: 2\ncs_pin: PC4\ndc_pin: PC5\n${SPI}`,
};

async function run(sections: string, gcode: string): Promise<{ screens: ReadonlyMap<string, Screen>; errors: string[]; state: string }> {
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, `[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: none\nmax_velocity: 300\nmax_accel: 3000\n[virtual_sdcard]\npath: ${directory}\n${sections}`);
  const { world, result, state, message } = await runJob({ configFile, board: "ideal", seed: 1, lines: gcode.split("\n"), live: true });
  if (state !== "ready") throw new Error(message);
  return { screens: world.plant.screens, errors: result!.errors, state };
}

/** Lines that a user reads: by the chip's characters, else by the shapes of the pixels. */
function readable(screen: Screen): string[] {
  const text = screen.text();
  if (text.length > 0) return text;
  const pixels = screen.pixels();
  const letters = new Map(Array.from({ length: 95 }, (_, i): [string, string] => [characterCell(i + 32).join(), String.fromCharCode(i + 32)]));
  return Array.from({ length: 4 }, (_, row) => Array.from({ length: 16 }, (_unused, column) => {
    const cell = Array.from({ length: 16 }, (_row, y) => Array.from({ length: 8 }, (_column, x) => pixels[row * 16 + y]![column * 8 + x]! << (7 - x)).reduce((a, b) => a | b, 0));
    return letters.get(cell.join()) ?? "▒";
  }).join(""));
}

test("every character has a shape of its own", () => {
  const shapes = Array.from({ length: 95 }, (_, i) => characterCell(i + 32).join());
  expect(new Set(shapes).size).toBe(95);
});

describe.each(Object.keys(CHIPS))("a %s", (kind) => {
  it("shows what templates print, where they say, cut off at the right edge", async () => {
    const columns = /hd44780|aip/.test(kind) ? 20 : 16;
    const letters = fc.stringMatching(/^[!-"$-}]{1,12}$/).filter((word) => !/[{}'"#%;\\~]/.test(word));
    await fc.assert(fc.asyncProperty(letters, letters, fc.integer({ min: 0, max: 15 }), async (first, second, column) => {
      const sections = `[display]\nlcd_type: ${kind}\n${CHIPS[kind]}display_group: mine\n` +
        `[display_data mine a]\nposition: 1, ${column}\ntext: { '${first}' }\n[display_data mine b]\nposition: 3, 0\ntext: {2 + 3}{ render('t', param_w='${second}') }\n[display_template t]\nparam_w: ''\ntext: [{param_w}]\n`;
      const { screens } = await run(sections, "G4 P3000");
      const blank = " ".repeat(columns);
      expect(readable(screens.get("display")!)).toEqual([
        blank, `${" ".repeat(column)}${first}${blank}`.slice(0, columns), blank, `5[${second}]${blank}`.slice(0, columns),
      ]);
    }), { numRuns: 4, seed: 7 });
  });

  it("shows a message of M117 by default, and another group when it is told to", async () => {
    const sections = `[display]\nlcd_type: ${kind}\n${CHIPS[kind]}[display_data other x]\nposition: 0, 0\ntext: other ~degrees~|\n`;
    const shown = await run(sections, "M117 hello there\nG4 P3000");
    expect(readable(shown.screens.get("display")!)[3]!.trimEnd()).toBe("hello there");
    const other = await run(sections, "SET_DISPLAY_GROUP GROUP=other\nG4 P2000");
    expect(readable(other.screens.get("display")!)[0]!).toMatch(/^other ▒\| *$/);
    expect(readable(other.screens.get("display")!)[3]!.trim()).toBe("");
  });
});

test("a sign of one's own, a bar and the default screen appear as pixels, and in the report of a run", async () => {
  const box = `  ${"*".repeat(16)}\n${`  *${".".repeat(14)}*\n`.repeat(14)}  ${"*".repeat(16)}\n`;
  const sections = `[display]\nlcd_type: ssd1306\n${CHIPS["ssd1306"]}[display_glyph box]\ndata:\n${box}[display_data mine a]\nposition: 0, 2\ntext: ~box~{ draw_progress_bar(1, 0, 4, 0.25) }\n`;
  const { screens } = await run(sections, "SET_DISPLAY_GROUP GROUP=mine\nG4 P2000");
  const pixels = screens.get("display")!.pixels();
  expect(pixels[0]!.slice(15, 34).join("")).toBe("0111111111111111100");
  expect(pixels[5]!.slice(15, 34).join("")).toBe("0100000000000000100");
  expect(pixels[20]!.slice(0, 33).join("")).toBe(`${"1".repeat(8)}${"0".repeat(23)}10`);
  expect(portableBitmap(screens.get("display")!).split("\n").slice(0, 2)).toEqual(["P1", "128 64"]);
  expect(screenReport(screens)["display"]!.picture![0]).toMatch(/^ {16}█▀+█/);
});

test("a display is refused a group that is not there, and SET_DISPLAY_GROUP a display", async () => {
  const sections = `[display]\nlcd_type: st7920\n${CHIPS["st7920"]}[display other]\nlcd_type: hd44780\n${CHIPS["hd44780"]}`;
  const { errors } = await run(sections, 'SET_DISPLAY_GROUP GROUP=zz\nSET_DISPLAY_GROUP DISPLAY=other GROUP=zz\nSET_DISPLAY_GROUP DISPLAY="display other" GROUP=_default_20x4');
  expect(errors).toEqual(["Unknown display_data group 'zz'", "The value 'other' is not valid for DISPLAY"]);
  await expect(run(sections.replace("[display other]", "display_group: zz\n[display other]"), "")).rejects.toThrow("Unknown display_data group 'zz'");
  await expect(run(`${sections}[display_glyph q]\ndata: 1\n`, "")).rejects.toThrow("Invalid glyph line in q");
  await expect(run(`${sections}[display_data q]\nposition: 0,0\ntext: 3\n`, "")).rejects.toThrow("Section name 'display_data q' is not valid");
});
