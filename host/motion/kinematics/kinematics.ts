/** What the toolhead, homing and the modules ask of a printer's kinematics. */
import type { ConfigSection } from "../../config/config-section.js";
import type { Homing } from "../homing.js";
import type { Move } from "../move.js";
import type { PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import type { ToolHead } from "../toolhead.js";

export interface Kinematics {
  readonly supportsDualCarriage: boolean;
  readonly rails?: PrinterRail[];
  getSteppers(): McuStepper[];
  /** Toolhead position, mm, from the positions of the steppers by name. */
  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[];
  setPosition(newPos: readonly number[], homingAxes: string): void;
  noteZNotHomed?(): void;
  clearHomingState(clearAxes: string): void;
  home(homing: Homing): Promise<void>;
  /** Limits the move to what the kinematics can do. @throws CommandError when it leads out of range. */
  checkMove(move: Move): void;
  getStatus(eventTime: number): Record<string, unknown>;
}

export type LoadKinematics = (toolhead: ToolHead, config: ConfigSection) => Kinematics;
