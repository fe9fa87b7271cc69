/** Environment chips as their data sheets describe them, on a bus of their own. */
import { describe, expect, it } from "vitest";
import { Aht } from "./aht.js";
import { Bmp180, Bmx280 } from "./bosch.js";
import { bme280Percent, bmp180Fine, bmp180Pascal, bmx280Fine, bmx280Pascal, BMX280 } from "./bosch-codes.js";
import { roomHumidityAt, type Climate } from "./climate.js";
import { Htu21d } from "./htu21d.js";
import { Lm75 } from "./lm75.js";
import { checkedWord } from "./sensirion-crc.js";
import { Sht3x } from "./sht3x.js";

class Air implements Climate {
  now = 0;
  temperature = 25;
  celsius(): number { return this.temperature; }
  humidity(): number { return 50; }
  pascal(): number { return 101_325; }
  seconds(): number { return this.now; }
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const none = bytes();

describe("formulas of the data sheets", () => {
  it("give the BMP280 sheet's example", () => {
    const fine = bmx280Fine(519_888, BMX280.T);
    expect(fine).toBe(128_422);
    expect(bmx280Pascal(415_148, fine, BMX280.P)).toBeCloseTo(100_653.25, 1);
  });

  it("give the BMP180 sheet's example", () => {
    const fine = bmp180Fine(27_898);
    expect(fine).toBe(2399);
    expect(bmp180Pascal(23_843, fine, 0)).toBe(69_964);
  });

  it("keep humidity between nothing and all", () => {
    expect(bme280Percent(0, 128_422, BMX280.H)).toBe(0);
    expect(bme280Percent(65_535, 128_422, BMX280.H)).toBe(100);
  });

  it("give Sensirion's example of a checksum", () => {
    expect(checkedWord(0xbeef, 0xff)[2]).toBe(0x92);
    expect(checkedWord(0x683a, 0)[2]).toBe(0x7c);
  });
});

describe("the air of a room", () => {
  it("is drier where it is warmer, and never wetter than wet", () => {
    expect(roomHumidityAt(22)).toBeCloseTo(50);
    expect(roomHumidityAt(40)).toBeLessThan(20);
    expect(roomHumidityAt(0)).toBe(100);
  });
});

describe("LM75", () => {
  it("gives steps of an eighth of a degree in the upper eleven bits, negative ones too", () => {
    const air = new Air();
    const chip = new Lm75(air);
    for (const [celsius, word] of [[25.125, 0x1920], [-0.125, 0xffe0], [-25, 0xe700], [127, 0x7d00]] as const) {
      air.temperature = celsius;
      air.now += 1;
      const [high, low] = chip.read(bytes(0), 2);
      expect((high! << 8) | low!).toBe(word);
    }
  });
});

describe("SHT3x", () => {
  it("does not acknowledge a fetch before there is something new", () => {
    const air = new Air();
    const chip = new Sht3x(air);
    const fetch = bytes(0xe0, 0x00);
    expect(chip.acknowledges("read", fetch)).toBe(false);
    chip.write(bytes(0x22, 0x36));
    air.now = 0.014;
    expect(chip.acknowledges("read", fetch)).toBe(false);
    air.now = 0.016;
    expect(chip.acknowledges("read", fetch)).toBe(true);
    expect([...chip.read(fetch, 6)].slice(0, 3)).toEqual([...checkedWord(Math.round((70 / 175) * 65535), 0xff)]);
    expect(chip.acknowledges("read", fetch)).toBe(false);
    air.now = 0.52;
    expect(chip.acknowledges("read", fetch)).toBe(true);
  });

  it("says after a reset that there was one", () => {
    expect([...new Sht3x(new Air()).read(bytes(0xf3, 0x2d), 3)]).toEqual([...checkedWord(0x8010, 0xff)]);
  });
});

describe("HTU21D", () => {
  it("is not there while it measures without holding the bus", () => {
    const air = new Air();
    const chip = new Htu21d(air, "HTU21D");
    chip.write(bytes(0xf3));
    expect(chip.acknowledges("read", none)).toBe(false);
    air.now = 0.05;
    expect(chip.acknowledges("read", none)).toBe(true);
    const [high, low] = chip.read(none, 3);
    expect(((high! << 8) | low!) & 3).toBe(0);
    expect((((high! << 8) | low!) / 65536) * 175.72 - 46.85).toBeCloseTo(25, 1);
    chip.write(bytes(0xe5));
    expect(chip.acknowledges("read", none)).toBe(true);
    const [wet, mark] = chip.read(none, 3);
    expect(mark! & 3).toBe(2);
    expect((wet! * 256) / 65536 * 125 - 6).toBeCloseTo(50, 0);
  });
});

describe("AHT10", () => {
  it("is busy for 80 ms and calibrated once it was told to be", () => {
    const air = new Air();
    const chip = new Aht(air, false);
    chip.write(bytes(0xac, 0x33, 0));
    expect(chip.read(none, 6)[0]).toBe(0x90);
    air.now = 0.08;
    expect(chip.read(none, 6)[0]).toBe(0x10);
    chip.write(bytes(0xe1, 8, 0));
    expect(chip.read(none, 6)[0]).toBe(0x18);
  });
});

describe("Bosch's chips", () => {
  it("sleep until they are told a mode, and are busy for their first conversion", () => {
    const air = new Air();
    const chip = new Bmx280(air, true);
    expect([...chip.read(bytes(0xf7), 8)]).toEqual([0x80, 0, 0, 0x80, 0, 0, 0x80, 0]);
    chip.write(bytes(0xf2, 2, 0xf4, 0x4b));
    expect(chip.read(bytes(0xf3), 1)[0]).toBe(8);
    air.now = 0.02;
    expect(chip.read(bytes(0xf3), 1)[0]).toBe(0);
    expect([...chip.read(bytes(0xf7), 3)]).not.toEqual([0x80, 0, 0]);
  });

  it("give the result before when they are read too early", () => {
    const air = new Air();
    const chip = new Bmp180(air);
    chip.write(bytes(0xf4, 0x2e));
    expect([...chip.read(bytes(0xf6), 2)]).toEqual([0x80, 0]);
    air.now = 0.005;
    const temperature = [...chip.read(bytes(0xf6), 2)];
    expect(temperature).not.toEqual([0x80, 0]);
    chip.write(bytes(0xf4, 0xf4));
    air.now = 0.015;
    expect([...chip.read(bytes(0xf6), 2)]).toEqual(temperature);
  });
});
