/**
 * MPC_CALIBRATE: the constants of a heater, measured. It cools to the room's temperature, heats at full power (the curve gives a first set of
 * constants), holds the target under MPC and takes the power that this needs, without and with the fan (that is the loss to the room), and
 * fits the curve again with the loss known. The constants go to the running control, and to SAVE_CONFIG.
 */
import { formatFixed } from "../motion/format-fixed.js";
import type { ControlMpc, MpcHeater } from "./control-mpc.js";
import type { ControlProfile, HeaterControl } from "./heater-control.js";
import type { GCodeCommand, GCodeDispatch } from "./host-types.js";
import { fitHeating, lineAt, type HeatSample, type HeatStart, type HeaterConstants } from "./mpc-fit.js";

/** The heater as a calibration uses it. */
export interface CalibratedHeater extends MpcHeater {
  readonly gcode: GCodeDispatch;
  readonly shortName: string;
  readonly name: string;
  lastTemp: number;
  setControl(control: HeaterControl, keepTarget?: boolean): HeaterControl;
  setTemp(degrees: number): void;
  alterTarget(degrees: number): void;
  getPwmDelay(): number;
}

/** The room is reached when a span of this many seconds changes the temperature by no more than that many degrees. */
const REST_SECONDS = 20;
const REST_DEGREES = 0.3;
/** As long as this the target has to be held before its power counts. */
const HOLD_SECONDS = 20;
const HOLD_DEGREES = 1.5;
/** So far back a heater's way down is looked at before it is heated, s. */
const BEFORE_SECONDS = 6;
/** A heater that has not got there after this long does not get there, s. */
const PATIENCE = 1800;

/** Gives a fixed duty and keeps what it sees. */
class HeatupControl implements HeaterControl {
  readonly samples: HeatSample[] = [];
  duty = 0;
  /** Readings of the last seconds before the heating, by their own times. */
  private readonly before: HeatSample[] = [];
  private readonly heater: CalibratedHeater;
  private start: number | undefined;
  constructor(heater: CalibratedHeater) { this.heater = heater; }

  temperatureUpdate(readTime: number, temp: number): void {
    this.heater.setPwm(readTime, this.duty);
    if (this.duty === 0) {
      this.before.push({ time: readTime, temp });
      while (readTime - this.before[0]!.time > BEFORE_SECONDS) this.before.shift();
      return;
    }
    // The duty reaches the pin one report later.
    this.start ??= readTime + this.heater.getPwmDelay();
    if (readTime >= this.start) this.samples.push({ time: readTime - this.start, temp });
  }

  /** How the heater came into the heating. */
  startState(): HeatStart { return lineAt(this.before, this.start!); }
  checkBusy(): boolean { return this.duty !== 0 || this.heater.lastPwmValue !== 0; }
  updateSmoothTime(): void { /* It smooths nothing. */ }
  getProfile(): ControlProfile { return { control: "tuning", name: "tuning" }; }
  getType(): string { return "tuning"; }
}

/** With a sensor for the room, a heater this much below THRESHOLD is cool enough, degrees Celsius. */
const COOL_MARGIN = 5;

/** What a calibration was asked for: degrees Celsius, seconds. */
interface Plan {
  readonly target: number;
  readonly measureTime: number;
  readonly breakpoints: number;
  /** Cool enough, as a number and as the message has it. */
  readonly cool: number;
  readonly shown: string;
}

const sixDigits = (value: number): string => String(Number(value.toPrecision(6)));

export class MpcCalibration {
  private readonly heater: CalibratedHeater;
  private readonly control: ControlMpc;

  constructor(heater: CalibratedHeater, control: ControlMpc) {
    this.heater = heater;
    this.control = control;
  }

  async run(gcmd: GCodeCommand): Promise<void> {
    const { heater, control } = this;
    const isBed = heater.shortName === "heater_bed";
    const target = gcmd.getFloat("TARGET", { default: isBed ? 90 : 200, minval: 60 });
    const measureTime = gcmd.getFloat("AMBIENT_MAX_MEASURE_TIME", { default: 20, above: 0 });
    const breakpoints = gcmd.getInt("FAN_BREAKPOINTS", { default: 3, minval: 2 });
    const threshold = gcmd.getFloat("THRESHOLD", { default: Math.max(50, Math.min(100, target - 100)) });
    const cool = threshold - COOL_MARGIN;
    // As Python shows it: the default for high targets is a whole number there.
    const isWhole = target >= 200 && gcmd.get("THRESHOLD", { default: null }) === null;
    const shown = Number.isInteger(cool) && !isWhole ? cool.toFixed(1) : String(cool);
    const former = heater.setControl(control, false);
    const before = { ...control.options };
    try {
      const { constants, fanTransfers } = await this.measure(gcmd, { target, measureTime, breakpoints, cool, shown });
      this.adopt(constants, fanTransfers);
      this.save(constants, fanTransfers);
      const { blockHeatCapacity, sensorResponsiveness, ambientTransfer } = constants;
      gcmd.respondInfo(
        `Finished MPC calibration of heater '${heater.shortName}'\nMeasured:\n   block_heat_capacity=${sixDigits(blockHeatCapacity)} [J/K]\n` +
          `  sensor_responsiveness=${sixDigits(sensorResponsiveness)} [K/s/K]\n  ambient_transfer=${sixDigits(ambientTransfer)} [W/K]\n` +
          `  fan_ambient_transfer=${fanTransfers.map(sixDigits).join(", ")} [W/K]\n`);
    } catch (error) {
      Object.assign(control.options, before);
      throw error;
    } finally {
      this.setFan(0);
      heater.alterTarget(0);
      heater.setControl(former, false);
    }
  }

  private async measure(
    gcmd: GCodeCommand, { target, measureTime, breakpoints, ...start }: Plan,
  ): Promise<{ constants: HeaterConstants; fanTransfers: number[] }> {
    const { heater, control } = this;
    const heating = new HeatupControl(heater);
    heater.setControl(heating, false);
    this.setFan(0);
    const ambient = await this.ambient(gcmd, start);

    gcmd.respondInfo(`Performing heatup test, target is ${formatFixed(target, 1)} degrees`);
    heater.setTemp(target);
    heating.duty = heater.getMaxPower();
    await this.until(gcmd, "heatup", () => heater.lastTemp >= target);
    const power = control.options.heater_power * heating.duty;
    const samples = heating.samples.slice();
    // Where no sensor told the room's temperature, the heater has come to rest in it.
    const state = control.options.ambient_temp_sensor === null ? { temp: ambient, rate: 0 } : heating.startState();
    heating.duty = 0;
    const first = this.fit(gcmd, samples, power, ambient, null, state);

    gcmd.respondInfo(`Performing ambient transfer tests, target is ${formatFixed(target, 1)} degrees`);
    this.adopt(first, []);
    control.model.ambientTemp = ambient;
    control.model.blockTemp = control.model.sensorTemp = heater.lastTemp;
    heater.setControl(control);
    heater.alterTarget(target);
    const transfers: number[] = [];
    const speeds = control.options.cooling_fan === null ? [0] : Array.from({ length: breakpoints }, (_, i) => i / (breakpoints - 1));
    for (const speed of speeds) transfers.push(await this.transferAt(gcmd, speed, target, ambient, measureTime, first.blockHeatCapacity));
    const constants = this.fit(gcmd, samples, power, ambient, transfers[0]!, state);
    return { constants, fanTransfers: transfers.length > 1 ? transfers : [] };
  }

  private fit(
    gcmd: GCodeCommand, samples: readonly HeatSample[], power: number, ambient: number, transfer: number | null, start: HeatStart,
  ): HeaterConstants {
    const found = fitHeating(samples, power, ambient, transfer, start) ?? fitHeating(samples, power, ambient, transfer ?? 0, start);
    if (found !== undefined) return found;
    throw gcmd.error("MPC calibration failed: the heating curve does not show the heater's constants. Check heater_power and that the heater was cold.");
  }

  /** Power that holds the target at a speed of the fan, as W/K. */
  private async transferAt(gcmd: GCodeCommand, speed: number, target: number, ambient: number, seconds: number, capacity: number): Promise<number> {
    const { heater, control } = this;
    this.setFan(speed);
    gcmd.respondInfo("Waiting for temperature to stabilize");
    let since: number | undefined;
    await this.until(gcmd, "transfer", (time) => {
      if (Math.abs(heater.lastTemp - target) > HOLD_DEGREES) since = undefined;
      else since ??= time;
      return since !== undefined && time - since >= HOLD_SECONDS;
    });
    const percent = formatFixed(speed * 100, 0);
    gcmd.respondInfo(`Temperature stable, measuring power usage with ${percent}% fan speed`);
    const powers: number[] = [], temps: number[] = [];
    const blockBefore = control.model.blockTemp;
    const start = heater.printer.getReactor().monotonic();
    let end = start;
    await heater.printer.waitWhile((time: number) => {
      end = time;
      powers.push(heater.lastPwmValue * control.options.heater_power);
      temps.push(control.model.blockTemp);
      return time - start < seconds;
    }, { interval: heater.getPwmDelay() });
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const stored = (capacity * (control.model.blockTemp - blockBefore)) / (end - start);
    gcmd.respondInfo(`${percent}% fan average power: ${formatFixed(mean(powers), 2)} W`);
    return (mean(powers) - stored) / (mean(temps) - ambient);
  }

  /** Temperature of the room: a sensor tells it once the heater is cool enough to start from; without one the heater comes to rest at it. */
  private async ambient(gcmd: GCodeCommand, { cool, shown }: Pick<Plan, "cool" | "shown">): Promise<number> {
    const { heater, control } = this;
    const sensor = control.options.ambient_temp_sensor;
    if (sensor === null) {
      gcmd.respondInfo("Waiting for heater to settle at ambient temperature");
      return this.rest();
    }
    const { printer } = heater;
    if (heater.lastTemp > cool) gcmd.respondInfo(`Waiting for heater to drop below ${shown} degrees Celsius`);
    const begin = printer.getReactor().monotonic();
    // The curve needs to know how the heater came into it.
    await printer.waitWhile((time: number) => heater.lastTemp > cool || time - begin < BEFORE_SECONDS);
    return sensor.getTemp(printer.getReactor().monotonic())[0];
  }

  /** Waits until the heater, which is off, changes no more. @returns its temperature then, degrees Celsius */
  private async rest(): Promise<number> {
    const { heater } = this;
    const seen: { time: number; temp: number }[] = [];
    await heater.printer.waitWhile((time: number) => {
      seen.push({ time, temp: heater.lastTemp });
      while (seen.length > 1 && time - seen[1]!.time >= REST_SECONDS) seen.shift();
      const temps = seen.map(({ temp }) => temp);
      return time - seen[0]!.time < REST_SECONDS || Math.max(...temps) - Math.min(...temps) > REST_DEGREES;
    });
    return seen.reduce((sum, { temp }) => sum + temp, 0) / seen.length;
  }

  private async until(gcmd: GCodeCommand, phase: string, reached: (time: number) => boolean): Promise<void> {
    const { printer } = this.heater;
    const limit = printer.getReactor().monotonic() + PATIENCE;
    let late = false;
    await printer.waitWhile((time: number) => {
      late = time > limit;
      return !late && !reached(time);
    });
    if (late) throw gcmd.error(`MPC calibration failed: ${phase} has not come to its end after ${PATIENCE} s. Choose a TARGET that the heater can hold.`);
  }

  private setFan(speed: number): void {
    this.control.options.cooling_fan?.fan?.setSpeedFromCommand?.(speed);
  }

  private adopt({ blockHeatCapacity, sensorResponsiveness, ambientTransfer }: HeaterConstants, fanTransfers: readonly number[]): void {
    Object.assign(this.control.options, {
      block_heat_capacity: blockHeatCapacity, sensor_responsiveness: sensorResponsiveness,
      ambient_transfer: ambientTransfer, fan_ambient_transfer: fanTransfers,
    });
  }

  private save({ blockHeatCapacity, sensorResponsiveness, ambientTransfer }: HeaterConstants, fanTransfers: readonly number[]): void {
    const { heater } = this;
    const configfile = heater.printer.lookupObject("configfile");
    configfile.set(heater.name, "control", "mpc");
    configfile.set(heater.name, "block_heat_capacity", sixDigits(blockHeatCapacity));
    configfile.set(heater.name, "sensor_responsiveness", sixDigits(sensorResponsiveness));
    configfile.set(heater.name, "ambient_transfer", sixDigits(ambientTransfer));
    if (fanTransfers.length > 0) configfile.set(heater.name, "fan_ambient_transfer", fanTransfers.map(sixDigits).join(", "));
  }
}
