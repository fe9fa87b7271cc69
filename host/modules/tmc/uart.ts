/**
 * Drivers on a UART that the micro-controller makes by itself. Several drivers may share a pin by their addresses, or behind a multiplexer
 * that `select_pins` set before each telegram. A write is believed when the driver's counter of writes says so.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError, ConfigError } from "../../errors.js";
import { McuBusDigitalOut } from "../../mcu/bus-digital-out.js";
import type { CommandQueryWrapper } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PinParams, PrinterPins } from "../../mcu/pins.js";
import type { Mutex } from "../../reactor/mutex.js";
import type { CommandQueue } from "../../transport/serialqueue.js";
import type { FieldHelper } from "./fields.js";
import type { McuTmc } from "./ports.js";
import { ANSWER_BYTES, decodeAnswer, readRequest, writeRequest } from "./uart-frames.js";

const BAUD = 40000;
/** AVRs are too slow for more. */
const AVR_BAUD = 9000;
const TRIES = 5;

/** The pins that choose a driver behind a multiplexer. */
class AnalogMux {
  private readonly mcu: Mcu;
  private readonly descriptions: readonly string[];
  private readonly pins: McuBusDigitalOut[];
  private levels: readonly number[] = [];

  constructor(mcu: Mcu, queue: CommandQueue, descriptions: readonly string[]) {
    this.mcu = mcu;
    this.descriptions = descriptions;
    this.pins = descriptions.map((description) => new McuBusDigitalOut(mcu, description, queue));
    this.levels = descriptions.map(() => -1);
  }

  /** Levels that select a driver. @throws ConfigError when its pins are not those of the first driver */
  levelsOf(pins: PrinterPins, descriptions: readonly string[]): number[] {
    const parsed = descriptions.map((description) => pins.parsePin(description, true));
    for (const { chip } of parsed) if ((chip as unknown) !== this.mcu) throw new ConfigError("TMC mux pins must be on the same mcu");
    const names = this.descriptions.map((description) => pins.parsePin(description).pin);
    if (parsed.length !== names.length || parsed.some(({ pin }, i) => pin !== names[i])) throw new ConfigError("All TMC mux instances must use identical pins");
    return parsed.map(({ invert }) => (invert === 0 ? 1 : 0));
  }

  activate(levels: readonly number[]): void {
    for (const [i, level] of levels.entries()) if (level !== this.levels[i]) this.pins[i]!.updateDigitalOut(level);
    this.levels = levels;
  }
}

/** One UART: its pins, and the drivers on it. */
class TmcUartLine {
  readonly mcu: Mcu;
  readonly mutex: Mutex;
  readonly rx: PinParams;
  readonly tx: PinParams;
  private readonly oid: number;
  private readonly queue: CommandQueue;
  private readonly instances = new Set<string>();
  private readonly muxPins: readonly string[] | null;
  private mux: AnalogMux | undefined;
  private sendCmd: CommandQueryWrapper | undefined;

  constructor(rx: PinParams, tx: PinParams, muxPins: readonly string[] | null) {
    this.rx = rx;
    this.tx = tx;
    this.mcu = rx.chip as Mcu;
    const printer = this.mcu.getPrinter();
    this.mutex = printer.getReactor().mutex();
    this.oid = this.mcu.createOid();
    this.queue = this.mcu.allocCommandQueue();
    this.muxPins = muxPins;
    if (muxPins !== null) {
      const pins = printer.lookupObject<PrinterPins>("pins");
      this.mux = new AnalogMux(this.mcu, this.queue, muxPins.map((pin) => pins.parsePin(pin, true)).map(({ chipName, pin }) => `${chipName}:${pin}`));
    }
    this.mcu.registerConfigCallback(() => this.buildConfig());
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    const isAvr = /^(atmega|at90usb)/.test(String(mcu.getConstants()["MCU"] ?? ""));
    const bitTicks = mcu.secondsToClock(1 / (isAvr ? AVR_BAUD : BAUD));
    mcu.addConfigCmd(`config_tmcuart oid=${oid} rx_pin=${this.rx.pin} pull_up=${this.rx.pullup} tx_pin=${this.tx.pin} bit_time=${bitTicks}`);
    this.sendCmd = mcu.lookupQueryCommand("tmcuart_send oid=%c write=%*s read=%c", "tmcuart_response oid=%c read=%*s", { oid, cq: this.queue, isAsync: true });
  }

  /** Joins a driver. @throws ConfigError when its pins differ or its address is taken */
  join(pins: PrinterPins, rx: PinParams, tx: PinParams, muxPins: readonly string[] | null, address: number): number[] | null {
    if (rx !== this.rx || tx !== this.tx || (muxPins === null) !== (this.muxPins === null)) throw new ConfigError("Shared TMC uarts must use the same pins");
    const levels = muxPins === null ? null : this.mux!.levelsOf(pins, muxPins);
    const key = `${levels?.join("") ?? ""}/${address}`;
    if (this.instances.has(key)) throw new ConfigError("Shared TMC uarts need unique address or select_pins polarity");
    this.instances.add(key);
    return levels;
  }

  async read(levels: readonly number[] | null, address: number, register: number): Promise<number | undefined> {
    if (levels !== null) this.mux!.activate(levels);
    const { read } = await this.sendCmd!.send([this.oid, readRequest(address, register), ANSWER_BYTES]);
    return decodeAnswer(register, read as Uint8Array);
  }

  async write(levels: readonly number[] | null, address: number, register: number, value: number, printTime: number | null): Promise<void> {
    if (levels !== null) this.mux!.activate(levels);
    const minclock = printTime === null ? 0 : this.mcu.printTimeToClock(printTime);
    await this.sendCmd!.send([this.oid, writeRequest(address, register, value), 0], { minclock });
  }
}

const lines = new WeakMap<PinParams, TmcUartLine>();

function lookupLine(config: ConfigSection, maxAddress: number): { line: TmcUartLine; levels: number[] | null; address: number } {
  const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
  const rx = pins.lookupPin(config.get("uart_pin"), { canPullup: true, shareType: "tmc_uart_rx" });
  const txPin = config.get("tx_pin", { default: null });
  const tx = txPin === null ? rx : pins.lookupPin(txPin, { shareType: "tmc_uart_tx" });
  if (rx.chip !== tx.chip) throw new ConfigError("TMC uart rx and tx pins must be on the same mcu");
  const select = config.getList("select_pins", { default: null }) as string[] | null;
  const address = config.getInt("uart_address", { default: 0, minval: 0, maxval: maxAddress });
  let line = lines.get(rx);
  if (line === undefined) lines.set(rx, (line = new TmcUartLine(rx, tx, select)));
  return { line, levels: line.join(pins, rx, tx, select, address), address };
}

/** One driver on a UART. Kalico's MCU_TMC_uart. */
export class McuTmcUart implements McuTmc {
  readonly name: string;
  private readonly line: TmcUartLine;
  private readonly levels: number[] | null;
  private readonly address: number;
  private readonly fields: FieldHelper;
  private readonly frequency: number;
  /** The driver's counter of writes; null: not known. */
  private ifcnt: number | null = null;

  constructor(config: ConfigSection, fields: FieldHelper, maxAddress: number, frequency: number) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.fields = fields;
    this.frequency = frequency;
    ({ line: this.line, levels: this.levels, address: this.address } = lookupLine(config, maxAddress));
  }

  getMcu(): Mcu {
    return this.line.mcu;
  }

  getFields(): FieldHelper {
    return this.fields;
  }

  getTmcFrequency(): number {
    return this.frequency;
  }

  getRegister(registerName: string): Promise<number> {
    return this.line.mutex.withLock(() => this.read(registerName));
  }

  private async read(registerName: string): Promise<number> {
    const register = this.fields.table.addresses.get(registerName)!;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const value = await this.line.read(this.levels, this.address, register);
      if (value !== undefined) return value;
    }
    throw new CommandError(`Unable to read tmc uart '${this.name}' register ${registerName}`);
  }

  async setRegister(registerName: string, value: number, printTime: number | null = null): Promise<void> {
    const register = this.fields.table.addresses.get(registerName)!;
    await this.line.mutex.withLock(async () => {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = this.ifcnt ?? (await this.read("IFCNT"));
        await this.line.write(this.levels, this.address, register, value, printTime);
        this.ifcnt = await this.read("IFCNT");
        if (this.ifcnt === ((before + 1) & 0xff)) return;
      }
      throw new CommandError(`Unable to write tmc uart '${this.name}' register ${registerName}`);
    });
  }
}
