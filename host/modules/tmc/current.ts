/**
 * Currents of a driver, A RMS: as configured, as requested since, and what the driver has now, which homing may lower. How a current becomes
 * register fields is each chip's own (`applyCurrent`).
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { Printer } from "../../heaters/host-types.js";
import type { FieldHelper } from "./fields.js";
import type { Currents, McuTmc } from "./ports.js";

export abstract class CurrentHelper {
  readonly printer: Printer;
  readonly name: string;
  readonly configRunCurrent: number;
  readonly configHoldCurrent: number;
  readonly configHomeCurrent: number;
  readonly currentChangeDwellTime: number;
  readonly maxCurrent: number;
  reqRunCurrent: number;
  reqHoldCurrent: number;
  reqHomeCurrent: number;
  actualCurrent: number;
  readonly mcuTmc: McuTmc;
  readonly fields: FieldHelper;
  readonly senseResistor: number;

  constructor(config: ConfigSection, mcuTmc: McuTmc, maxCurrent: number, options: { hasSenseResistor?: boolean } = {}) {
    this.printer = config.getPrinter();
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.mcuTmc = mcuTmc;
    this.fields = mcuTmc.getFields();
    this.maxCurrent = maxCurrent;
    this.senseResistor = options.hasSenseResistor === false ? NaN : config.getFloat("sense_resistor", { above: 0 });
    const range = { above: 0, maxval: maxCurrent };
    this.reqRunCurrent = this.configRunCurrent = config.getFloat("run_current", range);
    this.reqHoldCurrent = this.configHoldCurrent = config.getFloat("hold_current", { default: maxCurrent, ...range });
    this.reqHomeCurrent = this.configHomeCurrent = config.getFloat("home_current", { default: this.configRunCurrent, ...range });
    this.currentChangeDwellTime = config.getFloat("current_change_dwell_time", { default: 0.5, above: 0 });
    this.actualCurrent = this.reqRunCurrent;
  }

  setHomeCurrent(current: number): void {
    this.reqHomeCurrent = Math.min(this.maxCurrent, current);
  }

  setRunCurrent(current: number): void {
    this.reqRunCurrent = Math.min(this.maxCurrent, current);
  }

  setHoldCurrent(current: number): void {
    this.reqHoldCurrent = current;
  }

  abstract getCurrent(): Currents;
  /** Composes the fields for the actual current and sends them, at a print time (s). */
  protected abstract applyCurrent(printTime: number): Promise<void>;

  /** Changes to the homing current, or back. @returns seconds to dwell after the change */
  async setCurrentForHoming(printTime: number, preHoming: boolean): Promise<number> {
    const wanted = preHoming ? this.reqHomeCurrent : this.reqRunCurrent;
    if (this.actualCurrent === wanted) return 0;
    await this.setCurrent(wanted, this.reqHoldCurrent, printTime);
    return this.currentChangeDwellTime;
  }

  async setCurrent(newCurrent: number, holdCurrent: number, printTime: number, force = false): Promise<void> {
    if (!force && newCurrent === this.actualCurrent && holdCurrent === this.reqHoldCurrent) return;
    this.setHoldCurrent(holdCurrent);
    this.actualCurrent = newCurrent;
    await this.applyCurrent(printTime);
  }
}

const STEPS = 32;
const clampScale = (scale: number): number => Math.max(0, Math.min(STEPS - 1, scale));

/** Resistance of the chip and its pins beside the sense resistor, ohms. */
const INNER_RESISTANCE = 0.02;
/** Full scale of the two ranges of the sense amplifier, volts. */
const FULL_SCALE = { sensitive: 0.18, coarse: 0.32 } as const;

/** Current scale (0…31) for a current. @param amps RMS, @param ohms whole resistance, @param volts full scale */
export const scaleOfCurrent = (amps: number, ohms: number, volts: number): number =>
  clampScale(Math.trunc((STEPS * Math.SQRT2 * amps * ohms) / volts + 0.5) - 1);

/** RMS current of a scale. */
export const currentOfScale = (scale: number, ohms: number, volts: number): number => ((scale + 1) * volts) / (STEPS * Math.SQRT2 * ohms);

/** Drivers with a sense amplifier of two ranges: TMC2130, TMC2208, TMC2209. */
export class SenseCurrentHelper extends CurrentHelper {
  constructor(config: ConfigSection, mcuTmc: McuTmc) {
    super(config, mcuTmc, 2);
    this.compose();
  }

  private get ohms(): number {
    return this.senseResistor + INNER_RESISTANCE;
  }

  /** The sensitive range, unless the coarse one comes nearer to a current that is too much for it. */
  private chooseRange(amps: number): boolean {
    const scale = scaleOfCurrent(amps, this.ohms, FULL_SCALE.sensitive);
    if (scale < STEPS - 1) return true;
    const reached = currentOfScale(scale, this.ohms, FULL_SCALE.sensitive);
    if (reached >= amps) return true;
    const coarse = currentOfScale(scaleOfCurrent(amps, this.ohms, FULL_SCALE.coarse), this.ohms, FULL_SCALE.coarse);
    return Math.abs(amps - coarse) >= Math.abs(amps - reached);
  }

  /** Sets the fields of the actual current; returns whether the range has changed. */
  private compose(): boolean {
    const { fields, ohms, actualCurrent } = this;
    const before = fields.getField("vsense");
    const sensitive = this.chooseRange(actualCurrent);
    const volts = sensitive ? FULL_SCALE.sensitive : FULL_SCALE.coarse;
    fields.setField("vsense", sensitive);
    fields.setField("ihold", scaleOfCurrent(Math.min(this.reqHoldCurrent, actualCurrent), ohms, volts));
    fields.setField("irun", scaleOfCurrent(actualCurrent, ohms, volts));
    return before !== Number(sensitive);
  }

  getCurrent(): Currents {
    const volts = this.fields.getField("vsense") !== 0 ? FULL_SCALE.sensitive : FULL_SCALE.coarse;
    const [run, hold] = ["irun", "ihold"].map((field) => currentOfScale(this.fields.getField(field), this.ohms, volts));
    return [run!, hold!, this.reqHoldCurrent, this.maxCurrent, this.reqHomeCurrent];
  }

  protected async applyCurrent(printTime: number): Promise<void> {
    const rangeChanged = this.compose();
    if (rangeChanged) await this.mcuTmc.setRegister("CHOPCONF", this.fields.registers.get("CHOPCONF")!, printTime);
    await this.mcuTmc.setRegister("IHOLD_IRUN", this.fields.registers.get("IHOLD_IRUN")!, printTime);
  }
}
