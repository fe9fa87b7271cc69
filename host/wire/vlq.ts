/**
 * Variable length integers of the wire: groups of 7 bits, most significant first, continuation bit 0x80 on
 * all but the last byte; bits 0x60 both set in the first byte mean a negative number.
 *
 * There are two encoders and a peer must understand both: the host's (Python) keeps 2^31…2^32−1 positive,
 * the C one (firmware, and the host's step commands) first reduces to 32 bits.
 */

/** Appends `value` (−2^31 … 2^32−1) in the Python host's form at `pos`; returns the new position. */
export function encodeVlq(out: Uint8Array, pos: number, value: number): number {
  if (value >= 0xc000000 || value < -0x4000000) out[pos++] = (Math.floor(value / 0x10000000) & 0x7f) | 0x80;
  if (value >= 0x180000 || value < -0x80000) out[pos++] = ((value >> 21) & 0x7f) | 0x80;
  if (value >= 0x3000 || value < -0x1000) out[pos++] = ((value >> 14) & 0x7f) | 0x80;
  if (value >= 0x60 || value < -0x20) out[pos++] = ((value >> 7) & 0x7f) | 0x80;
  out[pos++] = value & 0x7f;
  return pos;
}

/** Appends `value` modulo 2^32 in the C encoder's form at `pos`; returns the new position. */
export function encodeVlqC(out: Uint8Array, pos: number, value: number): number {
  const v = value | 0;
  if (v >= 0xc000000 || v < -0x4000000) out[pos++] = (v >>> 28) | 0x80;
  if (v >= 0x180000 || v < -0x80000) out[pos++] = ((v >> 21) & 0x7f) | 0x80;
  if (v >= 0x3000 || v < -0x1000) out[pos++] = ((v >> 14) & 0x7f) | 0x80;
  if (v >= 0x60 || v < -0x20) out[pos++] = ((v >> 7) & 0x7f) | 0x80;
  out[pos++] = v & 0x7f;
  return pos;
}

/** Number of bytes of `value` in the C encoder's form. */
export function vlqLengthC(value: number): number {
  const v = value | 0;
  if (v < 0x60 && v >= -0x20) return 1;
  if (v < 0x3000 && v >= -0x1000) return 2;
  if (v < 0x180000 && v >= -0x80000) return 3;
  if (v < 0xc000000 && v >= -0x4000000) return 4;
  return 5;
}

/** Where the last `decodeVlq` stopped reading: read it right after the call. */
export const vlqEnd = { pos: 0 };

/**
 * Integer at `pos`, signed as it stands on the wire (not reduced to 32 bits); `vlqEnd.pos` is set behind it.
 * Reading past the end yields zero bits: callers compare `vlqEnd.pos` with their end.
 */
export function decodeVlq(buf: Uint8Array, pos: number): number {
  let c = buf[pos++] ?? 0;
  let value = c & 0x7f;
  if ((c & 0x60) === 0x60) value -= 0x80;
  while (c >= 0x80) {
    c = buf[pos++] ?? 0;
    // Multiplication, not a shift: the Python form reaches 2^35 before it is reduced.
    value = value * 128 + (c & 0x7f);
  }
  vlqEnd.pos = pos;
  return value;
}
