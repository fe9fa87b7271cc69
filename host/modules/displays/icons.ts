/** Signs that every display can show between tildes (`~fan1~`): drawn as 5×8 dots, which displays with pixels show three times as wide and twice as high. */

/** A sign as displays need it: 16 rows of 16 bits for pixels, 8 rows of 5 bits and their slot for characters, or one character of the chip. */
export interface Glyph {
  icon?: readonly number[];
  /** One cell of 8 columns and 16 rows, for signs no wider than a character. */
  cell?: readonly number[];
  own?: { slot: number; rows: readonly number[] };
  /** Code of a character that a text display has by itself. */
  code?: number;
}

const dots = (...rows: string[]): number[] => rows.map((row) => Number.parseInt(row.replaceAll(".", "0").replaceAll("*", "1"), 2));

/** Each dot three columns wide and two rows high; the left one of 16 columns stays free. */
const enlarged = (rows: readonly number[]): number[] => rows.flatMap((row) => {
  let wide = 0;
  for (let bit = 4; bit >= 0; bit--) wide = (wide << 3) | ((row >> bit) & 1 ? 7 : 0);
  return [wide, wide];
});

const SHAPES: Readonly<Record<string, readonly [slot: number, rows: number[]]>> = {
  extruder: [0, dots(".***.", ".***.", "*****", "*****", "*****", ".***.", "..*..", ".....")],
  bed: [1, dots(".....", ".....", ".....", ".....", "*****", "*...*", "*****", ".....")],
  bed_heat1: [1, dots("*.*.*", ".*.*.", "*.*.*", ".....", "*****", "*...*", "*****", ".....")],
  bed_heat2: [1, dots(".*.*.", "*.*.*", ".*.*.", ".....", "*****", "*...*", "*****", ".....")],
  fan: [2, dots("**..*", ".*.**", "..*..", "**.*.", "*..**", ".....", ".....", ".....")],
  feedrate: [3, dots("*....", "**...", "*.*..", "*..*.", "*.*..", "**...", "*....", ".....")],
  clock: [4, dots(".***.", "*.*.*", "*.*.*", "*.***", "*...*", ".***.", ".....", ".....")],
  sd: [6, dots("****.", "*.*.*", "*...*", "*...*", "*...*", "*****", ".....", ".....")],
  usb: [6, dots("..*..", ".***.", "*.*.*", "*.**.", ".**..", "..*..", ".***.", ".....")],
};
const DEGREES = dots(".**..", "*..*.", "*..*.", ".**..", ".....", ".....", ".....", ".....");
const ARROW = dots(".....", "..*..", "...*.", "*****", "...*.", "..*..", ".....", ".....");

const cellOf = (rows: readonly number[]): number[] => rows.flatMap((row) => [row << 2, row << 2]);

/** The two looks of a fan that runs, and which signs pixel displays do not have. */
const WITHOUT_ICON = new Set(["fan", "clock", "sd", "usb"]);

export const BUILT_IN_GLYPHS: ReadonlyMap<string, Glyph> = new Map<string, Glyph>([
  ...Object.entries(SHAPES).map(([name, [slot, rows]]): [string, Glyph] => [name, { own: { slot, rows }, ...(WITHOUT_ICON.has(name) ? {} : { icon: enlarged(rows) }) }]),
  ["fan1", { icon: enlarged(SHAPES["fan"]![1]) }],
  ["fan2", { icon: enlarged(dots(".*.*.", ".*.**", "..*..", "**.*.", ".*.*.", ".....", ".....", ".....")) }],
  ["degrees", { own: { slot: 5, rows: DEGREES }, cell: cellOf(DEGREES) }],
  ["right_arrow", { code: 0x7e, cell: cellOf(ARROW) }],
]);
