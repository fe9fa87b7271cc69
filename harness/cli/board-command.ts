/** `kalico-hil test-board --port DEVICE [--profile FILE]`: the suite for an attached board. */
import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { TransportError } from "../../host/errors.js";
import { BoardRefused, PASSIVE_PROFILE, readProfile } from "../board/profile.js";
import { runBoardSuite, type BoardReport } from "../board/board-suite.js";
import { RealtimeWorld } from "../world/realtime-world.js";
import { SerialLines } from "../world/serial-lines.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";

export interface BoardCommandOptions {
  port?: string;
  baud: string;
  profile?: string;
  json?: string;
}

const NO_PORT = `No board was named: attach one that runs Klipper's or Kalico's firmware, and give its device with --port, such as
  npm run test:board -- --port /dev/serial/by-id/usb-Klipper_rp2040_…
Without a profile no pin is touched: the suite measures clock, round trip and command rate. To measure steps as well, write a profile,
  {"name": "bench", "allow": ["gpio2", "gpio3", "gpio4"], "stepper": {"step": "gpio2", "dir": "gpio3"}, "counter": "gpio4"}
leave heaters disconnected, join the step pin to the counter pin by a jumper, and give it with --profile FILE.`;

/** Adds the command to the program. */
export function addBoardCommand(program: Command, start: (run: (progress: Progress, signal: AbortSignal) => Promise<number>) => Promise<void>): void {
  program.command("test-board")
    .description("measure an attached board; touches only the pins that the profile allows")
    .option("--port <device>", "serial device of the board")
    .option("--baud <n>", "speed of the line", "250000")
    .option("--profile <file>", "JSON file with the pins that may be touched (default: none)")
    .option("--json <file>", "write the measurements as JSON")
    .action((options: BoardCommandOptions) => start((progress, signal) => boardCommand(options, progress, signal)));
}

export async function boardCommand(options: BoardCommandOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const { port } = options;
  if (port === undefined) throw new UsageError(NO_PORT);
  if (!existsSync(port)) throw new UsageError(`Device "${port}" does not exist: attach the board, or look in /dev/serial/by-id`);
  const baud = Number(options.baud);
  if (!(Number.isInteger(baud) && baud >= 2400)) throw new UsageError(`Option --baud must be a whole number from 2400, found "${options.baud}"`);
  const log = (text: string): void => progress.line(text);
  try {
    const profile = options.profile === undefined ? PASSIVE_PROFILE : readProfile(options.profile);
    const world = new RealtimeWorld();
    signal.addEventListener("abort", () => world.abort());
    const lines = new SerialLines({ devices: new Map([["mcu", port]]), log: (_level, text) => log(text) });
    const report = await runBoardSuite({ world, lines, baud, profile, log });
    for (const line of reportLines(report)) log(line);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (signal.aborted) return EXIT.interrupted;
    return report.error === undefined && report.measurements.every((measurement) => measurement.passed) ? EXIT.conforming : EXIT.notConforming;
  } catch (error) {
    if (error instanceof BoardRefused || error instanceof TransportError) throw new UsageError(error.message);
    throw error;
  }
}

function reportLines({ measurements, error, stopped }: BoardReport): string[] {
  const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
  const lines = measurements.map(({ name, value, unit, limit, passed }) => `${passed ? "ok    " : "FAILED"} ${name}: ${figure(value)} ${unit}${limit === undefined ? "" : ` (${limit})`}`);
  if (error !== undefined) lines.push(`FAILED ${error}`);
  if (stopped) lines.push("the board was stopped by an emergency stop: reset it before the next use");
  return lines;
}
