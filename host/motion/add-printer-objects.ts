/** Makes the toolhead and the extruders, after all sections of the configuration have been loaded. */
import type { ConfigSection } from "../config/config-section.js";
import { addExtruders } from "./extruder.js";
import { ToolHead } from "./toolhead.js";

/** Adds objects `toolhead`, `extruder`, `extruder1`, …; `config` is section [printer]. @throws ConfigError */
export function addPrinterObjects(config: ConfigSection): void {
  config.getPrinter().addObject("toolhead", new ToolHead(config));
  addExtruders(config);
}
