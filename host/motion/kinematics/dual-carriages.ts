/**
 * Object `dual_carriage`: two carriages on one axis, of which one leads (PRIMARY) and the second may follow it (COPY, MIRROR). Keeps
 * them at a safe distance by narrowing the limits of the axis. Positions and distances mm.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { Printer } from "../../printer/printer-surface.js";
import type { Gcode, GcodeCommand } from "../ports.js";
import type { PrinterRail } from "../rail.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { DualCarriagesRail, type CarriageMode } from "./dual-carriage-rail.js";

/** The kinematics that owns the carriages. */
interface CarriageKinematics extends Kinematics {
  homeAxis(homing: HomingRequest, axis: number, rail: PrinterRail): Promise<void>;
  updateLimits(axis: number, range: readonly [number, number]): void;
}

interface SavedState {
  modes: CarriageMode[];
  positions: number[];
}

const VALID_MODES: readonly string[] = ["PRIMARY", "COPY", "MIRROR"];
/** A carriage that is nearer to its place than this need not move. */
const AT_PLACE = 0.000000001;

type Index = 0 | 1;

export class DualCarriages {
  /** 0 for X, 1 for Y. */
  readonly axis: number;
  readonly safeDist: number;
  private readonly printer: Printer;
  private readonly carriages: readonly [DualCarriagesRail, DualCarriagesRail];
  private readonly savedStates = new Map<string, SavedState>();

  constructor(section: ConfigSection, first: PrinterRail, second: PrinterRail, axis: "x" | "y") {
    this.printer = section.getPrinter();
    this.axis = axis === "x" ? 0 : 1;
    this.carriages = [new DualCarriagesRail(first, this.axis, true), new DualCarriagesRail(second, this.axis, false)];
    this.safeDist = section.getFloat("safe_distance", { default: null, minval: 0 }) ?? Math.min(
      Math.abs(first.positionMin - second.positionMin), Math.abs(first.positionMax - second.positionMax),
    );
    this.printer.addObject("dual_carriage", this);
    // Input shapers, which look at the steppers earlier, are to find both carriages following.
    this.printer.registerEventHandler("klippy:ready", () => {
      for (const carriage of this.carriages) carriage.applyTransform();
    });
    const gcode = this.printer.lookupObject<Gcode>("gcode");
    gcode.registerCommand("SET_DUAL_CARRIAGE", (gcmd) => this.cmdSet(gcmd), { desc: "Configure the dual carriages mode" });
    gcode.registerCommand("SAVE_DUAL_CARRIAGE_STATE", (gcmd) => this.cmdSave(gcmd), { desc: "Save dual carriages modes and positions" });
    gcode.registerCommand("RESTORE_DUAL_CARRIAGE_STATE", (gcmd) => this.cmdRestore(gcmd), {
      desc: "Restore dual carriages modes and positions",
    });
  }

  getRails(): readonly DualCarriagesRail[] {
    return this.carriages;
  }

  getPrimaryRail(): DualCarriagesRail | null {
    return this.carriages.find(({ mode }) => mode === "PRIMARY") ?? null;
  }

  secondLeads(): boolean {
    return this.carriages[1].mode === "PRIMARY";
  }

  getStatus(_eventTime?: number): Record<string, unknown> {
    return { carriage_0: this.carriages[0].mode, carriage_1: this.carriages[1].mode };
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private kinematics(): CarriageKinematics {
    return this.toolhead().getKinematics() as CarriageKinematics;
  }

  /** Makes one carriage lead and the other one rest. */
  toggleActiveDcRail(index: Index): void {
    const toolhead = this.toolhead();
    toolhead.flushStepGeneration();
    const position = toolhead.getPosition();
    const target = this.carriages[index];
    const other = this.carriages[1 - index]!;
    if (other.isActive()) other.inactivate(position);
    if (target.mode !== "PRIMARY") {
      const newPosition = position.slice();
      newPosition[this.axis] = target.getAxisPosition(position);
      target.activate("PRIMARY", newPosition, position);
      toolhead.setPosition(newPosition);
    }
    this.kinematics().updateLimits(this.axis, target.getRail().getRange());
  }

  /** Gives a carriage a mode; returns with the limits of the axis narrowed to it. */
  activateDcMode(index: Index, mode: CarriageMode): void {
    const toolhead = this.toolhead();
    toolhead.flushStepGeneration();
    if (mode === "PRIMARY") {
      this.toggleActiveDcRail(index);
    } else if (mode === "INACTIVE") {
      this.carriages[index].inactivate(toolhead.getPosition());
    } else {
      this.toggleActiveDcRail(0);
      this.carriages[index].activate(mode, toolhead.getPosition());
    }
    this.kinematics().updateLimits(this.axis, this.getKinRange(mode));
  }

  /** Homes both. The one nearer to a shared end goes first, so that it does not run into the other. */
  async home(homing: HomingRequest): Promise<void> {
    const firstIsUpper = this.getDcOrder(0, 1) > 0;
    const order: Index[] = firstIsUpper === this.carriages[0].getRail().getHomingInfo().positiveDir ? [0, 1] : [1, 0];
    for (const index of order) {
      this.toggleActiveDcRail(index);
      await this.kinematics().homeAxis(homing, this.axis, this.carriages[index].getRail());
    }
    this.toggleActiveDcRail(0);
  }

  /** 1 when the first named carriage always is at the higher positions, -1 when at the lower, 0 for the same carriage. */
  getDcOrder(first: Index, second: Index): number {
    if (first === second) return 0;
    const [a, b] = [this.carriages[first].getRail(), this.carriages[second].getRail()];
    const upwards = a.getHomingInfo().positiveDir;
    if (upwards !== b.getHomingInfo().positiveDir) return upwards ? 1 : -1;
    return a.positionEndstop > b.positionEndstop ? 1 : -1;
  }

  /** Range of the leading carriage in which neither leaves its rail nor comes too near to the other. */
  getKinRange(mode: CarriageMode): [number, number] {
    const position = this.toolhead().getPosition();
    const [p0, p1] = this.carriages.map((carriage) => carriage.getAxisPosition(position)) as [number, number];
    const firstLeads = mode !== "PRIMARY" || this.carriages[0].isActive();
    let [low, high] = this.carriages[firstLeads ? 0 : 1].getRail().getRange();
    if (this.safeDist === 0) return [low, high];
    const narrow = (from: number, to: number): void => {
      low = Math.max(low, from);
      high = Math.min(high, to);
    };
    const [min1, max1] = this.carriages[1].getRail().getRange();
    if (mode === "COPY") {
      narrow(p0 - p1 + min1, p0 - p1 + max1);
    } else if (mode === "MIRROR") {
      // They meet half way between them.
      if (this.getDcOrder(0, 1) > 0) narrow(0.5 * (p0 + p1 + this.safeDist), p0 + p1 - min1);
      else narrow(p0 + p1 - max1, 0.5 * (p0 + p1 - this.safeDist));
    } else {
      const lead: Index = this.carriages[1].isActive() ? 1 : 0;
      const rest: Index = lead === 1 ? 0 : 1;
      const restAt = rest === 0 ? p0 : p1;
      if (this.getDcOrder(lead, rest) > 0) narrow(restAt + this.safeDist, Infinity);
      else narrow(-Infinity, restAt - this.safeDist);
    }
    // No room at all: the carriage may not move until another mode is set.
    return low > high ? [low, low] : [low, high];
  }

  private cmdSet(gcmd: GcodeCommand): void {
    const index = gcmd.getInt("CARRIAGE", { minval: 0, maxval: 1 }) as Index;
    const mode = gcmd.get("MODE", { default: "PRIMARY" }).toUpperCase();
    if (!VALID_MODES.includes(mode)) throw gcmd.error(`Invalid mode=${mode} specified`);
    if (mode !== "PRIMARY") {
      if (index === 0) throw gcmd.error(`Mode=${mode} is not supported for carriage=0`);
      const axis = "xyz"[this.axis]!;
      const { homed_axes: homedAxes } = this.kinematics().getStatus(this.printer.getReactor().monotonic());
      if (!(homedAxes as string).includes(axis)) throw gcmd.error(`Axis ${axis} must be homed prior to enabling mode=${mode}`);
    }
    this.activateDcMode(index, mode as CarriageMode);
  }

  private cmdSave(gcmd: GcodeCommand): void {
    const position = this.toolhead().getPosition();
    this.savedStates.set(gcmd.get("NAME", { default: "default" }), {
      modes: this.carriages.map(({ mode }) => mode),
      positions: this.carriages.map((carriage) => carriage.getAxisPosition(position)),
    });
  }

  private async cmdRestore(gcmd: GcodeCommand): Promise<void> {
    const name = gcmd.get("NAME", { default: "default" });
    const state = this.savedStates.get(name);
    if (state === undefined) throw gcmd.error(`Unknown DUAL_CARRIAGE state: ${name}`);
    const moveSpeed = gcmd.getFloat("MOVE_SPEED", { default: 0, above: 0 });
    this.toolhead().flushStepGeneration();
    if (gcmd.getInt("MOVE", { default: 1 })) await this.moveBoth(state.positions, moveSpeed);
    this.activateDcMode(0, state.modes[0]!);
    this.activateDcMode(1, state.modes[1]!);
  }

  /** Brings both carriages to their places in one move: the one with the longer way leads, the other follows in proportion. */
  private async moveBoth(places: readonly number[], moveSpeed: number): Promise<void> {
    const toolhead = this.toolhead();
    const positions: number[][] = [];
    for (const index of [0, 1] as const) {
      this.toggleActiveDcRail(index);
      positions.push(toolhead.getPosition());
    }
    const ways = places.map((place, i) => place - positions[i]![this.axis]!) as [number, number];
    const lead: Index = Math.abs(ways[0]) >= Math.abs(ways[1]) ? 0 : 1;
    const follower = this.carriages[1 - lead]!;
    const followerWay = ways[1 - lead]!;
    const start = positions[lead]!;
    const target = positions[0]!.slice();
    target[this.axis] = places[lead]!;
    this.toggleActiveDcRail(lead);
    if (Math.abs(followerWay) >= AT_PLACE) {
      follower.activate(ways[0] * ways[1] > 0 ? "COPY" : "MIRROR", start);
      follower.overrideAxisScaling(Math.abs(followerWay / ways[lead]), start);
    }
    const homingSpeed = Math.min(...this.carriages.map((carriage) => carriage.getRail().homingSpeed));
    await toolhead.manualMove(target, moveSpeed || homingSpeed);
    toolhead.flushStepGeneration();
    for (const carriage of this.carriages) carriage.inactivate(target);
  }
}
