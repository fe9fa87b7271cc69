/**
 * Builds pin enumerations as firmware declares them: one range per port.
 */

/** Ports named by letter, `perPort` pins each; a letter keeps its number (`PJ` follows `PI`) even where a port is missing. */
export function portRanges(letters: string, perPort: number): Record<string, [number, number]> {
  const ranges: Record<string, [number, number]> = {};
  for (const letter of letters) ranges[`P${letter}0`] = [(letter.charCodeAt(0) - 65) * perPort, perPort];
  return ranges;
}
