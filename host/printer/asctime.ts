/** Dates as Python's time.asctime writes them: "Mon Nov  3 07:05:09 2026". */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number, fill = "0"): string => String(value).padStart(2, fill);

/** @param seconds since 1970 @param zone "local": of this machine */
export function asctime(seconds: number, zone: "utc" | "local"): string {
  // The parts in UTC of a time that is shifted by the zone.
  const date = new Date(seconds * 1000);
  const shifted = zone === "utc" ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const clock = [shifted.getUTCHours(), shifted.getUTCMinutes(), shifted.getUTCSeconds()].map((value) => two(value)).join(":");
  return `${DAYS[shifted.getUTCDay()]} ${MONTHS[shifted.getUTCMonth()]} ${two(shifted.getUTCDate(), " ")} ${clock} ${shifted.getUTCFullYear()}`;
}
