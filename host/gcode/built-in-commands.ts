/**
 * The commands that exist before any configuration is read: emergency stop, restart, status, help. They work
 * in every state of the printer.
 */
import type { GCodeCommand } from "./gcode-command.js";
import type { GCodeDispatch, GCodeHandler } from "./dispatch.js";

/** Registers them with the dispatcher. */
export function registerBuiltInCommands(gcode: GCodeDispatch): void {
  const { printer } = gcode;
  const add = (command: string, handler: GCodeHandler, desc: string | null = null): void => {
    gcode.registerCommand(command, handler, { whenNotReady: true, desc });
  };
  add("M110", () => undefined);
  add("M112", () => printer.invokeShutdown("Shutdown due to M112 command"));
  add("M115", (gcmd) => {
    const message = `FIRMWARE_NAME:Kalico FIRMWARE_VERSION:${printer.getStartArgs().software_version ?? "None"}`;
    if (!gcmd.ack(message)) gcmd.respondInfo(message);
  });
  add("RESTART", () => gcode.requestRestart("restart"), "Reload config file and restart host software");
  add("FIRMWARE_RESTART", () => gcode.requestRestart("firmware_restart"), "Restart firmware, host, and reload config");
  add("ECHO", (gcmd) => gcmd.respondInfo(gcmd.getCommandline(), { log: false }));
  add("STATUS", (gcmd) => reportStatus(gcode, gcmd), "Report the printer status");
  add("HELP", (gcmd) => reportHelp(gcode, gcmd), "Report the list of available extended G-Code commands");
  add("HEATER_INTERRUPT", () => gcode.incrementInterruptCounter());
  add("LOG_ROLLOVER", () => printer.observer.onLogRollover?.());
}

function reportStatus(gcode: GCodeDispatch, gcmd: GCodeCommand): void {
  if (!gcode.isPrinterReady) {
    throw gcmd.error(`${gcode.printer.getStateMessage()[0].trimEnd()}\nKlipper state: Not ready`);
  }
  gcode.respondState("Ready");
}

function reportHelp(gcode: GCodeDispatch, gcmd: GCodeCommand): void {
  const lines: string[] = [];
  if (!gcode.isPrinterReady) lines.push("Printer is not ready - not all commands available.");
  lines.push("Available extended commands:");
  const help = gcode.getCommandHelp();
  for (const command of gcode.availableCommands().sort()) {
    if (Object.hasOwn(help, command)) lines.push(`${command.padEnd(10)}: ${help[command]!}`);
  }
  gcmd.respondInfo(lines.join("\n"), { log: false });
}
