// Breaks STA-008: there is no toolhead before klippy:connect, but getStatus is called.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  let toolhead: Toolhead | undefined;
  printer.registerEventHandler("klippy:connect", () => { toolhead = printer.lookupObject<Toolhead>("toolhead"); });
  return { getStatus: (_eventTime?: number) => ({ x: toolhead!.getPosition()[0]! }) };
}
