/** `[tsl1401cl_filament_width_sensor]`: an array of light sensors whose voltage, of 5 V, is the diameter of the filament in mm. */
import type { ConfigSection } from "../heaters/host-types.js";
import { FilamentWidth, setupWidthPin } from "./filament-width.js";
import { roundTo } from "./width-line.js";

const SAMPLE_SECONDS = 0.001;
const SAMPLE_COUNT = 8;
const FULL_SCALE = 5;
const INTERVAL = 10;

export class Tsl1401clFilamentWidthSensor {
  private reading = 0;

  constructor(config: ConfigSection) {
    const pin = config.get("pin");
    const options = {
      nominal: config.getFloat("default_nominal_filament_diameter", { above: 1 }),
      delay: config.getFloat("measurement_delay", { above: 0 }),
      maxDifference: config.getFloat("max_difference", { above: 0 }),
      interval: INTERVAL, isActive: true, beforeArrival: null,
    };
    setupWidthPin(config, pin, SAMPLE_SECONDS, SAMPLE_COUNT, (value) => void (this.reading = roundTo(value * FULL_SCALE, 2)));
    new FilamentWidth(config, options, { diameter: () => this.reading });
  }
}

export function loadConfig(config: ConfigSection): Tsl1401clFilamentWidthSensor {
  return new Tsl1401clFilamentWidthSensor(config);
}
