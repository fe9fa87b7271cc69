/**
 * The TMC2660 on SPI: frames of 20 bits, of which the highest are the address. It answers each with the reading that RDSEL has chosen, so a
 * read is a write of DRVCONF. Its current has one scale and no hold; it may be lowered while the printer is idle.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { Mutex } from "../../reactor/mutex.js";
import type { Mcu } from "../../mcu/mcu.js";
import { spiFromConfig, type McuSpi } from "../../mcu/spi.js";
import { CurrentHelper, currentOfScale, scaleOfCurrent } from "./current.js";
import type { FieldHelper } from "./fields.js";
import type { Currents, McuTmc } from "./ports.js";

const SPEED = 4000000;

export class McuTmc2660Spi implements McuTmc {
  readonly name: string;
  private readonly spi: McuSpi;
  private readonly fields: FieldHelper;
  private readonly mutex: Mutex;

  constructor(config: ConfigSection, fields: FieldHelper) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.fields = fields;
    this.mutex = config.getPrinter().getReactor().mutex();
    this.spi = spiFromConfig(config, 0, { defaultSpeed: SPEED });
  }

  getMcu(): Mcu {
    return this.spi.getMcu();
  }

  getFields(): FieldHelper {
    return this.fields;
  }

  /** Steps are not timed by this chip. */
  getTmcFrequency(): null {
    return null;
  }

  private frame(registerName: string, value: number): number[] {
    const word = (this.fields.table.addresses.get(registerName)! << 16) | value;
    return [(word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
  }

  getRegister(registerName: string): Promise<number> {
    const wanted = this.fields.table.readable.indexOf(registerName);
    return this.mutex.withLock(async () => {
      const before = this.fields.getField("rdsel");
      const frame = this.frame("DRVCONF", this.fields.setField("rdsel", wanted));
      if (wanted !== before) this.spi.spiSend(frame);
      const { response } = await this.spi.spiTransfer(frame);
      return (response[0]! << 16) | (response[1]! << 8) | response[2]!;
    });
  }

  async setRegister(registerName: string, value: number, printTime: number | null = null): Promise<void> {
    const minclock = printTime === null ? 0 : this.spi.getMcu().printTimeToClock(printTime);
    await this.mutex.withLock(() => this.spi.spiSend(this.frame(registerName, value), { minclock }));
  }
}

const MAX_CURRENT = 2.4;
/** Full scale of the sense amplifier's ranges, volts. */
const FULL_SCALE = { sensitive: 0.165, coarse: 0.31 } as const;
/** A rise of the current comes so long, s, before the motion. */
const EARLY = 0.1;

export class Tmc2660CurrentHelper extends CurrentHelper {
  private current: number;

  constructor(config: ConfigSection, mcuTmc: McuTmc) {
    super(config, mcuTmc, MAX_CURRENT);
    this.current = this.reqRunCurrent;
    const { sensitive, scale } = this.choose(this.current);
    this.fields.setField("cs", scale);
    this.fields.setField("vsense", sensitive);
    const idlePercent = config.getInt("idle_current_percent", { default: 100, minval: 0, maxval: 100 });
    if (idlePercent >= 100) return;
    const later = (amps: () => number, lead: number) => (printTime: number): void => {
      this.printer.getReactor().registerCallback(() => this.update(amps(), printTime - lead));
    };
    this.printer.registerEventHandler("idle_timeout:printing", later(() => this.reqRunCurrent, EARLY));
    this.printer.registerEventHandler("idle_timeout:ready", later(() => (this.reqRunCurrent * idlePercent) / 100, 0));
  }

  private choose(amps: number): { sensitive: boolean; scale: number } {
    const { senseResistor } = this;
    const scale = scaleOfCurrent(amps, senseResistor, FULL_SCALE.sensitive);
    const reached = currentOfScale(scale, senseResistor, FULL_SCALE.sensitive);
    if (scale < 31 || reached >= amps) return { sensitive: true, scale };
    const coarse = scaleOfCurrent(amps, senseResistor, FULL_SCALE.coarse);
    const nearer = Math.abs(amps - currentOfScale(coarse, senseResistor, FULL_SCALE.coarse)) < Math.abs(amps - reached);
    return nearer ? { sensitive: false, scale: coarse } : { sensitive: true, scale };
  }

  private async update(amps: number, printTime: number): Promise<void> {
    const { sensitive, scale } = this.choose(amps);
    await this.mcuTmc.setRegister("SGCSCONF", this.fields.setField("cs", scale), printTime);
    if (Number(sensitive) === this.fields.getField("vsense")) return;
    await this.mcuTmc.setRegister("DRVCONF", this.fields.setField("vsense", sensitive), printTime);
  }

  getCurrent(): Currents {
    return [this.reqRunCurrent, null, null, this.maxCurrent, this.reqHomeCurrent];
  }

  override async setCurrent(newCurrent: number, _holdCurrent: number | null, printTime: number, force = false): Promise<void> {
    if (newCurrent === this.current && !force) return;
    this.current = newCurrent;
    await this.update(newCurrent, printTime);
  }

  protected async applyCurrent(printTime: number): Promise<void> {
    await this.update(this.actualCurrent, printTime);
  }
}
