import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PinReader } from "./config-values.js";
import { plantFromConfig } from "./plant-from-config.js";

describe("a pin that is read between references", () => {
  it("is the pin itself, on the controller of its references", () => {
    for (const [chip, mcu] of [["", "mcu"], ["tool:", "tool"]] as const) {
      const sections = { "mcu tool": {}, "adc_scaled ref": { vref_pin: `${chip}PA17`, vssa_pin: `${chip}PA19` }, extruder: { sensor_pin: "ref:PB0" } };
      expect(new PinReader(sections).pinOf(sections.extruder, "sensor_pin")).toEqual({ mcu, pin: "PB0", inverted: false });
    }
  });
});

describe("a sensor without a heater", () => {
  it("hangs where it is warm enough for its limits, while a heater starts at the room's temperature", () => {
    fc.assert(fc.property(fc.integer({ min: -20, max: 100 }), (least) => {
      const options = { sensor_type: "Generic 3950", sensor_pin: "PA1", min_temp: String(least) };
      const plant = plantFromConfig({ "temperature_fan chamber": options, heater_bed: { ...options, sensor_pin: "PA2" } }, { ambientCelsius: 22 });
      expect(plant.heater("temperature_fan chamber").celsiusAt(0)).toBe(least >= 22 ? least + 5 : 22);
      expect(plant.heater("heater_bed").celsiusAt(0)).toBe(22);
    }));
  });
});
