/**
 * `[firmware_retraction]`: G10 pulls the filament back and lifts the nozzle, G11 undoes it. The lift is a transform of moves, so that g-code does not see it and
 * moves in between stay lifted. What G10 did is what G11 undoes, whatever was set meanwhile. Lengths mm, speeds mm/s.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch, MaybePromise } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Toolhead } from "../motion/surface.js";
import type { Printer } from "../printer/printer-surface.js";
import type { GCodeMove, MoveTarget } from "./gcode-move.js";

/** Share of the largest z speed at which the nozzle is lifted. */
const HOP_SPEED_SHARE = 0.8;
/** The lift ends this much below the end of the z axis, mm. */
const MAX_Z_MARGIN = 0.1;

interface Settings {
  length: number;
  speed: number;
  extraLength: number;
  unretractSpeed: number;
  hopHeight: number;
}

const five = (value: number): string => formatFixed(value, 5);
const pyBool = (value: boolean): string => (value ? "True" : "False");

export class FirmwareRetraction implements MoveTarget {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  isRetracted = false;
  private readonly configured: Readonly<Settings>;
  private settings: Settings;
  private readonly clearHopOnZMoves: boolean;
  private readonly hopSpeed: number;
  /** Height by which moves are lifted now. */
  private hop = 0;
  /** What G11 is to push forward, and how fast. */
  private unretract = { length: 0, speed: 0 };
  private next!: MoveTarget;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.configured = {
      length: config.getFloat("retract_length", { default: 0, minval: 0 }),
      speed: config.getFloat("retract_speed", { default: 20, minval: 1 }),
      extraLength: config.getFloat("unretract_extra_length", { default: 0, minval: 0 }),
      unretractSpeed: config.getFloat("unretract_speed", { default: 10, minval: 1 }),
      hopHeight: config.getFloat("z_hop_height", { default: 0, minval: 0 }),
    };
    this.settings = { ...this.configured };
    this.clearHopOnZMoves = config.getBoolean("clear_zhop_on_z_moves", { default: false });
    const printerSection = config.getSection("printer");
    const maxVelocity = printerSection.getFloat("max_velocity");
    this.hopSpeed = HOP_SPEED_SHARE * printerSection.getFloat("max_z_velocity", { default: maxVelocity });
    this.printer.registerEventHandler("klippy:ready", () => {
      this.next = this.gcodeMove().setMoveTransform(this, { force: true });
    });
    for (const event of ["homing:homing_move_begin", "stepper_enable:motor_off"]) this.printer.registerEventHandler(event, () => this.dropHop());
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("SET_RETRACTION", (gcmd) => this.cmdSet(gcmd), { desc: "Set firmware retraction parameters" });
    this.gcode.registerCommand("GET_RETRACTION", (gcmd) => this.cmdGet(gcmd), { desc: "Report firmware retraction parameters and states" });
    this.gcode.registerCommand("CLEAR_RETRACTION", (gcmd) => this.cmdClear(gcmd), { desc: "Clear retraction state without retract move if enabled" });
    this.gcode.registerCommand("RESET_RETRACTION", () => this.cmdReset(), { desc: "Reset retraction parameters to default values" });
    this.gcode.registerCommand("G10", (gcmd) => this.cmdG10(gcmd));
    this.gcode.registerCommand("G11", (gcmd) => this.cmdG11(gcmd));
  }

  private gcodeMove(): GCodeMove {
    return this.printer.lookupObject<GCodeMove>("gcode_move");
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    const { length, speed, extraLength, unretractSpeed, hopHeight } = this.settings;
    return {
      retract_length: length,
      retract_speed: speed,
      unretract_extra_length: extraLength,
      unretract_speed: unretractSpeed,
      z_hop_height: hopHeight,
      unretract_length: length + extraLength,
      retract_state: this.isRetracted,
      zhop_state: this.hop > 0,
    };
  }

  // ── The transform ─────────────────────────────────────────────────────────────────────────────

  getPosition(): number[] {
    const [x, y, z, ...rest] = this.next.getPosition();
    return [x!, y!, z! - this.hop, ...rest];
  }

  move(newPosition: number[], speed: number): MaybePromise {
    const [x, y, z, ...rest] = newPosition;
    if (this.clearHopOnZMoves && this.hop > 0 && z !== this.getPosition()[2]) this.dropHop();
    return this.next.move([x!, y!, z! + this.hop, ...rest], speed);
  }

  /** The lift is undone with the next move. */
  private dropHop(): void {
    this.hop = 0;
  }

  /** Lifts (or with 0 lowers) the nozzle where it is. */
  private async moveHop(height: number): Promise<void> {
    const [x, y, z, ...rest] = this.getPosition();
    await this.next.move([x!, y!, z! + height, ...rest], this.hopSpeed * this.speedShare());
    this.hop = height;
  }

  // ── Commands ──────────────────────────────────────────────────────────────────────────────────

  /** The override of M220. */
  private speedShare(): number {
    return this.gcodeMove().speedFactor * 60;
  }

  /** Moves filament as G1 would: overrides of speed and extrusion count. */
  private async moveFilament(length: number, speed: number): Promise<void> {
    if (length === 0) return;
    const gcodeMove = this.gcodeMove();
    gcodeMove.lastPosition[3]! += length * gcodeMove.extrudeFactor;
    await gcodeMove.moveWithTransform!.move([...gcodeMove.lastPosition], speed * this.speedShare());
  }

  /** The height as far as there is room above. */
  private roomFor(gcmd: GCodeCommand, height: number): number {
    const { axis_maximum: maximum } = this.printer.lookupObject<Toolhead>("toolhead").getKinematics().getStatus(0) as { axis_maximum: readonly number[] };
    const room = maximum[2]! - MAX_Z_MARGIN - this.getPosition()[2]!;
    if (height <= room) return height;
    const limited = Math.max(0, room);
    gcmd.respondInfo(`firmware_retraction : z_hop is limited to ${five(limited)}`);
    return limited;
  }

  private async cmdG10(gcmd: GCodeCommand): Promise<void> {
    const { length, speed, extraLength, unretractSpeed, hopHeight } = this.settings;
    if (length === 0 && hopHeight === 0) {
      gcmd.respondInfo("Retraction length and z_hop zero. Firmware retraction disabled. G10 Command ignored!");
      return;
    }
    if (this.isRetracted) return;
    await this.moveFilament(-length, speed);
    if (hopHeight > 0) await this.moveHop(this.roomFor(gcmd, hopHeight));
    this.unretract = { length: length + extraLength, speed: unretractSpeed };
    this.isRetracted = true;
  }

  private async cmdG11(gcmd: GCodeCommand): Promise<void> {
    if (!this.isRetracted) return;
    if (this.unretract.length === 0 && this.hop === 0) {
      gcmd.respondInfo("Retraction length and z_hop zero. Firmware retraction disabled. G11 Command ignored!");
    }
    if (this.hop > 0) await this.moveHop(0);
    await this.moveFilament(this.unretract.length, this.unretract.speed);
    this.isRetracted = false;
  }

  private cmdSet(gcmd: GCodeCommand): void {
    const { length, speed, extraLength, unretractSpeed, hopHeight } = this.settings;
    this.settings = {
      length: gcmd.getFloat("RETRACT_LENGTH", { default: length, minval: 0 }),
      speed: gcmd.getFloat("RETRACT_SPEED", { default: speed, minval: 1 }),
      extraLength: gcmd.getFloat("UNRETRACT_EXTRA_LENGTH", { default: extraLength, minval: -1 }),
      unretractSpeed: gcmd.getFloat("UNRETRACT_SPEED", { default: unretractSpeed, minval: 1 }),
      hopHeight: gcmd.getFloat("Z_HOP_HEIGHT", { default: hopHeight, minval: 0 }),
    };
  }

  private cmdGet(gcmd: GCodeCommand): void {
    const { length, speed, extraLength, unretractSpeed, hopHeight } = this.settings;
    gcmd.respondInfo(
      `RETRACT_LENGTH=${five(length)} RETRACT_SPEED=${five(speed)} UNRETRACT_EXTRA_LENGTH=${five(extraLength)} UNRETRACT_SPEED=${five(unretractSpeed)} ` +
        ` Z_HOP_HEIGHT=${five(hopHeight)}  RETRACT_STATE=${pyBool(this.isRetracted)}  ZHOP_STATE=${pyBool(this.hop > 0)}`,
    );
  }

  private cmdClear(gcmd: GCodeCommand): void {
    this.dropHop();
    this.isRetracted = false;
    gcmd.respondInfo("Retraction was cleared. zhop is undone on next move.");
  }

  private cmdReset(): void {
    this.settings = { ...this.configured };
  }
}

export function loadConfig(config: ConfigSection): FirmwareRetraction {
  return new FirmwareRetraction(config);
}
