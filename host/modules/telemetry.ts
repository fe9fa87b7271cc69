/** `[telemetry]`: the section, its status and its commands. Nothing is ever collected or sent. */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";

export class Telemetry {
  private readonly printer: Printer;
  private readonly enabled: boolean | null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.enabled = config.getBoolean("enabled", { default: null });
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("TELEMETRY_EXAMPLE", (gcmd) => gcmd.respondInfo("No telemetry is collected by this host"), {
      whenNotReady: true, desc: "Save an example of the current machine telemetry to 'telemetry.json'",
    });
    if (this.enabled !== true) {
      gcode.registerCommand("ENABLE_TELEMETRY", (gcmd) => this.save(gcmd, true), { desc: "Enable Kalico telemetry reporting" });
    }
    if (this.enabled !== false) {
      gcode.registerCommand("DISABLE_TELEMETRY", (gcmd) => this.save(gcmd, false), { desc: "Disable Kalico telemetry reporting" });
    }
  }

  private save(gcmd: GCodeCommand, enabled: boolean): void {
    this.printer.lookupObject("configfile").set("telemetry", "enabled", enabled ? "True" : "False");
    gcmd.respondInfo(
      `Kalico telemetry ${enabled ? "enabled" : "disabled"}\n\n` +
        "`SAVE_CONFIG` will update your printer config\nfile with this setting and restart the printer.");
  }

  getStatus(_eventTime: number): { enabled: boolean | null } {
    return { enabled: this.enabled };
  }
}

export function loadConfig(config: ConfigSection): Telemetry {
  return new Telemetry(config);
}
