/**
 * `[filament_motion_sensor <name>]`: an encoder that filament turns. When the extruder has been fed the detection length, mm, and no edge of the encoder came,
 * the filament is gone or stuck.
 */
import type { ConfigSection, GCodeCommand, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Timer } from "../reactor/reactor.js";
import type { PrinterButtons } from "./buttons.js";
import { RunoutHelper, type FilamentSensor } from "./runout-helper.js";

/** Seconds between two looks at the extruder while printing. */
const CHECK_RUNOUT_TIMEOUT = 0.25;

interface FilamentExtruder {
  findPastPosition(printTime: number): number;
}

export class EncoderSensor implements FilamentSensor {
  readonly runoutHelper: RunoutHelper;
  private readonly printer: Printer;
  private readonly extruderName: string;
  private detectionLength: number;
  private extruder: FilamentExtruder | null = null;
  private timer: Timer | undefined;
  /** Position of the extruder at which the filament counts as gone. */
  private runoutPos = 0;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.printer = printer;
    const reactor = printer.getReactor();
    const switchPin = config.get("switch_pin");
    this.extruderName = config.get("extruder");
    this.detectionLength = config.getFloat("detection_length", { default: 7, above: 0 });
    printer.loadObject<PrinterButtons>(config, "buttons").registerButtons([switchPin], (eventTime) => this.noteMotion(eventTime));
    this.runoutHelper = new RunoutHelper(config, this, 0);
    printer.registerEventHandler("klippy:ready", () => {
      this.extruder = printer.lookupObject<FilamentExtruder>(this.extruderName);
      this.expectMotion(reactor.monotonic());
      this.timer = reactor.registerTimer((eventTime: number) => this.check(eventTime));
    });
    const look = (when: number): void => {
      if (this.timer !== undefined) reactor.updateTimer(this.timer, when);
    };
    printer.registerEventHandler("idle_timeout:printing", () => look(reactor.NOW));
    for (const event of ["idle_timeout:ready", "idle_timeout:idle"]) printer.registerEventHandler(event, () => look(reactor.NEVER));
  }

  getExtruderPos(eventTime: number = this.printer.getReactor().monotonic()): number {
    const printTime = this.printer.lookupObject<Mcu>("mcu").estimatedPrintTime(eventTime);
    return this.extruder!.findPastPosition(printTime);
  }

  private expectMotion(eventTime: number): void {
    this.runoutPos = this.getExtruderPos(eventTime) + this.detectionLength;
  }

  private noteMotion(eventTime: number): void {
    if (this.extruder === null) return;
    this.expectMotion(eventTime);
    this.runoutHelper.noteFilamentPresent(eventTime, true);
  }

  private check(eventTime: number): number {
    this.runoutHelper.noteFilamentPresent(eventTime, this.getExtruderPos(eventTime) < this.runoutPos);
    return eventTime + CHECK_RUNOUT_TIMEOUT;
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.runoutHelper.getStatus(eventTime);
  }

  sensorGetStatus(_eventTime: number): Record<string, unknown> {
    return { detection_length: this.detectionLength };
  }

  getInfo(gcmd: GCodeCommand): boolean {
    if (readLength(gcmd) !== null) return false;
    const helper = this.runoutHelper;
    gcmd.respondInfo([
      `Filament Sensor ${helper.name}: ${helper.sensorEnabled ? "enabled" : "disabled"}`,
      `Filament Detected: ${helper.filamentPresent}`,
      `Detection Length: ${formatFixed(this.detectionLength, 2)}`,
      `Smart: ${helper.smart}`,
      `Always Fire Events: ${helper.alwaysFireEvents}`,
    ].join("\n"));
    return true;
  }

  resetNeeded({ enable }: { enable: number | null }): boolean {
    return enable === 1 && !this.runoutHelper.sensorEnabled;
  }

  setFilamentSensor(gcmd: GCodeCommand): boolean {
    const length = readLength(gcmd);
    if (length === null || length === this.detectionLength) return false;
    this.detectionLength = length;
    return true;
  }

  reset(): void {
    const now = this.printer.getReactor().monotonic();
    this.expectMotion(now);
    this.runoutHelper.noteFilamentPresent(now, true, true);
  }
}

const readLength = (gcmd: GCodeCommand): number | null => gcmd.getFloat("DETECTION_LENGTH", { default: null, minval: 0 });

export function loadConfigPrefix(config: ConfigSection): EncoderSensor {
  return new EncoderSensor(config);
}
