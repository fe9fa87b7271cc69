/** Object `display_status`: progress from M73 (or from the file that prints) and the message of M117. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { Printer } from "../printer/printer-surface.js";

/** Seconds for which M73 is believed while nothing prints. */
const M73_TIMEOUT = 5;

interface IdleTimeoutStatus {
  getStatus(eventTime: number): { state: string };
}

interface SdcardStatus {
  getStatus(eventTime: number): { progress: number };
}

export class DisplayStatus {
  readonly printer: Printer;
  expireProgress = 0;
  progress: number | null = null;
  message: string | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("M73", (gcmd) => {
      const percent = gcmd.getFloat("P", { default: null });
      if (percent === null) return;
      this.progress = Math.min(1, Math.max(0, percent / 100));
      this.expireProgress = this.printer.getReactor().monotonic() + M73_TIMEOUT;
    });
    gcode.registerCommand("M117", (gcmd) => {
      this.message = gcmd.getRawCommandParameters() || null;
    });
    gcode.registerCommand("SET_DISPLAY_TEXT", (gcmd) => {
      this.message = gcmd.get("MSG", { default: null });
    }, { desc: "Set or clear the display message" });
  }

  /** `progress`: 0 to 1. */
  getStatus(eventTime: number): { progress: number; message: string | null } {
    if (this.progress !== null && eventTime > this.expireProgress) {
      const idleTimeout = this.printer.lookupObject<IdleTimeoutStatus>("idle_timeout");
      if (idleTimeout.getStatus(eventTime).state !== "Printing") this.progress = null;
    }
    let progress = this.progress;
    if (progress === null) {
      const sdcard = this.printer.lookupObject<SdcardStatus | null>("virtual_sdcard", null);
      progress = sdcard === null ? 0 : sdcard.getStatus(eventTime).progress;
    }
    return { progress, message: this.message };
  }
}
