/** Word of a measurement with its checksum behind it: polynomial 0x31, highest bit first. */
export function checkedWord(word: number, start: number): readonly [high: number, low: number, crc: number] {
  const bytes = [(word >> 8) & 0xff, word & 0xff] as const;
  const crc = bytes.reduce((sum, byte) => {
    let shifted = sum ^ byte;
    for (let bit = 0; bit < 8; bit++) shifted = (shifted & 0x80 ? (shifted << 1) ^ 0x131 : shifted << 1) & 0xff;
    return shifted;
  }, start);
  return [...bytes, crc];
}
