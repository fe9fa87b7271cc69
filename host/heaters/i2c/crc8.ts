/** The checksum of Sensirion's words and of chips that took it over: polynomial x⁸ + x⁵ + x⁴ + 1, highest bit first. */
const POLYNOMIAL = 0x31;

/** @param start what the register holds at first */
export function sensirionCrc(bytes: Iterable<number>, start: number): number {
  let crc = start;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ POLYNOMIAL) & 0xff : crc << 1;
  }
  return crc;
}
