/** Writes the exports of a session that options ask for: the format follows from the file's name. Text goes to disk in pieces. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { writeChromeTrace } from "./chrome-trace.js";
import { writeTraceCsv } from "./trace-csv.js";
import type { TraceLog } from "./trace-log.js";
import { writeVcd } from "./vcd.js";

export interface TraceOptions {
  /** Chrome trace events (`.json`, `.perfetto-trace`) or a table (`.csv`). */
  trace?: string;
  /** Value change dump of the pins. */
  vcd?: string;
  /** Stretch of the VCD, "FROM:TO" in seconds of the session. */
  vcdWindow?: string;
}

/** What is wrong with the options. */
export class TraceOptionError extends Error {
  override name = "TraceOptionError";
}

export const wantsTrace = (options: TraceOptions): boolean => options.trace !== undefined || options.vcd !== undefined;

/** @throws TraceOptionError that names what is right */
export function checkTraceOptions(options: TraceOptions): void {
  if (options.trace !== undefined && !/\.(json|perfetto-trace|csv)$/i.test(options.trace)) throw new TraceOptionError(`Option --trace writes .perfetto-trace, .json (both for ui.perfetto.dev) or .csv, found "${options.trace}"`);
  if (options.vcdWindow !== undefined && options.vcd === undefined) throw new TraceOptionError("Option --vcd-window chooses a stretch of the VCD: add --vcd FILE");
  windowOf(options);
}

function windowOf({ vcdWindow }: TraceOptions): { from?: number; to?: number } {
  if (vcdWindow === undefined) return {};
  const [, from, to] = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(vcdWindow) ?? [];
  if (from === undefined || Number(to) <= Number(from)) throw new TraceOptionError(`Option --vcd-window must be FROM:TO in seconds, FROM before TO, found "${vcdWindow}"`);
  return { from: Number(from), to: Number(to) };
}

/** Answers lines for the user. */
export function writeTraces(log: TraceLog, options: TraceOptions): string[] {
  const lines: string[] = [];
  if (options.trace !== undefined) {
    inPieces(options.trace, (write) => (/\.csv$/i.test(options.trace!) ? writeTraceCsv : writeChromeTrace)(log, write));
    lines.push(`trace: ${options.trace} (session ${log.session}${/\.csv$/i.test(options.trace) ? "" : ", for ui.perfetto.dev"})`);
  }
  if (options.vcd !== undefined) {
    let until: number | undefined;
    inPieces(options.vcd, (write) => { until = writeVcd(log, write, windowOf(options)).stepsUntil; });
    lines.push(`pins: ${options.vcd} (session ${log.session})${until === undefined ? "" : `; step pins end after ${until.toFixed(1)} s: --vcd-window FROM:TO draws another stretch`}`);
  }
  for (const what of log.cut) lines.push(`the trace is cut: ${what}`);
  return lines;
}

function inPieces(path: string, make: (write: (text: string) => void) => void): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  const file = openSync(path, "w");
  let text = "";
  try {
    make((piece) => {
      text += piece;
      if (text.length < 1 << 18) return;
      writeSync(file, text);
      text = "";
    });
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}
