/** `[thermistor <name>]`: a sensor type described by three measured points, or by one point and beta. */
import { thermistorSensor } from "../heaters/built-in-sensors.js";
import type { ConfigSection } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import type { ThermistorParams, ThermistorPoint } from "../heaters/thermistor.js";
import { KELVIN_TO_CELSIUS } from "../heaters/thermistor.js";

function point(config: ConfigSection, index: 1 | 2 | 3): ThermistorPoint {
  return {
    celsius: config.getFloat(`temperature${index}`, { minval: KELVIN_TO_CELSIUS }),
    ohms: config.getFloat(`resistance${index}`, { minval: 0 }),
  };
}

/** Read the description of a thermistor. */
export function thermistorParams(config: ConfigSection): ThermistorParams {
  const first = point(config, 1);
  const beta = config.getFloat("beta", { default: null, above: 0 });
  if (beta !== null) return { points: [first], beta };
  const points = [first, point(config, 2), point(config, 3)].sort((a, b) => a.celsius - b.celsius || a.ohms - b.ohms);
  return { points: [points[0]!, points[1]!, points[2]!] };
}

export function loadConfigPrefix(config: ConfigSection): null {
  const name = config.getName().split(/\s+/).slice(1).join(" ");
  const params = thermistorParams(config);
  config.getPrinter().loadObject<PrinterHeaters>(config, "heaters").addSensorFactory(name, thermistorSensor(params));
  return null;
}
