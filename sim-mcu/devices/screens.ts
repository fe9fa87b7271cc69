/**
 * Screens of displays, decoded from what their chips are sent: character displays (HD44780 and its like), ST7920 (characters of its own with pixels over
 * them), and chips with pages of pixels (UC1701, SSD1306, SH1106). A screen tells its lines of characters, its pixels, or both; the
 * commands that only set up voltage, contrast or scanning are passed over.
 */

/** What a user would see. */
export interface Screen {
  /** Lines of characters; own characters of a chip show as `▒`. Empty for chips that know pixels only. */
  text(): string[];
  /** 64 rows of 128 pixels (1: lit); empty for chips that know characters only. */
  pixels(): (0 | 1)[][];
}

/** A chip that takes commands and data. */
export interface LcdChip extends Screen {
  command(byte: number): void;
  data(byte: number): void;
}

export const WIDTH = 128;
export const HEIGHT = 64;
const BLANK = 0x20;
const OWN = "▒";
/** Bit 7: an address; bit 6: one of own characters; the highest bit that is set tells a command of HD44780 and ST7920. */
const SET_ADDRESS = 0x80;
const SET_OWN = 0x40;
const CLEAR = 0x01;
const HOME = 0x03;

/** Characters of a display's memory: ASCII as written, the chip's own ones as signs. */
const letter = (code: number): string => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : code === 0xdf ? "°" : OWN);

/** HD44780: 80 characters in two lines of memory, which four lines of the screen share. */
export class CharacterLcd implements LcdChip {
  private readonly columns: number;
  private readonly memory = new Uint8Array(128).fill(BLANK);
  private readonly own = new Uint8Array(64);
  private address = 0;
  private inOwn = false;

  constructor(columns = 20) {
    this.columns = columns;
  }

  command(byte: number): void {
    if ((byte & SET_ADDRESS) !== 0) [this.address, this.inOwn] = [byte & 0x7f, false];
    else if ((byte & SET_OWN) !== 0) [this.address, this.inOwn] = [byte & 0x3f, true];
    else if (byte === CLEAR) {
      this.memory.fill(BLANK);
      [this.address, this.inOwn] = [0, false];
    } else if (byte > CLEAR && byte <= HOME) [this.address, this.inOwn] = [0, false];
  }

  data(byte: number): void {
    if (this.inOwn) this.own[this.address & 0x3f] = byte;
    else this.memory[this.address & 0x7f] = byte;
    this.address += 1;
  }

  /** The rows of bits of one of its eight own characters. */
  ownCharacter(slot: number): Uint8Array {
    return this.own.slice(slot * 8, slot * 8 + 8);
  }

  text(): string[] {
    const starts = [0, 0x40, this.columns, 0x40 + this.columns];
    return starts.map((start) => Array.from(this.memory.subarray(start, start + this.columns), letter).join(""));
  }

  pixels(): (0 | 1)[][] {
    return [];
  }
}

const ST7920_FUNCTION = 0x20;
const EXTENDED = 0x04;
/** Starts of the four lines in the memory of 32 words. */
const ST7920_LINES = [0x00, 0x10, 0x08, 0x18];

/** ST7920: words of two characters; in its extended mode pixels, whose lower half lies behind the upper one in memory. */
export class St7920Lcd implements LcdChip {
  private readonly characters = new Uint8Array(64).fill(BLANK);
  private readonly graphics = Array.from({ length: 32 }, () => new Uint8Array(32));
  private readonly own = new Uint8Array(128);
  private extended = false;
  private target: "characters" | "own" | "graphics" = "characters";
  private address = 0;
  private row: number | undefined;
  private line = 0;

  command(byte: number): void {
    if ((byte & SET_ADDRESS) !== 0) this.setAddress(byte & 0x7f);
    else if ((byte & SET_OWN) !== 0) {
      if (!this.extended) [this.target, this.address] = ["own", (byte & 0x3f) * 2];
    } else if ((byte & ST7920_FUNCTION) !== 0) {
      this.extended = (byte & EXTENDED) !== 0;
      this.row = undefined;
    } else if (byte === CLEAR && !this.extended) {
      this.characters.fill(BLANK);
      [this.target, this.address] = ["characters", 0];
    }
  }

  private setAddress(address: number): void {
    if (!this.extended) [this.target, this.address] = ["characters", (address & 0x1f) * 2];
    else if (this.row === undefined) this.row = address & 0x1f;
    else {
      [this.target, this.line, this.address] = ["graphics", this.row, (address & 0x0f) * 2];
      this.row = undefined;
    }
  }

  data(byte: number): void {
    if (this.target === "graphics") this.graphics[this.line]![this.address & 0x1f] = byte;
    else if (this.target === "own") this.own[this.address & 0x7f] = byte;
    else this.characters[this.address & 0x3f] = byte;
    this.address += 1;
  }

  text(): string[] {
    const pixels = this.pixels();
    return ST7920_LINES.map((start, row) => {
      const codes = this.characters.subarray(start * 2, start * 2 + 16);
      return Array.from(codes, (code, column) => (code === BLANK && isLit(pixels, column * 8, row * 16) ? OWN : letter(code))).join("");
    });
  }

  /** Pixels alone, without the chip's characters. */
  pixels(): (0 | 1)[][] {
    return Array.from({ length: HEIGHT }, (_, y) => Array.from({ length: WIDTH }, (_unused, x) => {
      const byte = this.graphics[y & 31]![(y < 32 ? 0 : 16) + (x >> 3)]!;
      return ((byte >> (7 - (x & 7))) & 1) as 0 | 1;
    }));
  }
}

/** Whether any pixel of a cell of 8×16 is lit. */
const isLit = (pixels: readonly (readonly number[])[], x: number, y: number): boolean =>
  pixels.slice(y, y + 16).some((row) => row.slice(x, x + 8).includes(1));

/** Commands that a byte follows: contrast, clock, multiplex, offset, charge pump, memory mode, pins, precharge, vcomh; booster. */
const WITH_ARGUMENT = new Set([0x81, 0xd5, 0xa8, 0xd3, 0x8d, 0xda, 0xd9, 0xdb, 0xf8]);

/** Pages of eight rows; a byte is a column of a page, its lowest bit on top. `xOffset`: columns of memory left of the screen. */
export class PagedLcd implements LcdChip {
  private readonly memory = Array.from({ length: 16 }, () => new Uint8Array(256));
  private readonly xOffset: number;
  private page = 0;
  private column = 0;
  private argument = false;

  constructor(xOffset = 0) {
    this.xOffset = xOffset;
  }

  command(byte: number): void {
    if (this.argument) this.argument = false;
    else if (WITH_ARGUMENT.has(byte)) this.argument = true;
    else if ((byte & 0xf0) === 0xb0) this.page = byte & 0x0f;
    else if ((byte & 0xf0) === 0x10) this.column = (this.column & 0x0f) | ((byte & 0x0f) << 4);
    else if ((byte & 0xf0) === 0x00) this.column = (this.column & 0xf0) | byte;
  }

  data(byte: number): void {
    this.memory[this.page]![this.column++ & 0xff] = byte;
  }

  text(): string[] {
    return [];
  }

  pixels(): (0 | 1)[][] {
    return Array.from({ length: HEIGHT }, (_, y) =>
      Array.from({ length: WIDTH }, (_unused, x) => ((this.memory[y >> 3]![x + this.xOffset]! >> (y & 7)) & 1) as 0 | 1));
  }
}

/** A binary PBM picture's plain twin: text that picture viewers open. Empty without pixels. */
export function portableBitmap(screen: Screen): string {
  const pixels = screen.pixels();
  return pixels.length === 0 ? "" : `P1\n${WIDTH} ${HEIGHT}\n${pixels.map((row) => row.join("")).join("\n")}\n`;
}

/** Two rows of pixels to a line of block characters. */
export function blockLines(screen: Screen): string[] {
  const pixels = screen.pixels();
  return Array.from({ length: pixels.length / 2 }, (_, line) =>
    pixels[line * 2]!.map((upper, x) => " ▀▄█"[upper + 2 * pixels[line * 2 + 1]![x]!]).join("").trimEnd());
}

/** What the screens show, by section: lines of characters, and pixels as block characters where there are any. */
export function screenReport(screens: ReadonlyMap<string, Screen>): Record<string, { text?: string[]; picture?: string[] }> {
  return Object.fromEntries([...screens].map(([name, screen]) => {
    const [text, picture] = [screen.text(), blockLines(screen)];
    return [name, { ...(text.length > 0 ? { text } : {}), ...(picture.some((line) => line !== "") ? { picture } : {}) }];
  }));
}
