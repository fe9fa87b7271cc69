/**
 * The features that every simulated board has.
 */
import type { BoardProfile } from "../boards/board.js";
import { accelerometers } from "./accelerometer.js";
import { analogIn } from "./analog-in.js";
import { basecmd } from "./basecmd.js";
import { buttons } from "./buttons.js";
import { counter } from "./counter.js";
import { digitalOut } from "./digital-out.js";
import { ds18b20 } from "./ds18b20.js";
import { endstop } from "./endstop.js";
import type { FirmwareFeature } from "./feature.js";
import type { Firmware } from "./firmware.js";
import { i2c } from "./i2c.js";
import { lcds } from "./lcd.js";
import { neopixel } from "./neopixel.js";
import { pwmOut } from "./pwm.js";
import { spi } from "./spi.js";
import { stepper } from "./stepper-commands.js";
import { thermocouple } from "./thermocouple.js";
import { tmcuart } from "./tmcuart.js";
import { trsync } from "./trsync.js";

/** Only Linux has the 1-wire bus, and the ideal board, which has everything. */
const hasOneWire = (board: BoardProfile): boolean => board.mcu === "linux" || board.name === "ideal";

/** Features in the order in which firmware links them, which numbers their commands. */
export function standardFeatures(board: BoardProfile, flavour: "kalico" | "klipper", core: () => Firmware): FirmwareFeature[] {
  return [basecmd(core, board.restartCommand), stepper(board), trsync, endstop, digitalOut, pwmOut, analogIn(flavour), buttons, counter, neopixel, spi, i2c(flavour), tmcuart, thermocouple, ...accelerometers, ...lcds, ...(hasOneWire(board) ? [ds18b20(flavour)] : [])];
}
