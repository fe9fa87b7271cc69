/**
 * Which heaters and temperature sensors read outside their limits: listed below a temperature shutdown.
 */
import { pyFloatStr } from "../config/python-text.js";
import type { Printer } from "../printer/printer.js";

interface Sensor {
  name: string;
  lastTemp: number;
  minTemp: number;
  maxTemp: number;
  isAdcFaulty?(): boolean;
}

interface Heaters {
  availableHeaters?: readonly string[];
  lookupHeater(name: string): Sensor;
}

/** One record per faulty sensor, heaters first, in the order of the configuration. */
export function faultySensors(printer: Printer): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  const heaters = printer.lookupObject<Heaters | null>("heaters", null);
  for (const name of heaters?.availableHeaters ?? []) {
    const heater = heaters!.lookupHeater(name);
    if (heater.isAdcFaulty?.()) found.push(record("heater", heater));
  }
  for (const [objectName, object] of printer.lookupObjects()) {
    const kind = objectName.split(" ")[0]!;
    if (!objectName.startsWith("temperature_sensor") && !objectName.startsWith("temperature_fan")) continue;
    const sensor = object as Sensor;
    if (sensor.isAdcFaulty?.()) found.push(record(kind, sensor));
  }
  return found;
}

function record(kind: string, sensor: Sensor): Record<string, string> {
  return { [kind]: sensor.name, last_temp: sensor.lastTemp.toFixed(2), min_temp: pyFloatStr(sensor.minTemp), max_temp: pyFloatStr(sensor.maxTemp) };
}
