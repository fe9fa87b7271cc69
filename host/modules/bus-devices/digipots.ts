/**
 * Digital potentiometers and converters that set motor currents once, at connect: AD5206 and DAC084S085 on SPI, MCP4451, MCP4018 and
 * MCP4728 on I2C. The options are fractions of `scale`; each chip turns them into its own codes and bytes.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { i2cFromConfig } from "../../mcu/i2c.js";
import { spiFromConfig } from "../../mcu/spi.js";
import type { HostModule } from "../../printer/module-table.js";

/** Reads the channels that are configured: [index, code of 0…fullScale]. */
function channels(config: ConfigSection, options: readonly string[], fullScale: number): [index: number, code: number][] {
  const scale = config.getFloat("scale", { default: 1, above: 0 });
  return options.flatMap((option, index) => {
    const value = config.getFloat(option, { default: null, minval: 0, maxval: scale });
    return value === null ? [] : [[index, Math.trunc((value * fullScale) / scale + 0.5)] as [number, number]];
  });
}

/** A chip that was told its settings and keeps them. */
export class StaticDigipot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const numbered = (prefix: string, from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${from + i}`);
const lettered = (prefix: string, letters: string): string[] => [...letters].map((letter) => prefix + letter);
const module = (setUp: (config: ConfigSection) => void): HostModule => ({
  loadConfigPrefix: (config: ConfigSection) => {
    setUp(config);
    return new StaticDigipot(config.getName());
  },
});

/** Channel in the high half of the first byte; full scale carries into its lowest bit. */
export const ad5206 = module((config) => {
  const spi = spiFromConfig(config, 0, { pinOption: "enable_pin", defaultSpeed: 25000000 });
  for (const [channel, code] of channels(config, numbered("channel_", 1, 6), 256)) spi.spiSend([(channel << 4) | (code >> 8), code & 0xff]);
});

/** Channel in the two highest bits, then "update at once", then 8 bits of code. */
export const dac084S085 = module((config) => {
  const spi = spiFromConfig(config, 1, { pinOption: "enable_pin", defaultSpeed: 10000000 });
  for (const [channel, code] of channels(config, lettered("channel_", "ABCD"), 255)) spi.spiSend([(channel << 6) | 0x10 | (code >> 4), (code << 4) & 0xf0]);
});

/** Registers of the wipers, and of the switches that connect them. */
const MCP4451_WIPERS = [0x00, 0x01, 0x06, 0x07];
const MCP4451_TERMINALS = [0x04, 0x0a];

export const mcp4451 = module((config) => {
  const i2c = i2cFromConfig(config);
  const write = (register: number, value: number): void => void i2c.i2cWrite([(register << 4) | (value >> 8), value & 0xff]);
  for (const register of MCP4451_TERMINALS) write(register, 0xff);
  for (const [wiper, code] of channels(config, numbered("wiper_", 0, 4), 255)) write(MCP4451_WIPERS[wiper]!, code);
});

export const mcp4018 = module((config) => {
  const i2c = i2cFromConfig(config, 0x2f);
  const scale = config.getFloat("scale", { default: 1, above: 0 });
  const wiper = config.getFloat("wiper", { minval: 0, maxval: scale });
  void i2c.i2cWrite([Math.trunc((wiper * 127) / scale + 0.5)]);
});

/** Internal reference, 12 bits of code. */
export const mcp4728 = module((config) => {
  const i2c = i2cFromConfig(config, 0x60);
  for (const [channel, code] of channels(config, lettered("channel_", "abcd"), 4095)) void i2c.i2cWrite([0x40 | (channel << 1), 0x80 | (code >> 8), code & 0xff]);
});
