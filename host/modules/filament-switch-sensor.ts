/** `[filament_switch_sensor <name>]`: a switch that filament closes. */
import type { ConfigSection, GCodeCommand, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { PrinterButtons } from "./buttons.js";
import type { FilamentSensor, TemplateLoader } from "./runout-helper.js";
import { RunoutHelper } from "./runout-helper.js";

/** The part of the toolhead that tells the extruder's position. */
interface FilamentToolhead {
  getExtruder(): { findPastPosition(printTime: number): number };
}

export class SwitchSensor implements FilamentSensor {
  readonly runoutHelper: RunoutHelper;
  private readonly printer: Printer;
  private checkOnPrintStart: boolean;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const macros = this.printer.loadObject<TemplateLoader>(config, "gcode_macro");
    const buttons = this.printer.loadObject<PrinterButtons>(config, "buttons");
    const switchPin = config.get("switch_pin");
    const runoutDistance = config.getFloat("runout_distance", { default: 0, minval: 0 });
    buttons.registerDebounceButton(switchPin, (eventTime, state) => this.runoutHelper.noteFilamentPresent(eventTime, state), config);
    this.checkOnPrintStart = config.getBoolean("check_on_print_start", { default: false });
    this.runoutHelper = new RunoutHelper(config, this, runoutDistance);
    if (config.get("immediate_runout_gcode", { default: null }) !== null) {
      this.runoutHelper.immediateRunoutGcode = macros.loadTemplate(config, "immediate_runout_gcode", "");
    }
    this.printer.registerEventHandler("idle_timeout:printing", () => {
      if (this.checkOnPrintStart) this.runoutHelper.noteFilamentPresent(this.now(), null, true, true);
    });
  }

  private now(): number {
    return this.printer.getReactor().monotonic();
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.runoutHelper.getStatus(eventTime);
  }

  getExtruderPos(eventTime?: number): number {
    const printTime = this.printer.lookupObject<Mcu>("mcu").estimatedPrintTime(eventTime ?? this.now());
    return this.printer.lookupObject<FilamentToolhead>("toolhead").getExtruder().findPastPosition(printTime);
  }

  sensorGetStatus(_eventTime: number): Record<string, unknown> {
    return {
      runout_distance: this.runoutHelper.runoutDistance,
      runout_elapsed: this.runoutHelper.runoutElapsed,
      check_on_print_start: this.checkOnPrintStart,
    };
  }

  getInfo(gcmd: GCodeCommand): boolean {
    const { runoutDistance, checkOnPrintStart } = readParameters(gcmd);
    if (runoutDistance !== null || checkOnPrintStart !== null) return false;
    const helper = this.runoutHelper;
    gcmd.respondInfo([
      `Filament Sensor ${helper.name}: ${helper.sensorEnabled ? "enabled" : "disabled"}`,
      `Filament Detected: ${helper.filamentPresent}`,
      `Runout Distance: ${formatFixed(helper.runoutDistance, 2)}`,
      `Runout Elapsed: ${formatFixed(helper.runoutElapsed, 2)}`,
      `Smart: ${helper.smart}`,
      `Always Fire Events: ${helper.alwaysFireEvents}`,
      `Check on Print Start: ${this.checkOnPrintStart}`,
    ].join("\n"));
    return true;
  }

  resetNeeded(changes: { enable: number | null; alwaysFireEvents: number | null }): boolean {
    const isEnabled = this.runoutHelper.sensorEnabled ? 1 : 0;
    return (changes.enable !== null && changes.enable !== isEnabled) || changes.alwaysFireEvents === 1;
  }

  setFilamentSensor(gcmd: GCodeCommand): boolean {
    const { runoutDistance, checkOnPrintStart } = readParameters(gcmd);
    if (runoutDistance !== null) this.runoutHelper.runoutDistance = runoutDistance;
    if (checkOnPrintStart !== null) this.checkOnPrintStart = checkOnPrintStart !== 0;
    return false;
  }

  reset(): void {
    this.runoutHelper.resetRunoutDistanceInfo();
    this.runoutHelper.noteFilamentPresent(this.now(), this.runoutHelper.filamentPresent, true);
  }
}

function readParameters(gcmd: GCodeCommand): { runoutDistance: number | null; checkOnPrintStart: number | null } {
  return {
    runoutDistance: gcmd.getFloat("RUNOUT_DISTANCE", { default: null, minval: 0 }),
    checkOnPrintStart: gcmd.getInt("CHECK_ON_PRINT_START", { default: null, minval: 0, maxval: 1 }),
  };
}

export function loadConfigPrefix(config: ConfigSection): SwitchSensor {
  return new SwitchSensor(config);
}
