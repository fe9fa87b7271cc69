/**
 * Drivers on SPI, alone or in a chain: a datagram of five bytes per chip, address and word; the chips shift them through, so the last chip's
 * comes first. A read asks twice, since the answer comes with the next datagram.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError } from "../../errors.js";
import type { Printer } from "../../heaters/host-types.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PinParams, PrinterPins } from "../../mcu/pins.js";
import { spiFromConfig, type McuSpi } from "../../mcu/spi.js";
import type { Mutex } from "../../reactor/mutex.js";
import type { FieldHelper } from "./fields.js";
import type { McuTmc } from "./ports.js";

const SPEED = 4000000;
const DATAGRAM = 5;
const WRITE = 0x80;
const WRITE_TRIES = 5;

export class TmcSpiChain {
  readonly printer: Printer;
  readonly length: number;
  readonly mutex: Mutex;
  private readonly spi: McuSpi;
  private readonly taken: number[] = [];

  constructor(config: ConfigSection, length = 1) {
    this.printer = config.getPrinter();
    this.length = length;
    this.mutex = this.printer.getReactor().mutex();
    this.spi = spiFromConfig(config, 3, { defaultSpeed: SPEED, shareType: length > 1 ? "tmc_spi_cs" : null });
  }

  getMcu(): Mcu {
    return this.spi.getMcu();
  }

  /** @throws ConfigError when another driver is at that place (counted from 1) */
  claim(config: ConfigSection, place: number): void {
    if (this.taken.includes(place)) throw config.error("TMC SPI chain can not have duplicate position");
    this.taken.push(place);
  }

  private frame(datagram: readonly number[], place: number): number[] {
    const bytes = new Array<number>(DATAGRAM * this.length).fill(0);
    bytes.splice((this.length - place) * DATAGRAM, DATAGRAM, ...datagram);
    return bytes;
  }

  private wordOf(response: Uint8Array, place: number): number {
    const at = (this.length - place) * DATAGRAM + 1;
    return new DataView(response.buffer, response.byteOffset + at, 4).getUint32(0);
  }

  async read(register: number, place: number): Promise<number> {
    const frame = this.frame([register, 0, 0, 0, 0], place);
    this.spi.spiSend(frame);
    return this.wordOf((await this.spi.spiTransfer(frame)).response, place);
  }

  /** Writes and returns the word that the chip took. */
  async write(register: number, value: number, printTime: number | null, place: number): Promise<number> {
    const minclock = printTime === null ? 0 : this.spi.getMcu().printTimeToClock(printTime);
    const datagram = [(register | WRITE) & 0xff, value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
    const echo = await this.spi.spiTransferWithPreface(this.frame(datagram, place), this.frame([0, 0, 0, 0, 0], place), { minclock });
    return this.wordOf(echo.response, place);
  }
}

const chains = new WeakMap<PinParams, TmcSpiChain>();

/** The chain of a section and the driver's place in it. */
function lookupChain(config: ConfigSection): [chain: TmcSpiChain, place: number] {
  const length = config.getInt("chain_length", { default: null, minval: 2 });
  if (length === null) return [new TmcSpiChain(config), 1];
  const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
  const select = pins.lookupPin(config.get("cs_pin"), { shareType: "tmc_spi_cs" });
  let chain = chains.get(select);
  if (chain === undefined) chains.set(select, (chain = new TmcSpiChain(config, length)));
  if (chain.length !== length) throw config.error("TMC SPI chain must have same length");
  const place = config.getInt("chain_position", { minval: 1, maxval: length });
  chain.claim(config, place);
  return [chain, place];
}

/** One driver on SPI. Kalico's MCU_TMC_SPI. */
export class McuTmcSpi implements McuTmc {
  readonly name: string;
  private readonly chain: TmcSpiChain;
  private readonly place: number;
  private readonly fields: FieldHelper;
  private readonly frequency: number;

  constructor(config: ConfigSection, fields: FieldHelper, frequency: number) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    [this.chain, this.place] = lookupChain(config);
    this.fields = fields;
    this.frequency = frequency;
  }

  getMcu(): Mcu {
    return this.chain.getMcu();
  }

  getFields(): FieldHelper {
    return this.fields;
  }

  getTmcFrequency(): number {
    return this.frequency;
  }

  getRegister(registerName: string): Promise<number> {
    return this.chain.mutex.withLock(() => this.chain.read(this.address(registerName), this.place));
  }

  async setRegister(registerName: string, value: number, printTime: number | null = null): Promise<void> {
    await this.chain.mutex.withLock(async () => {
      for (let attempt = 0; attempt < WRITE_TRIES; attempt++) {
        if ((await this.chain.write(this.address(registerName), value, printTime, this.place)) === value) return;
      }
      throw new CommandError(`Unable to write tmc spi '${this.name}' register ${registerName}`);
    });
  }

  private address(registerName: string): number {
    return this.fields.table.addresses.get(registerName)!;
  }
}
