/** `[controller_fan <name>]`: a fan that runs while a stepper or heater is on, and for idle_timeout seconds after. */
import type { Heater } from "../heaters/heater.js";
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import { Fan } from "./fan-drive.js";
import { PIN_MIN_TIME } from "./gcode-request-queue.js";

const CHECK_INTERVAL = 1;

/** The part of `stepper_enable` that says which motors are on. */
interface StepperEnable {
  getSteppers(): string[];
  lookupEnable(name: string): { isMotorEnabled(): boolean };
}

export class ControllerFan {
  readonly fan: Fan;
  private readonly printer: Printer;
  private readonly stepperEnable: StepperEnable;
  private readonly heaterNames: string[];
  private readonly fanSpeed: number;
  private readonly idleSpeed: number;
  private readonly idleTimeout: number;
  private stepperNames: string[] | null;
  private heaters: Heater[] = [];
  /** Checks since something was on. */
  private lastOn: number;
  private lastSpeed = 0;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:ready", () => this.handleReady());
    this.printer.registerEventHandler("klippy:connect", () => this.handleConnect());
    this.stepperNames = config.getList("stepper", { default: null });
    this.stepperEnable = this.printer.loadObject<StepperEnable>(config, "stepper_enable");
    this.printer.loadObject(config, "heaters");
    this.fan = new Fan(config);
    this.fanSpeed = config.getFloat("fan_speed", { default: 1, minval: 0, maxval: 1 });
    this.idleSpeed = config.getFloat("idle_speed", { default: this.fanSpeed, minval: 0, maxval: 1 });
    this.idleTimeout = config.getInt("idle_timeout", { default: 30, minval: 0 });
    this.heaterNames = config.getList("heater", { default: ["extruder"] });
    this.lastOn = this.idleTimeout;
  }

  private handleConnect(): void {
    const heaters = this.printer.lookupObject<PrinterHeaters>("heaters");
    this.heaters = this.heaterNames.map((name) => heaters.lookupHeater(name));
    const known = this.stepperEnable.getSteppers();
    this.stepperNames ??= known;
    if (this.stepperNames.every((name) => known.includes(name))) return;
    const wanted = this.stepperNames.map((name) => `'${name}'`).join(", ");
    throw this.printer.configError(
      `One or more of these steppers are unknown: [${wanted}] (valid steppers are: ${known.join(", ")})`);
  }

  private handleReady(): void {
    const reactor = this.printer.getReactor();
    reactor.registerTimer((eventTime) => this.check(eventTime), reactor.monotonic() + PIN_MIN_TIME);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.fan.getStatus(eventTime);
  }

  private isActive(eventTime: number): boolean {
    return (this.stepperNames ?? []).some((name) => this.stepperEnable.lookupEnable(name).isMotorEnabled()) ||
      this.heaters.some((heater) => heater.getTemp(eventTime)[1] !== 0);
  }

  private check(eventTime: number): number {
    let speed = 0;
    if (this.isActive(eventTime)) {
      this.lastOn = 0;
      speed = this.fanSpeed;
    } else if (this.lastOn < this.idleTimeout) {
      speed = this.idleSpeed;
      this.lastOn++;
    }
    if (speed !== this.lastSpeed) {
      this.lastSpeed = speed;
      this.fan.setSpeed(speed);
    }
    return eventTime + CHECK_INTERVAL;
  }
}

export function loadConfigPrefix(config: ConfigSection): ControllerFan {
  return new ControllerFan(config);
}
