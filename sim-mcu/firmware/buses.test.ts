import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { plantFromConfig } from "../plant/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { tmcCrc } from "../devices/tmc-driver.js";
import { fromLineBits, toLineBits } from "./tmcuart.js";

const hex = (bytes: Uint8Array | readonly number[]): string => Buffer.from(bytes).toString("hex");
const word = (bytes: Uint8Array, at: number): number => Buffer.from(bytes).readUInt32BE(at);

describe("line bits of a single wire UART", () => {
  it("carry every byte there and back", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      expect([...fromLineBits(toLineBits(bytes))!]).toEqual([...bytes]);
    }));
  });

  it("are no telegram where a stop bit is missing", () => {
    const packed = toLineBits(Uint8Array.of(1, 2, 3, 4));
    packed[1]! &= ~0x02;
    expect(fromLineBits(packed)).toBeUndefined();
  });
});

describe("a TMC2209 on its UART", () => {
  const sections = { "tmc2209 stepper_x": { uart_pin: "PC1", uart_address: "2" } };
  const setup = (): TestMcu => {
    const mcu = new TestMcu(stm32f446, { plant: plantFromConfig(sections) });
    mcu.send("allocate_oids count=1", "config_tmcuart oid=0 rx_pin=PC1 pull_up=1 tx_pin=PC1 bit_time=4500", "finalize_config crc=1");
    return mcu;
  };
  const withCrc = (...bytes: number[]): Uint8Array => Uint8Array.from([...bytes, tmcCrc(Uint8Array.from(bytes))]);
  const exchange = (mcu: TestMcu, telegram: Uint8Array, readBytes: number): Uint8Array => {
    mcu.send(`tmcuart_send oid=0 write=${hex(toLineBits(telegram))} read=${readBytes}`);
    mcu.advance(0.02);
    return mcu.take("tmcuart_response").at(-1)!.params["read"] as Uint8Array;
  };
  const read = (mcu: TestMcu, address: number, register: number): number | undefined => {
    const answer = exchange(mcu, withCrc(0xf5, address, register), 10);
    if (answer.length === 0) return undefined;
    const telegram = fromLineBits(answer)!;
    expect([...telegram.subarray(0, 3)]).toEqual([0x05, 0xff, register]);
    expect(telegram[7]).toBe(tmcCrc(telegram.subarray(0, 7)));
    return word(telegram, 3);
  };

  it("tells its version to who knows its address, and nothing to others", () => {
    const mcu = setup();
    expect(read(mcu, 2, 0x06)! >>> 24).toBe(0x21);
    expect(read(mcu, 1, 0x06)).toBeUndefined();
  });

  it("counts the writes that arrived unharmed, modulo 256, and holds what was written", () => {
    const mcu = setup();
    expect(read(mcu, 2, 0x02)).toBe(0);
    expect(exchange(mcu, withCrc(0xf5, 2, 0x80 | 0x10, 0, 6, 16, 3), 0)).toHaveLength(0);
    expect(read(mcu, 2, 0x02)).toBe(1);
    expect(read(mcu, 2, 0x10)).toBe(0x00061003);
    const broken = withCrc(0xf5, 2, 0x80 | 0x10, 0, 0, 0, 0);
    broken[7]! ^= 1;
    exchange(mcu, broken, 0);
    expect(read(mcu, 2, 0x02)).toBe(1);
  });

  it("says that it was reset until that is cleared", () => {
    const mcu = setup();
    expect(read(mcu, 2, 0x01)).toBe(1);
    exchange(mcu, withCrc(0xf5, 2, 0x81, 0, 0, 0, 1), 0);
    expect(read(mcu, 2, 0x01)).toBe(0);
  });

  it("hears nothing of a request while another is under way", () => {
    const mcu = setup();
    const ask = `tmcuart_send oid=0 write=${hex(toLineBits(withCrc(0xf5, 2, 0x06)))} read=10`;
    mcu.send(ask, ask);
    mcu.advance(0.02);
    expect(mcu.take("tmcuart_response")).toHaveLength(1);
  });

  it("has the check sum of the data sheet: reading register 0 of node 0 is 05 00 00 48", () => {
    expect(tmcCrc(Uint8Array.of(0x05, 0x00, 0x00))).toBe(0x48);
  });
});

describe("chips on SPI", () => {
  const sections = {
    "tmc2240 stepper_x": { cs_pin: "PC2" }, adxl345: { cs_pin: "PC3" },
    extruder: { sensor_type: "MAX31855", sensor_pin: "PC4", heater_pin: "PA1" }, heater_bed: { sensor_type: "MAX31865", sensor_pin: "PC5", heater_pin: "PA2" },
  };
  const setup = (pin: string, ...more: string[]): TestMcu => {
    const mcu = new TestMcu(stm32f446, { plant: plantFromConfig(sections, { ambientCelsius: 25 }) });
    mcu.send("allocate_oids count=2", `config_spi oid=0 pin=${pin} cs_active_high=0`, "spi_set_bus oid=0 spi_bus=spi1 mode=3 rate=1000000", ...more);
    mcu.send("finalize_config crc=1");
    return mcu;
  };
  const transfer = (mcu: TestMcu, ...bytes: number[]): Uint8Array => mcu.send(`spi_transfer oid=0 data=${hex(bytes)}`)[0]!.params["response"] as Uint8Array;

  it("a TMC2240 answers a question with the next datagram", () => {
    const mcu = setup("PC2");
    transfer(mcu, 0x04, 0, 0, 0, 0);
    expect(word(transfer(mcu, 0x51, 0, 0, 0, 0), 1) >>> 24).toBe(0x40);
    expect(word(transfer(mcu, 0x80 | 0x10, 1, 2, 3, 4), 1)).toBe(2231);
    expect(word(transfer(mcu, 0x10, 0, 0, 0, 0), 1)).toBe(0x01020304);
    expect(word(transfer(mcu, 0x10, 0, 0, 0, 0), 1)).toBe(0x01020304);
  });

  it("zeros come back where no chip is wired", () => {
    expect([...transfer(setup("PC9"), 1, 2, 3)]).toEqual([0, 0, 0]);
  });

  it.each([
    ["a MAX31855", "PC4", "MAX31855", (value: number) => (value >> 18) / 4],
    ["a MAX31865 with PT100", "PC5", "MAX31865", (value: number) => ((value >> 1) / 32768 * 430 / 100 - 1) / 3.9083e-3],
  ])("%s reports its temperature on the grid", (_what, pin, type, celsius) => {
    const mcu = setup(pin, `config_thermocouple oid=1 spi_oid=0 thermocouple_type=${type}`);
    mcu.send(`query_thermocouple oid=1 clock=${mcu.clock + 1_000_000} rest_ticks=54000000 min_value=0 max_value=4294967295 max_invalid_count=3`);
    mcu.advance(1);
    const results = mcu.take("thermocouple_result");
    expect(results).toHaveLength(4);
    for (const { params } of results) {
      expect(params["fault"]).toBe(0);
      expect(celsius(params["value"] as number)).toBeCloseTo(25, 0);
    }
    expect((results[1]!.params["next_clock"] as number) - (results[0]!.params["next_clock"] as number)).toBe(54_000_000);
  });

  it.each([[3, "Thermocouple reader fault"], [0, undefined]])("values out of range %i times in a row: %s (Kalico's firmware)", (count, reason) => {
    const mcu = setup("PC4", "config_thermocouple oid=1 spi_oid=0 thermocouple_type=MAX31855");
    mcu.send(`query_thermocouple oid=1 clock=${mcu.clock + 1_000_000} rest_ticks=18000000 min_value=0 max_value=1 max_invalid_count=${count}`);
    mcu.advance(1);
    expect(mcu.shutdownReason).toBe(reason);
    expect(mcu.take("thermocouple_result").length).toBe(reason === undefined ? 10 : 3);
  });

  it("an ADXL345 tells who it is, and sends numbered messages of ten samples at its rate", () => {
    const mcu = setup("PC3", "config_adxl345 oid=1 spi_oid=0");
    expect(transfer(mcu, 0x80, 0)[1]).toBe(0xe5);
    mcu.send("spi_send oid=0 data=2c0f");
    expect(transfer(mcu, 0x80 | 0x2c, 0)[1]).toBe(0x0f);
    mcu.send("query_adxl345 oid=1 rest_ticks=225000");
    mcu.advance(0.1);
    expect(mcu.take("sensor_bulk_data")).toHaveLength(0);
    mcu.send("spi_send oid=0 data=2d08");
    mcu.advance(0.5);
    const messages = mcu.take("sensor_bulk_data");
    // 160 at the nominal rate; the chip's own clock may be 3 % off.
    expect(Math.abs(messages.length - 160)).toBeLessThanOrEqual(6);
    messages.forEach(({ params }, i) => {
      expect(params["sequence"]).toBe(i);
      expect((params["data"] as Uint8Array).length).toBe(50);
    });
    const [xl, , zl, xz, yz] = messages[5]!.params["data"] as Uint8Array;
    const signed = (value: number): number => (value << 19) >> 19;
    expect(Math.abs(signed(xl! | ((xz! & 0x1f) << 8)))).toBeLessThan(20);
    expect(signed(zl! | ((xz! & 0xe0) << 3) | ((yz! & 0xe0) << 6))).toBeGreaterThan(240);
    const [status] = mcu.send("query_adxl345_status oid=1");
    expect(status!.params).toMatchObject({ next_sequence: messages.length, possible_overflows: 0 });
    mcu.send("query_adxl345 oid=1 rest_ticks=0");
    mcu.take("sensor_bulk_data");
    mcu.advance(0.2);
    expect(mcu.take("sensor_bulk_data")).toHaveLength(0);
  });
});

describe("I2C where nobody answers", () => {
  it("shuts Kalico's firmware down and gives Klipper's a status", () => {
    const commands = ["allocate_oids count=1", "config_i2c oid=0", "i2c_set_bus oid=0 i2c_bus=i2c1 rate=100000 address=64", "finalize_config crc=1"];
    const kalico = new TestMcu(stm32f446);
    kalico.send(...commands);
    kalico.send("i2c_write oid=0 data=01");
    expect(kalico.shutdownReason).toBe("I2C START NACK");
    const klipper = new TestMcu(stm32f446, { flavour: "klipper" });
    klipper.send(...commands);
    expect(klipper.send("i2c_transfer oid=0 write=01 read_len=0")[0]!.params).toMatchObject({ i2c_bus_status: "START_NACK" });
    expect(klipper.shutdownReason).toBeUndefined();
  });
});
