// Breaks LIF-007: the handler of klippy:shutdown uses what only klippy:connect sets.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  let toolhead: Toolhead | undefined;
  let lastX = 0;
  printer.registerEventHandler("klippy:connect", () => { toolhead = printer.lookupObject<Toolhead>("toolhead"); });
  printer.registerEventHandler("klippy:shutdown", () => { lastX = toolhead!.getPosition()[0]!; });
  return { getStatus: (_eventTime?: number) => ({ last_x: lastX }) };
}
