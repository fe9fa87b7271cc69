/** Object `print_stats`: name, state, durations (s) and filament use (mm) of the print from a file. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Reactor } from "../reactor/reactor.js";

/** Extrusion below this, mm, is none. */
const NO_FILAMENT = 0.0000001;

export type PrintState = "standby" | "printing" | "paused" | "complete" | "cancelled" | "error";

interface ExtrusionSource {
  getStatus(eventTime: number): { position: { e: number }; extrude_factor: number };
}

/** Status of the object. */
export interface PrintStatsStatus {
  filename: string;
  total_duration: number;
  print_duration: number;
  filament_used: number;
  state: PrintState;
  message: string;
  info: { total_layer: number | null; current_layer: number | null };
}

export class PrintStats {
  readonly printer: Printer;
  readonly gcodeMove: ExtrusionSource;
  readonly reactor: Reactor;
  filename = "";
  errorMessage = "";
  state: PrintState = "standby";
  prevPauseDuration = 0;
  lastEpos = 0;
  filamentUsed = 0;
  totalDuration = 0;
  initDuration = 0;
  printStartTime: number | null = null;
  lastPauseTime: number | null = null;
  infoTotalLayer: number | null = null;
  infoCurrentLayer: number | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.gcodeMove = this.printer.loadObject<ExtrusionSource>(config, "gcode_move");
    this.reactor = this.printer.getReactor();
    this.reset();
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("SET_PRINT_STATS_INFO", (gcmd) => this.#setInfo(gcmd), {
      desc: "Pass slicer info like layer act and total to klipper",
    });
  }

  #updateFilamentUsage(eventTime: number): void {
    const { position, extrude_factor: factor } = this.gcodeMove.getStatus(eventTime);
    this.filamentUsed += (position.e - this.lastEpos) / factor;
    this.lastEpos = position.e;
  }

  /** A file was selected; everything starts again. */
  setCurrentFile(filename: string): void {
    this.reset();
    this.filename = filename;
  }

  noteStart(): void {
    const now = this.reactor.monotonic();
    if (this.printStartTime === null) {
      this.printStartTime = now;
    } else if (this.lastPauseTime !== null) {
      this.prevPauseDuration += now - this.lastPauseTime;
      this.lastPauseTime = null;
    }
    this.lastEpos = this.gcodeMove.getStatus(now).position.e;
    this.state = "printing";
    this.printer.sendEvent("print_stats:start_printing");
    this.errorMessage = "";
  }

  notePause(): void {
    if (this.lastPauseTime === null) {
      this.lastPauseTime = this.reactor.monotonic();
      this.#updateFilamentUsage(this.lastPauseTime);
    }
    if (this.state !== "error") {
      this.state = "paused";
      this.printer.sendEvent("print_stats:paused_printing");
    }
  }

  noteComplete(): void {
    this.#noteFinish("complete");
    this.printer.sendEvent("print_stats:complete_printing");
  }

  noteError(message: string): void {
    this.#noteFinish("error", message);
    this.printer.sendEvent("print_stats:error_printing");
  }

  noteCancel(): void {
    this.#noteFinish("cancelled");
    this.printer.sendEvent("print_stats:cancelled_printing");
  }

  #noteFinish(state: PrintState, errorMessage = ""): void {
    if (this.printStartTime === null) return;
    this.state = state;
    this.errorMessage = errorMessage;
    this.totalDuration = this.reactor.monotonic() - this.printStartTime;
    if (this.filamentUsed < NO_FILAMENT) this.initDuration = this.totalDuration - this.prevPauseDuration;
    this.printStartTime = null;
  }

  #setInfo(gcmd: GCodeCommand): void {
    const total = gcmd.getInt("TOTAL_LAYER", { default: this.infoTotalLayer, minval: 0 });
    const current = gcmd.getInt("CURRENT_LAYER", { default: this.infoCurrentLayer, minval: 0 });
    if (total === 0) {
      this.infoTotalLayer = null;
      this.infoCurrentLayer = null;
    } else if (total !== this.infoTotalLayer) {
      this.infoTotalLayer = total;
      this.infoCurrentLayer = 0;
    }
    if (this.infoTotalLayer !== null && current !== null && current !== this.infoCurrentLayer) {
      this.infoCurrentLayer = Math.min(current, this.infoTotalLayer);
    }
  }

  reset(): void {
    this.filename = this.errorMessage = "";
    this.state = "standby";
    this.prevPauseDuration = this.lastEpos = 0;
    this.filamentUsed = this.totalDuration = this.initDuration = 0;
    this.printStartTime = this.lastPauseTime = null;
    this.infoTotalLayer = this.infoCurrentLayer = null;
    this.printer.sendEvent("print_stats:reset");
  }

  getStatus(eventTime: number): PrintStatsStatus {
    let timePaused = this.prevPauseDuration;
    if (this.printStartTime !== null) {
      if (this.lastPauseTime !== null) timePaused += eventTime - this.lastPauseTime;
      else this.#updateFilamentUsage(eventTime);
      this.totalDuration = eventTime - this.printStartTime;
      if (this.filamentUsed < NO_FILAMENT) this.initDuration = this.totalDuration - timePaused;
    }
    return {
      filename: this.filename,
      total_duration: this.totalDuration,
      print_duration: this.totalDuration - this.initDuration - timePaused,
      filament_used: this.filamentUsed,
      state: this.state,
      message: this.errorMessage,
      info: { total_layer: this.infoTotalLayer, current_layer: this.infoCurrentLayer },
    };
  }
}
