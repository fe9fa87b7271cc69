// Breaks MCU-005: queues output changes without a slot of the move queue.
import type { Config, Mcu, Pins } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const mcu = printer.lookupObject<Mcu>("mcu");
  const { pin } = printer.lookupObject<Pins>("pins").lookupPin(config.get("pin"));
  mcu.registerConfigCallback(() => {
    mcu.addConfigCmd(`config_digital_out oid=${mcu.createOid()} pin=${pin} value=0 default_value=0 max_duration=0`);
    mcu.lookupCommand("queue_digital_out oid=%c clock=%u on_ticks=%u");
  });
  return {};
}
