import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";

describe("chains of leds", () => {
  const configured = (size: number): TestMcu => {
    const mcu = new TestMcu(stm32f446);
    mcu.send("allocate_oids count=1", `config_neopixel oid=0 pin=PA1 data_size=${size} bit_max_ticks=100 reset_min_ticks=1000`, "finalize_config crc=7");
    return mcu;
  };

  it("take their bytes in pieces and answer every send", () => {
    const mcu = configured(6);
    mcu.send("neopixel_update oid=0 pos=0 data=010203", "neopixel_update oid=0 pos=3 data=ff", "neopixel_send oid=0");
    mcu.advance(0.01);
    expect(mcu.take("neopixel_result").map(({ params }) => params)).toEqual([expect.objectContaining({ oid: 0, success: 1 })]);
    expect(mcu.shutdownReason).toBeUndefined();
  });

  it("shut the micro-controller down for bytes beyond their end, and for a size that no chain has", () => {
    const mcu = configured(4);
    mcu.send("neopixel_update oid=0 pos=2 data=010203");
    mcu.advance(0.01);
    expect(mcu.shutdownReason).toBe("Invalid neopixel update command");
    const large = configured(0x8001);
    large.advance(0.01);
    expect(large.shutdownReason).toBe("Invalid neopixel data_size");
  });
});
