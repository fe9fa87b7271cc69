/** Sensor types on I2C, by the name that `sensor_type` gives them. */
import type { SensorFactory } from "../adc-to-temperature.js";
import { lm75Sensor } from "./lm75.js";

export const i2cSensors = (): [name: string, factory: SensorFactory][] => [["LM75", lm75Sensor]];
