/**
 * A fan on a PWM pin: speeds 0…1 are mapped to min_power…max_power; a fan that starts, or speeds up by more than
 * half, first runs at full power for kick_start_time. Optional enable pin and tachometer.
 */
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import { FrequencyCounter } from "../mcu/counter.js";
import type { McuDigitalOut } from "../mcu/digital-out.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { McuPwm } from "../mcu/pwm.js";
import type { RequestOutcome } from "./gcode-request-queue.js";
import { GCodeRequestQueue } from "./gcode-request-queue.js";

/** A rise of the speed above this needs a kick start. */
const KICK_START_STEP = 0.5;
const TACHOMETER_SAMPLE_TIME = 1;

const limited = (value: number): number => Math.max(0, Math.min(1, value));

export class Fan {
  readonly printer: Printer;
  readonly mcuFan: McuPwm;
  readonly gcrq: GCodeRequestQueue;
  readonly tachometer: FanTachometer;
  readonly kickStartTime: number;
  readonly minPower: number;
  readonly maxPower: number;
  /** What the pin was last told: the speed, or 1 during a kick start. */
  lastFanValue = 0;
  /** The speed that was last asked for. */
  lastReqValue = 0;
  lastPwmValue = 0;
  private readonly enablePin: McuDigitalOut | undefined;

  /** @param defaultShutdownSpeed speed in shutdown when the configuration has none. */
  constructor(config: ConfigSection, defaultShutdownSpeed = 0) {
    this.printer = config.getPrinter();
    this.kickStartTime = config.getFloat("kick_start_time", { default: 0.1, minval: 0 });
    this.minPower = readMinPower(config);
    const initialSpeed = config.getFloat("initial_speed", { default: null, minval: 0, maxval: 1 });
    this.maxPower = config.getFloat("max_power", { default: 1, above: 0, maxval: 1 });
    if (this.minPower > this.maxPower) {
      throw config.error(`min_power=${this.minPower.toFixed(6)} can't be larger than max_power=${this.maxPower.toFixed(6)}`);
    }
    this.mcuFan = this.setupPin(config, defaultShutdownSpeed);
    this.enablePin = setupEnablePin(config);
    this.gcrq = new GCodeRequestQueue(config, this.mcuFan.getMcu(), (printTime, value) => this.applySpeed(printTime, value));
    this.tachometer = new FanTachometer(config);
    this.printer.registerEventHandler("gcode:request_restart", (printTime: number) => this.setSpeed(0, printTime));
    this.printer.registerEventHandler("klippy:ready", () => {
      if (initialSpeed) this.setSpeedFromCommand(initialSpeed);
    });
  }

  private setupPin(config: ConfigSection, defaultShutdownSpeed: number): McuPwm {
    const cycleTime = config.getFloat("cycle_time", { default: 0.01, above: 0 });
    const hardwarePwm = config.getBoolean("hardware_pwm", { default: false });
    const shutdownSpeed = config.getFloat("shutdown_speed", { default: defaultShutdownSpeed, minval: 0, maxval: 1 });
    const pin = this.printer.lookupObject<PrinterPins>("pins").setupPin<McuPwm>("pwm", config.get("pin"));
    pin.setupMaxDuration(0);
    pin.setupCycleTime(cycleTime, hardwarePwm);
    // A software PWM pin can only be on or off in shutdown; the pin itself checks that.
    pin.setupStartValue(0, hardwarePwm ? Math.min(this.maxPower, limited(shutdownSpeed)) : shutdownSpeed);
    return pin;
  }

  getMcu(): Mcu {
    return this.mcuFan.getMcu();
  }

  private applySpeed(printTime: number, wanted: number): RequestOutcome {
    if (wanted === this.lastFanValue) return ["discard", 0];
    const value = wanted > 0 ? Math.min(wanted, 1) : wanted;
    if (this.enablePin !== undefined) {
      if (value > 0 && this.lastFanValue === 0) this.enablePin.setDigital(printTime, 1);
      else if (value === 0 && this.lastFanValue > 0) this.enablePin.setDigital(printTime, 0);
    }
    if (this.needsKickStart(value)) {
      this.lastReqValue = value;
      this.setPower(printTime, 1, this.maxPower);
      return ["delay", this.kickStartTime];
    }
    this.lastReqValue = value;
    this.setPower(printTime, value, value > 0 ? value * (this.maxPower - this.minPower) + this.minPower : 0);
  }

  private needsKickStart(value: number): boolean {
    if (value === 0 || value >= 1 || this.kickStartTime === 0) return false;
    return this.lastFanValue === 0 || value - this.lastFanValue > KICK_START_STEP;
  }

  private setPower(printTime: number, fanValue: number, power: number): void {
    this.lastFanValue = fanValue;
    this.lastPwmValue = power;
    this.mcuFan.setPwm(printTime, power);
  }

  /** Set the speed beside the moves, now or at `printTime`. */
  setSpeed(value: number, printTime?: number | null): void {
    this.gcrq.sendAsyncRequest(value, printTime);
  }

  /** Set the speed in step with the moves. */
  setSpeedFromCommand(value: number): void {
    this.gcrq.queueGcodeRequest(value);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return {
      power: this.lastPwmValue,
      value: this.lastReqValue,
      speed: this.lastReqValue * this.maxPower,
      rpm: this.tachometer.getStatus(eventTime).rpm,
    };
  }
}

/** min_power, or off_below as it was once called. */
function readMinPower(config: ConfigSection): number {
  const minPower = config.getFloat("min_power", { default: null, minval: 0, maxval: 1 });
  const offBelow = config.getFloat("off_below", { default: null, minval: 0, maxval: 1 });
  if (offBelow !== null) config.deprecate("off_below");
  if (minPower !== null && offBelow !== null) throw config.error("min_power and off_below are both set. Remove one!");
  return minPower ?? offBelow ?? 0;
}

function setupEnablePin(config: ConfigSection): McuDigitalOut | undefined {
  const description = config.get("enable_pin", { default: null });
  if (description === null) return undefined;
  const pin = config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuDigitalOut>("digital_out", description);
  pin.setupMaxDuration(0);
  return pin;
}

/** Speed of a fan with a tachometer; null without one. */
export class FanTachometer {
  private readonly counter: FrequencyCounter | undefined;
  private readonly pulsesPerRevolution: number = 1;

  constructor(config: ConfigSection) {
    const pin = config.get("tachometer_pin", { default: null });
    if (pin === null) return;
    this.pulsesPerRevolution = config.getInt("tachometer_ppr", { default: 2, minval: 1 });
    const pollTime = config.getFloat("tachometer_poll_interval", { default: 0.0015, above: 0 });
    this.counter = new FrequencyCounter(config.getPrinter(), pin, TACHOMETER_SAMPLE_TIME, pollTime);
  }

  getStatus(_eventTime: number): { rpm: number | null } {
    // Two edges make a pulse: 60 s / 2.
    return { rpm: this.counter === undefined ? null : (this.counter.getFrequency() * 30) / this.pulsesPerRevolution };
  }
}
