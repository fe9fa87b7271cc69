/**
 * A small file in which the plugin process keeps its last call. When the process hangs, is killed or
 * crashes, the harness still reads what it was doing.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

const LENGTH = 400;

export class Breadcrumb {
  readonly #fd: number;
  #last = "";
  // Taken before the sandbox wraps the file functions.
  readonly #write = writeSync;
  constructor(path: string) {
    this.#fd = openSync(path, "w");
  }
  /** What was noted last. */
  get last(): string {
    return this.#last;
  }
  /** Notes what is done next; repeated notes cost nothing. */
  drop(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    this.#write(this.#fd, text.slice(0, LENGTH).padEnd(LENGTH), 0);
  }
  close(): void {
    ftruncateSync(this.#fd, 0);
    closeSync(this.#fd);
  }
}

/** Marks of the ends that a plugin brings about in its own process, before the last call. */
export const EXIT_MARK = "exit:";
export const OUTPUT_MARK = "output:";
/** Mark of an end of the plugin's own interpreter: outcome and message follow. */
export const DIED_MARK = "died:";

/** Last call noted in the file; empty when there is none. */
export function readBreadcrumb(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
