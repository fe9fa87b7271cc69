// Breaks MCU-001: configures a pin that it never claimed.
import type { Config, Mcu } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const mcu = printer.lookupObject<Mcu>("mcu");
  mcu.registerConfigCallback(() => { mcu.addConfigCmd(`config_digital_out oid=${mcu.createOid()} pin=PH3 value=0 default_value=0 max_duration=0`); });
  return {};
}
