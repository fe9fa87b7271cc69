import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedPieces } from "./neopixel.js";

describe("pieces of a chain of leds that are sent", () => {
  const chain = fc.uint8Array({ minLength: 0, maxLength: 80, max: 3 });

  it("turn the old bytes into the new ones, in order, each small enough for a command", () => {
    fc.assert(fc.property(chain, chain, (a, b) => {
      const length = Math.min(a.length, b.length);
      const old = a.slice(0, length);
      const next = b.slice(0, length);
      const shown = old.slice();

      const pieces = changedPieces(old, next);

      for (const { start, end } of pieces) shown.set(next.slice(start, end), start);
      expect(shown).toEqual(next);
      for (const [i, { start, end }] of pieces.entries()) {
        expect(end - start).toBeGreaterThan(0);
        expect(end - start).toBeLessThanOrEqual(16);
        if (i > 0) expect(start).toBeGreaterThanOrEqual(pieces[i - 1]!.end);
      }
    }));
  });

  it("are none when nothing changed, and one for changes that lie close together", () => {
    expect(changedPieces(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3))).toEqual([]);
    expect(changedPieces(new Uint8Array(9), Uint8Array.of(0, 1, 0, 0, 0, 0, 1, 0, 0))).toEqual([{ start: 1, end: 7 }]);
    expect(changedPieces(new Uint8Array(9), Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 1, 0))).toEqual([{ start: 1, end: 2 }, { start: 7, end: 8 }]);
  });
});
