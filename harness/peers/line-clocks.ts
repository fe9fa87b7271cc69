/** Lines of a job with the print time at which the first of their moves starts, and the homings among them. */
import type { HostObserver } from "../../host/observer.js";
import type { SimWorld } from "../world/sim-world.js";
import { homingMark } from "./shared-printer.js";

export interface JobLine {
  /** Counted from 1. */
  number: number;
  text: string;
}

interface Toolhead {
  readonly printTime: number;
  readonly lookahead: { getLast(): { timingCallbacks: ((printTime: number) => void)[] } | null };
}

export class LineClocks {
  /** From the pause before a homing to the one after it, print times in seconds; the last may have no end. */
  readonly homings: { begin: number; end: number }[] = [];
  world: SimWorld | undefined;
  /** Lines that this host answered with, without their "// ". */
  readonly answers = new Set<string>();
  readonly #lines: readonly string[];
  readonly #starts: { printTime: number; index: number }[] = [];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  readonly observer: HostObserver = {
    onGcodeResponse: (text) => {
      for (const line of text.split("\n")) {
        if (line.startsWith("// ")) this.answers.add(line.slice(3).trim());
        // An error of several lines comes as an answer first.
        else if (line.startsWith("!! ")) this.answers.delete(line.slice(3).trim());
      }
    },
    onGcodeCommand: (text) => {
      const mark = homingMark(text);
      if (mark === "begin") this.#whenPlanned((begin) => { this.homings.push({ begin, end: Infinity }); });
      else if (mark === "end") this.#whenPlanned((end) => { this.homings.at(-1)!.end = end; });
    },
  };

  readonly onLine = (index: number): void => this.#whenPlanned((printTime) => { this.#starts.push({ printTime, index }); });

  /** Calls back with the print time at which what comes next starts, as soon as it is known. */
  #whenPlanned(note: (printTime: number) => void): void {
    const toolhead = this.world?.printer?.objects.get("toolhead") as Toolhead | undefined;
    if (toolhead === undefined) return;
    const last = toolhead.lookahead.getLast();
    if (last === null) note(toolhead.printTime);
    else last.timingCallbacks.push(note);
  }

  /** The line whose move runs at a print time. */
  at(printTime: number): JobLine | undefined {
    let found: number | undefined;
    for (const start of this.#starts) if (start.printTime <= printTime) found = Math.max(found ?? 0, start.index);
    return found === undefined ? undefined : { number: found + 1, text: this.#lines[found]! };
  }
}
