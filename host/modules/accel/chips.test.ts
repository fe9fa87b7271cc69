import fc from "fast-check";
import { expect, test } from "vitest";
import { ADXL345, LIS2DW } from "./chips.js";

/** Five bytes as the firmware packs a sample of an ADXL345: low bytes, then the high bits of x and y with those of z between. */
function pack(x: number, y: number, z: number): number[] {
  const high = (value: number): number => (value >> 8) & 0x1f;
  return [x & 0xff, y & 0xff, z & 0xff, high(x) | ((high(z) & 7) << 5), high(y) | ((high(z) & 0x18) << 2)];
}

test("what the firmware packs in 13 bits comes out again, and a failed reading as none", () => {
  const axis = fc.integer({ min: -4096, max: 4095 });
  fc.assert(fc.property(axis, axis, axis, (x, y, z) => {
    expect(ADXL345.unpack(Uint8Array.from(pack(x, y, z)), 0)).toEqual([x, y, z]);
  }));
  expect(ADXL345.unpack(new Uint8Array(5).fill(0xff), 0)).toBeNull();
});

test("16 bit words come out signed", () => {
  const axis = fc.integer({ min: -32768, max: 32767 });
  fc.assert(fc.property(axis, axis, axis, (x, y, z) => {
    const bytes = [x, y, z].flatMap((value) => [value & 0xff, (value >> 8) & 0xff]);
    expect(LIS2DW.unpack(Uint8Array.from([0, ...bytes]), 1)).toEqual([x, y, z]);
  }));
});
