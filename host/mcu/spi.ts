/**
 * A chip on an SPI bus: bytes out, and for transfers as many back. What is sent before the micro-controller is configured becomes part
 * of its init commands. Kalico's MCU_SPI; speeds in Hz.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import { hexOf, resolveBusName, softwareBusPins } from "./bus-names.js";
import type { CommandQueryWrapper, CommandWrapper, SendClocks } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import type { PrinterPins } from "./pins.js";

const SOFTWARE_PINS = ["miso", "mosi", "sclk"].map((line) => `spi_software_${line}_pin`);
const SEND = "spi_send oid=%c data=%*s";
const TRANSFER = "spi_transfer oid=%c data=%*s";
const RESPONSE = "spi_transfer_response oid=%c response=%*s";

export interface SpiWiring {
  /** Name of a hardware bus; null: the first. */
  bus: string | null;
  /** Chip select; null: none. */
  pin: string | null;
  mode: number;
  speed: number;
  /** MISO, MOSI, SCLK of a software bus. */
  softwarePins?: readonly string[] | null;
  csActiveHigh?: boolean;
}

export interface SpiTransferParams {
  response: Uint8Array;
}

export class McuSpi {
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly wiring: SpiWiring;
  private readonly queue: CommandQueue;
  private sendCmd: CommandWrapper | undefined;
  private transferCmd: CommandQueryWrapper | undefined;

  constructor(mcu: Mcu, wiring: SpiWiring) {
    this.mcu = mcu;
    this.wiring = wiring;
    this.oid = mcu.createOid();
    mcu.addConfigCmd(wiring.pin === null
      ? `config_spi_without_cs oid=${this.oid}`
      : `config_spi oid=${this.oid} pin=${wiring.pin} cs_active_high=${wiring.csActiveHigh === true ? 1 : 0}`);
    this.queue = mcu.allocCommandQueue();
    mcu.registerConfigCallback(() => this.buildConfig());
  }

  /** Bytes that the micro-controller sends by itself when it shuts down. */
  setupShutdownMsg(sequence: readonly number[]): void {
    this.mcu.addConfigCmd(`config_spi_shutdown oid=${this.mcu.createOid()} spi_oid=${this.oid} shutdown_msg=${hexOf(sequence)}`);
  }

  getOid(): number {
    return this.oid;
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  getCommandQueue(): CommandQueue {
    return this.queue;
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    const { softwarePins, mode, speed, bus } = this.wiring;
    if (softwarePins == null) {
      mcu.addConfigCmd(`spi_set_bus oid=${oid} spi_bus=${resolveBusName(mcu, "spi_bus", bus)} mode=${mode} rate=${speed}`);
    } else {
      const [miso, mosi, sclk] = softwarePins;
      mcu.addConfigCmd(`spi_set_sw_bus oid=${oid} miso_pin=${miso} mosi_pin=${mosi} sclk_pin=${sclk} mode=${mode} pulse_ticks=${mcu.secondsToClock(1 / speed)}`);
    }
    this.sendCmd = mcu.lookupCommand(SEND, this.queue);
    this.transferCmd = mcu.lookupQueryCommand(TRANSFER, RESPONSE, { oid, cq: this.queue });
  }

  spiSend(data: readonly number[], clocks: SendClocks = {}): void {
    if (this.sendCmd === undefined) this.mcu.addConfigCmd(`spi_send oid=${this.oid} data=${hexOf(data)}`, { isInit: true });
    else this.sendCmd.send([this.oid, Uint8Array.from(data)], clocks);
  }

  async spiSendWaitAck(data: readonly number[], clocks: SendClocks = {}): Promise<void> {
    await this.sendCmd!.sendWaitAck([this.oid, Uint8Array.from(data)], clocks);
  }

  async spiTransfer(data: readonly number[], clocks: SendClocks = {}): Promise<SpiTransferParams> {
    return (await this.transferCmd!.send([this.oid, Uint8Array.from(data)], clocks)) as unknown as SpiTransferParams;
  }

  /** A send and a transfer that nothing comes between. */
  async spiTransferWithPreface(preface: readonly number[], data: readonly number[], clocks: SendClocks = {}): Promise<SpiTransferParams> {
    const args = [this.oid, Uint8Array.from(data)];
    return (await this.transferCmd!.sendWithPreface(this.sendCmd!, [this.oid, Uint8Array.from(preface)], args, clocks)) as unknown as SpiTransferParams;
  }
}

export interface SpiOptions {
  pinOption?: string;
  defaultSpeed?: number;
  shareType?: string | null;
  csActiveHigh?: boolean;
}

/** The chip that a section describes. The chip select "None" means that it has none. */
export function spiFromConfig(config: ConfigSection, mode: number, options: SpiOptions = {}): McuSpi {
  const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
  const select = pins.lookupPin(config.get(options.pinOption ?? "cs_pin"), { shareType: options.shareType ?? null });
  const selected = select.pin !== "None";
  if (!selected) pins.resetPinSharing(select);
  const mcu = select.chip as Mcu;
  const speed = config.getInt("spi_speed", { default: options.defaultSpeed ?? 100000, minval: 100000 });
  const softwarePins = softwareBusPins(config, mcu, "spi", SOFTWARE_PINS, "spi_software_sclk_pin");
  const bus = softwarePins === null ? config.get("spi_bus", { default: null }) : null;
  return new McuSpi(mcu, { bus, pin: selected ? select.pin : null, mode, speed, softwarePins, csActiveHigh: options.csActiveHigh ?? false });
}
