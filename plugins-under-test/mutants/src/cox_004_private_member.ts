// Breaks COX-004: uses a member that begins with an underscore.
import type { Config, GCode } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  const gcode = printer.lookupObject<GCode>("gcode") as unknown as { _handlers?: Map<string, unknown> };
  const commands = gcode._handlers?.size ?? 0;
  return { getStatus: (_eventTime?: number) => ({ commands }) };
}
