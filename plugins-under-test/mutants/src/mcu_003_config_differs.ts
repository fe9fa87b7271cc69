// Breaks MCU-003: the configuration of the micro-controller holds a number that grows with each start.
import type { Config, Mcu, Pins } from "kalico-hil";

let starts = 0;

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const mcu = printer.lookupObject<Mcu>("mcu");
  const { pin } = printer.lookupObject<Pins>("pins").lookupPin(config.get("pin"));
  starts += 1;
  mcu.registerConfigCallback(() => { mcu.addConfigCmd(`config_digital_out oid=${mcu.createOid()} pin=${pin} value=0 default_value=0 max_duration=${starts}`); });
  return {};
}
