/**
 * A heater: temperature readings in, duties for the heater pin out. Every reading runs the control algorithm
 * and schedules the pin pwmDelay (one report time) later. The MCU switches the pin off when no command came for
 * MAX_HEAT_TIME; the host does when its own main loop has not run `stats` for MAX_MAINTHREAD_TIME.
 *
 * Temperatures are degrees Celsius, duties 0…1, read and pwm times print times in seconds.
 */
import { pyFloatStr } from "../config/python-text.js";
import type { Mcu } from "../mcu/mcu.js";
import type { McuPwm } from "../mcu/pwm.js";
import type { PrinterPins } from "../mcu/pins.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Reactor } from "../reactor/reactor.js";
import type { TemperatureSensor } from "./adc-to-temperature.js";
import { ControlMpc } from "./control-mpc.js";
import type { ControlledHeater, ControlProfile, HeaterControl } from "./heater-control.js";
import { PID_PARAM_BASE } from "./heater-control.js";
import { createControl } from "./heater-controls.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "./host-types.js";
import { MpcCalibration } from "./mpc-calibration.js";
import { ProfileManager } from "./pid-profiles.js";
import { KELVIN_TO_CELSIUS } from "./thermistor.js";

/** Longest time that the MCU keeps a heater on without a new command. */
export const MAX_HEAT_TIME = 3;
/** Longest time that a heater stays on while the host's main loop does not run. */
export const MAX_MAINTHREAD_TIME = 5;
/** A reading older than this is reported as 0. */
export const QUELL_STALE_TIME = 7;
/** A smaller change of the duty waits until the pin needs refreshing. */
const MIN_PWM_CHANGE = 0.05;
/** A print time before every reading. */
const LONG_AGO = -999;

/** An object that gets told of every reading of a heater (model predictive sensors). */
export interface MpcSensor {
  processTempUpdate(control: HeaterControl, readTime: number): void;
}

export class Heater implements ControlledHeater {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly config: ConfigSection;
  readonly name: string;
  readonly shortName: string;
  readonly sensor: TemperatureSensor;
  readonly minTemp: number;
  readonly maxTemp: number;
  readonly maxPower: number;
  readonly pwmDelay: number;
  readonly mcuPwm: McuPwm;
  readonly pmgr: ProfileManager;
  readonly gcode: GCodeDispatch;
  minExtrudeTemp: number;
  /** As in Kalico's batch output nothing waits for a temperature, and the extruder counts as hot from the start (start argument `batch_input`). */
  protected readonly isBatch: boolean;
  canExtrude: boolean;
  coldExtrude = false;
  smoothTime: number;
  targetTemp = 0;
  lastTemp = 0;
  smoothedTemp = 0;
  lastTempTime = 0;
  lastPwmValue = 0;
  control: HeaterControl;
  private readonly configSmoothTime: number;
  private readonly lostUpdateTolerance: number;
  private readonly mpcSensors: MpcSensor[] = [];
  private invSmoothTime: number;
  private offersMpc = false;
  private nextPwmTime = 0;
  private verifyMainthreadTime = LONG_AGO;

  constructor(config: ConfigSection, sensor: TemperatureSensor) {
    this.config = config;
    this.printer = config.getPrinter();
    this.reactor = this.printer.getReactor();
    this.name = config.getName();
    this.shortName = this.name.split(/\s+/).at(-1)!;
    this.sensor = sensor;
    this.minTemp = config.getFloat("min_temp", { minval: KELVIN_TO_CELSIUS });
    this.maxTemp = config.getFloat("max_temp", { above: this.minTemp });
    sensor.setupMinmax(this.minTemp, this.maxTemp);
    sensor.setupCallback((readTime, temp) => this.temperatureCallback(readTime, temp));
    this.pwmDelay = sensor.getReportTimeDelta();
    this.lostUpdateTolerance = config.getInt("lost_update_tolerance", { default: 2, minval: 0 }) + 1;
    this.minExtrudeTemp = config.getFloat("min_extrude_temp", { default: 170, minval: this.minTemp, maxval: this.maxTemp });
    this.isBatch = this.printer.getStartArgs()["batch_input"] === true;
    this.canExtrude = this.minExtrudeTemp <= 0 || this.isBatch;
    this.maxPower = config.getFloat("max_power", { default: 1, above: 0, maxval: 1 });
    this.configSmoothTime = config.getFloat("smooth_time", { default: 1, above: 0 });
    this.smoothTime = this.configSmoothTime;
    this.invSmoothTime = 1 / this.smoothTime;
    noteControlOptions(config);
    this.mcuPwm = this.setupPin();
    this.printer.loadObject(config, `verify_heater ${this.shortName}`);
    this.printer.loadObject(config, "pid_calibrate");
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.pmgr = new ProfileManager(this);
    this.control = this.lookupControl(this.pmgr.initDefaultProfile(), true);
    this.registerCommands();
    this.printer.registerEventHandler("klippy:shutdown", () => {
      this.verifyMainthreadTime = LONG_AGO;
    });
  }

  private setupPin(): McuPwm {
    const pin = this.config.get("heater_pin");
    const mcuPwm = this.printer.lookupObject<PrinterPins>("pins").setupPin<McuPwm>("pwm", pin);
    mcuPwm.setupCycleTime(this.config.getFloat("pwm_cycle_time", { default: 0.1, above: 0, maxval: this.pwmDelay }));
    mcuPwm.setupMaxDuration(MAX_HEAT_TIME);
    return mcuPwm;
  }

  private registerCommands(): void {
    const mux = (command: string, value: string, handler: (gcmd: GCodeCommand) => void | Promise<void>, desc: string): void =>
      this.gcode.registerMuxCommand(command, "HEATER", value, handler, { desc });
    mux("SET_HEATER_TEMPERATURE", this.shortName, (gcmd) => this.cmdSetHeaterTemperature(gcmd), "Sets a heater temperature");
    mux("COLD_EXTRUDE", this.name, (gcmd) => this.cmdColdExtrude(gcmd), "Control cold extrusions");
    mux("SET_SMOOTH_TIME", this.shortName, (gcmd) => this.cmdSetSmoothTime(gcmd), "Set the smooth time for the given heater");
    mux("PID_PROFILE", this.shortName, (gcmd) => this.pmgr.cmdPidProfile(gcmd), "PID Profile Persistent Storage management");
    mux("SET_HEATER_PID", this.shortName, (gcmd) => this.cmdSetHeaterPid(gcmd), "Sets a heater PID parameter");
  }

  /** A control algorithm for this heater with the parameters of `profile`. */
  lookupControl(profile: ControlProfile, loadClean = false): HeaterControl {
    const control = createControl(profile, this, loadClean);
    if (control instanceof ControlMpc) this.offerMpcCommands();
    return control;
  }

  /** The commands of control "mpc", once any profile has it. */
  private offerMpcCommands(): void {
    if (this.offersMpc) return;
    this.offersMpc = true;
    const { gcode, shortName } = this;
    gcode.registerMuxCommand("MPC_CALIBRATE", "HEATER", shortName,
      (gcmd: GCodeCommand) => new MpcCalibration(this, this.mpcControl(gcmd)).run(gcmd), { desc: "Run MPC calibration" });
    gcode.registerMuxCommand("MPC_SET", "HEATER", shortName, (gcmd: GCodeCommand) => this.mpcControl(gcmd).set(gcmd), { desc: "Set MPC parameter" });
  }

  setPwm(readTime: number, wanted: number): void {
    const value = this.targetTemp <= 0 || readTime > this.verifyMainthreadTime ? 0 : wanted;
    const needsRefresh = readTime >= this.nextPwmTime && this.lastPwmValue !== 0;
    if (!needsRefresh && Math.abs(value - this.lastPwmValue) < MIN_PWM_CHANGE) return;
    const pwmTime = readTime + this.pwmDelay;
    this.nextPwmTime = pwmTime + MAX_HEAT_TIME - (this.lostUpdateTolerance * this.pwmDelay + 0.001);
    this.lastPwmValue = value;
    this.mcuPwm.setPwm(pwmTime, value);
  }

  /** Take in a reading; runs in the message handler. */
  temperatureCallback(readTime: number, temp: number): void {
    const timeDiff = readTime - this.lastTempTime;
    this.lastTemp = temp;
    this.lastTempTime = readTime;
    this.updateControl(readTime, temp);
    this.smoothedTemp += (temp - this.smoothedTemp) * Math.min(timeDiff * this.invSmoothTime, 1);
    this.canExtrude = this.isBatch || this.smoothedTemp >= this.minExtrudeTemp || this.coldExtrude;
    for (const mpcSensor of this.mpcSensors) mpcSensor.processTempUpdate(this.control, readTime);
  }

  protected updateControl(readTime: number, temp: number): void {
    this.control.temperatureUpdate(readTime, temp, this.targetTemp);
  }

  getName(): string {
    return this.name;
  }

  addMpcSensor(mpcSensor: MpcSensor): void {
    this.mpcSensors.push(mpcSensor);
  }

  getPwmDelay(): number {
    return this.pwmDelay;
  }

  getMaxPower(): number {
    return this.maxPower;
  }

  getSmoothTime(): number {
    return this.smoothTime;
  }

  setInvSmoothTime(invSmoothTime: number): void {
    this.invSmoothTime = invSmoothTime;
  }

  /** Set the target; 0 switches off. @throws CommandError outside min_temp…max_temp. */
  setTemp(degrees: number): void {
    if (degrees !== 0 && (degrees < this.minTemp || degrees > this.maxTemp)) {
      throw this.printer.commandError(
        `Requested temperature (${formatFixed(degrees, 1)}) out of range ` +
          `(${formatFixed(this.minTemp, 1)}:${formatFixed(this.maxTemp, 1)})`);
    }
    if (degrees !== 0) this.control.checkValid?.();
    this.targetTemp = degrees;
  }

  /** Smoothed temperature (0 when the last reading is stale) and target. */
  getTemp(eventTime: number): [temp: number, target: number] {
    const stale = this.lastTempTime < this.mcu().estimatedPrintTime(eventTime) - QUELL_STALE_TIME;
    return [stale ? 0 : this.smoothedTemp, this.targetTemp];
  }

  currentTemp(): number {
    return this.getTemp(this.reactor.monotonic())[0];
  }

  checkBusy(eventTime: number): boolean {
    return this.control.checkBusy(eventTime, this.smoothedTemp, this.targetTemp);
  }

  /** Replace the control algorithm. @returns the one before. */
  setControl(control: HeaterControl, keepTarget = true): HeaterControl {
    const before = this.control;
    this.control = control;
    if (!keepTarget) this.targetTemp = 0;
    return before;
  }

  getControl(): HeaterControl {
    return this.control;
  }

  /** Set the target without the range error: it is limited instead. */
  alterTarget(targetTemp: number): void {
    this.targetTemp = targetTemp === 0 ? 0 : Math.max(this.minTemp, Math.min(this.maxTemp, targetTemp));
  }

  stats(eventTime: number): [isActive: boolean, text: string] {
    const estPrintTime = this.mcu().estimatedPrintTime(eventTime);
    if (!this.printer.isShutdown()) this.verifyMainthreadTime = estPrintTime + MAX_MAINTHREAD_TIME;
    const text = `${this.shortName}: target=${formatFixed(this.targetTemp, 0)} temp=${formatFixed(this.lastTemp, 1)}` +
      ` pwm=${formatFixed(this.lastPwmValue, 3)}`;
    return [this.targetTemp !== 0 || this.lastTemp > 50, text];
  }

  getStatus(eventTime: number): Record<string, unknown> {
    const controlStats = this.control.getStatus?.(eventTime);
    return {
      temperature: Number(formatFixed(this.smoothedTemp, 2)),
      target: this.targetTemp,
      power: this.lastPwmValue,
      pid_profile: this.control.getProfile().name,
      ...(controlStats === undefined || controlStats === null ? {} : { control_stats: controlStats }),
    };
  }

  isAdcFaulty(): boolean {
    return this.lastTemp > this.maxTemp || this.lastTemp < this.minTemp;
  }

  /** Allow extrusion below min_extrude_temp or change that limit; with neither, report. */
  setColdExtrude(coldExtrude: boolean | number | null, minExtrudeTemp: number | null): void {
    if (coldExtrude === null && minExtrudeTemp === null) {
      this.gcode.respondInfo(
        `Cold extrudes are ${this.coldExtrude ? "enabled" : "disabled"} (min temp ${formatFixed(this.minExtrudeTemp, 2)}C)`);
      return;
    }
    this.coldExtrude = Boolean(coldExtrude);
    if (minExtrudeTemp !== null) {
      this.minExtrudeTemp = minExtrudeTemp;
      this.printer.lookupObject("configfile").set(this.name, "min_extrude_temp", pyFloatStr(minExtrudeTemp));
      this.gcode.respondInfo(
        `min_extrude_temp has been set to ${formatFixed(minExtrudeTemp, 2)}C for [${this.name}] for the current session.\n` +
          "The SAVE_CONFIG command will update the printer config file and restart the printer.");
    }
    this.canExtrude = this.smoothedTemp >= this.minExtrudeTemp || this.coldExtrude;
  }

  private mcu(): Mcu {
    return this.mcuPwm.getMcu();
  }

  private async cmdSetHeaterTemperature(gcmd: GCodeCommand): Promise<void> {
    const temp = gcmd.getFloat("TARGET", { default: 0 });
    const heaters = this.printer.lookupObject<{ setTemperature(heater: Heater, temp: number): Promise<void> }>("heaters");
    await heaters.setTemperature(this, temp);
  }

  private cmdColdExtrude(gcmd: GCodeCommand): void {
    const enable = gcmd.getInt("ENABLE", { default: null, minval: 0, maxval: 1 });
    const minTemp = gcmd.getFloat("MIN_EXTRUDE_TEMP", { default: null, minval: this.minTemp, maxval: this.maxTemp });
    this.setColdExtrude(enable, minTemp);
  }

  private cmdSetSmoothTime(gcmd: GCodeCommand): void {
    const save = gcmd.getInt("SAVE_TO_PROFILE", { default: 0, minval: 0, maxval: 1 });
    this.smoothTime = gcmd.getFloat("SMOOTH_TIME", { default: this.configSmoothTime, minval: 0 });
    this.invSmoothTime = 1 / this.smoothTime;
    this.control.updateSmoothTime();
    if (save === 0) return;
    this.control.getProfile().smooth_time = this.smoothTime;
    this.pmgr.saveProfile(null);
  }

  /** The control that MPC commands speak to. @throws CommandError when it is another one */
  private mpcControl(gcmd: GCodeCommand): ControlMpc {
    if (this.control instanceof ControlMpc) return this.control;
    throw gcmd.error(`Heater '${this.shortName}' is not controlled by MPC: set "control: mpc" in [${this.name}], or load an mpc profile`);
  }

  private cmdSetHeaterPid(gcmd: GCodeCommand): void {
    const { gains } = this.control;
    if (gains === undefined) throw gcmd.error("Not a PID/PID_V controlled heater");
    for (const gain of ["kp", "ki", "kd"] as const) {
      const value = gcmd.getFloat(gain.toUpperCase(), { default: null });
      if (value !== null) gains[gain] = value / PID_PARAM_BASE;
    }
  }
}

/** Options of every control type count as known, whichever the heater uses. */
function noteControlOptions(config: ConfigSection): void {
  config.get("control", { default: null });
  for (const option of ["pid_kp", "pid_ki", "pid_kd", "max_delta"]) config.getFloat(option, { default: null });
}

/** Heater with a second sensor at its element, for control: dual_loop_pid. */
export class DualSensorHeater extends Heater {
  private readonly secondarySensor: { getStatus(eventTime: number): { temperature: number } };

  constructor(
    config: ConfigSection, primary: TemperatureSensor, secondary: { getStatus(eventTime: number): { temperature: number } },
  ) {
    super(config, primary);
    this.secondarySensor = secondary;
  }

  protected override updateControl(readTime: number, temp: number): void {
    const secondaryTemp = this.secondarySensor.getStatus(readTime).temperature;
    this.control.temperatureUpdate(readTime, temp, this.targetTemp, secondaryTemp);
  }
}
