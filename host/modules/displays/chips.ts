/**
 * The chips of displays: how each is wired, how it is initialised (the bytes that a real Kalico sends first), and how what has changed of a frame is
 * sent. After `init` the memory of a chip is blank, as its frame is.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { PinError } from "../../errors.js";
import { McuBusDigitalOut } from "../../mcu/bus-digital-out.js";
import { i2cFromConfig } from "../../mcu/i2c.js";
import type { CommandWrapper } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PrinterPins } from "../../mcu/pins.js";
import { McuSpi, spiFromConfig } from "../../mcu/spi.js";
import type { Canvas } from "./contents.js";
import { CharacterFrame, PagedFrame, St7920Frame, type MemoryLine } from "./frames.js";

/** As soon as the line is free, before nothing else. */
const BACKGROUND = { reqclock: 0x7fffffff00000000 };
/** Rest, s, while a reset line is low, and behind it. */
const RESET_REST = 0.1;
const BLANK = 0x20;

export interface LcdChip {
  /** Columns and rows of characters. */
  getDimensions(): [columns: number, rows: number];
  getMcu(): Mcu;
  /** Wakes the chip and clears it. */
  init(): void | Promise<void>;
  /** What it should show. */
  readonly frame: Canvas & { forget(): void };
  /** Sends what has changed of the frame. */
  flush(): void;
}

/** Takes commands and data bytes. */
interface LcdLine {
  readonly mcu: Mcu;
  commands(bytes: readonly number[]): void;
  data(bytes: readonly number[]): void;
}

const filled = (count: number, byte: number): number[] => new Array<number>(count).fill(byte);

/** A display whose lines the firmware drives: `config_NAME` with its pins, `NAME_send_cmds`, `NAME_send_data`. */
class FirmwareLine implements LcdLine {
  private readonly oid: number;
  readonly mcu: Mcu;
  private send: Record<"cmds" | "data", CommandWrapper> | undefined;

  constructor(config: ConfigSection, name: string, pinNames: readonly string[], timing: (mcu: Mcu) => string) {
    const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
    const params = pinNames.map((pin) => pins.lookupPin(config.get(`${pin}_pin`)));
    this.mcu = params[0]!.chip as Mcu;
    if (params.some(({ chip }) => (chip as unknown) !== this.mcu)) throw new PinError(`${name} all pins must be on same mcu`);
    this.oid = this.mcu.createOid();
    this.mcu.registerConfigCallback(() => {
      const wires = pinNames.map((pin, i) => `${pin}_pin=${params[i]!.pin}`).join(" ");
      this.mcu.addConfigCmd(`config_${name} oid=${this.oid} ${wires} ${timing(this.mcu)}`);
      const queue = this.mcu.allocCommandQueue();
      this.send = { cmds: this.mcu.lookupCommand(`${name}_send_cmds oid=%c cmds=%*s`, queue), data: this.mcu.lookupCommand(`${name}_send_data oid=%c data=%*s`, queue) };
    });
  }

  commands(bytes: readonly number[]): void {
    this.send!.cmds.send([this.oid, Uint8Array.from(bytes)], BACKGROUND);
  }

  data(bytes: readonly number[]): void {
    this.send!.data.send([this.oid, Uint8Array.from(bytes)], BACKGROUND);
  }
}

/** SPI with a pin that tells data from commands. */
class DataPinLine implements LcdLine {
  private readonly spi: McuSpi;
  private readonly pin: McuBusDigitalOut;

  constructor(config: ConfigSection, pinOption: string) {
    this.spi = spiFromConfig(config, 0, { defaultSpeed: 10000000 });
    this.pin = new McuBusDigitalOut(this.spi.getMcu(), config.get(pinOption), this.spi.getCommandQueue());
  }

  get mcu(): Mcu {
    return this.spi.getMcu();
  }

  get queue(): ReturnType<McuSpi["getCommandQueue"]> {
    return this.spi.getCommandQueue();
  }

  private send(isData: 0 | 1, bytes: readonly number[]): void {
    this.pin.updateDigitalOut(isData, BACKGROUND);
    this.spi.spiSend(bytes, BACKGROUND);
  }

  commands(bytes: readonly number[]): void {
    this.send(0, bytes);
  }

  data(bytes: readonly number[]): void {
    this.send(1, bytes);
  }
}

/** I2C with a first byte that tells data from commands. */
class ControlByteLine implements LcdLine {
  private readonly i2c;
  constructor(config: ConfigSection) {
    this.i2c = i2cFromConfig(config, 60, 400000);
  }

  get mcu(): Mcu {
    return this.i2c.getMcu();
  }

  commands(bytes: readonly number[]): void {
    this.i2c.i2cWriteNoack([0x00, ...bytes], BACKGROUND);
  }

  data(bytes: readonly number[]): void {
    this.i2c.i2cWriteNoack([0x40, ...bytes], BACKGROUND);
  }
}

const ROW_STARTS_16 = [0x80, 0x90, 0x88, 0x98];
/** Function sets of the ST7920: pixels shown and addressed, characters addressed. */
const EXTENDED = 0x26;
const BASIC = 0x22;
const ST7920_INIT = [0x24, 0x40, 0x02, 0x26, 0x22, 0x02, 0x06, 0x0c];

/** 128×64 pixels, with characters of its own. */
class St7920 implements LcdChip {
  readonly frame = new St7920Frame();
  private readonly line: LcdLine;
  private readonly wake: () => void;
  constructor(line: LcdLine, wake: () => void = () => undefined) {
    this.line = line;
    this.wake = wake;
  }
  getMcu(): Mcu {
    return this.line.mcu;
  }
  getDimensions(): [number, number] {
    return [16, 4];
  }
  init(): void {
    this.wake();
    this.line.commands(ST7920_INIT);
    for (const start of ROW_STARTS_16) {
      this.line.commands([start]);
      this.line.data(filled(16, BLANK));
    }
    this.blankPixels();
  }

  /** The memory of pixels holds anything at first. */
  private blankPixels(): void {
    for (let row = 0; row < 32; row++) {
      for (const word of [0, 8]) {
        this.line.commands([EXTENDED, 0x80 | row, 0x80 | word]);
        this.line.data(filled(16, 0));
      }
    }
    this.line.commands([BASIC]);
  }

  flush(): void {
    for (const [row, line] of this.frame.text.entries()) {
      for (const { start, bytes } of line.takeChanges()) {
        this.line.commands([ROW_STARTS_16[row]! + start / 2]);
        this.line.data(bytes);
      }
    }
    const pixels = this.frame.graphics.flatMap((line, row) => line.takeChanges().map((run) => ({ row, ...run })));
    for (const { row, start, bytes } of pixels) {
      this.line.commands([EXTENDED, 0x80 | row, 0x80 | (start / 2)]);
      this.line.data(bytes);
    }
    if (pixels.length > 0) this.line.commands([BASIC]);
  }
}

/** ST7920 protocol over SPI: a sync byte, then each byte in two halves. */
function emulatedSt7920(config: ConfigSection): LcdChip {
  const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
  const wires = ["miso", "mosi", "sclk"].map((name) => pins.lookupPin(config.get(`spi_software_${name}_pin`)));
  const mcu = wires[0]!.chip as Mcu;
  const speed = config.getInt("spi_speed", { default: 1000000, minval: 100000 });
  const spi = new McuSpi(mcu, { bus: null, pin: null, mode: 0, speed, softwarePins: wires.map(({ pin }) => pin) });
  const enable = new McuBusDigitalOut(spi.getMcu(), config.get("en_pin"), spi.getCommandQueue());
  const send = (sync: number, bytes: readonly number[]): void => spi.spiSend([sync, ...bytes.flatMap((byte) => [byte & 0xf0, (byte << 4) & 0xf0])], BACKGROUND);
  const line: LcdLine = { mcu, commands: (bytes) => send(0xf8, bytes), data: (bytes) => send(0xfa, bytes) };
  return new St7920(line, () => { for (const level of [0, 1, 1]) enable.updateDigitalOut(level, BACKGROUND); });
}

/** Four lines of characters. */
class Hd44780 implements LcdChip {
  private readonly line: LcdLine;
  private readonly columns: number;
  readonly frame: CharacterFrame;
  private readonly protocolInit: readonly (readonly number[])[];
  constructor(config: ConfigSection, line: LcdLine, protocolInit: readonly (readonly number[])[]) {
    this.line = line;
    this.protocolInit = protocolInit;
    this.columns = config.getChoice("line_length", new Map([[16, 16], [20, 20]]), { default: 20 });
    this.frame = new CharacterFrame(this.columns);
  }
  getMcu(): Mcu {
    return this.line.mcu;
  }
  getDimensions(): [number, number] {
    return [this.columns, 4];
  }
  init(): void {
    for (const bytes of this.protocolInit) this.line.commands(bytes);
    for (const start of this.rowStarts()) {
      this.line.commands([start]);
      this.line.data(filled(this.columns, BLANK));
    }
  }

  private rowStarts(): number[] {
    return [0x80, 0xc0, 0x80 + this.columns, 0xc0 + this.columns];
  }

  flush(): void {
    for (const [slot, shape] of this.frame.own.entries()) this.send(0x40 | (slot * 8), shape);
    for (const [row, start] of this.rowStarts().entries()) this.send(start, this.frame.lines[row]!);
  }

  private send(address: number, line: MemoryLine): void {
    for (const { start, bytes } of line.takeChanges()) {
      this.line.commands([address + start]);
      this.line.data(bytes);
    }
  }
}

const HD44780_WAKE = [[0x33], [0x33], [0x32]];
const HD44780_SET = [[0x28, 0x28, 0x02], [0x06, 0x0c]];
const AIP31068_SET = [[0x02], [0x06], [0x0c], [0x14], [0x28]];

const wakes = (config: ConfigSection): readonly (readonly number[])[] =>
  (config.getBoolean("hd44780_protocol_init", { default: true }) ? [...HD44780_WAKE, ...HD44780_SET] : HD44780_SET);

/** A shift register: the high half of a byte, then the low one, each with a pulse on the enable bit. */
function shiftRegisterLine(spi: McuSpi): LcdLine {
  const send = (bytes: readonly number[], registerSelect: number): void => {
    for (const byte of bytes) {
      for (const half of [byte & 0xf0, (byte << 4) & 0xf0]) {
        for (const enable of [0x00, 0x08, 0x00]) spi.spiSend([half | registerSelect | enable], BACKGROUND);
      }
    }
  };
  return { mcu: spi.getMcu(), commands: (bytes) => send(bytes, 0x00), data: (bytes) => send(bytes, 0x02) };
}

/** Words of nine bits, eight to a frame; the last one repeats an entry mode that changes nothing. */
function nineBitLine(spi: McuSpi): LcdLine {
  const NOTHING = 0x006;
  const send = (bytes: readonly number[], dataBit: number): void => {
    for (let start = 0; start < bytes.length; start += 8) {
      const words = Array.from({ length: 8 }, (_, i) => (start + i < bytes.length ? bytes[start + i]! | dataBit : NOTHING));
      const bits = words.map((word) => word.toString(2).padStart(9, "0")).join("");
      spi.spiSend(Array.from({ length: 9 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)), BACKGROUND);
    }
  };
  return { mcu: spi.getMcu(), commands: (bytes) => send(bytes, 0), data: (bytes) => send(bytes, 0x100) };
}

/** 128×64 pixels in eight pages; every byte is a column of eight. */
class PagedLcd implements LcdChip {
  readonly frame = new PagedFrame();
  private readonly line: LcdLine;
  private readonly setUp: readonly (readonly number[])[];
  private readonly xOffset: number;
  private readonly reset: (() => Promise<void>) | undefined;

  constructor(line: LcdLine, setUp: readonly (readonly number[])[], xOffset = 0, reset?: () => Promise<void>) {
    this.line = line;
    this.setUp = setUp;
    this.xOffset = xOffset;
    this.reset = reset;
  }
  getMcu(): Mcu {
    return this.line.mcu;
  }
  getDimensions(): [number, number] {
    return [16, 4];
  }
  async init(): Promise<void> {
    await this.reset?.();
    for (const bytes of this.setUp) this.line.commands(bytes);
    for (let page = 0; page < 8; page++) {
      for (let column = 0; column < 8; column++) this.send(page, column * 16, filled(16, 0));
    }
  }

  private send(page: number, column: number, bytes: readonly number[]): void {
    const x = column + this.xOffset;
    this.line.commands([0xb0 + page, 0x10 | (x >> 4), x & 0x0f]);
    this.line.data(bytes);
  }

  flush(): void {
    for (const [page, line] of this.frame.pages.entries()) for (const { start, bytes } of line.takeChanges()) this.send(page, start, bytes);
  }
}

/** The pin that resets a chip; undefined where none is wired. */
function resetLine(config: ConfigSection, option: string, line: { mcu: Mcu; queue?: ReturnType<McuSpi["getCommandQueue"]> }): (() => Promise<void>) | undefined {
  const description = config.get(option, { default: null });
  if (description === null) return undefined;
  const pin = new McuBusDigitalOut(line.mcu, description, line.queue);
  return async () => {
    const reactor = config.getPrinter().getReactor();
    for (const level of [0, 1, 1]) {
      pin.updateDigitalOut(level, BACKGROUND);
      await reactor.pause(reactor.monotonic() + RESET_REST);
    }
  };
}

function uc1701(config: ConfigSection): LcdChip {
  const line = new DataPinLine(config, "a0_pin");
  const contrast = config.getInt("contrast", { default: 40, minval: 0, maxval: 63 });
  const init = [0xe2, 0x40, 0xa0, 0xc8, 0xa2, 0x2c, 0x2e, 0x2f, 0xf8, 0x00, 0x23, 0x81, contrast, 0xac, 0x00, 0xa6, 0xaf];
  return new PagedLcd(line, [init, [0xa5], [0xa4]], 0, resetLine(config, "rst_pin", line));
}

function oled(config: ConfigSection, xOffset: number): LcdChip {
  const line = config.get("cs_pin", { default: null }) === null ? new ControlByteLine(config) : new DataPinLine(config, "dc_pin");
  const reset = resetLine(config, "reset_pin", line);
  const contrast = config.getInt("contrast", { default: 239, minval: 0, maxval: 255 });
  const vcomh = config.getInt("vcomh", { default: 0, minval: 0, maxval: 63 });
  const invert = config.getBoolean("invert", { default: false });
  const init = [0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x02, 0xa1, 0xc8, 0xda, 0x12, 0x81, contrast, 0xd9, 0xa1, 0xdb, vcomh, 0x2e, 0xa4, invert ? 0xa7 : 0xa6, 0xaf];
  return new PagedLcd(line, [init], xOffset, reset);
}

const latchSpi = (config: ConfigSection): McuSpi => spiFromConfig(config, 0, { pinOption: "latch_pin" });

/** Values of `lcd_type`. */
export const LCD_CHIPS: Readonly<Record<string, (config: ConfigSection) => LcdChip>> = {
  st7920: (config) => new St7920(new FirmwareLine(config, "st7920", ["cs", "sclk", "sid"], (mcu) => `sync_delay_ticks=${mcu.secondsToClock(0.000045)} cmd_delay_ticks=${mcu.secondsToClock(0.00002)}`)),
  emulated_st7920: emulatedSt7920,
  hd44780: (config) => {
    const line = new FirmwareLine(config, "hd44780", ["rs", "e", "d4", "d5", "d6", "d7"], (mcu) => `delay_ticks=${mcu.secondsToClock(0.00004)}`);
    return new Hd44780(config, line, wakes(config));
  },
  uc1701,
  ssd1306: (config) => oled(config, 0),
  sh1106: (config) => oled(config, config.getInt("x_offset", { default: 0, minval: 0, maxval: 3 })),
  hd44780_spi: (config) => new Hd44780(config, shiftRegisterLine(latchSpi(config)), wakes(config)),
  aip31068_spi: (config) => new Hd44780(config, nineBitLine(latchSpi(config)), AIP31068_SET),
};
