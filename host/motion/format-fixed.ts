/**
 * Fixed-point text of a number as Kalico's messages show it: ties go to the even digit and a
 * negative zero keeps its sign, where Number.toFixed rounds ties up and drops it.
 */

/** `value` with `digits` decimals, like "%.<digits>f". */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e21) return sign + BigInt(magnitude).toString() + (digits > 0 ? "." + "0".repeat(digits) : "");
  const text = magnitude.toFixed(digits);
  const scaled = magnitude * 10 ** digits;
  if (scaled % 1 !== 0.5) return sign + text;
  const exact = magnitude.toFixed(Math.min(100, digits + 40));
  const tail = exact.slice(exact.length - 40);
  const isTie = tail.startsWith("5") && /^50*$/.test(tail);
  if (!isTie || Number(text[text.length - 1]) % 2 === 0) return sign + text;
  const floor = exact.slice(0, exact.length - 40);
  return sign + (digits === 0 ? floor.replace(/\.$/, "") : floor);
}
