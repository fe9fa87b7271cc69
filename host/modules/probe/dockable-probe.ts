/**
 * `[dockable_probe]`: a probe that is fetched from a dock before it is used and brought back afterwards. Ways past the dock keep a distance,
 * and after each fetching and bringing it is checked where the probe is. Positions mm, speeds mm/s.
 */
import { CommandError, ConfigError } from "../../errors.js";
import type { PrinterGCodeMacro, Template } from "../../gcode/gcode-macro.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import type { McuEndstop } from "../../mcu/endstop.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { HomingMove } from "../../motion/homing-move.js";
import type { PrinterHoming } from "../../motion/homing.js";
import type { McuStepper } from "../../motion/stepper.js";
import type { Toolhead } from "../../motion/surface.js";
import type { Completion } from "../../reactor/completion.js";
import { pathAround } from "./dock-path.js";
import { ProbeState, setupEndstop, type DockState } from "./dock-state.js";
import { PrinterProbe } from "./printer-probe.js";
import type { McuProbe } from "./surface.js";

/** A place that may leave z as it is. */
type Place = readonly [x: number, y: number, z: number | null];

/** The probe is lifted so far before it is brought back, so that it does not touch the bed. */
const CLEAR_OF_BED = 2;
/** Kalico's numbers of the states, as in its status. */
const STATE_NUMBERS: Readonly<Record<DockState, number>> = { UNKNOWN: 0, ATTACHED: 1, DOCKED: 2 };
const VIRTUAL_Z_ENDSTOP = `
DockableProbe cannot be used as Z endstop if a z position
is defined in approach/dock/extract."
`;

export class DockableProbe implements McuProbe {
  readonly printer: Printer;
  readonly name: string;
  readonly positionEndstop: number;
  readonly mcuEndstop: McuEndstop;
  readonly dockRetries: number;
  autoAttachDetach: boolean;
  readonly restoreToolhead: boolean;
  readonly detachDockableBeforeZHome: boolean;
  readonly approachPosition: Place;
  readonly detachPosition: Place;
  readonly extractPosition: Place;
  readonly insertPosition: Place;
  readonly dockPosition: Place;
  readonly safePosition: Place;
  readonly safeDockDistance: number;
  readonly zHop: number;
  /** In a series: "FIRST" until its first move, then "ON". */
  multi: "OFF" | "FIRST" | "ON" = "OFF";
  private readonly speed: number;
  private readonly liftSpeed: number;
  private readonly travelSpeed: number;
  private readonly attachSpeed: number;
  private readonly detachSpeed: number;
  private readonly state: ProbeState;
  private readonly gcode: GCodeDispatch;
  private readonly scripts: Record<"activate" | "deactivate" | "preAttach" | "postAttach" | "preDetach" | "postDetach", Template>;
  private lastStatus: DockState = "UNKNOWN";
  /** Height after a hop without homing: it is not repeated. */
  private hoppedTo: number | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.positionEndstop = config.getFloat("z_offset");
    this.speed = config.getFloat("speed", { default: 5, above: 0 });
    this.liftSpeed = config.getFloat("lift_speed", { default: this.speed, above: 0 });
    this.dockRetries = config.getInt("dock_retries", { default: 0 });
    this.autoAttachDetach = config.getBoolean("auto_attach_detach", { default: true });
    this.restoreToolhead = config.getBoolean("restore_toolhead", { default: true });
    this.travelSpeed = config.getFloat("travel_speed", { default: this.speed, above: 0 });
    this.attachSpeed = config.getFloat("attach_speed", { default: this.travelSpeed, above: 0 });
    this.detachSpeed = config.getFloat("detach_speed", { default: this.travelSpeed, above: 0 });
    this.detachDockableBeforeZHome = config.getBoolean("detach_dockable_before_z_home", { default: false });
    this.approachPosition = readPlace(config, "approach_position");
    this.detachPosition = readPlace(config, "detach_position");
    this.extractPosition = readPlace(config, "extract_position", this.approachPosition);
    this.insertPosition = readPlace(config, "insert_position", this.extractPosition);
    this.dockPosition = readPlace(config, "dock_position");
    this.zHop = config.getFloat("z_hop", { default: 0, above: 0 });
    const toDock = ([x, y]: Place): number => Math.hypot(x - this.dockPosition[0], y - this.dockPosition[1]);
    const farthest = Math.min(toDock(this.approachPosition), toDock(this.detachPosition), toDock(this.insertPosition));
    this.safeDockDistance = config.getFloat("safe_dock_distance", { default: farthest, maxval: farthest });
    this.safePosition = readPlace(config, "safe_position", this.approachPosition);
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    const script = (option: string): Template => macros.loadTemplate(config, `${option}_gcode`, "");
    this.scripts = {
      activate: script("activate"), deactivate: script("deactivate"), preAttach: script("pre_attach"), postAttach: script("post_attach"),
      preDetach: script("pre_detach"), postDetach: script("post_detach"),
    };
    this.mcuEndstop = setupEndstop(config, config.get("pin"));
    this.state = new ProbeState(config, this.mcuEndstop);
    this.registerCommands();
    this.printer.registerEventHandler("klippy:mcu_identify", () => this.addZSteppers());
    this.printer.registerEventHandler("klippy:connect", () => this.checkEndstops());
  }

  private registerCommands(): void {
    const add = (name: string, handler: (gcmd: GCodeCommand) => Promise<void> | void, desc: string): void => void this.gcode.registerCommand(name, handler, { desc });
    add("QUERY_DOCKABLE_PROBE", (gcmd) => this.cmdQuery(gcmd), "Prints the current probe state, valid probe states are UNKNOWN, ATTACHED, and DOCKED");
    add("MOVE_TO_APPROACH_PROBE", () => this.moveToApproach(), "Move close to the probe dock before attaching");
    add("MOVE_TO_DOCK_PROBE", () => this.moveTo(this.dockPosition, this.attachSpeed, this.speed), "Move to connect the toolhead/dock to the probe");
    add("MOVE_TO_EXTRACT_PROBE", () => this.moveTo(this.extractPosition, this.attachSpeed, this.speed), "Move away from the dock with the probe attached");
    add("MOVE_TO_INSERT_PROBE", () => this.travelTo(this.insertPosition), "Move near the dock with the probe attached before detaching");
    add("MOVE_TO_DETACH_PROBE", () => this.moveTo(this.detachPosition, this.detachSpeed, this.liftSpeed), "Move away from the dock to detach the probe");
    add("SET_DOCKABLE_PROBE", (gcmd) => this.cmdSet(gcmd), "Set probe parameters");
    add("ATTACH_PROBE", () => this.attachProbe(this.toolhead().getPosition()), "Check probe status and attach probe using the movement gcodes");
    add("DETACH_PROBE", () => this.detachProbe(this.toolhead().getPosition()), "Check probe status and detach probe using the movement gcodes");
    add("MOVE_AVOIDING_DOCK", (gcmd) => this.cmdMoveAvoidingDock(gcmd), "Move to X Y avoiding dock safe area");
  }

  private addZSteppers(): void {
    for (const stepper of this.toolhead().getKinematics().getSteppers()) if (stepper.isActiveAxis("z")) this.addStepper(stepper);
  }

  /** Without z there is no way to a dock at a height; so such a probe cannot be what z is homed with. */
  private checkEndstops(): void {
    const rails = this.toolhead().getKinematics().rails ?? [];
    const isEndstop = rails.some((rail) => rail.getEndstops().some(([endstop]) => endstop === this));
    const places = [this.approachPosition, this.dockPosition, this.extractPosition];
    if (isEndstop && places.some(([, , z]) => z !== null)) throw new ConfigError(VIRTUAL_Z_ENDSTOP);
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { last_status: STATE_NUMBERS[this.lastStatus], auto_attach_detach: this.autoAttachDetach };
  }

  // ---- moves ----

  private async lift(z: number | null, speed: number): Promise<void> {
    if (z !== null) await this.toolhead().manualMove([null, null, z], speed);
  }

  private async moveTo([x, y, z]: Place, speed: number, liftSpeed: number): Promise<void> {
    await this.lift(z, liftSpeed);
    await this.toolhead().manualMove([x, y, null], speed);
  }

  private async travelTo(place: Place): Promise<void> {
    await this.moveAvoidingDock(place, this.travelSpeed);
    await this.lift(place[2], this.speed);
  }

  private async moveToApproach(): Promise<void> {
    await this.alignZ();
    await this.travelTo(this.approachPosition);
  }

  private async moveAvoidingDock([x, y]: readonly (number | null)[], speed: number): Promise<void> {
    const [fromX, fromY] = this.toolhead().getPosition() as [number, number];
    if (fromX === x && fromY === y) return;
    const [dockX, dockY] = this.dockPosition, [safeX, safeY] = this.safePosition;
    const target = [x!, y!] as const;
    const path = this.safeDockDistance === 0 ? [target] : pathAround([fromX, fromY], target, [dockX, dockY], this.safeDockDistance, [safeX, safeY]);
    for (const point of path) await this.toolhead().manualMove([...point, null], speed);
  }

  /** Goes to the height of the dock, or up by the hop. @throws CommandError when the height is not known but needed */
  private async alignZ(): Promise<void> {
    const toolhead = this.toolhead();
    const { homed_axes: homed } = toolhead.getKinematics().getStatus(this.printer.getReactor().monotonic()) as { homed_axes: string };
    const isHomed = homed.includes("z");
    if (this.approachPosition[2] !== null || this.dockPosition[2] !== null) {
      if (!isHomed) throw new CommandError("Cannot attach/detach probe, must home Z axis first");
      await this.lift(this.approachPosition[2], this.liftSpeed);
    }
    if (this.zHop === 0) return;
    const [x, y, z, ...rest] = toolhead.getPosition() as [number, number, number, ...number[]];
    if (isHomed) {
      if (z < this.zHop) await this.lift(this.zHop, this.liftSpeed);
      return;
    }
    if (this.hoppedTo === z) return;
    toolhead.setPosition([x, y, 0, ...rest], { homingAxes: "z" });
    await this.lift(this.zHop, this.liftSpeed);
    toolhead.getKinematics().clearHomingState("z");
    this.hoppedTo = toolhead.getPosition()[2]!;
  }

  // ---- fetching and bringing ----

  private async runScript(which: "activate" | "deactivate"): Promise<void> {
    const before = this.toolhead().getPosition();
    await this.scripts[which].runGcodeFromCommand();
    const after = this.toolhead().getPosition();
    if (before.some((part, axis) => axis < 3 && part !== after[axis])) throw new CommandError(`Toolhead moved during probe ${which}_gcode script`);
  }

  /** Repeats the moves, as commands that users may replace, until the probe is where it should be. */
  private async tryMoves(wanted: DockState, commands: string, before: Template, after: Template): Promise<void> {
    for (let tries = 0; tries <= this.dockRetries && (await this.state.getProbeState()) !== wanted; tries++) {
      if (wanted === "ATTACHED" && (await this.state.getProbeState()) !== "DOCKED") throw new CommandError("Attach Probe: Probe not detected in dock, aborting");
      await before.runGcodeFromCommand();
      await this.gcode.runScriptFromCommand(commands);
      await after.runGcodeFromCommand();
    }
    if ((await this.state.getProbeState()) !== wanted) throw new CommandError(`Probe ${wanted === "ATTACHED" ? "attach" : "detach"} failed!`);
  }

  /** Fetches the probe; goes back over `returnPos`, at the present height: the probe is longer than the nozzle. */
  async attachProbe(returnPos: readonly number[] | null = null, alwaysRestoreToolhead = false): Promise<void> {
    await this.runScript("activate");
    const { preAttach, postAttach } = this.scripts;
    await this.tryMoves("ATTACHED", "MOVE_TO_APPROACH_PROBE\nMOVE_TO_DOCK_PROBE\nMOVE_TO_EXTRACT_PROBE", preAttach, postAttach);
    if (returnPos !== null && (this.restoreToolhead || alwaysRestoreToolhead)) await this.moveAvoidingDock(returnPos, this.travelSpeed);
  }

  /** Brings the probe back, and goes back to `returnPos`. */
  async detachProbe(returnPos: readonly number[] | null = null): Promise<void> {
    const { preDetach, postDetach } = this.scripts;
    await this.tryMoves("DOCKED", "MOVE_TO_INSERT_PROBE\nMOVE_TO_DOCK_PROBE\nMOVE_TO_DETACH_PROBE", preDetach, postDetach);
    if (returnPos !== null && this.restoreToolhead) {
      await this.moveAvoidingDock(returnPos, this.travelSpeed);
      await this.lift(returnPos[2]!, this.liftSpeed);
    }
    await this.runScript("deactivate");
  }

  private async autoAttach(alwaysRestoreToolhead = false): Promise<void> {
    if ((await this.state.getProbeState()) === "ATTACHED") return;
    if (!this.autoAttachDetach) throw new CommandError("Cannot probe, probe is not attached and auto-attach is disabled");
    await this.attachProbe(this.toolhead().getPosition(), alwaysRestoreToolhead);
  }

  private async autoDetach(): Promise<void> {
    const from = this.toolhead().getPosition();
    await this.lift(from[2]! + CLEAR_OF_BED, this.liftSpeed);
    if (this.autoAttachDetach && (await this.state.getProbeState()) !== "DOCKED") await this.detachProbe(from);
  }

  async multiProbeBegin(alwaysRestoreToolhead = false): Promise<void> {
    this.multi = "FIRST";
    await this.autoAttach(alwaysRestoreToolhead);
  }

  async multiProbeEnd(): Promise<void> {
    this.multi = "OFF";
    await this.autoDetach();
  }

  async probePrepare(_homingMove: HomingMove): Promise<void> {
    if (this.multi !== "ON") await this.autoAttach();
    if (this.multi === "FIRST") this.multi = "ON";
  }

  async probeFinish(_homingMove: HomingMove): Promise<void> {
    if (this.multi === "OFF") await this.autoDetach();
  }

  // ---- the endstop ----

  getMcu(): Mcu {
    return this.mcuEndstop.getMcu();
  }

  addStepper(stepper: McuStepper): void {
    this.mcuEndstop.addStepper(stepper);
  }

  getSteppers(): McuStepper[] {
    return this.mcuEndstop.getSteppers() as McuStepper[];
  }

  homeStart(printTime: number, sampleTime: number, sampleCount: number, restTime: number, options?: { triggered?: boolean }): Completion<unknown> {
    return this.mcuEndstop.homeStart(printTime, sampleTime, sampleCount, restTime, options);
  }

  homeWait(homeEndTime: number): Promise<number> {
    return this.mcuEndstop.homeWait(homeEndTime);
  }

  queryEndstop(printTime: number): Promise<number> {
    return this.mcuEndstop.queryEndstop(printTime);
  }

  getPositionEndstop(): number {
    return this.positionEndstop;
  }

  probingMove(pos: readonly number[], speed: number, _gcmd?: GCodeCommand): Promise<number[]> {
    return this.printer.lookupObject<PrinterHoming>("homing").probingMove(this, pos, speed);
  }

  // ---- commands ----

  private async cmdQuery(gcmd: GCodeCommand): Promise<void> {
    this.lastStatus = await this.state.getProbeState();
    gcmd.respondInfo(`Probe Status: ${this.lastStatus}`);
  }

  private cmdSet(gcmd: GCodeCommand): void {
    const auto = gcmd.getInt("AUTO_ATTACH_DETACH", { default: null });
    if (auto !== null) this.autoAttachDetach = auto === 1;
  }

  private async cmdMoveAvoidingDock(gcmd: GCodeCommand): Promise<void> {
    const [x, y] = this.toolhead().getPosition();
    const target = [gcmd.getFloat("X", { default: x! }), gcmd.getFloat("Y", { default: y! })];
    await this.moveAvoidingDock(target, gcmd.getFloat("SPEED", { default: this.travelSpeed, above: 0 }));
  }
}

/** Two or three numbers. @throws ConfigError */
function readPlace(config: ConfigSection, option: string, fallback?: Place): Place {
  const text = fallback === undefined ? config.get(option) : config.get(option, { default: null });
  if (text === null || text === "") return fallback!;
  const refuse = (why: string): Error => config.error(`Unable to parse ${option} in ${config.getName()}: ${why}`, option);
  const parts = text.split(",").map((part) => part.trim());
  const wrong = parts.find((part) => part === "" || !Number.isFinite(Number(part)));
  if (wrong !== undefined) throw refuse(`could not convert string to float: '${wrong}'`);
  if (parts.length < 2 || parts.length > 3) throw refuse("Invalid number of coordinates");
  const [x, y, z] = parts.map(Number) as [number, number, number | undefined];
  return [x, y, z ?? null];
}

export function loadConfig(config: ConfigSection): DockableProbe {
  const probe = new DockableProbe(config);
  config.getPrinter().addObject("probe", new PrinterProbe(config, probe, { fetchesProbe: true }));
  return probe;
}
