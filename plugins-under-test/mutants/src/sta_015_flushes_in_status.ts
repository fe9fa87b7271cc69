// Breaks STA-015: getStatus asks for the last move time, which empties the look-ahead queue.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  let toolhead: Toolhead | undefined;
  printer.registerEventHandler("klippy:ready", () => { toolhead = printer.lookupObject<Toolhead>("toolhead"); });
  return { getStatus: (_eventTime?: number) => ({ last: toolhead === undefined ? 0 : toolhead.getLastMoveTime() }) };
}
