import { describe, expect, test } from "vitest";
import { spiSensors } from "./spi-temperature.js";

describe("temperature chips on SPI", () => {
  test("there is a sensor type for each chip", () => {
    expect(spiSensors().map(([name]) => name)).toEqual(["MAX6675", "MAX31855", "MAX31856", "MAX31865"]);
  });
});
