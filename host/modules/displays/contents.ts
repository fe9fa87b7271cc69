/**
 * The contents of screens, read once for all displays of a printer: groups of `[display_data]` items beside the default ones, and `[display_glyph]`
 * signs. `draw` renders a group and puts its text on a canvas: `~name~` is a sign, what reaches over the right edge is cut off.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { PrinterGCodeMacro } from "../../gcode/gcode-macro.js";
import { Template } from "../../gcode/gcode-macro.js";
import { numeric, type PyFunction } from "../../gcode/template/py-values.js";
import type { Printer } from "../../printer/printer-surface.js";
import { displayTemplates, type DisplayTemplates } from "../display-templates.js";
import { DEFAULT_SCREENS } from "./default-screens.js";
import { BUILT_IN_GLYPHS, type Glyph } from "./icons.js";

/** Where text is put, in cells of a character. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  clear(): void;
  writeText(column: number, row: number, codes: readonly number[]): void;
  /** Cells that the sign takes; 0 where the display cannot show it. */
  writeGlyph(column: number, row: number, glyph: Glyph): number;
  /** Adds pixels of a cell: 16 rows of 8 bits, highest bit left. Displays without pixels pass them over. */
  writePixels(column: number, row: number, pixels: readonly number[]): void;
}

interface Item {
  row: number;
  column: number;
  template: Template;
}

export class ScreenContents {
  private readonly printer: Printer;
  private readonly templates: DisplayTemplates;
  private readonly groups = new Map<string, Map<string, Item>>();
  private readonly glyphs = new Map(BUILT_IN_GLYPHS);

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.templates = displayTemplates(config);
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    for (const [group, items] of Object.entries(DEFAULT_SCREENS)) {
      for (const [name, { row, column, text }] of Object.entries(items)) this.group(group).set(name, { row, column, template: new Template(this.printer, macros, `display_data ${group} ${name}:text`, text) });
    }
    for (const section of config.getPrefixSections("display_data ")) {
      const words = section.getName().split(/\s+/);
      if (words.length !== 3) throw config.error(`Section name '${section.getName()}' is not valid`);
      const [row, column] = section.getIntList("position", { count: 2 }) as [number, number];
      this.group(words[1]!).set(words[2]!, { row, column, template: macros.loadTemplate(section, "text") });
    }
    for (const section of config.getPrefixSections("display_glyph ")) this.readGlyph(section);
  }

  private group(name: string): Map<string, Item> {
    let group = this.groups.get(name);
    if (group === undefined) this.groups.set(name, (group = new Map<string, Item>()));
    return group;
  }

  private readGlyph(section: ConfigSection): void {
    const name = section.getName().split(/\s+/).at(-1)!;
    const glyph: Glyph = { ...this.glyphs.get(name) };
    const data = section.get("data", { default: null });
    if (data !== null) glyph.icon = bitRows(section, name, data, 16, 16);
    const small = section.get("hd44780_data", { default: null });
    if (small !== null) glyph.own = { rows: bitRows(section, name, small, 5, 8), slot: section.getInt("hd44780_slot", { minval: 0, maxval: 7 }) };
    this.glyphs.set(name, glyph);
  }

  has(group: string): boolean {
    return this.groups.has(group);
  }

  /** Puts a group on a canvas. @throws CommandError when a template cannot be evaluated */
  draw(group: string, canvas: Canvas, eventTime: number): void {
    const context = this.templates.createContext(eventTime);
    const bar: PyFunction = ([row, column, width, value]) => {
      drawBar(canvas, numeric(row ?? 0) ?? 0, numeric(column ?? 0) ?? 0, numeric(width ?? 0) ?? 0, numeric(value ?? 0) ?? 0);
      return "";
    };
    context.set("draw_progress_bar", bar);
    canvas.clear();
    for (const { row, column, template } of this.groups.get(group)!.values()) {
      this.write(canvas, column, row % canvas.rows, template.render(context).replaceAll("\n", ""));
    }
  }

  private write(canvas: Canvas, start: number, row: number, text: string): void {
    let column = start;
    for (const [at, part] of text.split(/~(\w+)~/).entries()) {
      if (at % 2 === 0) {
        const codes = [...new TextEncoder().encode(part)].slice(0, Math.max(0, canvas.columns - column));
        canvas.writeText(column, row, codes);
        column += codes.length;
        continue;
      }
      const glyph = this.glyphs.get(part);
      if (glyph !== undefined && column < canvas.columns) column += canvas.writeGlyph(column, row, glyph);
    }
  }
}

/** Rows of dots from an option; `*` and `1` are lit. @throws ConfigError */
function bitRows(section: ConfigSection, name: string, text: string, width: number, height: number): number[] {
  const rows = text.split("\n").map((row) => row.trim()).filter((row) => row !== "");
  for (const row of rows) if (row.length !== width || /[^.*01]/.test(row)) throw section.error(`Invalid glyph line in ${name}`);
  if (rows.length !== height) throw section.error(`Glyph ${name} incorrect lines`);
  return rows.map((row) => Number.parseInt(row.replaceAll(".", "0").replaceAll("*", "1"), 2));
}

/** A frame, filled from the left by a share 0…1. */
function drawBar(canvas: Canvas, row: number, column: number, width: number, value: number): void {
  const pixels = width * 8;
  const filled = Math.trunc(pixels * Math.max(0, Math.min(1, value)));
  const lit = (x: number, y: number): boolean => x < filled || x === 0 || x === pixels - 1 || y === 0 || y === 15;
  for (let cell = 0; cell < width && column + cell < canvas.columns; cell++) {
    const bits = Array.from({ length: 16 }, (_, y) => Array.from({ length: 8 }, (_unused, x) => (lit(cell * 8 + x, y) ? 0x80 >> x : 0)).reduce((a, b) => a | b, 0));
    canvas.writePixels(column + cell, row % canvas.rows, bits);
  }
}

const ofPrinter = new WeakMap<Printer, ScreenContents>();

/** The contents that all displays of a printer share. @throws ConfigError */
export function screenContents(config: ConfigSection): ScreenContents {
  const printer = config.getPrinter();
  let contents = ofPrinter.get(printer);
  if (contents === undefined) ofPrinter.set(printer, (contents = new ScreenContents(config)));
  return contents;
}
