/**
 * `[sx1509 <name>]`: an expander with 16 pins (`sx1509_name:PIN_0` … `PIN_15`) on I2C: digital outputs, and PWM by its led drivers. The
 * registers are composed while the configuration is read and written at connect; later changes go out at print times.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { PinError } from "../../errors.js";
import { i2cFromConfig, type McuI2c } from "../../mcu/i2c.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PinChip, PinParams, PinType, PrinterPins } from "../../mcu/pins.js";

const RESET = 0x7d;
const CLOCK = 0x1e;
const MISC = 0x1f;
/** Registers of 16 bits, one per pin. */
const DIRECTION = 0x0e;
const DATA = 0x10;
const PULL_UP = 0x06;
const PULL_DOWN = 0x08;
const INPUT_DISABLE = 0x00;
const LED_DRIVER = 0x20;
const WORDS = [DIRECTION, DATA, PULL_UP, PULL_DOWN, INPUT_DISABLE, LED_DRIVER];
/** On-time registers of the led drivers by pin. */
const I_ON = [0x2a, 0x2d, 0x30, 0x33, 0x36, 0x3b, 0x40, 0x45, 0x4a, 0x4d, 0x50, 0x53, 0x56, 0x5b, 0x5f, 0x65];

export class SX1509 implements PinChip {
  readonly name: string;
  readonly mcu: Mcu;
  private readonly i2c: McuI2c;
  private readonly words = new Map<number, number>(WORDS.map((register) => [register, register === DIRECTION ? 0xffff : 0]));
  private readonly onTimes = new Map<number, number>(I_ON.map((register) => [register, 0]));
  private lastClock = 0;

  constructor(config: ConfigSection) {
    this.name = config.getName().split(/\s+/)[1]!;
    this.i2c = i2cFromConfig(config, null, 400000);
    this.mcu = this.i2c.getMcu();
    const printer = config.getPrinter();
    printer.lookupObject<PrinterPins>("pins").registerChip(`sx1509_${this.name}`, this);
    printer.registerEventHandler("klippy:connect", () => this.setUpChip());
  }

  private async setUpChip(): Promise<void> {
    for (const data of [[RESET, 0x12], [RESET, 0x34], [CLOCK, 0x40], [MISC, 0x10]]) await this.i2c.i2cWrite(data);
    for (const register of [...this.words.keys(), ...this.onTimes.keys()]) await this.i2c.i2cWrite(this.frame(register));
  }

  setupPin(pinType: PinType, params: PinParams): Sx1509Pin {
    const known = params.pin.startsWith("PIN_") && (pinType === "digital_out" || pinType === "pwm");
    if (!known) throw new PinError(`Wrong pin or incompatible type: ${params.pin.slice(0, 4)} with type ${pinType}! `);
    return new Sx1509Pin(this, pinType === "pwm", Number(params.pin.slice(4)), params.invert);
  }

  /** Sets or clears the bit of a pin in registers of 16 bits. */
  setBits(registers: readonly number[], pin: number, on: boolean): void {
    for (const register of registers) {
      const word = this.words.get(register)!;
      this.words.set(register, on ? word | (1 << pin) : word & ~(1 << pin));
    }
  }

  setOnTime(pin: number, value: number): void {
    this.onTimes.set(I_ON[pin]!, value);
  }

  private frame(register: number): number[] {
    const word = this.words.get(register);
    return word === undefined ? [register, this.onTimes.get(register)!] : [register, (word >> 8) & 0xff, word & 0xff];
  }

  /** Writes what a pin has changed, at a print time (s). */
  send(register: number, printTime: number): void {
    const clock = this.mcu.printTimeToClock(printTime);
    this.i2c.i2cWriteNoack(this.frame(register), { minclock: this.lastClock, reqclock: clock });
    this.lastClock = clock;
  }
}

/** An output of the expander, digital or PWM. */
export class Sx1509Pin {
  private readonly chip: SX1509;
  private readonly isPwm: boolean;
  private readonly pin: number;
  private readonly invert: number;
  private maxDuration = 2;
  private hardwarePwm = false;

  constructor(chip: SX1509, isPwm: boolean, pin: number, invert: number) {
    this.chip = chip;
    this.isPwm = isPwm;
    this.pin = pin;
    this.invert = invert;
    chip.setBits([DIRECTION], pin, false);
    chip.mcu.registerConfigCallback(() => this.check());
    if (!isPwm) return;
    chip.setBits([INPUT_DISABLE, LED_DRIVER], pin, true);
    chip.setBits([DATA], pin, false);
  }

  private check(): void {
    if (this.isPwm && !this.hardwarePwm) throw new PinError("SX1509_pwm must have hardware_pwm enabled");
    if (this.maxDuration !== 0) throw new PinError("SX1509 pins are not suitable for heaters");
  }

  getMcu(): Mcu {
    return this.chip.mcu;
  }

  setupMaxDuration(seconds: number): void {
    this.maxDuration = seconds;
  }

  setupCycleTime(_seconds: number, hardwarePwm = false): void {
    this.hardwarePwm = hardwarePwm;
  }

  /** Only digital pins start with their value: the led drivers start dark. */
  setupStartValue(start: number, _shutdown: number): void {
    if (!this.isPwm) this.chip.setBits([DATA], this.pin, (start !== 0) !== (this.invert !== 0));
  }

  setDigital(printTime: number, value: number): void {
    this.chip.setBits([DATA], this.pin, (value !== 0) !== (this.invert !== 0));
    this.chip.send(DATA, printTime);
  }

  /** The chip sinks current: without inversion more value means less on-time. */
  setPwm(printTime: number, value: number): void {
    const level = Math.trunc(255 * value) & 0xff;
    this.chip.setOnTime(this.pin, this.invert !== 0 ? level : 255 - level);
    this.chip.send(I_ON[this.pin]!, printTime);
  }
}

export const loadConfigPrefix = (config: ConfigSection): SX1509 => new SX1509(config);
