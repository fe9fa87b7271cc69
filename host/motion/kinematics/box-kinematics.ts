/**
 * Printers with three rails x, y, z and a box-shaped room, in which each axis homes by itself: cartesian, corexy, corexz and the
 * hybrids. They differ in how belts join rails to axes, which is the layout's part. A second carriage may run on an axis.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { Move } from "../move.js";
import { LookupMultiRail, type PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import type { HomingRequest, Kinematics, Toolhead } from "../surface.js";
import { BoxLimits, homeAxis, readZLimits } from "./box-limits.js";
import { DualCarriages } from "./dual-carriages.js";
import { followToolhead } from "./tower-rails.js";

/** How the motors of the rails x, y, z move the tool head. */
export interface RailLayout {
  /** Axes that can have a second carriage. */
  readonly carriageAxes: readonly ("x" | "y")[];
  /** Tells the steppers which mix of axes they follow, and the endstops which steppers to stop. */
  connect(rails: readonly PrinterRail[], config: ConfigSection): void;
  /** The same for the rail of a second carriage on `axis`. */
  connectSecond?(second: PrinterRail, axis: "x" | "y", rails: readonly PrinterRail[], config: ConfigSection): void;
  /**
   * Tool head position, mm, from the positions of the rails x, y, z, and that of the second carriage on axis `carriageAxis` (0, 1)
   * when it leads.
   */
  position(rails: readonly [number, number, number], second: number | null, carriageAxis: number): number[];
}

export class BoxKinematics implements Kinematics {
  readonly supportsDualCarriage: boolean;
  /** Rails of x, y, z, and of the second carriage. */
  readonly rails: PrinterRail[];
  maxZVelocity: number;
  maxZAccel: number;
  protected readonly box: BoxLimits;
  private readonly layout: RailLayout;
  private readonly carriages: DualCarriages | null;

  constructor(toolhead: Toolhead, config: ConfigSection, layout: RailLayout) {
    this.layout = layout;
    this.rails = ["x", "y", "z"].map((axis) => LookupMultiRail(config.getSection(`stepper_${axis}`)));
    layout.connect(this.rails, config);
    this.box = new BoxLimits(this.rails);
    this.supportsDualCarriage = layout.carriageAxes.length > 0;
    this.carriages = this.supportsDualCarriage && config.hasSection("dual_carriage") ? this.addCarriage(config) : null;
    followToolhead(this.getSteppers(), toolhead);
    [this.maxZVelocity, this.maxZAccel] = readZLimits(toolhead, config);
  }

  private addCarriage(config: ConfigSection): DualCarriages {
    const { carriageAxes } = this.layout;
    const section = config.getSection("dual_carriage");
    // Where there is no choice the axis need not be named.
    const axis = carriageAxes.length > 1 ? section.getChoice("axis", carriageAxes) : section.getChoice("axis", carriageAxes, { default: carriageAxes[0]! });
    const second = LookupMultiRail(section);
    this.layout.connectSecond!(second, axis, this.rails, config);
    const first = this.rails[axis === "x" ? 0 : 1]!;
    this.rails.push(second);
    return new DualCarriages(section, first, second, axis);
  }

  get limits(): (readonly [number, number])[] {
    return this.box.limits;
  }

  getSteppers(): McuStepper[] {
    return this.rails.flatMap((rail) => rail.getSteppers());
  }

  calcPosition(stepperPositions: Readonly<Record<string, number>>): number[] {
    const [x, y, z, second] = this.rails.map((rail) => stepperPositions[rail.getName()]!) as [number, number, number, number?];
    const secondLeads = second !== undefined && this.carriages!.secondLeads();
    return this.layout.position([x, y, z], secondLeads ? second : null, this.carriages?.axis ?? 0);
  }

  /** Replaces the limits of an axis that is homed. */
  updateLimits(axis: number, range: readonly [number, number]): void {
    if (this.box.isHomed(axis)) this.box.limits[axis] = range;
  }

  setPosition(newPos: readonly number[], homingAxes: string): void {
    for (const rail of this.rails) rail.setPosition(newPos);
    for (let axis = 0; axis < 3; axis++) {
      if (!homingAxes.includes("xyz"[axis]!)) continue;
      const leading = axis === this.carriages?.axis ? this.carriages.getPrimaryRail()!.getRail() : this.rails[axis]!;
      this.box.setHomed(axis, leading);
    }
  }

  noteZNotHomed(): void {
    this.clearHomingState("z");
  }

  clearHomingState(clearAxes: string): void {
    this.box.clear(clearAxes);
  }

  async homeAxis(homing: HomingRequest, axis: number, rail: PrinterRail): Promise<void> {
    await homeAxis(homing, axis, rail);
  }

  /** Homes the requested axes one after another. */
  async home(homing: HomingRequest): Promise<void> {
    for (const axis of homing.getAxes()) {
      if (axis === this.carriages?.axis) await this.carriages.home(homing);
      else await this.homeAxis(homing, axis, this.rails[axis]!);
    }
  }

  checkMove(move: Move): void {
    this.box.checkMove(move, this.maxZVelocity, this.maxZAccel);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return this.box.getStatus();
  }
}

/** The steppers of `followers` stop with the first endstop of `rail`. */
export function stopTogether(rail: PrinterRail, followers: PrinterRail): void {
  for (const stepper of followers.getSteppers()) rail.getEndstops()[0]![0].addStepper(stepper);
}
