/** What the parts of a motor driver module need of each other. */
import type { FieldHelper } from "./fields.js";

/** The registers of a chip at the other end of a bus. */
export interface McuTmc {
  readonly name: string;
  /** The micro-controller that the chip hangs on. */
  getMcu(): { getName(): string; readonly nonCriticalDisconnected: boolean };
  getFields(): FieldHelper;
  /** @throws CommandError when the chip does not answer */
  getRegister(registerName: string): Promise<number>;
  /** Writes at a print time (s), or at once. @throws CommandError */
  setRegister(registerName: string, value: number, printTime?: number | null): Promise<void>;
  /** Clock of the chip, Hz; null where velocities have no meaning to it. */
  getTmcFrequency(): number | null;
}

/** [run, hold, requested hold, largest, home] current, A RMS; a driver without hold current has null. */
export type Currents = readonly [run: number, hold: number | null, requestedHold: number | null, max: number, home: number];
