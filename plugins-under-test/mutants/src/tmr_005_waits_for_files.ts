/** Breaks TMR-005: a timer writes its state and waits until the card has it. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  const path = join(homedir(), "tmr_005_state.txt");
  const save = (eventtime: number) => {
    const file = openSync(path, "w");
    writeSync(file, "state\n");
    fsyncSync(file);
    closeSync(file);
    return eventtime + 5;
  };
  printer.registerEventHandler("klippy:ready", () => { reactor.registerTimer(save, reactor.NOW); });
  return { getStatus() { return {}; } };
}
