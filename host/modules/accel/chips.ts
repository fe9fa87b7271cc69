/** Accelerometers on SPI by their data sheets: identity, set-up, rates, and samples as the firmware packs them. */

export interface AccelChip {
  readonly name: string;
  readonly mode: number;
  /** Register that tells the chip, and what it holds. */
  readonly identity: readonly [register: number, value: number];
  /** Text of the chip in messages. */
  readonly title: string;
  readonly readBits: number;
  /** Bytes of one sample. */
  readonly sampleBytes: number;
  /** Millimetre per second squared of one count, by axis. */
  readonly scale: readonly [x: number, y: number, z: number];
  /** Samples per second, by the option `rate`; the first is the default. */
  readonly rates: readonly number[];
  /** Registers to write before a measurement, [register, value]. */
  setUp(rate: number): readonly (readonly [register: number, value: number])[];
  /** Registers to write behind a measurement. */
  readonly tearDown: readonly (readonly [register: number, value: number])[];
  configCommand(oid: number, spiOid: number): string;
  /** Counts of a sample; null for a reading that went wrong. */
  unpack(bytes: Uint8Array, at: number): [x: number, y: number, z: number] | null;
}

/** mm/s². */
const FREE_FALL = 9.80665 * 1000;
const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);

const ADXL_RATES = new Map([[25, 0x8], [50, 0x9], [100, 0xa], [200, 0xb], [400, 0xc], [800, 0xd], [1600, 0xe], [3200, 0xf]]);

export const ADXL345: AccelChip = {
  name: "adxl345",
  title: "ADXL345",
  mode: 3,
  identity: [0x00, 0xe5],
  readBits: 0x80,
  sampleBytes: 5,
  scale: [0.003774 * FREE_FALL, 0.003774 * FREE_FALL, 0.003906 * FREE_FALL],
  rates: [3200, ...[...ADXL_RATES.keys()].filter((rate) => rate !== 3200)],
  // Standby, full resolution ±16 g, FIFO off and then streaming.
  setUp: (rate) => [[0x2d, 0x00], [0x31, 0x0b], [0x38, 0x00], [0x2c, ADXL_RATES.get(rate)!], [0x38, 0x80]],
  tearDown: [],
  configCommand: (oid, spiOid) => `config_adxl345 oid=${oid} spi_oid=${spiOid}`,
  unpack(bytes, at) {
    const [x, y, z, xz, yz] = bytes.subarray(at, at + 5) as unknown as [number, number, number, number, number];
    // The only bit that no sample uses.
    if ((yz & 0x80) !== 0) return null;
    return [x | ((xz & 0x1f) << 8), y | ((yz & 0x1f) << 8), z | ((xz >> 5) << 8) | (((yz >> 5) & 3) << 11)].map((value) => signed(value, 13)) as [number, number, number];
  },
};

export const LIS2DW: AccelChip = {
  name: "lis2dw",
  title: "LIS2DW",
  mode: 3,
  identity: [0x0f, 0x44],
  readBits: 0x80,
  sampleBytes: 6,
  scale: [0.000244 * FREE_FALL, 0.000244 * FREE_FALL, 0.000244 * FREE_FALL],
  rates: [1600],
  // ±8 g with low noise, FIFO off, 1600 samples per second in high performance, FIFO streaming.
  setUp: () => [[0x25, 0x34], [0x2e, 0x00], [0x20, 0x94], [0x2e, 0xc0]],
  tearDown: [[0x2e, 0x00]],
  configCommand: (oid, spiOid) => `config_lis2dw oid=${oid} bus_oid=${spiOid} bus_oid_type=spi lis_chip_type=LIS2DW`,
  unpack: (bytes, at) => [0, 2, 4].map((axis) => signed(bytes[at + axis]! | (bytes[at + axis + 1]! << 8), 16)) as [number, number, number],
};
