/** Breaks MCU-003: configures something else in each life. */
let lives = 0;

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  lives += 1;
  const mcu = printer.lookupObject("mcu");
  const oid = mcu.createOid();
  const pin = printer.lookupObject("pins").lookupPin("PH3").pin;
  mcu.registerConfigCallback(() => { mcu.requestMoveQueueSlot(); mcu.addConfigCmd(`config_digital_out oid=${oid} pin=${pin} value=${lives % 2} default_value=${lives % 2} max_duration=0`); });
  return { getStatus() { return {}; } };
}
