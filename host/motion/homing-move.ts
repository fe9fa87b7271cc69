/**
 * One move towards endstops or a probe: watches them, drips the move until one triggers, and finds out from
 * the micro-controllers where the steppers were at the trigger and where they stopped.
 *
 * Steppers are asked for MCU positions (steps), since steps may have been cut off on the way. What the toolhead
 * did follows from the steps between two moments of the move: start, trigger and halt.
 */
import type { Printer } from "../printer/printer-surface.js";
import { FirstFailure, HomingWatch } from "./homing-watch.js";
import { dangerOptions } from "./ports.js";
import type { Endstop, NamedEndstop } from "./rail.js";
import type { McuStepper } from "./stepper.js";
import type { Kinematics, Toolhead } from "./surface.js";

/** What a homing move needs of a toolhead; manual steppers bring their own. */
export type HomingToolhead = Pick<
  Toolhead,
  "getPosition" | "setPosition" | "getLastMoveTime" | "flushStepGeneration" | "dwell" | "dripMove" | "getKinematics"
>;

/** Numbers by name of a stepper. */
type PerStepper = Record<string, number>;

/** Rest time, s, of endstops whose steppers do not move. */
const MIN_REST_TIME = 0.001;

/** Where a stepper was at three moments of a homing move, steps. */
export class StepperPosition {
  readonly stepper: McuStepper;
  readonly endstopName: string;
  readonly stepperName: string;
  readonly startPos: number;
  /** mm */
  readonly startCmdPos: number;
  haltPos = 0;
  trigPos = 0;

  constructor(stepper: McuStepper, endstopName: string) {
    this.stepper = stepper;
    this.endstopName = endstopName;
    this.stepperName = stepper.getName();
    this.startPos = stepper.getMcuPosition();
    this.startCmdPos = stepper.mcuToCommandedPosition(this.startPos);
  }

  noteHomeEnd(triggerTime: number): void {
    this.haltPos = this.stepper.getMcuPosition();
    this.trigPos = this.stepper.getPastMcuPosition(triggerTime);
  }

  /** Text of a warning when the position was lost during a probe, else null. */
  describeProbeSkew(): string | null {
    const now = this.stepper.getMcuPosition(this.startCmdPos);
    if (now === this.startPos) return null;
    return `Stepper '${this.stepperName}' position skew after probe: pos ${this.startPos} now ${now}`;
  }
}

export interface HomingMoveOptions {
  /** The trigger position is the result, and the toolhead is where it stopped. */
  probePos?: boolean;
  /** Move until triggered (true) or until released (false). */
  triggered?: boolean;
  /** An endstop that does not trigger is an error. */
  checkTriggered?: boolean;
}

export class HomingMove {
  readonly printer: Printer;
  readonly endstops: readonly NamedEndstop[];
  readonly toolhead: HomingToolhead;
  stepperPositions: StepperPosition[] = [];
  /** Way made per axis, mm. */
  distanceElapsed: number[] = [];

  constructor(printer: Printer, endstops: readonly NamedEndstop[], toolhead?: HomingToolhead | null) {
    this.printer = printer;
    this.endstops = endstops;
    this.toolhead = toolhead ?? printer.lookupObject<Toolhead>("toolhead");
  }

  getMcuEndstops(): Endstop[] {
    return this.endstops.map(([endstop]) => endstop);
  }

  /**
   * Moves towards `movePos` at `speed` until every endstop has triggered; returns the trigger position.
   * @throws CommandError when one does not trigger, or communication fails
   */
  async homingMove(movePos: readonly number[], speed: number, options: HomingMoveOptions = {}): Promise<number[]> {
    const { probePos = false, triggered = true, checkTriggered = true } = options;
    const { toolhead, printer } = this;
    await printer.sendEventAsync("homing:homing_move_begin", this);
    toolhead.flushStepGeneration();
    const before = commandedPositions(toolhead.getKinematics());
    this.stepperPositions = this.endstops.flatMap(([endstop, name]) => endstop.getSteppers().map((stepper) => new StepperPosition(stepper, name)));

    const failure = new FirstFailure();
    const watch = new HomingWatch(printer, this.endstops);
    const fromPos = toolhead.getPosition();
    const restTime = (endstop: Endstop): number => secondsPerStep(endstop.getSteppers(), fromPos, movePos, speed);
    const done = await watch.arm(toolhead.getLastMoveTime(), restTime, triggered);
    await toolhead.dwell(dangerOptions(printer).homingStartDelay);
    await failure.tolerate(() => toolhead.dripMove(movePos, speed, done), (message) => `Error during homing move: ${message}`);
    const endTime = toolhead.getLastMoveTime();
    const triggerTimes = await watch.disarm(endTime, checkTriggered, failure);

    toolhead.flushStepGeneration();
    for (const position of this.stepperPositions) position.noteHomeEnd(triggerTimes.get(position.endstopName) ?? endTime);
    const trigPos = probePos ? this.concludeProbe(before) : this.concludeHoming(movePos);
    await failure.tolerate(() => printer.sendEventAsync("homing:homing_move_end", this), (message) => message);
    failure.raise();
    return trigPos;
  }

  /** Where the toolhead is when its steppers, that were at `positions` (mm), go `steps` further. */
  calcToolheadPos(positions: Readonly<PerStepper>, steps: Readonly<PerStepper>): number[] {
    const kin = this.toolhead.getKinematics();
    const stepped = { ...positions };
    for (const stepper of kin.getSteppers()) stepped[stepper.getName()]! += (steps[stepper.getName()] ?? 0) * stepper.getStepDist();
    return [...kin.calcPosition(stepped).slice(0, 3), ...this.toolhead.getPosition().slice(3)];
  }

  /** Steps that each watched stepper made between two moments. */
  private stepsBetween(from: "startPos" | "trigPos", to: "trigPos" | "haltPos"): PerStepper {
    return Object.fromEntries(this.stepperPositions.map((position) => [position.stepperName, position[to] - position[from]]));
  }

  /** The toolhead is where the steppers halted; the result is where they were at the trigger. */
  private concludeProbe(before: Readonly<PerStepper>): number[] {
    const trigPos = this.calcToolheadPos(before, this.stepsBetween("startPos", "trigPos"));
    this.toolhead.setPosition(this.calcToolheadPos(before, this.stepsBetween("startPos", "haltPos")));
    for (const position of this.stepperPositions) {
      const skew = position.describeProbeSkew();
      if (skew !== null) this.printer.log("warning", skew);
    }
    return trigPos;
  }

  /** At the trigger the toolhead was at `movePos`; it is as much further as the steppers went on after it. */
  private concludeHoming(movePos: readonly number[]): number[] {
    const { toolhead } = this;
    const kin = toolhead.getKinematics();
    const steps = this.stepsBetween("startPos", "haltPos");
    const way = kin.getSteppers().map((stepper) => [stepper.getName(), (steps[stepper.getName()] ?? 0) * stepper.getStepDist()]);
    this.distanceElapsed = kin.calcPosition(Object.fromEntries(way) as PerStepper);
    const overshoot = this.stepsBetween("trigPos", "haltPos");
    toolhead.setPosition(movePos);
    if (Object.values(overshoot).some((count) => count !== 0)) {
      toolhead.setPosition(this.calcToolheadPos(commandedPositions(kin), overshoot));
    }
    return movePos.slice();
  }

  /** Name of an endstop that had triggered before its stepper moved, or null. */
  checkNoMovement(): string | null {
    if ((this.printer.getStartArgs().debuginput ?? null) !== null) return null;
    return this.stepperPositions.find(({ startPos, trigPos }) => startPos === trigPos)?.endstopName ?? null;
  }

  /** True when one of `homingAxes` (0…2) moved less than `minDist`, mm, by more than the tolerance. */
  movedLessThanDist(minDist: number, homingAxes: readonly number[]): boolean {
    const tolerance = dangerOptions(this.printer).homingElapsedDistanceTolerance;
    return this.distanceElapsed.some((elapsed, axis) => {
      const missing = minDist - Math.abs(elapsed);
      return homingAxes.includes(axis) && missing > 0 && missing >= tolerance;
    });
  }
}

/** Time, s, of one step of the fastest of `steppers` on the way: looking at an endstop more often finds nothing new. */
function secondsPerStep(steppers: readonly McuStepper[], from: readonly number[], to: readonly number[], speed: number): number {
  const steps = steppers.map((stepper) => Math.abs(stepper.calcPositionFromCoord(from) - stepper.calcPositionFromCoord(to)) / stepper.getStepDist());
  const most = Math.max(0, ...steps);
  return most === 0 ? MIN_REST_TIME : distance(from, to) / speed / most;
}

/** Positions, mm, of the steppers of the kinematics by name. */
export function commandedPositions(kin: Kinematics): PerStepper {
  return Object.fromEntries(kin.getSteppers().map((stepper) => [stepper.getName(), stepper.getCommandedPosition()]));
}

/** Distance of two points over x, y, z, mm. */
export function distance(from: readonly number[], to: readonly number[]): number {
  const dx = to[0]! - from[0]!;
  const dy = to[1]! - from[1]!;
  const dz = to[2]! - from[2]!;
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}
