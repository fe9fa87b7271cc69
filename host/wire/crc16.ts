/** CRC-16/MCRF4XX of message blocks: poly 0x1021 reflected, init 0xFFFF, no final xor; check value of "123456789" is 0x6F91. */

const TABLE = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408;
  TABLE[byte] = crc;
}

/** CRC of `buf[start, end)`. */
export function crc16(buf: Uint8Array, start = 0, end = buf.length): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) crc = (crc >> 8) ^ TABLE[(crc ^ buf[i]!) & 0xff]!;
  return crc;
}
