/**
 * `--console`: G-code typed in a terminal, with history and completion of commands. Lines run one after the other as those of a
 * print do; what the printer answers appears as it comes. `.quit` or Ctrl-D ends it, an empty line does nothing.
 */
import { createInterface, type Interface } from "node:readline";
import type { Printer } from "../../host/printer/printer-surface.js";
import type { LivePrinter } from "../world/live-printer.js";

interface ConsoleGcode {
  availableCommands(): string[];
  runScript(script: string): Promise<void>;
  registerOutputHandler(handler: (message: string) => void): void;
}

export interface ConsoleOptions {
  live: LivePrinter;
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** The input has ended or the user wants to leave. */
  onEnd(): void;
}

/** Completions of what is typed, and the part of the line that they complete: names of commands, then parameters in use before. */
export function completeCommand(line: string, commands: readonly string[]): [string[], string] {
  const start = line.trimStart();
  if (start.includes(" ")) return [[], line];
  const typed = start.toUpperCase();
  return [commands.filter((command) => command.startsWith(typed)).sort(), start];
}

/** Opens the console on a printer that may start again and again. */
export function openConsole({ live, input, output, onEnd }: ConsoleOptions): { close(): void } {
  const gcode = (): ConsoleGcode | undefined => live.printer?.lookupObject<ConsoleGcode | null>("gcode", null) ?? undefined;
  let isClosed = false;
  const terminal: Interface = createInterface({
    input, output, prompt: "> ", historySize: 1000, removeHistoryDuplicates: true,
    completer: (line: string) => completeCommand(line, gcode()?.availableCommands() ?? []),
  });
  const print = (text: string): void => {
    if (isClosed) return;
    output.write(`\r\u001b[K${text}\n`);
    terminal.prompt(true);
  };
  const before = live.onStart;
  live.onStart = (printer, reactor) => {
    before(printer, reactor);
    printer.lookupObject<ConsoleGcode>("gcode").registerOutputHandler(print);
  };
  const run = (printer: Printer, script: string): void => {
    printer.getReactor().registerAsyncCallback(async () => {
      try {
        await printer.lookupObject<ConsoleGcode>("gcode").runScript(script);
      } catch {
        // The answer has told what is wrong.
      }
    });
  };
  terminal.on("line", (line) => {
    const script = line.trim();
    if (script === ".quit") terminal.close();
    else if (script !== "" && live.printer !== undefined) live.world.arrive(() => run(live.printer!, script));
    if (!isClosed) terminal.prompt();
  });
  terminal.on("close", () => {
    isClosed = true;
    onEnd();
  });
  terminal.on("SIGINT", () => terminal.close());
  terminal.prompt();
  return { close: () => { if (!isClosed) terminal.close(); } };
}
