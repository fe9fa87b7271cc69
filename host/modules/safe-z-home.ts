/**
 * `[safe_z_home]`: takes the place of G28. Lifts the nozzle first, homes x and y, and homes z where the configuration says that it is safe.
 * Positions mm, speeds mm/s.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch, GCodeHandler } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { Toolhead } from "../motion/surface.js";
import type { Printer } from "../printer/printer-surface.js";

/** A probe that may have to be put away before z is homed. */
interface ProbeDock {
  readonly detachDockableBeforeZHome: boolean;
  detachProbe(): Promise<void>;
}

type Axis = "X" | "Y" | "Z";

export class SafeZHoming {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly homeXPos: number;
  readonly homeYPos: number;
  readonly zHop: number;
  readonly zHopSpeed: number;
  readonly maxZ: number;
  readonly speed: number;
  readonly moveToPrevious: boolean;
  readonly homeYBeforeX: boolean;
  /** The G28 that this one stands before. */
  private readonly plainG28: GCodeHandler;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    [this.homeXPos, this.homeYPos] = config.getFloatList("home_xy_position", { count: 2 }) as [number, number];
    this.zHop = config.getFloat("z_hop", { default: 0 });
    this.zHopSpeed = config.getFloat("z_hop_speed", { default: 15, above: 0 });
    this.maxZ = config.getSection("stepper_z").getFloat("position_max", { noteValid: false });
    this.speed = config.getFloat("speed", { default: 50, above: 0 });
    this.moveToPrevious = config.getBoolean("move_to_previous", { default: false });
    this.homeYBeforeX = config.getBoolean("home_y_before_x", { default: false });
    this.printer.loadObject(config, "homing");
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.plainG28 = this.gcode.registerCommand("G28", null)!;
    this.gcode.registerCommand("G28", (gcmd) => this.cmdG28(gcmd));
    if (config.hasSection("homing_override")) throw config.error("homing_override and safe_z_homing cannot be used simultaneously");
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private homedAxes(): string {
    const { homed_axes: homed } = this.toolhead().getKinematics().getStatus(this.printer.getReactor().monotonic()) as { homed_axes: string };
    return homed;
  }

  private async home(axis: Axis): Promise<void> {
    await this.plainG28(this.gcode.createGcodeCommand("G28", "G28", { [axis]: "0" }));
  }

  /** A nozzle of unknown height goes up by the hop, as if it were at 0, and stays unknown. */
  private async hop(): Promise<void> {
    if (this.zHop === 0) return;
    const toolhead = this.toolhead();
    const position = toolhead.getPosition();
    const isHomed = this.homedAxes().includes("z");
    if (isHomed && position[2]! >= this.zHop) return;
    if (!isHomed) toolhead.setPosition([position[0]!, position[1]!, 0, ...position.slice(3)], { homingAxes: "z" });
    await toolhead.manualMove([null, null, this.zHop], this.zHopSpeed);
    if (!isHomed) toolhead.getKinematics().clearHomingState("z");
  }

  async cmdG28(gcmd: GCodeCommand): Promise<void> {
    await this.hop();
    const isNamed = (axis: Axis): boolean => gcmd.get(axis, { default: null }) !== null;
    const homesAll = !(["X", "Y", "Z"] as const).some(isNamed);
    const inPlane: readonly Axis[] = this.homeYBeforeX ? ["Y", "X"] : ["X", "Y"];
    for (const axis of inPlane) if (homesAll || isNamed(axis)) await this.home(axis);
    if (homesAll || isNamed("Z")) await this.homeZ(gcmd);
  }

  private async homeZ(gcmd: GCodeCommand): Promise<void> {
    const homed = this.homedAxes();
    if (!homed.includes("x") || !homed.includes("y")) throw gcmd.error("Must home X and Y axes first");
    const toolhead = this.toolhead();
    const dock = this.printer.lookupObject<ProbeDock | null>("dockable_probe", null);
    if (dock?.detachDockableBeforeZHome === true) await dock.detachProbe();
    const [fromX, fromY] = toolhead.getPosition() as [number, number];
    await toolhead.manualMove([this.homeXPos, this.homeYPos], this.speed);
    await this.home("Z");
    // Probes that feel pressure would drag over the bed.
    if (this.zHop !== 0 && toolhead.getPosition()[2]! < this.zHop) await toolhead.manualMove([null, null, this.zHop], this.zHopSpeed);
    if (this.moveToPrevious) await toolhead.manualMove([fromX, fromY], this.speed);
  }
}

export function loadConfig(config: ConfigSection): SafeZHoming {
  return new SafeZHoming(config);
}
