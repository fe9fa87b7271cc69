/** Sensor types on I2C, by the name that `sensor_type` gives them. */
import type { SensorFactory } from "../adc-to-temperature.js";
import { AHT_TYPES, ahtSensor } from "./aht10.js";
import { bme280Sensor } from "./bme280.js";
import { HTU21D_TYPES, htu21dSensor } from "./htu21d.js";
import { lm75Sensor } from "./lm75.js";
import { sht3xSensor } from "./sht3x.js";

export const i2cSensors = (): [name: string, factory: SensorFactory][] => [
  ["BME280", bme280Sensor], ["LM75", lm75Sensor], ["SHT3X", sht3xSensor],
  ...HTU21D_TYPES.map((type): [string, SensorFactory] => [type, htu21dSensor]),
  ...[...AHT_TYPES.keys()].map((type): [string, SensorFactory] => [type, ahtSensor]),
];
