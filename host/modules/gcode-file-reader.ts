/**
 * Reads the lines of a g-code file from a byte position on, in blocks of 8 KiB. In: a path; out: lines with
 * their positions in bytes. A last line without a line end is not a line, as in Kalico.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Bytes per read. */
const BLOCK_BYTES = 8192;

/** An open g-code file. */
export class GCodeFileReader {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly #descriptor: number;
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #position = 0;
  #partial = "";

  /** @throws the system's error */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, "r");
    this.size = fstatSync(this.#descriptor).size;
  }

  /** Goes on at a byte of the file. */
  seek(position: number): void {
    this.#position = position;
    this.#partial = "";
    this.#decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  }

  /** The lines of the next block (maybe none); undefined at the end. @throws for text that is not UTF-8 */
  readLines(): string[] | undefined {
    const count = readSync(this.#descriptor, this.#block, 0, BLOCK_BYTES, this.#position);
    if (count === 0) return undefined;
    this.#position += count;
    const lines = this.#decoder.decode(this.#block.subarray(0, count), { stream: true }).split("\n");
    lines[0] = this.#partial + lines[0]!;
    this.#partial = lines.pop()!;
    return lines;
  }

  /** Text between two bytes, for the log. */
  readText(start: number, end: number): string {
    const buffer = Buffer.alloc(Math.max(0, end - start));
    const count = readSync(this.#descriptor, buffer, 0, buffer.length, start);
    return buffer.toString("utf8", 0, count);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Hands out the lines of a file one by one, and knows where each of them ends. */
export class LineCursor {
  readonly #file: () => GCodeFileReader;
  #lines: readonly string[] = [];
  #next = 0;

  /** @param file that is open now; another may be opened while lines are handed out */
  constructor(file: () => GCodeFileReader, position: number) {
    this.#file = file;
    file().seek(position);
  }

  /** Whether the next line is at hand without reading. */
  get isLoaded(): boolean {
    return this.#next < this.#lines.length;
  }

  /** Reads on; a block may end before its first line does. @returns false at the end of the file. @throws for text that is not UTF-8 */
  load(): boolean {
    const lines = this.#file().readLines();
    if (lines === undefined) return false;
    this.#lines = lines;
    this.#next = 0;
    return true;
  }

  /** The next line; only when it is loaded. */
  take(): string {
    return this.#lines[this.#next++]!;
  }

  /** Goes on at another byte. */
  jump(position: number): void {
    this.#file().seek(position);
    this.#lines = [];
    this.#next = 0;
  }
}

/** Bytes of a line with its end. */
export const lineBytes = (line: string): number => Buffer.byteLength(line) + 1;
