/** What the parts of probing know of each other and of the rest of the host. Positions mm, speeds mm/s. */
import type { GCodeCommand } from "../../heaters/host-types.js";
import type { HomingMove } from "../../motion/homing-move.js";
import type { MaybePromise } from "../../motion/ports.js";
import type { Endstop } from "../../motion/rail.js";

/** Where the probe triggered, and whether the touch was a good one; a probe that cannot judge gives the position alone. */
export type ProbingResult = readonly number[] | readonly [position: readonly number[], isGood: boolean];

/** The sensor of a probe: an endstop that can be made ready and stowed. */
export interface McuProbe extends Endstop {
  getPositionEndstop(): number;
  probingMove(pos: readonly number[], speed: number, gcmd: GCodeCommand): MaybePromise<ProbingResult>;
  /** Before and after each homing or probing move with this sensor. */
  probePrepare(homingMove: HomingMove): MaybePromise;
  probeFinish(homingMove: HomingMove): MaybePromise;
  /** Before and after a series of moves. */
  multiProbeBegin(alwaysRestoreToolhead?: boolean): MaybePromise;
  multiProbeEnd(): MaybePromise;
}

/** The object `probe`, as calibrations use it. */
export interface Probe {
  getLiftSpeed(gcmd?: GCodeCommand | null): number;
  getOffsets(): readonly number[];
  multiProbeBegin(): MaybePromise;
  multiProbeEnd(): MaybePromise;
  runProbe(gcmd: GCodeCommand, retrySession?: unknown): MaybePromise<readonly number[]>;
}

