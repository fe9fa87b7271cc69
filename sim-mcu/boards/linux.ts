/**
 * The firmware's linux process: 50 MHz nominal ticks of the system clock, no baud rate, a pty as its line. A process that is
 * not scheduled in time shows as late timers, which it tolerates 100 times longer than a chip does.
 */
import type { BoardProfile } from "./board.js";

export const linux: BoardProfile = {
  name: "linux",
  mcu: "linux",
  clockFreq: 50_000_000,
  adcMax: 4095,
  pwmMax: { kalico: 32_768, klipper: 32_768 },
  transmitBuffer: 65_536,
  receiveBuffer: 4096,
  heapBytes: 20_480,
  moveNodeBytes: 24,
  stepPath: "full",
  stepPathTicks: 0,
  stepCost: [160, 380 / 3],
  commandCost: 100,
  timerCost: 100,
  timerLateUs: 100_000,
  restartCommand: "config_reset",
  rereadsBlockAfterShutdown: false,
  inputPinError: "Unable to open in GPIO chip line",
  pins: { gpio0: [0, 288], "gpiochip1/gpio0": [288, 288], "pwmchip0/pwm0": [2304, 16], analog0: [4096, 8] },
  enumerations: { spi_bus: Object.fromEntries(Array.from({ length: 8 }, (_, bus) => [`spidev${bus}.0`, [bus * 256, 16]])), i2c_bus: { "i2c.0": [0, 15] } },
  constants: { PCA9685_MAX: 4096 },
};
