/**
 * Feeds g-code lines to the printer as a serial line or an input file would: in blocks, each under the
 * g-code lock, an error answered and passed over. In: lines; out: a completion with what was answered.
 */
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import type { GCodeDispatch } from "./dispatch.js";

/** Bytes that one read of the input returns. */
const BLOCK_BYTES = 4096;

export interface FeedOptions {
  /** `stop`: the first error ends the input; `continue` (default): as a serial line. */
  onError?: "stop" | "continue";
  /** After the last line let all moves finish and end the host. */
  exitAtEnd?: boolean;
  /** Told of each line before it runs. */
  onLine?(index: number): void;
  /** Told when the input is used up. */
  onDone?(result: FeedResult): void;
}

export interface FeedResult {
  /** Lines that were run. */
  lines: number;
  /** Lines that were answered with an error, in order. */
  errors: string[];
  /** Set when the input was left because of a shutdown or an error. */
  stopped: boolean;
}

/** Starts feeding in the reactor; the completion holds the result when the last line is done. */
export function feedGcode(printer: Printer, input: string | readonly string[], options: FeedOptions = {}): Completion<FeedResult> {
  const lines = typeof input === "string" ? input.split("\n") : input;
  return printer.getReactor().registerCallback(async () => {
    const result = await feed(printer, lines, options);
    options.onDone?.(result);
    if (options.exitAtEnd === true) await printer.lookupObject<GCodeDispatch>("gcode").requestRestart("exit");
    return result;
  });
}

async function feed(printer: Printer, lines: readonly string[], options: FeedOptions): Promise<FeedResult> {
  const gcode = printer.lookupObject<GCodeDispatch>("gcode");
  const mutex = gcode.getMutex();
  const result: FeedResult = { lines: 0, errors: [], stopped: false };
  let index = 0;
  while (index < lines.length && !result.stopped) {
    await mutex.lock();
    try {
      let bytes = 0;
      while (index < lines.length && bytes < BLOCK_BYTES && !result.stopped) {
        options.onLine?.(index);
        const line = lines[index++]!;
        bytes += line.length + 1;
        const pending = runLine(gcode, line, result);
        if (pending !== undefined) await pending;
        if (printer.isShutdown() || (result.errors.length > 0 && options.onError === "stop")) result.stopped = true;
      }
    } finally {
      mutex.unlock();
    }
  }
  return result;
}

function runLine(gcode: GCodeDispatch, line: string, result: FeedResult): void | Promise<void> {
  result.lines += 1;
  const failed = (error: unknown): void => {
    result.errors.push(error instanceof Error ? error.message : String(error));
    if (!(error instanceof CommandError)) result.stopped = true;
  };
  try {
    const pending = gcode.processLine(line, false);
    return pending === undefined ? undefined : pending.catch(failed);
  } catch (error) {
    failed(error);
    return undefined;
  }
}
