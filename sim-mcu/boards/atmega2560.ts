/**
 * Arduino Mega class board: 8 bit AVR at 16 MHz behind a 250 kbaud UART. The slowest board in wide use, and the one with the
 * smallest move pool, so the first to run out of either.
 */
import type { BoardProfile } from "./board.js";
import { portRanges } from "./pin-ranges.js";

export const atmega2560: BoardProfile = {
  name: "atmega2560",
  mcu: "atmega2560",
  clockFreq: 16_000_000,
  adcMax: 1023,
  pwmMax: { kalico: 255, klipper: 255 },
  receiveWindow: 192,
  serialBaud: 250_000,
  transmitBuffer: 96,
  receiveBuffer: 192,
  heapBytes: 7_500,
  moveNodeBytes: 11,
  stepPath: "avr",
  stepPathTicks: 40,
  stepCost: [102, 162],
  commandCost: 213,
  timerCost: 91,
  timerLateUs: 1000,
  restartCommand: "reset",
  rereadsBlockAfterShutdown: true,
  inputPinError: "Not a valid input pin",
  pins: portRanges("ABCDEFGHJKL", 8),
  adcPins: ["PF0", "PF1", "PF2", "PF3", "PF4", "PF5", "PF6", "PF7", "PK0", "PK1", "PK2", "PK3", "PK4", "PK5", "PK6", "PK7"],
  pwmPins: ["PB7", "PG5", "PB4", "PB5", "PB6", "PE3", "PE4", "PE5", "PH3", "PH4", "PH5", "PH6", "PL3", "PL4", "PL5"],
  enumerations: { spi_bus: { spi: 0 }, i2c_bus: { twi: 0 } },
  constants: { BUS_PINS_spi: "PB3,PB2,PB1", BUS_PINS_twi: "PD0,PD1", RESERVE_PINS_serial: "PE0,PE1" },
};
