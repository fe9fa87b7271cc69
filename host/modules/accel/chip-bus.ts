/** Registers of a chip, whether it is wired by SPI or by I2C. */
import type { ConfigSection } from "../../config/config-section.js";
import { i2cFromConfig } from "../../mcu/i2c.js";
import type { SendClocks } from "../../mcu/mcu-commands.js";
import type { Mcu } from "../../mcu/mcu.js";
import { spiFromConfig } from "../../mcu/spi.js";
import type { CommandQueue } from "../../transport/serialqueue.js";

/** Bit of the register's number that asks to read, on SPI. */
const READ = 0x80;

export interface ChipBus {
  readonly kind: "spi" | "i2c";
  getOid(): number;
  getMcu(): Mcu;
  getCommandQueue(): CommandQueue;
  read(register: number): Promise<number>;
  write(register: number, value: number, clocks?: SendClocks): Promise<void>;
}

export function spiBus(config: ConfigSection, mode: number, defaultSpeed: number): ChipBus {
  const spi = spiFromConfig(config, mode, { defaultSpeed });
  return {
    kind: "spi",
    getOid: () => spi.getOid(), getMcu: () => spi.getMcu(), getCommandQueue: () => spi.getCommandQueue(),
    read: async (register) => (await spi.spiTransfer([register | READ, 0])).response[1]!,
    write: async (register, value, clocks) => spi.spiSend([register, value & 0xff], clocks),
  };
}

export function i2cBus(config: ConfigSection, address: number, defaultSpeed: number): ChipBus {
  const i2c = i2cFromConfig(config, address, defaultSpeed);
  return {
    kind: "i2c",
    getOid: () => i2c.getOid(), getMcu: () => i2c.getMcu(), getCommandQueue: () => i2c.getCommandQueue(),
    read: async (register) => (await i2c.i2cRead([register], 1)).response[0]!,
    write: (register, value, clocks) => i2c.i2cWrite([register, value & 0xff], clocks),
  };
}
