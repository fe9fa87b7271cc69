/** `[temperature_fan <name>]`: a fan that keeps a sensor near a target. Degrees Celsius, speeds 0…1. */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import { KELVIN_TO_CELSIUS } from "../heaters/thermistor.js";
import { CommandError } from "../errors.js";
import { formatFixed } from "../motion/format-fixed.js";
import { Fan } from "./fan-drive.js";
import { CurveFan, PidFan, WatermarkFan, type ControlledFan, type FanControl } from "./temperature-fan-controls.js";

const DEFAULT_TARGET = 40;
/** The pin is told again before its limit of 5 s, in case a message was lost. */
const REFRESH_SECONDS = 0.75 * 5;
/** Smaller changes of a fan that turns are left out. */
const LEAST_CHANGE = 0.05;

export class TemperatureFan implements ControlledFan {
  readonly name: string;
  readonly fan: Fan;
  readonly minTemp: number;
  readonly maxTemp: number;
  minSpeed: number;
  maxSpeed: number;
  targetTemp: number;
  lastTemp = 0;
  private readonly printer: Printer;
  private readonly control: FanControl;
  private readonly configuredTarget: number;
  private readonly speedDelay: number;
  private lastSpeed = 0;
  private refreshTime = 0;

  constructor(config: ConfigSection) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.printer = config.getPrinter();
    this.fan = new Fan(config, 1);
    this.minTemp = config.getFloat("min_temp", { minval: KELVIN_TO_CELSIUS });
    this.maxTemp = config.getFloat("max_temp", { above: this.minTemp });
    const heaters = this.printer.loadObject<PrinterHeaters>(config, "heaters");
    const sensor = heaters.setupSensor(config);
    sensor.setupMinmax(this.minTemp, this.maxTemp);
    sensor.setupCallback((readTime, temp) => this.temperatureCallback(readTime, temp));
    heaters.registerSensor(config, this);
    this.speedDelay = sensor.getReportTimeDelta();
    this.maxSpeed = config.getFloat("max_speed", { default: 1, above: 0, maxval: 1 });
    this.minSpeed = config.getFloat("min_speed", { default: 0.3, minval: 0, maxval: 1 });
    this.configuredTarget = config.getFloat("target_temp", { default: Math.min(DEFAULT_TARGET, this.maxTemp), minval: this.minTemp, maxval: this.maxTemp });
    this.targetTemp = this.configuredTarget;
    const Control = config.getChoice("control", { watermark: WatermarkFan, pid: PidFan, curve: CurveFan });
    this.control = new Control(this, config);
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerMuxCommand("SET_TEMPERATURE_FAN_TARGET", "TEMPERATURE_FAN", this.name, (gcmd) => this.cmdSetTarget(gcmd), { desc: "Sets a temperature fan target and fan speed limits" });
  }

  private temperatureCallback(readTime: number, temp: number): void {
    this.lastTemp = temp;
    this.setSpeed(readTime, this.control.speedFor(readTime, temp));
  }

  /** Speeds below the minimum are raised to it; 0 stops the fan, as a target of 0 does. */
  private setSpeed(readTime: number, wanted: number): void {
    const speed = wanted <= 0 || this.targetTemp <= 0 ? 0 : Math.max(wanted, this.minSpeed);
    const isDue = readTime >= this.refreshTime && this.lastSpeed !== 0;
    if (!isDue && Math.abs(speed - this.lastSpeed) < LEAST_CHANGE) return;
    const time = readTime + this.speedDelay;
    this.refreshTime = time + REFRESH_SECONDS;
    this.lastSpeed = speed;
    this.fan.setSpeed(speed, time);
  }

  getTemp(_eventTime: number): [temp: number, target: number] {
    return [this.lastTemp, this.targetTemp];
  }

  getMinSpeed(): number {
    return this.minSpeed;
  }

  getMaxSpeed(): number {
    return this.maxSpeed;
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return { ...this.fan.getStatus(eventTime), temperature: Number(formatFixed(this.lastTemp, 2)), target: this.targetTemp };
  }

  /** @throws CommandError outside the limits; 0 is always allowed */
  setTemp(degrees: number): void {
    if (degrees !== 0 && (degrees < this.minTemp || degrees > this.maxTemp)) {
      throw new CommandError(`Requested temperature (${formatFixed(degrees, 1)}) out of range (${formatFixed(this.minTemp, 1)}:${formatFixed(this.maxTemp, 1)})`);
    }
    this.targetTemp = degrees;
  }

  setMinSpeed(speed: number): void {
    this.minSpeed = withinRange("min", speed);
  }

  setMaxSpeed(speed: number): void {
    this.maxSpeed = withinRange("max", speed);
  }

  private cmdSetTarget(gcmd: GCodeCommand): void {
    if (!this.control.hasTarget && gcmd.get("TARGET", { default: null }) !== null) throw gcmd.error("Setting Target not supported for control curve");
    const temp = gcmd.getFloat("TARGET", { default: this.configuredTarget });
    const [minSpeed, maxSpeed] = [gcmd.getFloat("MIN_SPEED", { default: this.minSpeed }), gcmd.getFloat("MAX_SPEED", { default: this.maxSpeed })];
    this.setTemp(temp);
    if (minSpeed > maxSpeed) throw new CommandError(`Requested min speed (${formatFixed(minSpeed, 1)}) is greater than max speed (${formatFixed(maxSpeed, 1)})`);
    this.setMinSpeed(minSpeed);
    this.setMaxSpeed(maxSpeed);
  }
}

function withinRange(which: "min" | "max", speed: number): number {
  if (speed < 0 || speed > 1) throw new CommandError(`Requested ${which} speed (${formatFixed(speed, 1)}) out of range (0.0 : 1.0)`);
  return speed;
}

export function loadConfigPrefix(config: ConfigSection): TemperatureFan {
  return new TemperatureFan(config);
}
