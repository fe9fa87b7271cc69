/**
 * RP2040: a 200 MHz core whose scheduler counts a 12 MHz timer, so one tick is coarse (83 ns) and steps are cheap.
 */
import type { BoardProfile } from "./board.js";

export const rp2040: BoardProfile = {
  name: "rp2040",
  mcu: "rp2040",
  clockFreq: 12_000_000,
  adcMax: 4095,
  pwmMax: { kalico: 255, klipper: 32_768 },
  transmitBuffer: 192,
  receiveBuffer: 128,
  heapBytes: 200_000,
  moveNodeBytes: 16,
  stepPath: "edge",
  stepPathTicks: 2,
  stepCost: [3, 14 / 3],
  commandCost: 13.5,
  timerCost: 6,
  timerLateUs: 1000,
  restartCommand: "reset",
  rereadsBlockAfterShutdown: false,
  inputPinError: "Not an input pin",
  pins: { gpio0: [0, 30], ADC_TEMPERATURE: 254 },
  adcPins: ["gpio26", "gpio27", "gpio28", "gpio29", "ADC_TEMPERATURE"],
  enumerations: {
    spi_bus: { spi0_gpio0_gpio3_gpio2: 0, spi0_gpio4_gpio3_gpio2: 1, spi1_gpio8_gpio11_gpio10: 5 },
    i2c_bus: { i2c0a: 0, i2c0b: 1, i2c1a: 8, i2c1b: 9 },
  },
  constants: {
    BUS_PINS_i2c0a: "gpio0,gpio1", BUS_PINS_i2c0b: "gpio4,gpio5", BUS_PINS_i2c1a: "gpio2,gpio3", BUS_PINS_i2c1b: "gpio6,gpio7",
    BUS_PINS_spi0_gpio0_gpio3_gpio2: "gpio0,gpio3,gpio2", BUS_PINS_spi0_gpio4_gpio3_gpio2: "gpio4,gpio3,gpio2",
    BUS_PINS_spi1_gpio8_gpio11_gpio10: "gpio8,gpio11,gpio10",
  },
};
