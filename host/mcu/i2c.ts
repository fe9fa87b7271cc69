/**
 * A chip on an I2C bus. What is written before the micro-controller is configured is sent at connect. Kalico's MCU_I2C, for firmware
 * of Kalico's kind (`i2c_write`, `i2c_read`); speeds in Hz.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import { resolveBusName, softwareBusPins } from "./bus-names.js";
import type { CommandQueryWrapper, CommandWrapper, SendClocks } from "./mcu-commands.js";
import type { Mcu } from "./mcu.js";
import { getPrinterMcu } from "./printer-mcus.js";

const SOFTWARE_PINS = ["scl", "sda"].map((line) => `i2c_software_${line}_pin`);
const WRITE = "i2c_write oid=%c data=%*s";
const READ = "i2c_read oid=%c reg=%*s read_len=%u";
const RESPONSE = "i2c_read_response oid=%c response=%*s";

export interface I2cWiring {
  bus: string | null;
  address: number;
  speed: number;
  /** SCL, SDA of a software bus. */
  softwarePins?: readonly string[] | null;
}

export interface I2cReadParams {
  response: Uint8Array;
}

export class McuI2c {
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly wiring: I2cWiring;
  private readonly queue: CommandQueue;
  private readonly early: number[][] = [];
  private writeCmd: CommandWrapper | undefined;
  private readCmd: CommandQueryWrapper | undefined;

  constructor(mcu: Mcu, wiring: I2cWiring) {
    this.mcu = mcu;
    this.wiring = wiring;
    this.oid = mcu.createOid();
    mcu.addConfigCmd(`config_i2c oid=${this.oid}`);
    this.queue = mcu.allocCommandQueue();
    mcu.registerConfigCallback(() => this.buildConfig());
    mcu.getPrinter().registerEventHandler("klippy:connect", async () => {
      for (const data of this.early) await this.i2cWrite(data);
    });
  }

  getOid(): number {
    return this.oid;
  }

  getMcu(): Mcu {
    return this.mcu;
  }

  getI2cAddress(): number {
    return this.wiring.address;
  }

  getCommandQueue(): CommandQueue {
    return this.queue;
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    const { softwarePins, address, speed, bus } = this.wiring;
    if (softwarePins == null) {
      mcu.addConfigCmd(`i2c_set_bus oid=${oid} i2c_bus=${resolveBusName(mcu, "i2c_bus", bus)} rate=${speed} address=${address}`);
    } else {
      const ticks = mcu.secondsToClock(1 / speed / 2);
      mcu.addConfigCmd(`i2c_set_sw_bus oid=${oid} scl_pin=${softwarePins[0]} sda_pin=${softwarePins[1]} pulse_ticks=${ticks} address=${address}`);
    }
    this.writeCmd = mcu.lookupCommand(WRITE, this.queue);
    this.readCmd = mcu.lookupQueryCommand(READ, RESPONSE, { oid, cq: this.queue });
  }

  /** Writes without waiting. */
  i2cWriteNoack(data: readonly number[], clocks: SendClocks = {}): void {
    this.writeCmd!.send([this.oid, Uint8Array.from(data)], clocks);
  }

  /** Writes and waits until the micro-controller has the command. */
  async i2cWrite(data: readonly number[], clocks: SendClocks = {}): Promise<void> {
    if (this.writeCmd === undefined) this.early.push([...data]);
    else await this.i2cWriteWaitAck(data, clocks);
  }

  async i2cWriteWaitAck(data: readonly number[], clocks: SendClocks = {}): Promise<void> {
    await this.writeCmd!.sendWaitAck([this.oid, Uint8Array.from(data)], clocks);
  }

  /** Writes the register's number and reads what follows. */
  async i2cRead(write: readonly number[], readLen: number, retry = true): Promise<I2cReadParams> {
    return (await this.readCmd!.send([this.oid, Uint8Array.from(write), readLen], { retry })) as unknown as I2cReadParams;
  }
}

/** The chip that a section describes. */
export function i2cFromConfig(config: ConfigSection, defaultAddress: number | null = null, defaultSpeed = 100000): McuI2c {
  const mcu = getPrinterMcu(config.getPrinter(), config.get("i2c_mcu", { default: "mcu" }));
  const speed = config.getInt("i2c_speed", { default: defaultSpeed, minval: 100000 });
  const range = { minval: 0, maxval: 127 };
  const address = config.getInt("i2c_address", defaultAddress === null ? range : { default: defaultAddress, ...range }) as number;
  const softwarePins = softwareBusPins(config, mcu, "i2c", SOFTWARE_PINS, SOFTWARE_PINS[0]!);
  const bus = softwarePins === null ? config.get("i2c_bus", { default: null }) : null;
  return new McuI2c(mcu, { bus, address, speed, softwarePins });
}
