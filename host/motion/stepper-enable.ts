/**
 * Object `stepper_enable`: turns motor drivers on when their first step comes and off on request. An
 * enable pin may be shared; it is on while one of its steppers is.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { McuDigitalOut } from "../mcu/digital-out.js";
import type { PinParams, PrinterPins } from "../mcu/pins.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Gcode, GcodeCommand } from "./ports.js";
import type { McuStepper } from "./stepper.js";
import type { Toolhead } from "./surface.js";

/** Rest, s, before and after motors are switched. */
const DISABLE_STALL_TIME = 0.1;
/** Count of a driver without an enable line: it is never off. */
const ALWAYS_ENABLED = 9999;

export type EnableCallback = (printTime: number, isEnabled: boolean) => void;

/** An enable line with the number of steppers that want it on. */
export class StepperEnablePin {
  readonly mcuEnable: McuDigitalOut | null;
  enableCount: number;
  isDedicated = true;

  constructor(mcuEnable: McuDigitalOut | null, enableCount: number) {
    this.mcuEnable = mcuEnable;
    this.enableCount = enableCount;
  }

  setEnable(printTime: number): void {
    if (this.enableCount === 0) this.mcuEnable!.setDigital(printTime, 1);
    this.enableCount += 1;
  }

  setDisable(printTime: number): void {
    this.enableCount -= 1;
    if (this.enableCount === 0) this.mcuEnable!.setDigital(printTime, 0);
  }
}

/** The enable state of one stepper. */
export class EnableTracking {
  readonly stepper: McuStepper;
  readonly enable: StepperEnablePin;
  private readonly callbacks: EnableCallback[] = [];
  private isEnabled = false;

  constructor(stepper: McuStepper, enable: StepperEnablePin) {
    this.stepper = stepper;
    this.enable = enable;
    this.enableOnNextStep();
  }

  private enableOnNextStep(): void {
    this.stepper.addActiveCallback((printTime) => this.motorEnable(printTime));
  }

  registerStateCallback(callback: EnableCallback): void {
    this.callbacks.push(callback);
  }

  motorEnable(printTime: number): void {
    if (this.isEnabled) return;
    for (const callback of this.callbacks) callback(printTime, true);
    this.enable.setEnable(printTime);
    this.isEnabled = true;
  }

  motorDisable(printTime: number): void {
    if (!this.isEnabled) return;
    for (const callback of this.callbacks) callback(printTime, false);
    this.enable.setDisable(printTime);
    this.isEnabled = false;
    this.enableOnNextStep();
  }

  isMotorEnabled(): boolean {
    return this.isEnabled;
  }

  hasDedicatedEnable(): boolean {
    return this.enable.isDedicated;
  }
}

export class PrinterStepperEnable {
  readonly printer: Printer;
  private readonly enableLines = new Map<string, EnableTracking>();
  private readonly sharedPins = new Map<PinParams, StepperEnablePin>();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("gcode:request_restart", () => this.motorOff());
    const gcode = this.printer.lookupObject<Gcode>("gcode");
    gcode.registerCommand("M18", () => this.motorOff());
    gcode.registerCommand("M84", () => this.motorOff());
    gcode.registerCommand("SET_STEPPER_ENABLE", (gcmd) => this.cmdSetStepperEnable(gcmd), {
      desc: "Enable/disable individual stepper by name",
    });
  }

  registerStepper(config: ConfigSection, stepper: McuStepper): void {
    const enable = this.setupEnablePin(config.get("enable_pin", { default: null }));
    this.enableLines.set(stepper.getName(), new EnableTracking(stepper, enable));
  }

  private setupEnablePin(pin: string | null): StepperEnablePin {
    if (pin === null) {
      const always = new StepperEnablePin(null, ALWAYS_ENABLED);
      always.isDedicated = false;
      return always;
    }
    const pins = this.printer.lookupObject<PrinterPins>("pins");
    const pinParams = pins.lookupPin(pin, { canInvert: true, shareType: "stepper_enable" });
    const shared = this.sharedPins.get(pinParams);
    if (shared !== undefined) {
      shared.isDedicated = false;
      return shared;
    }
    const mcuEnable = pinParams.chip.setupPin!("digital_out", pinParams) as McuDigitalOut;
    mcuEnable.setupMaxDuration(0);
    const enable = new StepperEnablePin(mcuEnable, 0);
    this.sharedPins.set(pinParams, enable);
    return enable;
  }

  /** Stops, turns every motor off, and forgets where the axes are. */
  async motorOff(): Promise<void> {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    await toolhead.dwell(DISABLE_STALL_TIME);
    const printTime = toolhead.getLastMoveTime();
    for (const line of this.enableLines.values()) line.motorDisable(printTime);
    toolhead.getKinematics().clearHomingState("xyz");
    this.printer.sendEvent("stepper_enable:motor_off", printTime);
    await toolhead.dwell(DISABLE_STALL_TIME);
  }

  /** Switches one motor, by the name of its section. */
  async motorDebugEnable(stepper: string, enable: boolean | number): Promise<void> {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    await toolhead.dwell(DISABLE_STALL_TIME);
    const printTime = toolhead.getLastMoveTime();
    const line = this.lookupEnable(stepper);
    if (enable) line.motorEnable(printTime);
    else line.motorDisable(printTime);
    this.printer.log("info", `${stepper} has been manually ${enable ? "enabled" : "disabled"}`);
    await toolhead.dwell(DISABLE_STALL_TIME);
  }

  getStatus(_eventTime: number): { steppers: Record<string, boolean> } {
    const steppers: Record<string, boolean> = {};
    for (const [name, line] of this.enableLines) steppers[name] = line.isMotorEnabled();
    return { steppers };
  }

  private async cmdSetStepperEnable(gcmd: GcodeCommand): Promise<void> {
    const name = gcmd.get("STEPPER", { default: null });
    if (name === null || !this.enableLines.has(name)) {
      gcmd.respondInfo(`SET_STEPPER_ENABLE: Invalid stepper "${name ?? "None"}"`);
      return;
    }
    await this.motorDebugEnable(name, gcmd.getInt("ENABLE", { default: 1 }));
  }

  /** @throws ConfigError for a name that no stepper has */
  lookupEnable(name: string): EnableTracking {
    const line = this.enableLines.get(name);
    if (line === undefined) throw new ConfigError(`Unknown stepper '${name}'`);
    return line;
  }

  getSteppers(): string[] {
    return [...this.enableLines.keys()];
  }
}

export function loadConfig(config: ConfigSection): PrinterStepperEnable {
  return new PrinterStepperEnable(config);
}
