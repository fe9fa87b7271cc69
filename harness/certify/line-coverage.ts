/** Which lines of a plugin ran during its certification, summed over all its processes. */
import type { LineCoverage } from "../../conformance/evidence.js";

/** Gathers lines that ran; `summary()` sets them against the lines that can run. */
export class LineCollector {
  readonly #ran = new Map<string, Set<number>>();
  #code: Readonly<Record<string, readonly number[]>> = {};

  /** Lines that can run, by file relative to the plugin. */
  setCode(code: Readonly<Record<string, readonly number[]>>): void {
    this.#code = code;
  }

  /** Lines that ran in a process so far. */
  add(lines: Readonly<Record<string, readonly number[]>>): void {
    for (const [file, numbers] of Object.entries(lines)) {
      const known = this.#ran.get(file) ?? new Set();
      for (const line of numbers) known.add(line);
      this.#ran.set(file, known);
    }
  }

  /** By file, in the order of the names; undefined when lines are not counted. */
  summary(): LineCoverage[] | undefined {
    const files = Object.keys(this.#code).sort();
    if (files.length === 0) return undefined;
    return files.map((file) => {
      const lines = [...this.#code[file]!].sort((a, b) => a - b);
      const ran = this.#ran.get(file) ?? new Set();
      return { file, lines: lines.length, ran: lines.filter((line) => ran.has(line)).length, never: ranges(lines, (line) => !ran.has(line)) };
    });
  }
}

/** Runs of neighbouring lines for which `holds`: [first, last]; lines that hold no code do not end a run. */
function ranges(lines: readonly number[], holds: (line: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  let open: [number, number] | undefined;
  for (const line of lines) {
    if (!holds(line)) open = undefined;
    else if (open === undefined) found.push((open = [line, line]));
    else open[1] = line;
  }
  return found;
}
