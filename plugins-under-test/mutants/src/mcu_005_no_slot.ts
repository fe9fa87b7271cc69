/** Breaks MCU-005: queues output changes without a move slot. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const mcu = printer.lookupObject("mcu");
  const oid = mcu.createOid();
  const pin = printer.lookupObject("pins").lookupPin("PH3").pin;
  mcu.registerConfigCallback(() => { mcu.addConfigCmd(`config_digital_out oid=${oid} pin=${pin} value=0 default_value=0 max_duration=0`); mcu.lookupCommand("queue_digital_out oid=%c clock=%u on_ticks=%u"); });
  return { getStatus() { return {}; } };
}
