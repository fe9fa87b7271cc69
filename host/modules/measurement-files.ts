/** Where measurements are written: the temporary directory of the system, under names with the date unless the user gives one. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GCodeCommand, Printer } from "../heaters/host-types.js";

const two = (value: number): string => String(value).padStart(2, "0");

/** `20261123_214501`, in local time; of the reactor's time (in UTC) where there is no wall clock, so that runs repeat. */
function dateName(printer: Printer): string {
  const { wallTime } = printer.getStartArgs();
  const date = new Date((wallTime?.() ?? printer.getReactor().monotonic()) * 1000);
  const local = wallTime === undefined ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const [year, ...rest] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
  return `${year}${rest.map(two).join("")}_${[local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join("")}`;
}

/** The parameter NAME. @throws CommandError unless it consists of letters, digits, `-` and `_` */
export function measurementName(printer: Printer, gcmd: GCodeCommand): string {
  const name = gcmd.get("NAME", { default: dateName(printer) });
  if (!/^[\p{L}\p{N}]+$/u.test(name.replace(/[-_]/g, ""))) throw gcmd.error("Invalid NAME parameter");
  return name;
}

/** Path of a file of measurements. */
export function measurementFile(base: string): string {
  return join(tmpdir(), `${base}.csv`);
}
