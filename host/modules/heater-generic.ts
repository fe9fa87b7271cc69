/** `[heater_generic <name>]`: a heater without a role; SET_HEATER_TEMPERATURE controls it. */
import type { Heater } from "../heaters/heater.js";
import type { ConfigSection } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";

export function loadConfigPrefix(config: ConfigSection): Heater {
  return config.getPrinter().loadObject<PrinterHeaters>(config, "heaters").setupHeater(config);
}
