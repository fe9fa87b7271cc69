/**
 * `[hall_filament_width_sensor]`: two Hall sensors, the sum of whose readings goes in a straight line with the diameter of the filament, mm. It is a
 * sensor of runout as well: filament outside of min_diameter … max_diameter counts as gone.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import type { Mcu } from "../mcu/mcu.js";
import { formatFixed } from "../motion/format-fixed.js";
import { FilamentWidth, setupWidthPin } from "./filament-width.js";
import { RunoutHelper, type FilamentSensor, type TemplateLoader } from "./runout-helper.js";
import { roundTo } from "./width-line.js";

const SAMPLE_SECONDS = 0.03;
const SAMPLE_COUNT = 15;
const FULL_SCALE = 10000;
/** A new diameter counts for one part in so many. */
const SMOOTHING = 6;

interface FilamentToolhead {
  getExtruder(): { findPastPosition(printTime: number): number };
}

/** Diameter of a sum of readings, on the line through two calibrated ones. */
type Calibration = (raw: number) => number;

function calibration(config: ConfigSection): Calibration {
  const diameter1 = config.getFloat("cal_dia1", { default: 1.5 }), diameter2 = config.getFloat("cal_dia2", { default: 2 });
  const raw1 = config.getInt("raw_dia1", { default: 9500 }), raw2 = config.getInt("raw_dia2", { default: 10500 });
  if (raw1 === raw2) throw config.error(`Options 'raw_dia1' and 'raw_dia2' in section '${config.getName()}' must differ`);
  return (raw) => roundTo(diameter1 + (diameter2 - diameter1) / (raw2 - raw1) * (raw - raw1), 2);
}

export class HallFilamentWidthSensor implements FilamentSensor {
  readonly runoutHelper: RunoutHelper;
  diameter: number;
  private readonly printer: Printer;
  private readonly gcode: GCodeDispatch;
  private readonly width: FilamentWidth;
  private readonly minDiameter: number;
  private readonly maxDiameter: number;
  private readonly raw: [number, number] = [0, 0];
  private checkOnPrintStart: boolean;
  private isLogging: boolean;

  constructor(config: ConfigSection) {
    const printer = (this.printer = config.getPrinter());
    const gcode = (this.gcode = printer.lookupObject<GCodeDispatch>("gcode"));
    const pins = [config.get("adc1"), config.get("adc2")] as const;
    const diameterOf = calibration(config);
    const interval = config.getInt("measurement_interval", { default: 10 });
    const nominal = config.getFloat("default_nominal_filament_diameter", { above: 1 });
    const delay = config.getFloat("measurement_delay", { above: 0 });
    const maxDifference = config.getFloat("max_difference", { default: 0.2 });
    const isActive = config.getBoolean("enable", { default: false });
    this.minDiameter = config.getFloat("min_diameter", { default: 1 });
    this.maxDiameter = config.getFloat("max_diameter", { default: nominal + maxDifference });
    this.isLogging = config.getBoolean("logging", { default: false });
    const beforeArrival = config.getBoolean("use_current_dia_while_delay", { default: false }) ? "present" : "nominal";
    const runoutDistance = config.getFloat("runout_distance", { default: 0, minval: 0 });
    this.checkOnPrintStart = config.getBoolean("check_on_print_start", { default: false });
    this.diameter = nominal;
    setupWidthPin(config, pins[0], SAMPLE_SECONDS, SAMPLE_COUNT, (value) => void (this.raw[0] = roundTo(value * FULL_SCALE, 0)));
    setupWidthPin(config, pins[1], SAMPLE_SECONDS, SAMPLE_COUNT, (value) => {
      this.raw[1] = roundTo(value * FULL_SCALE, 0);
      this.diameter = (this.diameter * (SMOOTHING - 1) + diameterOf(this.rawSum())) / SMOOTHING;
    });
    this.width = new FilamentWidth(config, { nominal, delay, maxDifference, interval, isActive, beforeArrival }, {
      diameter: () => this.diameter,
      onReading: (diameter) => this.log(diameter),
      onLook: (eventTime) => this.runoutHelper.noteFilamentPresent(eventTime, this.isPresent()),
    });
    gcode.registerCommand("QUERY_RAW_FILAMENT_WIDTH", (gcmd) => gcmd.respondInfo(`ADC1= ${this.raw[0]} ADC2=${this.raw[1]} RAW=${this.rawSum()}`));
    gcode.registerCommand("ENABLE_FILAMENT_WIDTH_LOG", (gcmd) => this.setLogging(gcmd, true));
    gcode.registerCommand("DISABLE_FILAMENT_WIDTH_LOG", (gcmd) => this.setLogging(gcmd, false));
    this.runoutHelper = new RunoutHelper(config, this, runoutDistance);
    if (config.get("immediate_runout_gcode", { default: null }) !== null) {
      this.runoutHelper.immediateRunoutGcode = printer.loadObject<TemplateLoader>(config, "gcode_macro").loadTemplate(config, "immediate_runout_gcode", "");
    }
    this.checkAt("print_stats:start_printing", true);
    this.checkAt("idle_timeout:printing", false);
  }

  /** A print starts, in the opinion of whom a sensor that is smart, or not, listens to. */
  private checkAt(event: string, smart: boolean): void {
    this.printer.registerEventHandler(event, () => {
      if (!this.checkOnPrintStart || this.runoutHelper.smart !== smart) return;
      this.reset();
      this.runoutHelper.noteFilamentPresent(this.now(), this.isPresent(), true, true);
    });
  }

  private now(): number {
    return this.printer.getReactor().monotonic();
  }

  private rawSum(): number {
    return this.raw[0] + this.raw[1];
  }

  private isPresent(): boolean {
    return this.diameter >= this.minDiameter && this.diameter <= this.maxDiameter;
  }

  private log(diameter: number): void {
    if (this.isLogging) this.gcode.respondInfo(`Filament width:${formatFixed(diameter, 3)}`);
  }

  private setLogging(gcmd: GCodeCommand, isLogging: boolean): void {
    this.isLogging = isLogging;
    gcmd.respondInfo(`Filament width logging Turned ${isLogging ? "On" : "Off"}`);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.runoutHelper.getStatus(eventTime);
  }

  sensorGetStatus(_eventTime: number): Record<string, unknown> {
    return { Diameter: this.diameter, Raw: this.rawSum(), is_active: this.width.isActive, check_on_print_start: this.checkOnPrintStart };
  }

  getExtruderPos(eventTime?: number): number {
    const printTime = this.printer.lookupObject<Mcu>("mcu").estimatedPrintTime(eventTime ?? this.now());
    return this.printer.lookupObject<FilamentToolhead>("toolhead").getExtruder().findPastPosition(printTime);
  }

  getInfo(gcmd: GCodeCommand): boolean {
    if (readCheck(gcmd) !== null) return false;
    const helper = this.runoutHelper;
    gcmd.respondInfo([
      `Filament Width Sensor ${helper.name}: ${helper.sensorEnabled ? "enabled" : "disabled"}`,
      `Filament Detected: ${helper.filamentPresent}`,
      `Smart: ${helper.smart}`,
      `Always Fire Events: ${helper.alwaysFireEvents}`,
    ].join("\n"));
    return true;
  }

  resetNeeded(changes: { enable: number | null; alwaysFireEvents: number | null }): boolean {
    const isEnabled = this.runoutHelper.sensorEnabled ? 1 : 0;
    return (changes.enable !== null && changes.enable !== isEnabled) || changes.alwaysFireEvents === 1;
  }

  setFilamentSensor(gcmd: GCodeCommand): boolean {
    const check = readCheck(gcmd);
    if (check !== null) this.checkOnPrintStart = check === 1;
    return false;
  }

  reset(): void {
    this.runoutHelper.resetRunoutDistanceInfo();
    this.runoutHelper.noteFilamentPresent(this.now(), this.runoutHelper.filamentPresent, true);
  }
}

const readCheck = (gcmd: GCodeCommand): number | null => gcmd.getInt("CHECK_ON_PRINT_START", { default: null, minval: 0, maxval: 1 });

export function loadConfig(config: ConfigSection): HallFilamentWidthSensor {
  return new HallFilamentWidthSensor(config);
}
