/**
 * Commands of one object on an MCU as a table: a name for each format string. The table is looked up in one go when
 * the MCU's dictionary is there; the text form of a command at rest comes from the same format string.
 */
import type { CommandQueue } from "../transport/serialqueue.js";
import type { CommandWrapper } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";

/** Format strings by the names that an object calls its commands. */
export type CommandTable = Readonly<Record<string, string>>;

/** The commands of a table, ready to be sent on `cq`. @throws when the firmware lacks one; the first in order is named */
export function lookupCommands<T extends CommandTable>(mcu: Mcu, table: T, cq: CommandQueue): Readonly<Record<keyof T, CommandWrapper>> {
  const commands = Object.entries(table).map(([name, format]) => [name, mcu.lookupCommand(format, cq)] as const);
  return Object.fromEntries(commands) as Record<keyof T, CommandWrapper>;
}

/** Text of a command for object `oid` with all other arguments 0. */
export function restingCommand(format: string, oid: number): string {
  return format.replace("oid=%c", `oid=${oid}`).replace(/=%\w+/g, "=0");
}
