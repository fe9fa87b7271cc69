/** Breaks MCU-001: configures a pin that it did not claim. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const mcu = printer.lookupObject("mcu");
  const oid = mcu.createOid();
  mcu.registerConfigCallback(() => { mcu.addConfigCmd(`config_digital_out oid=${oid} pin=PH3 value=0 default_value=0 max_duration=0`); mcu.requestMoveQueueSlot(); });
  return { getStatus() { return {}; } };
}
