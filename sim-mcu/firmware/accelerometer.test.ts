import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { plantFromConfig } from "../plant/index.js";
import { TestMcu } from "../testing/test-mcu.js";

interface Kind {
  readonly name: string;
  readonly address: number;
  readonly config: string;
  readonly feature: string;
  /** Writes that wake the chip, and the one that lets it measure. */
  readonly wake: readonly string[];
  readonly go: string;
  readonly rate: number;
  readonly bytes: number;
  readonly isBigEndian: boolean;
  readonly countsPerG: number;
}

const kinds: Kind[] = [
  { name: "lis2dw", address: 0x19, config: "config_lis2dw oid=1 bus_oid=0 bus_oid_type=i2c lis_chip_type=LIS2DW", feature: "lis2dw", wake: ["2534", "2094"], go: "2ec0", rate: 1600, bytes: 48, isBigEndian: false, countsPerG: 2048 },
  { name: "lis3dh", address: 0x19, config: "config_lis2dw oid=1 bus_oid=0 bus_oid_type=i2c lis_chip_type=LIS3DH", feature: "lis2dw", wake: ["2097", "2328", "2440"], go: "2e80", rate: 1344, bytes: 48, isBigEndian: false, countsPerG: 4096 },
  { name: "mpu9250", address: 0x68, config: "config_mpu9250 oid=1 i2c_oid=0", feature: "mpu9250", wake: ["6b00", "1900", "1c10"], go: "2308", rate: 4000, bytes: 48, isBigEndian: true, countsPerG: 4096 },
  { name: "icm20948", address: 0x68, config: "config_icm20948 oid=1 i2c_oid=0", feature: "icm20948", wake: ["0601", "7f20", "1406", "7f00"], go: "6710", rate: 4500, bytes: 48, isBigEndian: true, countsPerG: 2048 },
];

function setup({ name, address, config }: Kind, plantChip = name): TestMcu {
  const mcu = new TestMcu(stm32f446, { plant: plantFromConfig({ [plantChip]: {} }, { seed: 3 }) });
  mcu.send("allocate_oids count=2", "config_i2c oid=0", `i2c_set_bus oid=0 i2c_bus=i2c1 rate=400000 address=${address}`, config, "finalize_config crc=1");
  return mcu;
}

describe.each(kinds)("the firmware of a $name on I2C", (kind) => {
  const { feature, wake, go, rate, bytes, isBigEndian, countsPerG } = kind;
  const write = (data: string): string => `i2c_write oid=0 data=${data}`;
  const start = (mcu: TestMcu): void => void mcu.send(...wake.map(write), `query_${feature} oid=1 rest_ticks=${Math.round((4 / rate) * 180e6)}`, write(go));

  it("sends numbered messages of whole samples, 1 g along z", () => {
    const mcu = setup(kind);
    start(mcu);
    mcu.advance(1);
    const messages = mcu.take("sensor_bulk_data");
    expect(Math.abs((messages.length * bytes) / 6 / rate - 1)).toBeLessThan(0.035);
    const sums = [0, 0, 0];
    messages.forEach(({ params }, i) => {
      expect(params["sequence"]).toBe(i);
      const data = Buffer.from(params["data"] as Uint8Array);
      expect(data).toHaveLength(bytes);
      for (let at = 0; at < data.length; at += 2) sums[(at / 2) % 3]! += isBigEndian ? data.readInt16BE(at) : data.readInt16LE(at);
    });
    const samples = (messages.length * bytes) / 6;
    const mean = sums.map((sum) => sum / samples / countsPerG);
    [0, 0, 1].forEach((g, axis) => expect(Math.abs(mean[axis]! - g)).toBeLessThan(0.002));
  });

  it("tells which message comes next and what waits for it: together all that the chip has made", () => {
    const mcu = setup(kind);
    start(mcu);
    let last = 0, lastClock = mcu.clock;
    for (let look = 0; look < 60; look++) {
      mcu.advance(0.0137);
      const [status] = mcu.send(`query_${feature}_status oid=1`).filter(({ name }) => name === "sensor_bulk_status");
      const { next_sequence: next, buffered, possible_overflows: lost, query_ticks: ticks } = status!.params as Record<string, number>;
      expect(buffered! % 6).toBe(0);
      expect(lost).toBe(0);
      expect(ticks).toBeGreaterThan(0);
      const made = (next! * bytes + buffered!) / 6;
      if (look > 0) expect(Math.abs(made - last - ((mcu.clock - lastClock) / 180e6) * rate)).toBeLessThan(1 + 0.035 * 0.02 * rate);
      [last, lastClock] = [made, mcu.clock];
    }
  });

  it("begins at 0 again, and is silent once it was told to stop", () => {
    const mcu = setup(kind);
    start(mcu);
    mcu.advance(0.2);
    mcu.send(`query_${feature} oid=1 rest_ticks=0`);
    mcu.take("sensor_bulk_data");
    mcu.advance(0.2);
    expect(mcu.take("sensor_bulk_data")).toHaveLength(0);
    start(mcu);
    mcu.advance(0.1);
    expect(mcu.take("sensor_bulk_data")[0]!.params["sequence"]).toBe(0);
  });

  it("tells of samples that were lost while it did not look", () => {
    const mcu = setup(kind);
    mcu.send(...wake.map(write), `query_${feature} oid=1 rest_ticks=${Math.round(0.1 * 180e6)}`, write(go));
    mcu.advance(0.55);
    const [status] = mcu.send(`query_${feature}_status oid=1`).filter(({ name }) => name === "sensor_bulk_status");
    expect(status!.params["possible_overflows"]).toBeGreaterThanOrEqual(5);
  });

  it("shuts down where nobody answers", () => {
    const mcu = setup(kind, kind.address === 0x68 ? "lis2dw" : "mpu9250");
    mcu.send(`query_${feature} oid=1 rest_ticks=180000`);
    mcu.advance(0.01);
    expect(mcu.shutdownReason).toMatch(/^I2C/);
  });
});
