/** Accelerometers by their data sheets: identity, set-up, rates, and samples as the firmware packs them. */
import type { ChipBus } from "./chip-bus.js";

export type RegisterValue = readonly [register: number, value: number];

export interface AccelChip {
  /** Kind of the section. */
  readonly name: string;
  /** Text of the chip in the log and in messages. */
  readonly title: string;
  /** Firmware feature and endpoint, e.g. `query_adxl345`. */
  readonly firmware: string;
  /** Mode on SPI; undefined: has none. */
  readonly spiMode?: number;
  /** Usual address on I2C; undefined: has none. */
  readonly i2cAddress?: number;
  /** Register that tells the chip. */
  readonly identityRegister: number;
  /** Why a value of it is refused; undefined: it is the chip. */
  refusal(identity: number): string | undefined;
  /** Start of the message when its micro-controller is away; undefined: is not checked. */
  readonly awayPrefix?: string;
  /** Whether what was written is read back. */
  readonly readsBack: boolean;
  /** Bytes of one sample. */
  readonly sampleBytes: number;
  /** Millimetre per second squared of one count, by axis. */
  readonly scale: readonly [x: number, y: number, z: number];
  /** Samples per second; the first is the default. */
  readonly rates: readonly number[];
  /** Whether the option `rate` exists. */
  readonly hasRateOption: boolean;
  /** Registers to write first, to wake the chip; it is then given `wakeSeconds`. */
  readonly wake?: readonly RegisterValue[];
  readonly wakeSeconds?: number;
  /** Registers to write before the firmware collects. */
  setUp(rate: number, bus: ChipBus["kind"]): readonly RegisterValue[];
  /** Register to read after that, which forgets an old overflow. */
  readonly clears?: number;
  /** Registers to write when the firmware collects. */
  readonly go: readonly RegisterValue[];
  /** Registers to write before the firmware stops collecting, and after. */
  readonly halt: readonly RegisterValue[];
  readonly sleep?: readonly RegisterValue[];
  configCommand(oid: number, bus: ChipBus): string;
  /** Counts of a sample; null for a reading that went wrong. */
  unpack(bytes: Uint8Array, at: number): [x: number, y: number, z: number] | null;
}

/** mm/s². */
const FREE_FALL = 9.80665 * 1000;
const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);
const words = (low: number, high: number) => (bytes: Uint8Array, at: number): [number, number, number] =>
  [0, 2, 4].map((axis) => signed(bytes[at + axis + low]! | (bytes[at + axis + high]! << 8), 16)) as [number, number, number];
const LITTLE_ENDIAN = words(0, 1), BIG_ENDIAN = words(1, 0);
const even = (scale: number): readonly [number, number, number] => [scale, scale, scale];

const FAULTY = "This is generally indicative of connection problems\n(e.g. faulty wiring) or a faulty";
const wants = (name: string, wanted: number) => (identity: number): string | undefined =>
  identity === wanted ? undefined : `Invalid ${name} id (got ${identity.toString(16)} vs ${wanted.toString(16)}).\n${FAULTY} ${name} chip.`;
const wantsOneOf = (wanted: readonly number[]) => (identity: number): string | undefined =>
  wanted.includes(identity) ? undefined : `Invalid mpu id (got ${identity.toString(16)}).\n${FAULTY} chip.`;

const ADXL_RATES = new Map([[25, 0x8], [50, 0x9], [100, 0xa], [200, 0xb], [400, 0xc], [800, 0xd], [1600, 0xe], [3200, 0xf]]);

export const ADXL345: AccelChip = {
  name: "adxl345", title: "ADXL345", firmware: "adxl345", awayPrefix: "ADXL",
  spiMode: 3,
  identityRegister: 0x00, refusal: wants("adxl345", 0xe5),
  readsBack: true,
  sampleBytes: 5,
  scale: [0.003774 * FREE_FALL, 0.003774 * FREE_FALL, 0.003906 * FREE_FALL],
  rates: [3200, ...[...ADXL_RATES.keys()].filter((rate) => rate !== 3200)], hasRateOption: true,
  // Standby, full resolution ±16 g, FIFO off and then streaming; measuring.
  setUp: (rate) => [[0x2d, 0x00], [0x31, 0x0b], [0x38, 0x00], [0x2c, ADXL_RATES.get(rate)!], [0x38, 0x90]],
  go: [[0x2d, 0x08]],
  halt: [[0x2d, 0x00]],
  configCommand: (oid, bus) => `config_adxl345 oid=${oid} spi_oid=${bus.getOid()}`,
  unpack(bytes, at) {
    const [x, y, z, xz, yz] = bytes.subarray(at, at + 5) as unknown as [number, number, number, number, number];
    // The only bit that no sample uses.
    if ((yz & 0x80) !== 0) return null;
    return [x | ((xz & 0x1f) << 8), y | ((yz & 0x1f) << 8), z | ((xz >> 5) << 8) | (((yz >> 5) & 3) << 11)].map((value) => signed(value, 13)) as [number, number, number];
  },
};

/** What the two chips of one maker share. */
const LIS = {
  firmware: "lis2dw", awayPrefix: "LIS2DW", spiMode: 3, i2cAddress: 0x19, identityRegister: 0x0f, readsBack: true, sampleBytes: 6, hasRateOption: false,
  halt: [[0x2e, 0x00]], unpack: LITTLE_ENDIAN,
} as const;
const lisCommand = (title: string) => (oid: number, bus: ChipBus): string =>
  `config_lis2dw oid=${oid} bus_oid=${bus.getOid()} bus_oid_type=${bus.kind} lis_chip_type=${title}`;

export const LIS2DW: AccelChip = {
  ...LIS, name: "lis2dw", title: "LIS2DW", refusal: wants("lis2dw", 0x44),
  scale: even((FREE_FALL * 0.001952) / 4),
  rates: [1600],
  // No I2C on SPI, ±16 g with low noise, FIFO off, 1600 samples per second in high performance; FIFO streaming.
  setUp: (_rate, bus) => [...(bus === "spi" ? [[0x21, 0x06] as const] : []), [0x25, 0x34], [0x2e, 0x00], [0x20, 0x94]],
  go: [[0x2e, 0xc0]],
  configCommand: lisCommand("LIS2DW"),
};

export const LIS3DH: AccelChip = {
  ...LIS, name: "lis3dh", title: "LIS3DH", refusal: wants("lis3dh", 0x33),
  scale: even((FREE_FALL * 0.003906) / 16),
  rates: [1344],
  // 1344 samples per second on all axes, no filter, ±8 g in high resolution, FIFO on; streaming.
  setUp: () => [[0x20, 0x97], [0x21, 0x00], [0x23, 0x28], [0x24, 0x40]],
  go: [[0x2e, 0x80]],
  configCommand: lisCommand("LIS3DH"),
};

export const MPU9250: AccelChip = {
  name: "mpu9250", title: "MPU9250", firmware: "mpu9250", awayPrefix: "MPU",
  i2cAddress: 0x68,
  // MPU-9515, -9255, -9250, -6500, -6050 and clones.
  identityRegister: 0x75, refusal: wantsOneOf([0x74, 0x73, 0x71, 0x70, 0x68, 0x75, 0x69]),
  readsBack: false,
  sampleBytes: 6,
  scale: even(FREE_FALL / 4096),
  rates: [4000], hasRateOption: true,
  wake: [[0x6b, 0x00], [0x6c, 0x07]], wakeSeconds: 0.02,
  // Undivided rate, ±8 g, 1 kHz wide; FIFO off, reset and on.
  setUp: () => [[0x19, 0x00], [0x1a, 0x01], [0x1c, 0x10], [0x1d, 0x08], [0x23, 0x00], [0x6a, 0x04], [0x6a, 0x40]],
  clears: 0x3a,
  go: [[0x23, 0x08]],
  halt: [[0x23, 0x00]],
  sleep: [[0x6b, 0x40], [0x6c, 0x3f]],
  configCommand: (oid, bus) => `config_mpu9250 oid=${oid} i2c_oid=${bus.getOid()}`,
  unpack: BIG_ENDIAN,
};

export const ICM20948: AccelChip = {
  name: "icm20948", title: "ICM20948", firmware: "icm20948",
  i2cAddress: 0x68,
  identityRegister: 0x00, refusal: wantsOneOf([0xea]),
  readsBack: false,
  sampleBytes: 6,
  scale: even(FREE_FALL / 2048),
  rates: [4500], hasRateOption: true,
  wake: [[0x06, 0x01], [0x07, 0x07]], wakeSeconds: 0,
  // Undivided rate; ±16 g, 1.2 kHz wide in bank 2; FIFO off, reset and on.
  setUp: () => [[0x10, 0x00], [0x11, 0x00], [0x7f, 0x20], [0x14, 0x06], [0x7f, 0x00], [0x67, 0x00], [0x03, 0x0e], [0x03, 0x40]],
  clears: 0x19,
  go: [[0x67, 0x10]],
  halt: [[0x67, 0x00]],
  sleep: [[0x06, 0x41], [0x07, 0x3f]],
  configCommand: (oid, bus) => `config_icm20948 oid=${oid} i2c_oid=${bus.getOid()}`,
  unpack: BIG_ENDIAN,
};
