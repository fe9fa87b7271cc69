/** LM75 and its kin: two bytes, of which Kalico uses whole degrees and one half. Below 0 °C it reads the sign as 128 degrees more, and so does this host. */
import type { ConfigSection } from "../host-types.js";
import { I2cSensor, type I2cChip } from "./i2c-sensor.js";

const ADDRESS = 0x48;
const REPORT_TIME = 0.8;
const SHORTEST_REPORT_TIME = 0.5;
const TEMPERATURE = 0x00;
/** Register of some makers: kind and revision. */
const PRODUCT_ID = 0x07;

/** Degrees Celsius of the temperature register. */
export function lm75Celsius(high: number, low: number): number {
  return high + (low >> 7) * 0.5;
}

function lm75(reportTime: number): I2cChip {
  return {
    kind: "lm75",
    address: ADDRESS,
    reportTime,
    limitSubject: "LM75 temperature",
    failure: () => "lm75: Error reading data",
    async start(bus) {
      try {
        const [id] = await bus.read([PRODUCT_ID], 1);
        bus.log("info", `lm75: Chip ID 0x${id!.toString(16)}`);
      } catch {
        // Most chips have no such register.
      }
      return [];
    },
    async measure(bus) {
      const [high, low] = await bus.read([TEMPERATURE], 2);
      return { temperature: lm75Celsius(high!, low!) };
    },
  };
}

export const lm75Sensor = (config: ConfigSection): I2cSensor =>
  new I2cSensor(config, lm75(config.getFloat("lm75_report_time", { default: REPORT_TIME, minval: SHORTEST_REPORT_TIME })));
