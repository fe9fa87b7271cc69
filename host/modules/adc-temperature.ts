/** `[adc_temperature]` registers the known chips; `[adc_temperature <name>]` describes a sensor type by a table. */
import { resistanceSensor, tableSensors, voltageSensor } from "../heaters/built-in-sensors.js";
import type { ConfigSection } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import type { SensorSample } from "../heaters/sensor-tables.js";

/** Rows of a table are numbered from 1; the first missing temperature ends it. */
const MAX_ROWS = 999;

function readTable(config: ConfigSection, quantity: "voltage" | "resistance"): SensorSample[] {
  const samples: SensorSample[] = [];
  for (let row = 1; row <= MAX_ROWS; row++) {
    const celsius = config.getFloat(`temperature${row}`, { default: null });
    if (celsius === null) break;
    samples.push([celsius, config.getFloat(`${quantity}${row}`)]);
  }
  return samples;
}

const heatersOf = (config: ConfigSection): PrinterHeaters => config.getPrinter().loadObject<PrinterHeaters>(config, "heaters");

export function loadConfig(config: ConfigSection): null {
  const heaters = heatersOf(config);
  for (const [name, factory] of tableSensors()) heaters.addSensorFactory(name, factory);
  return null;
}

export function loadConfigPrefix(config: ConfigSection): null {
  const name = config.getName().split(/\s+/).slice(1).join(" ");
  const isVoltage = config.get("resistance1", { default: null }) === null;
  const factory = isVoltage ? voltageSensor(readTable(config, "voltage")) : resistanceSensor(readTable(config, "resistance"));
  heatersOf(config).addSensorFactory(name, factory);
  return null;
}
