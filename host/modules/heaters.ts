/** `[heaters]`: the object that all heaters and temperature sensors register with. */
import type { ConfigSection } from "../heaters/host-types.js";
import { PrinterHeaters } from "../heaters/printer-heaters.js";

export function loadConfig(config: ConfigSection): PrinterHeaters {
  return new PrinterHeaters(config);
}
