/**
 * What the parts of motion know of each other: the toolhead, the kinematics and a homing request as
 * interfaces, so that their files need not import each other.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import type { Trapq } from "../steps/trapq.js";
import type { ExtraAxis, LookaheadCallback, Move } from "./move.js";
import type { MaybePromise } from "./ports.js";
import type { PrinterRail } from "./rail.js";
import type { StepGenerator } from "./step-pipeline.js";
import type { McuStepper } from "./stepper.js";

/** An extra axis as the toolhead keeps it: the extruder at index 3, others behind it. */
export interface ToolheadAxis extends ExtraAxis {
  getName(): string;
  getTrapq(): Trapq | null;
  getAxisGcodeId(): string | null;
  findPastPosition?(printTime: number): number;
}

/** The object `toolhead`. Positions mm, speeds mm/s, accelerations mm/s², times s. */
export interface Toolhead {
  readonly printer: Printer;
  readonly kin: Kinematics;
  maxVelocity: number;
  maxAccel: number;
  minCruiseRatio: number;
  squareCornerVelocity: number;
  /** Limits as configured, by their names in Kalico. */
  readonly origCfg: Record<string, number>;
  getPosition(): number[];
  setPosition(newPos: readonly number[], homing?: string | { homingAxes?: string }): void;
  move(newPos: readonly number[], speed: number): MaybePromise;
  manualMove(coord: readonly (number | null | undefined)[], speed: number): MaybePromise;
  dripMove(newPos: readonly number[], speed: number, dripCompletion: Completion<unknown>): Promise<void>;
  dwell(delay: number): MaybePromise;
  waitMoves(): Promise<void>;
  getLastMoveTime(): number;
  flushStepGeneration(): void;
  registerLookaheadCallback(callback: LookaheadCallback): void;
  noteMcuMovequeueActivity(mqTime: number, options?: { setStepGenTime?: boolean }): void;
  noteStepGenerationScanTime(delay: number, options?: { oldDelay?: number }): void;
  registerStepGenerator(handler: StepGenerator): void;
  unregisterStepGenerator(handler: StepGenerator): void;
  getActiveRailsForAxis(axis: "x" | "y" | "z"): PrinterRail[];
  getKinematics(): Kinematics;
  getTrapq(): Trapq;
  getExtruder(): ToolheadAxis;
  setExtruder(extruder: ToolheadAxis, extrudePos: number): void;
  getMaxVelocity(): [number, number];
  /** Call after a change of maxAccel, minCruiseRatio or squareCornerVelocity. */
  calcJunctionDeviation(): void;
  setAccel(accel: number): void;
  resetAccel(): void;
}

/** A request to home, as kinematics carry it out. */
export interface HomingRequest {
  /** 0, 1, 2 for x, y, z, in the order in which they are homed. */
  getAxes(): number[];
  /** Homes other axes than were asked for: some kinematics home all at once. */
  setAxes(axes: readonly number[]): void;
  /** Declares where the tool head is, without a move. */
  setHomedPosition(pos: readonly (number | null)[]): void;
  homeRails(rails: PrinterRail[], forcePos: readonly (number | null)[], movePos: readonly (number | null)[]): Promise<void>;
}

/** How the steppers of a printer move its toolhead. */
export interface Kinematics {
  readonly supportsDualCarriage: boolean;
  readonly rails?: PrinterRail[];
  getSteppers(): McuStepper[];
  /** Toolhead position, mm, from the positions of the steppers by name. */
  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[];
  setPosition(newPos: readonly number[], homingAxes: string): void;
  noteZNotHomed?(): void;
  clearHomingState(clearAxes: string): void;
  home(homing: HomingRequest): Promise<void>;
  /** Limits the move to what the kinematics can do. @throws CommandError when it leads out of range. */
  checkMove(move: Move): void;
  getStatus(eventTime: number): Record<string, unknown>;
  /** Raises limits that X and Y have of their own (mm/s, mm/s²). Returns what puts them back. */
  liftAxisLimits?(velocity: number, accel: number): () => void;
}

export type LoadKinematics = (toolhead: Toolhead, config: ConfigSection) => Kinematics;
