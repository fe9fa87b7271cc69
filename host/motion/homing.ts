/**
 * Object `homing`: G28, and the sequence by which a rail finds its endstop: fast approach, retract, slow
 * approach, and a last retract. Positions mm, speeds mm/s; `null` in a coordinate means "as it is".
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { commandedPositions, distance, HomingMove, type HomingToolhead } from "./homing-move.js";
import type { Gcode, GcodeCommand } from "./ports.js";
import type { Endstop, HomingInfo, NamedEndstop, PrinterRail } from "./rail.js";
import type { PrinterStepperEnable } from "./stepper-enable.js";
import type { Toolhead } from "./surface.js";

export { HomingMove, StepperPosition, type HomingMoveOptions } from "./homing-move.js";
export { multiComplete } from "./homing-watch.js";

type PartialCoord = readonly (number | null)[];

/** One request to home: the axes, and the positions at which their steppers triggered. */
export class Homing {
  readonly printer: Printer;
  readonly toolhead: Toolhead;
  private changedAxes: number[] = [];
  private triggerMcuPos: Record<string, number> = {};
  private adjustPos: Record<string, number> = {};

  constructor(printer: Printer) {
    this.printer = printer;
    this.toolhead = printer.lookupObject<Toolhead>("toolhead");
  }

  /** 0, 1, 2 for x, y, z, in the order in which they are homed. */
  setAxes(axes: readonly number[]): void {
    this.changedAxes = [...axes];
  }

  getAxes(): number[] {
    return this.changedAxes;
  }

  /** MCU position, steps, of a stepper at its trigger. */
  getTriggerPosition(stepperName: string): number {
    return this.triggerMcuPos[stepperName]!;
  }

  /** For handlers of homing:home_rails_end: the stepper is `adjustment` mm further than homing says. */
  setStepperAdjustment(stepperName: string, adjustment: number): void {
    this.adjustPos[stepperName] = adjustment;
  }

  private fillCoord(coord: PartialCoord): number[] {
    const filled = this.toolhead.getPosition();
    for (let i = 0; i < coord.length; i++) filled[i] = coord[i] ?? filled[i]!;
    return filled;
  }

  setHomedPosition(pos: PartialCoord): void {
    this.toolhead.setPosition(this.fillCoord(pos));
  }

  private restoreAccel(accel: number | null): void {
    if (accel !== null) this.toolhead.resetAccel();
  }

  /** Motor drivers may home with less current; changing it may take a rest. */
  private async setHomingCurrent(homingAxes: string, preHoming: boolean): Promise<void> {
    const printTime = this.toolhead.getLastMoveTime();
    const rails = new Set<PrinterRail>();
    for (const axis of homingAxes) {
      for (const rail of this.toolhead.getActiveRailsForAxis(axis as "x" | "y" | "z")) rails.add(rail);
    }
    let dwellTime = 0;
    for (const rail of rails) {
      for (const helper of rail.getTmcCurrentHelpers()) {
        if (helper !== null) dwellTime = Math.max(dwellTime, await helper.setCurrentForHoming(printTime, preHoming));
      }
    }
    if (dwellTime > 0) await this.toolhead.dwell(dwellTime);
  }

  private async restoreAfterHoming(info: HomingInfo, homingAxes: string): Promise<void> {
    this.restoreAccel(info.accel);
    await this.setHomingCurrent(homingAxes, false);
  }

  /** Some drivers clear the state of their virtual endstop only when it is asked for. */
  private async resetEndstopStates(endstops: readonly NamedEndstop[]): Promise<void> {
    const printTime = this.toolhead.getLastMoveTime();
    for (const [endstop] of endstops) await endstop.queryEndstop(printTime);
  }

  /** `pos`: back from the homed position by `dist` mm on the line of the approach; `from`: back by as much again. */
  private retractTarget(forcePos: PartialCoord, movePos: PartialCoord, dist: number): { homePos: number[]; pos: number[]; from: number[] } {
    const startPos = this.fillCoord(forcePos);
    const homePos = this.fillCoord(movePos);
    const ratio = Math.min(1, dist / distance(startPos, homePos));
    const pos = homePos.map((home, i) => home - (home - startPos[i]!) * ratio);
    const from = pos.map((retract, i) => retract - (homePos[i]! - startPos[i]!) * ratio);
    return { homePos, pos, from };
  }

  /**
   * Homes rails together: from `forcePos`, where the toolhead is assumed to be, towards `movePos`.
   * @throws CommandError
   */
  async homeRails(rails: PrinterRail[], forcePos: PartialCoord, movePos: PartialCoord): Promise<void> {
    const toolhead = this.toolhead;
    await this.printer.sendEventAsync("homing:home_rails_begin", this, rails);
    const forceAxes = [0, 1, 2].filter((axis) => forcePos[axis] !== null && forcePos[axis] !== undefined);
    const homingAxes = forceAxes.map((axis) => "xyz"[axis]!).join("");
    const startPos = this.fillCoord(forcePos);
    const homePos = this.fillCoord(movePos);
    toolhead.setPosition(startPos, { homingAxes });
    const endstops = rails.flatMap((rail) => rail.getEndstops());
    const info = rails[0]!.getHomingInfo();

    let move = new HomingMove(this.printer, endstops);
    try {
      if (info.accel !== null) toolhead.setAccel(info.accel);
      await this.setHomingCurrent(homingAxes, true);
      await this.resetEndstopStates(endstops);
      await move.homingMove(homePos, info.speed);
    } finally {
      await this.restoreAfterHoming(info, homingAxes);
    }
    const needsRehome = move.movedLessThanDist(info.minHomeDist, forceAxes);
    const retractDist = needsRehome ? info.minHomeDist : info.retractDist;
    if (retractDist !== 0) {
      this.printer.log("info", `homing: needs rehome: ${needsRehome ? "True" : "False"}`);
      const retract = this.retractTarget(forcePos, movePos, retractDist);
      await toolhead.move(retract.pos, info.retractSpeed);
      if (!info.useSensorlessHoming || needsRehome) {
        try {
          move = await this.secondApproach(endstops, info, retract.from, retract.homePos, needsRehome, forceAxes);
        } finally {
          await this.restoreAfterHoming(info, homingAxes);
        }
        if (info.retractDist !== 0) {
          await toolhead.move(this.retractTarget(forcePos, movePos, info.retractDist).pos, info.retractSpeed);
        }
      }
    }
    await this.restoreAfterHoming(info, homingAxes);

    toolhead.flushStepGeneration();
    this.triggerMcuPos = {};
    for (const { stepperName, trigPos } of move.stepperPositions) this.triggerMcuPos[stepperName] = trigPos;
    this.adjustPos = {};
    await this.printer.sendEventAsync("homing:home_rails_end", this, rails);
    this.applyAdjustments(forceAxes);
  }

  private async secondApproach(
    endstops: readonly NamedEndstop[],
    info: HomingInfo,
    startPos: readonly number[],
    homePos: readonly number[],
    needsRehome: boolean,
    forceAxes: readonly number[],
  ): Promise<HomingMove> {
    this.toolhead.setPosition(startPos);
    await this.resetEndstopStates(endstops);
    const move = new HomingMove(this.printer, endstops);
    await move.homingMove(homePos, info.secondHomingSpeed);
    const stuck = move.checkNoMovement();
    if (stuck !== null) throw new CommandError(`Endstop ${stuck} still triggered after retract`);
    if (info.useSensorlessHoming && needsRehome && move.movedLessThanDist(info.minHomeDist, forceAxes)) {
      throw new CommandError("Early homing trigger on second home!");
    }
    return move;
  }

  private applyAdjustments(forceAxes: readonly number[]): void {
    if (!Object.values(this.adjustPos).some((adjustment) => adjustment !== 0)) return;
    const kin = this.toolhead.getKinematics();
    const positions = commandedPositions(kin);
    for (const name of Object.keys(positions)) positions[name] = positions[name]! + (this.adjustPos[name] ?? 0);
    const adjusted = kin.calcPosition(positions);
    const homePos = this.toolhead.getPosition();
    for (const axis of forceAxes) homePos[axis] = adjusted[axis]!;
    this.toolhead.setPosition(homePos);
  }
}

export class PrinterHoming {
  readonly printer: Printer;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.lookupObject<Gcode>("gcode").registerCommand("G28", (gcmd) => this.cmdG28(gcmd));
  }

  /** Homes what is no axis of the printer. @throws CommandError */
  async manualHome(
    toolhead: HomingToolhead,
    endstops: readonly NamedEndstop[],
    pos: readonly number[],
    speed: number,
    triggered: boolean,
    checkTriggered: boolean,
  ): Promise<void> {
    const move = new HomingMove(this.printer, endstops, toolhead);
    try {
      await move.homingMove(pos, speed, { triggered, checkTriggered });
    } catch (error) {
      throw this.shutdownError(error, "Homing");
    }
  }

  /** Moves until the probe triggers; returns where it did. @throws CommandError */
  async probingMove(mcuProbe: Endstop, pos: readonly number[], speed: number): Promise<number[]> {
    const move = new HomingMove(this.printer, [[mcuProbe, "probe"]]);
    let probed: number[];
    try {
      probed = await move.homingMove(pos, speed, { probePos: true });
    } catch (error) {
      throw this.shutdownError(error, "Probing");
    }
    if (move.checkNoMovement() !== null) throw new CommandError("Probe triggered prior to movement");
    return probed;
  }

  /** After a shutdown, that is the reason why a command failed. */
  private shutdownError(error: unknown, what: string): unknown {
    if (!(error instanceof CommandError) || !this.printer.isShutdown()) return error;
    return new CommandError(`${what} failed due to printer shutdown`);
  }

  private async cmdG28(gcmd: GcodeCommand): Promise<void> {
    const named = [0, 1, 2].filter((axis) => gcmd.get("XYZ"[axis]!, { default: null }) !== null);
    const homing = new Homing(this.printer);
    homing.setAxes(named.length > 0 ? named : [0, 1, 2]);
    try {
      await this.printer.lookupObject<Toolhead>("toolhead").getKinematics().home(homing);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (!this.printer.isShutdown()) await this.printer.lookupObject<PrinterStepperEnable>("stepper_enable").motorOff();
      throw this.shutdownError(error, "Homing");
    }
  }
}

export function loadConfig(config: ConfigSection): PrinterHoming {
  return new PrinterHoming(config);
}
