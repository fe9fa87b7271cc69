/** Frames of displays: what a screen should show as bytes of the chip's memory, and which runs of it differ from what the chip has. */
import type { Canvas } from "./contents.js";
import { characterCell } from "./font.js";
import type { Glyph } from "./icons.js";

/** A run of bytes that differ. */
export interface Run {
  /** Place of the first byte. */
  start: number;
  bytes: number[];
}

/** Most bytes of one command. */
const MAX_RUN = 16;
/** So many equal bytes are sent along to save a command. */
const MAX_GAP = 4;

/** A line of a chip's memory; `grain`: bytes that go together, counted from its start. */
export class MemoryLine {
  readonly wanted: Uint8Array;
  private readonly sent: Uint8Array;
  private readonly initial: Uint8Array;
  private readonly grain: number;

  /** `blank`: what the chip's memory holds, and the frame at first; null: zeros, while nobody knows what the chip has. */
  constructor(length: number, blank: number | null, grain = 1) {
    this.wanted = new Uint8Array(length).fill(blank ?? 0);
    this.sent = blank === null ? this.wanted.map((byte) => byte ^ 0xff) : this.wanted.slice();
    this.initial = this.sent.slice();
    this.grain = grain;
  }

  /** The chip has been initialised again. */
  forget(): void {
    this.sent.set(this.initial);
  }

  /** Runs that bring the chip to what is wanted; taken as sent from then on. */
  takeChanges(): Run[] {
    const runs: Run[] = [];
    const { wanted, sent, grain } = this;
    for (let at = 0; at < wanted.length; at += grain) {
      if (Array.from({ length: grain }, (_, i) => at + i).every((i) => wanted[i] === sent[i])) continue;
      const last = runs.at(-1);
      const end = last === undefined ? 0 : last.start + last.bytes.length;
      if (last !== undefined && at - end <= MAX_GAP && at + grain - last.start <= MAX_RUN) last.bytes.push(...wanted.subarray(end, at + grain));
      else runs.push({ start: at, bytes: [...wanted.subarray(at, at + grain)] });
    }
    sent.set(wanted);
    return runs;
  }
}

const BLANK = 0x20;

/** Text of characters, and the slots of own ones. */
export class CharacterFrame implements Canvas {
  readonly columns: number;
  readonly rows = 4;
  readonly lines: readonly MemoryLine[];
  readonly own = Array.from({ length: 8 }, () => new MemoryLine(8, null));

  constructor(columns: number) {
    this.columns = columns;
    this.lines = Array.from({ length: this.rows }, () => new MemoryLine(columns, BLANK));
  }
  clear(): void {
    for (const line of this.lines) line.wanted.fill(BLANK);
  }
  writeText(column: number, row: number, codes: readonly number[]): void {
    for (const [i, code] of codes.entries()) if (column + i < this.columns) this.lines[row]!.wanted[column + i] = code;
  }
  writeGlyph(column: number, row: number, { own, code }: Glyph): number {
    if (own === undefined && code === undefined) return 0;
    if (own !== undefined) this.own[own.slot]!.wanted.set(own.rows);
    this.writeText(column, row, [own?.slot ?? code!]);
    return 1;
  }
  writePixels(): void {
    // It has none.
  }
  forget(): void {
    for (const line of [...this.lines, ...this.own]) line.forget();
  }
}

/** Pixels in rows of bytes (highest bit left), with characters drawn into them or beside them by the chip. */
abstract class PixelCanvas implements Canvas {
  readonly columns = 16;
  readonly rows = 4;

  abstract clear(): void;
  abstract writeText(column: number, row: number, codes: readonly number[]): void;
  abstract writePixels(column: number, row: number, pixels: readonly number[]): void;

  writeGlyph(column: number, row: number, { icon, cell }: Glyph): number {
    if (icon !== undefined) {
      this.writePixels(column, row, icon.map((bits) => bits >> 8));
      this.writePixels(column + 1, row, icon.map((bits) => bits & 0xff));
      return 2;
    }
    if (cell === undefined) return 0;
    this.writePixels(column, row, cell);
    return 1;
  }
}

/** ST7920: characters of the chip, pixels over them; its memory has the lower half of the screen behind the upper one. */
export class St7920Frame extends PixelCanvas {
  readonly text = Array.from({ length: 4 }, () => new MemoryLine(16, BLANK, 2));
  readonly graphics = Array.from({ length: 32 }, () => new MemoryLine(32, 0, 2));

  forget(): void {
    for (const line of [...this.text, ...this.graphics]) line.forget();
  }
  clear(): void {
    for (const line of this.text) line.wanted.fill(BLANK);
    for (const line of this.graphics) line.wanted.fill(0);
  }
  writeText(column: number, row: number, codes: readonly number[]): void {
    for (const [i, code] of codes.entries()) if (column + i < this.columns) this.text[row]!.wanted[column + i] = code;
  }
  writePixels(column: number, row: number, pixels: readonly number[]): void {
    if (column >= this.columns) return;
    for (const [y, bits] of pixels.entries()) this.graphics[(row & 1) * 16 + y]!.wanted[(row >> 1) * 16 + column]! |= bits;
  }
}

/** Pages of eight rows, a byte for each column. */
export class PagedFrame extends PixelCanvas {
  readonly pages = Array.from({ length: 8 }, () => new MemoryLine(128, 0));

  forget(): void {
    for (const page of this.pages) page.forget();
  }
  clear(): void {
    for (const page of this.pages) page.wanted.fill(0);
  }
  writeText(column: number, row: number, codes: readonly number[]): void {
    for (const [i, code] of codes.entries()) this.writePixels(column + i, row, characterCell(code));
  }
  writePixels(column: number, row: number, pixels: readonly number[]): void {
    if (column >= this.columns) return;
    for (const [y, bits] of pixels.entries()) {
      const page = this.pages[row * 2 + (y >> 3)]!.wanted;
      for (let x = 0; x < 8; x++) if ((bits & (0x80 >> x)) !== 0) page[column * 8 + x]! |= 1 << (y & 7);
    }
  }
}
