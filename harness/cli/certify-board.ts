/** `kalico-hil certify PLUGIN --mcu DEVICE [--profile FILE]`: certifies on an attached board. */
import { existsSync } from "node:fs";
import { TransportError } from "../../host/errors.js";
import { BoardRefused, PASSIVE_PROFILE, type BoardProfile } from "../board/profile.js";
import { certifyOnBoard } from "../certify/board-certification.js";
import type { Certification, CertifyOptions } from "../certify/certify.js";
import { UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";

/** Options that want a simulated printer, and why. */
const SIMULATED: readonly [key: string, option: string, why: string][] = [
  ["shard", "--shard", "a board is one"], ["shardOut", "--shard-out", "a board is one"], ["repeat", "--repeat", "no two runs on a board are the same"], ["watch", "--watch", "a board is not configured after every save"],
  ["maxMinutes", "--max-minutes", 'the time of a board is "maxSeconds" of its profile'],
  ["trace", "--trace", "there is no trace of the pins of a board"], ["vcd", "--vcd", "there is no trace of the pins of a board"],
  ["certificate", "--certificate", "a certificate names runs that can be made again to the byte"], ["certified", "--certified", "not every rule can be judged on a board"], ["badge", "--badge", "a badge speaks of all rules"],
];

/** @throws UsageError for options that a board has no use for */
export function checkBoardOptions(options: { mcu?: string }, plugins: readonly string[]): void {
  if (options.mcu === undefined) return;
  const given = options as Readonly<Record<string, unknown>>;
  if (plugins.length > 1) throw new UsageError("Option --mcu takes one plugin: the board is reset between two");
  for (const [key, name, why] of SIMULATED) if (given[key] !== undefined && given[key] !== false) throw new UsageError(`Option ${name} does not go with --mcu: ${why}`);
  if (!existsSync(options.mcu)) throw new UsageError(`Device "${options.mcu}" does not exist: attach the board, or look in /dev/serial/by-id`);
}

/** @throws UsageError when profile, board or printer make it impossible */
export async function certifyAttached(plugin: string, options: CertifyOptions, port: string, profile: BoardProfile | undefined, progress: Progress): Promise<Certification> {
  try {
    return await certifyOnBoard(plugin, { ...options, port, profile: profile ?? PASSIVE_PROFILE, log: (text) => progress.line(text) });
  } catch (error) {
    if (error instanceof BoardRefused || error instanceof TransportError) throw new UsageError(error.message);
    throw error;
  }
}
