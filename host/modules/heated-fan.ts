/**
 * `[heated_fan]`: a part cooling fan whose air is heated. It never blows too little while it is hot: not below min_speed while on, and after it was switched off for
 * idle_timeout seconds more.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { Heater } from "../heaters/heater.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import { Fan } from "./fan-drive.js";

/** Seconds after ready of the first look at the heater. */
const FIRST_LOOK = 0.1;
const LOOK_INTERVAL = 1;

export class PrinterHeatedFan {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly heater: Heater;
  readonly fan: Fan;
  heaterTemp: number;
  readonly minSpeed: number;
  readonly idleTimeout: number;
  /** The speed that was asked for, at least min_speed unless off. */
  setSpeed = 0;
  private timeoutTimer: Timer | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.reactor = this.printer.getReactor();
    if (this.printer.lookupObject("fan", null) !== null) throw new ConfigError("Can't setup fan and heated_fan together");
    this.printer.addObject("fan", this);
    this.heater = this.printer.loadObject<PrinterHeaters>(config, "heaters").setupHeater(config, "F");
    this.heaterTemp = config.getFloat("heater_temp", { default: 50 });
    this.fan = new Fan(config, 1);
    this.minSpeed = config.getFloat("min_speed", { default: 1, minval: 0, maxval: 1 });
    this.idleTimeout = config.getFloat("idle_timeout", { default: 60, minval: 0 });
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("SET_HEATED_FAN_TARGET", (gcmd) => void (this.heaterTemp = gcmd.getFloat("TARGET", { default: 0 })));
    gcode.registerCommand("M106", (gcmd) => this.ask(gcmd.getFloat("S", { default: 255, minval: 0 }) / 255));
    gcode.registerCommand("M107", () => this.ask(0));
    this.printer.registerEventHandler("klippy:ready", () => {
      this.reactor.registerTimer((eventTime: number) => this.look(eventTime), this.reactor.monotonic() + FIRST_LOOK);
    });
  }

  private async setTarget(celsius: number): Promise<void> {
    await this.printer.lookupObject<PrinterHeaters>("heaters").setTemperature(this.heater, celsius);
  }

  /** Blows at a share of full speed from now on, 0: off. While it may be hot it blows no less than min_speed, asked for or not. */
  private async ask(speed: number): Promise<void> {
    const isOn = speed !== 0;
    this.stopTimeout();
    this.setSpeed = isOn ? Math.max(speed, this.minSpeed) : 0;
    await this.setTarget(isOn ? this.heaterTemp : 0);
    this.fan.setSpeedFromCommand(Math.max(this.setSpeed, this.minSpeed));
    if (isOn) return;
    this.timeoutTimer = this.reactor.registerTimer(() => {
      this.fan.setSpeedFromCommand(this.setSpeed);
      return this.reactor.NEVER;
    }, this.reactor.monotonic() + this.idleTimeout);
  }

  private stopTimeout(): void {
    if (this.timeoutTimer === null) return;
    this.reactor.unregisterTimer(this.timeoutTimer);
    this.timeoutTimer = null;
  }

  /** The heater may have been given a target by another command. */
  private look(eventTime: number): number {
    const [, target] = this.heater.getTemp(eventTime);
    if (target !== 0 && this.setSpeed === 0) this.fan.setSpeedFromCommand(this.minSpeed);
    return eventTime + LOOK_INTERVAL;
  }

  stats(eventTime: number): [boolean, string] {
    return this.heater.stats(eventTime);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return { ...this.fan.getStatus(eventTime), ...this.heater.getStatus(eventTime) };
  }
}

export function loadConfig(config: ConfigSection): PrinterHeatedFan {
  return new PrinterHeatedFan(config);
}
