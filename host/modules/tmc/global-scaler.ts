/**
 * Currents of drivers that scale twice: a global scaler of 8 bits (0 stands for 256) sets the range, IRUN the share of it. With `driver_CS`
 * the share is fixed and the scaler does all; a scaler that the chip cannot keep shuts the printer down.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { formatFixed } from "../../motion/format-fixed.js";
import { CurrentHelper } from "./current.js";
import type { Currents, McuTmc } from "./ports.js";

const STEPS = 32;
const FULL_SCALER = 256;
const LEAST_SCALER = 32;

abstract class ScaledCurrentHelper extends CurrentHelper {
  protected cs: number | null = null;

  /** RMS current of full scaler and full share. */
  protected abstract fullCurrent(): number;
  /** Tells that a scaler cannot be had. */
  protected abstract outOfBounds(scaler: number, cs: number): string;
  /** Where no share is fixed: the scaler for one that is too small. */
  protected abstract readonly raisesSmallScaler: boolean;

  protected readFixedShare(config: ConfigSection): void {
    this.cs = config.getInt("driver_CS", { default: null, minval: 0, maxval: STEPS - 1 });
  }

  private scalerFor(amps: number): number {
    const cs = this.cs ?? STEPS - 1;
    // A current that came from a scaler must give that scaler again, whatever the rounding.
    const scaler = Math.floor((amps * FULL_SCALER * STEPS) / (this.fullCurrent() * (cs + 1)) + 1e-9);
    if (scaler === FULL_SCALER && (this.raisesSmallScaler || this.cs === null)) return 0;
    if (this.raisesSmallScaler && this.cs === null && scaler < LEAST_SCALER) return LEAST_SCALER;
    if ((scaler >= 1 && scaler < LEAST_SCALER) || scaler > FULL_SCALER) this.printer.invokeShutdown(this.outOfBounds(scaler, cs));
    return scaler;
  }

  /** Sets the fields of a run current. */
  protected compose(amps: number): void {
    const { fields } = this;
    const scaler = this.scalerFor(amps);
    const scale = Math.trunc((amps * FULL_SCALER * STEPS) / ((scaler === 0 ? FULL_SCALER : scaler) * this.fullCurrent()) - 0.5);
    const irun = this.cs ?? Math.max(0, Math.min(STEPS - 1, scale));
    fields.setField("globalscaler", scaler);
    fields.setField("ihold", Math.floor(Math.min((this.reqHoldCurrent / amps) * irun, irun)));
    fields.setField("irun", irun);
  }

  getCurrent(): Currents {
    const scaler = this.fields.getField("globalscaler");
    const [run, hold] = ["irun", "ihold"].map((field) =>
      ((scaler === 0 ? FULL_SCALER : scaler) * (this.fields.getField(field) + 1) * this.fullCurrent()) / (FULL_SCALER * STEPS));
    return [run!, hold!, this.reqHoldCurrent, this.maxCurrent, this.reqHomeCurrent];
  }

  protected async applyCurrent(printTime: number): Promise<void> {
    this.compose(this.actualCurrent);
    for (const register of ["GLOBALSCALER", "IHOLD_IRUN"]) await this.mcuTmc.setRegister(register, this.fields.registers.get(register)!, printTime);
  }
}

/** Voltage across the sense resistors at full scale, and the largest current of any board. */
const TMC5160_VREF = 0.325;
const TMC5160_MAX_CURRENT = 10.6;

/** Sense resistors outside the chip: TMC5160. */
export class Tmc5160CurrentHelper extends ScaledCurrentHelper {
  protected override readonly raisesSmallScaler = true;

  constructor(config: ConfigSection, mcuTmc: McuTmc) {
    super(config, mcuTmc, TMC5160_MAX_CURRENT);
    this.readFixedShare(config);
    this.compose(this.reqRunCurrent);
  }

  protected fullCurrent(): number {
    return TMC5160_VREF / (Math.SQRT2 * this.senseResistor);
  }

  protected outOfBounds(scaler: number, cs: number): string {
    const better = Math.floor((this.senseResistor * STEPS * this.actualCurrent * Math.SQRT2) / 0.32) - 1;
    return `[tmc5160 ${this.name}]\nGLOBALSCALER(${scaler}) calculation out of bounds.\nThe target current can't be achieved with the given CS(${cs}) value. Please adjust your configuration.\n` +
      `Please refer to the tmc5160.xlxs chopper tuning spreadsheet.\nA value of ${better} may be a reasonable starting point.\n`;
  }
}

/** Full scale of the ranges, ampere times ohm of the reference resistor. */
const TMC2240_RANGES = [11750, 24000, 36000, 36000];

/** Sensing in the chip, with a reference resistor: TMC2240. */
export class Tmc2240CurrentHelper extends ScaledCurrentHelper {
  private readonly rref: number;
  private readonly range: number;
  protected override readonly raisesSmallScaler = false;

  constructor(config: ConfigSection, mcuTmc: McuTmc) {
    const rref = config.getFloat("rref", { minval: 12000, maxval: 60000 });
    const rangeCurrent = (range: number): number => TMC2240_RANGES[range]! / rref / Math.SQRT2;
    super(config, mcuTmc, rangeCurrent(3), { hasSenseResistor: false });
    this.rref = rref;
    const enough = [0, 1, 2].find((range) => this.actualCurrent <= rangeCurrent(range)) ?? 3;
    this.range = config.getInt("current_range", { default: enough, minval: enough, maxval: 3 });
    this.fields.setField("current_range", this.range);
    this.readFixedShare(config);
    this.compose(this.reqRunCurrent);
  }

  protected fullCurrent(): number {
    return TMC2240_RANGES[this.fields.getField("current_range")]! / this.rref / Math.SQRT2;
  }

  protected outOfBounds(scaler: number, cs: number): string {
    const range = this.fields.getField("current_range");
    return `[tmc2240 ${this.name}]\nGLOBALSCALER(${scaler}) calculation out of bounds.\nThe target current can't be achieved with the given RREF(${formatFixed(this.rref, 6)}) and CS(${cs}). Please adjust your configuration.\n` +
      `Calculated current_range bit: ${range.toString(2).padStart(2, "0")}\nCalculated KIFS: ${formatFixed(TMC2240_RANGES[range]! / 1000, 2)}`;
  }
}
