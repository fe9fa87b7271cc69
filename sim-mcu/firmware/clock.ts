/**
 * Arithmetic of the MCU clock: 64 bit ticks as a number (safe below 2^53), 32 bit on the wire.
 */

/** A clock that never comes. */
export const NEVER_CLOCK = Number.POSITIVE_INFINITY;

const TWO_32 = 0x100000000;

/** Low 32 bits of a 64 bit clock, unsigned. */
export function clock32Of(clock: number): number {
  const low = clock % TWO_32;
  return low < 0 ? low + TWO_32 : low;
}

/**
 * The 64 bit clock nearest to `reference` whose low 32 bits are `clock32`: the reading under which the firmware's
 * signed comparison `(int32_t)(clock32 - reference) < 0` says "before" exactly when the result is less than `reference`.
 */
export function clock64Near(clock32: number, reference: number): number {
  return reference + ((clock32 - clock32Of(reference)) | 0);
}
