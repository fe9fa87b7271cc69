/**
 * Typical 32 bit board: STM32F446 at 180 MHz on native USB, so without a baud rate and without a receive window.
 */
import type { BoardProfile } from "./board.js";
import { portRanges } from "./pin-ranges.js";

export const stm32f446: BoardProfile = {
  name: "stm32f446",
  mcu: "stm32f446xx",
  clockFreq: 180_000_000,
  adcMax: 4095,
  pwmMax: { kalico: 256, klipper: 32_768 },
  transmitBuffer: 192,
  receiveBuffer: 128,
  heapBytes: 120_000,
  moveNodeBytes: 16,
  stepPath: "edge",
  stepPathTicks: 23,
  stepCost: [46, 68],
  commandCost: 207,
  timerCost: 90,
  timerLateUs: 1000,
  restartCommand: "reset",
  rereadsBlockAfterShutdown: false,
  inputPinError: "Not a valid input pin",
  pins: { ...portRanges("ABCDEFGH", 16), ADC_TEMPERATURE: 254 },
  adcPins: [
    "PA0", "PA1", "PA2", "PA3", "PA4", "PA5", "PA6", "PA7", "PB0", "PB1", "PC0", "PC1", "PC2", "PC3", "PC4", "PC5",
    "PF3", "PF4", "PF5", "PF6", "PF7", "PF8", "PF9", "PF10", "ADC_TEMPERATURE",
  ],
  enumerations: {
    spi_bus: { spi2: 0, spi1: 1, spi1a: 2, spi2a: 3, spi3: 4, spi3a: 5, spi4: 6 },
    i2c_bus: { i2c1: 0, i2c1a: 1, i2c2: 2, i2c3: 3 },
  },
  constants: {
    BUS_PINS_spi2: "PB14,PB15,PB13", BUS_PINS_spi1: "PA6,PA7,PA5", BUS_PINS_spi1a: "PB4,PB5,PB3", BUS_PINS_spi2a: "PC2,PC3,PB10",
    BUS_PINS_spi3: "PB4,PB5,PB3", BUS_PINS_spi3a: "PC11,PC12,PC10", BUS_PINS_spi4: "PE13,PE14,PE12",
    BUS_PINS_i2c1: "PB6,PB7", BUS_PINS_i2c1a: "PB8,PB9", BUS_PINS_i2c2: "PB10,PB11", BUS_PINS_i2c3: "PA8,PC9",
    RESERVE_PINS_crystal: "PH0,PH1", RESERVE_PINS_USB: "PA11,PA12",
  },
};
