/** DS18B20 thermometers on the 1-wire bus of a Linux process. */
import { describe, expect, it } from "vitest";
import { linux } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";

const SERIAL = "28-031674b175ff";
const hex = Buffer.from(SERIAL, "latin1").toString("hex");
const SECOND = 50_000_000;

function started({ flavour = "kalico" as "kalico" | "klipper", celsius = undefined as (() => number) | undefined, ignores = 0, maxErrors = 2 } = {}): TestMcu {
  const mcu = new TestMcu(linux, { flavour });
  if (celsius !== undefined) mcu.mcu.gpio.devices.attachOneWire(SERIAL, celsius);
  mcu.send("allocate_oids count=1", `config_ds18b20 oid=0 serial=${hex} max_error_count=${maxErrors}${flavour === "kalico" ? ` ignore_limits=${ignores}` : ""}`, "finalize_config crc=1");
  mcu.send(`query_ds18b20 oid=0 clock=${Math.round(mcu.mcu.clockAt(mcu.now)) + SECOND} rest_ticks=${SECOND} min_value=0 max_value=50000`);
  return mcu;
}
const results = (mcu: TestMcu): [value: number, fault: number][] => mcu.take("ds18b20_result").map(({ params }) => [Number(params["value"]), Number(params["fault"])]);

describe("DS18B20", () => {
  it.each(["kalico", "klipper"] as const)("reports sixteenths of a degree in thousandths, once per rest_ticks, on %s's firmware", (flavour) => {
    const mcu = started({ flavour, celsius: () => 21.53 });
    mcu.advance(3.5);
    expect(results(mcu)).toEqual([[21500, 0], [21500, 0], [21500, 0]]);
    expect(mcu.shutdownReason).toBeUndefined();
  });

  it("shuts down when a reading leaves the limits, unless it was told to ignore them", () => {
    const strict = started({ celsius: () => 60 });
    strict.advance(1.5);
    expect(strict.shutdownReason).toBe("DS18B20 out of range");
    const lenient = started({ celsius: () => 60, ignores: 1 });
    lenient.advance(2.5);
    expect(results(lenient)).toEqual([[60000, 0], [60000, 0]]);
    expect(lenient.shutdownReason).toBeUndefined();
  });

  it("reports a fault for each failure, and shuts down after one more than allowed in a row", () => {
    const mcu = started();
    mcu.advance(2.5);
    expect(results(mcu)).toEqual([[0, 1], [0, 1]]);
    expect(mcu.shutdownReason).toBeUndefined();
    mcu.advance(1);
    expect(mcu.shutdownReason).toBe("Error reading DS18B20 sensor");
  });

  it("forgets failures once a reading succeeds", () => {
    const mcu = started();
    mcu.advance(2.5);
    mcu.mcu.gpio.devices.attachOneWire(SERIAL, () => 20);
    mcu.advance(1);
    expect(results(mcu).at(-1)).toEqual([20000, 0]);
    expect(mcu.shutdownReason).toBeUndefined();
  });
});
