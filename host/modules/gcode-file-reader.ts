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
