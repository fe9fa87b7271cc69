/** The boards that a simulation can be run on, by name. */
import { atmega2560 } from "./atmega2560.js";
import type { BoardProfile } from "./board.js";
import { ideal } from "./ideal.js";
import { linux } from "./linux.js";
import { rp2040 } from "./rp2040.js";
import { stm32f446 } from "./stm32f446.js";

export type { BoardProfile } from "./board.js";
export { withoutBaud } from "./board.js";
export { atmega2560, ideal, linux, rp2040, stm32f446 };

export const boards: Readonly<Record<string, BoardProfile>> = { atmega2560, stm32f446, rp2040, linux, ideal };
