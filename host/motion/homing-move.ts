/**
 * One move towards endstops or a probe: arms them, drips the move until one triggers, and finds out from
 * the micro-controllers where the steppers stopped and where they were at the trigger.
 * Positions of steppers are MCU positions, steps.
 */
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import { dangerOptions } from "./ports.js";
import type { Endstop, NamedEndstop } from "./rail.js";
import type { McuStepper } from "./stepper.js";
import type { Kinematics, Toolhead } from "./surface.js";

/** What a homing move needs of a toolhead; manual steppers bring their own. */
export type HomingToolhead = Pick<
  Toolhead,
  "getPosition" | "setPosition" | "getLastMoveTime" | "flushStepGeneration" | "dwell" | "dripMove" | "getKinematics"
>;

/** Rest time, s, of endstops whose steppers do not move. */
const MIN_REST_TIME = 0.001;

/** Where a stepper was before, at the trigger, and after a homing move. */
export class StepperPosition {
  readonly stepper: McuStepper;
  readonly endstopName: string;
  readonly stepperName: string;
  readonly startPos: number;
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

  /** Time, s, of one step of the endstop's fastest stepper: looking more often would find nothing new. */
  private calcEndstopRate(endstop: Endstop, movePos: readonly number[], speed: number): number {
    const startPos = this.toolhead.getPosition();
    const moveT = distance(startPos, movePos) / speed;
    let maxSteps = -Infinity;
    for (const stepper of endstop.getSteppers()) {
      const travel = Math.abs(stepper.calcPositionFromCoord(startPos) - stepper.calcPositionFromCoord(movePos));
      maxSteps = Math.max(maxSteps, travel / stepper.getStepDist());
    }
    return maxSteps <= 0 ? MIN_REST_TIME : moveT / maxSteps;
  }

  /** Toolhead position with the steppers `offsets` steps from `kinPositions`. */
  calcToolheadPos(kinPositions: Readonly<Record<string, number>>, offsets: Readonly<Record<string, number>>): number[] {
    const kin = this.toolhead.getKinematics();
    const moved = { ...kinPositions };
    for (const stepper of kin.getSteppers()) {
      const name = stepper.getName();
      moved[name] = moved[name]! + (offsets[name] ?? 0) * stepper.getStepDist();
    }
    return [...kin.calcPosition(moved).slice(0, 3), ...this.toolhead.getPosition().slice(3)];
  }

  /**
   * Moves towards `movePos` at `speed` until every endstop has triggered; returns the trigger position.
   * @throws CommandError when one does not trigger, or communication fails
   */
  async homingMove(movePos: readonly number[], speed: number, options: HomingMoveOptions = {}): Promise<number[]> {
    const { probePos = false, triggered = true, checkTriggered = true } = options;
    const toolhead = this.toolhead;
    await this.printer.sendEventAsync("homing:homing_move_begin", this);
    toolhead.flushStepGeneration();
    const kin = toolhead.getKinematics();
    const startKinPos = commandedPositions(kin);
    this.stepperPositions = this.endstops.flatMap(([endstop, name]) =>
      endstop.getSteppers().map((stepper) => new StepperPosition(stepper, name)),
    );
    const allTriggered = await this.armEndstops(movePos, speed, triggered);
    await toolhead.dwell(dangerOptions(this.printer).homingStartDelay);
    let error: string | null = null;
    try {
      await toolhead.dripMove(movePos, speed, allTriggered);
    } catch (e) {
      if (!(e instanceof CommandError)) throw e;
      error = `Error during homing move: ${e.message}`;
    }
    const moveEndTime = toolhead.getLastMoveTime();
    const { triggerTimes, waitError } = await this.waitForTriggers(moveEndTime, checkTriggered);
    error ??= waitError;
    toolhead.flushStepGeneration();
    for (const position of this.stepperPositions) {
      position.noteHomeEnd(triggerTimes.get(position.endstopName) ?? moveEndTime);
    }
    const trigPos = probePos ? this.setProbedPosition(startKinPos) : this.setHomedPosition(kin, movePos);
    try {
      await this.printer.sendEventAsync("homing:homing_move_end", this);
    } catch (e) {
      if (!(e instanceof CommandError)) throw e;
      error ??= e.message;
    }
    if (error !== null) throw new CommandError(error);
    return trigPos;
  }

  private async armEndstops(movePos: readonly number[], speed: number, triggered: boolean): Promise<Completion<unknown>> {
    const { endstopSampleTime, endstopSampleCount } = dangerOptions(this.printer);
    const printTime = this.toolhead.getLastMoveTime();
    const triggers: Completion<unknown>[] = [];
    for (const [endstop] of this.endstops) {
      const restTime = this.calcEndstopRate(endstop, movePos, speed);
      triggers.push(await endstop.homeStart(printTime, endstopSampleTime, endstopSampleCount, restTime, { triggered }));
    }
    return multiComplete(this.printer, triggers);
  }

  private async waitForTriggers(
    moveEndTime: number,
    checkTriggered: boolean,
  ): Promise<{ triggerTimes: Map<string, number>; waitError: string | null }> {
    const triggerTimes = new Map<string, number>();
    let waitError: string | null = null;
    for (const [endstop, name] of this.endstops) {
      let triggerTime: number;
      try {
        triggerTime = await endstop.homeWait(moveEndTime);
      } catch (e) {
        if (!(e instanceof CommandError)) throw e;
        waitError ??= `Error during homing ${name}: ${e.message}`;
        continue;
      }
      if (triggerTime > 0) triggerTimes.set(name, triggerTime);
      else if (checkTriggered) waitError ??= `No trigger on ${name} after full movement`;
    }
    return { triggerTimes, waitError };
  }

  /** The toolhead is where the steppers halted; the result is where they were at the trigger. */
  private setProbedPosition(startKinPos: Readonly<Record<string, number>>): number[] {
    const haltSteps: Record<string, number> = {};
    const trigSteps: Record<string, number> = {};
    for (const position of this.stepperPositions) {
      haltSteps[position.stepperName] = position.haltPos - position.startPos;
      trigSteps[position.stepperName] = position.trigPos - position.startPos;
    }
    const trigPos = this.calcToolheadPos(startKinPos, trigSteps);
    const sameSteps = Object.keys(trigSteps).every((name) => trigSteps[name] === haltSteps[name]);
    this.toolhead.setPosition(sameSteps ? trigPos : this.calcToolheadPos(startKinPos, haltSteps));
    for (const position of this.stepperPositions) {
      const skew = position.describeProbeSkew();
      if (skew !== null) this.printer.log("warning", skew);
    }
    return trigPos;
  }

  /** At the trigger the toolhead was at `movePos`; it is as much further as the steppers went on after it. */
  private setHomedPosition(kin: Kinematics, movePos: readonly number[]): number[] {
    const overSteps: Record<string, number> = {};
    const travelled: Record<string, number> = {};
    for (const stepper of kin.getSteppers()) travelled[stepper.getName()] = 0;
    for (const { stepper, stepperName, haltPos, trigPos, startPos } of this.stepperPositions) {
      overSteps[stepperName] = haltPos - trigPos;
      if (stepperName in travelled) travelled[stepperName] = (haltPos - startPos) * stepper.getStepDist();
    }
    this.distanceElapsed = kin.calcPosition(travelled);
    let haltPos: readonly number[] = movePos;
    if (Object.values(overSteps).some((steps) => steps !== 0)) {
      this.toolhead.setPosition(movePos);
      haltPos = this.calcToolheadPos(commandedPositions(kin), overSteps);
    }
    this.toolhead.setPosition(haltPos);
    return movePos.slice();
  }

  /** Name of an endstop that had triggered before its stepper moved, or null. */
  checkNoMovement(): string | null {
    const debugInput = this.printer.getStartArgs().debuginput;
    if (debugInput !== undefined && debugInput !== null) return null;
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

/** Positions, mm, of the steppers of the kinematics by name. */
export function commandedPositions(kin: Kinematics): Record<string, number> {
  const positions: Record<string, number> = {};
  for (const stepper of kin.getSteppers()) positions[stepper.getName()] = stepper.getCommandedPosition();
  return positions;
}

/** Distance of two points over x, y, z, mm. */
export function distance(from: readonly number[], to: readonly number[]): number {
  const dx = to[0]! - from[0]!;
  const dy = to[1]! - from[1]!;
  const dz = to[2]! - from[2]!;
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

/** Done when all completions are, or when one of them carries an error. */
export function multiComplete(printer: Printer, completions: readonly Completion<unknown>[]): Completion<unknown> {
  if (completions.length === 1) return completions[0]!;
  const reactor = printer.getReactor();
  const all = reactor.registerCallback<unknown>(async () => {
    const results: unknown[] = [];
    for (const completion of completions) results.push(await completion.wait());
    return results;
  });
  for (const completion of completions) {
    reactor.registerCallback(async () => {
      if (await completion.wait()) all.complete(1);
    });
  }
  return all;
}
