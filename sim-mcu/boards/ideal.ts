/**
 * No real board: an ideal one at 16 MHz, the clock that reference step streams are written in. It takes any step rate and any
 * number of commands, and has the pin names of most families, so that a stream can be had from any printer.cfg. What it
 * accepts says nothing about what a real board accepts.
 */
import type { BoardProfile } from "./board.js";
import { portRanges } from "./pin-ranges.js";

export const ideal: BoardProfile = {
  name: "ideal",
  mcu: "ideal",
  clockFreq: 16_000_000,
  adcMax: 4095,
  pwmMax: { kalico: 255, klipper: 255 },
  transmitBuffer: 65_536,
  receiveBuffer: 4096,
  heapBytes: 16 * 65_536,
  maxMoves: 65_000,
  moveNodeBytes: 16,
  stepPath: "unchecked",
  stepPathTicks: 0x7fffffff,
  stepCost: [0, 0],
  commandCost: 0,
  timerCost: 0,
  timerLateUs: 1000,
  restartCommand: "reset",
  rereadsBlockAfterShutdown: false,
  inputPinError: "Not a valid input pin",
  // Pins of endstops travel in a byte: ports with letters fill the first 256.
  pins: { ...portRanges("ABCD", 32), ...narrowPorts("EFGHIJKL", 128), gpio0: [400, 48], ...lpcPorts(448) },
  // Names of the buses of most families; each bus has a number of its own, and the first is what a printer gets that names none.
  enumerations: {
    spi_bus: numbered(["spi", "spi0", "spi1", "spi2", "spi3", "spi4", "spi1a", "spi2a", "spi2b", "spi3a", "spi0a", "usart0", "usart1", "usart2", "ssp0", "ssp1", "spidev0.0", "spidev1.0"]),
    i2c_bus: numbered(["twi", "i2c0", "i2c1", "i2c2", "i2c3", "i2c1a", "i2c3a", "i2c.0", "i2c.1", "i2c.2", "twi0", "twi1", ...Array.from({ length: 8 }, (_, i) => `sercom${i}`)]),
  },
};

function numbered(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, number) => [name, number]));
}


/** Ports of 16 pins, one behind the other. */
function narrowPorts(letters: string, first: number): Record<string, [number, number]> {
  return Object.fromEntries([...letters].map((letter, i) => [`P${letter}0`, [first + 16 * i, 16]]));
}

/** Pins P0.0 … P4.31 of the LPC family. */
function lpcPorts(first: number): Record<string, number> {
  const pins: Record<string, number> = {};
  for (let port = 0; port < 5; port++) for (let pin = 0; pin < 32; pin++) pins[`P${port}.${pin}`] = first + port * 32 + pin;
  return pins;
}
