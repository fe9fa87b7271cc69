/**
 * Object `tuning_tower`: while a test runs, sits between g-code and the toolhead and changes one parameter
 * with the height of the print.
 */
import type { ConfigSection } from "../config/config-section.js";
import { formatFixed } from "./format-fixed.js";
import type { Gcode, GcodeCommand, GcodeMove, MaybePromise, MoveTransform } from "./ports.js";

/** Extruding this much lower, mm, than before ends the test: a new print has begun. */
const CANCEL_Z_DELTA = 2;
const BEFORE_FIRST_LAYER = -99999999.9;

export class TuningTower implements MoveTransform {
  private readonly gcode: Gcode;
  private readonly gcodeMove: GcodeMove;
  private normalTransform: MoveTransform | null = null;
  private lastPosition: number[] = [0, 0, 0, 0];
  private lastZ = 0;
  private start = 0;
  private factor = 0;
  private band = 0;
  private stepDelta = 0;
  private stepHeight = 0;
  private skip = 0;
  private lastCommandValue: number | null = null;
  private formatCommand: (value: string) => string = (value) => value;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.gcodeMove = printer.loadObject<GcodeMove>(config, "gcode_move");
    this.gcode = printer.lookupObject<Gcode>("gcode");
    this.gcode.registerCommand("TUNING_TOWER", (gcmd) => this.cmdTuningTower(gcmd), {
      desc: "Tool to adjust a parameter at each Z height",
    });
  }

  private cmdTuningTower(gcmd: GcodeCommand): void {
    if (this.normalTransform !== null) this.endTest();
    const command = gcmd.get("COMMAND");
    const parameter = gcmd.get("PARAMETER");
    this.start = gcmd.getFloat("START", { default: 0 });
    this.factor = gcmd.getFloat("FACTOR", { default: 0 });
    this.band = gcmd.getFloat("BAND", { default: 0, minval: 0 });
    this.stepDelta = gcmd.getFloat("STEP_DELTA", { default: 0 });
    this.stepHeight = gcmd.getFloat("STEP_HEIGHT", { default: 0, minval: 0 });
    this.skip = gcmd.getFloat("SKIP", { default: 0, minval: 0 });
    if (this.factor && (this.stepHeight || this.stepDelta)) {
      throw gcmd.error("Cannot specify both FACTOR and STEP_DELTA/STEP_HEIGHT");
    }
    if ((this.stepDelta !== 0) !== (this.stepHeight !== 0)) {
      throw gcmd.error("Must specify both STEP_DELTA and STEP_HEIGHT");
    }
    const separator = this.gcode.isTraditionalGcode(command) ? "" : "=";
    this.formatCommand = (value) => `${command} ${parameter}${separator}${value}`;
    this.normalTransform = this.gcodeMove.setMoveTransform(this, { force: true });
    this.lastZ = BEFORE_FIRST_LAYER;
    this.lastCommandValue = null;
    this.getPosition();
    gcmd.respondInfo(`Starting tuning test (${this.describe()})`);
  }

  private describe(): string {
    const parts: [string, number][] = [["start", this.start]];
    if (this.factor) {
      parts.push(["factor", this.factor]);
      if (this.band) parts.push(["band", this.band]);
    } else {
      parts.push(["step_delta", this.stepDelta], ["step_height", this.stepHeight]);
    }
    if (this.skip) parts.push(["skip", this.skip]);
    return parts.map(([name, value]) => `${name}=${formatFixed(value, 6)}`).join(" ");
  }

  getPosition(): number[] {
    const pos = this.normalTransform!.getPosition();
    this.lastPosition = [...pos];
    return pos;
  }

  /** Value of the parameter at height `z`, mm. */
  calcValue(z: number): number {
    let height = this.skip ? Math.max(0, z - this.skip) : z;
    if (this.stepHeight) return this.start + this.stepDelta * Math.floor(height / this.stepHeight);
    if (this.band) height = (Math.floor(height / this.band) + 0.5) * this.band;
    return this.start + height * this.factor;
  }

  move(newPos: number[], speed: number): MaybePromise {
    const transform = this.normalTransform!;
    const last = this.lastPosition;
    const travels = newPos[0] !== last[0] || newPos[1] !== last[1] || newPos[2] !== last[2];
    let update: MaybePromise = undefined;
    if (newPos[3]! > last[3]! && newPos[2] !== this.lastZ && travels) {
      if (newPos[2]! < this.lastZ - CANCEL_Z_DELTA) this.endTest();
      else update = this.updateParameter(newPos[2]!);
    }
    const forward = (): MaybePromise => {
      this.lastPosition = [...newPos];
      return transform.move(newPos, speed);
    };
    return update === undefined ? forward() : update.then(forward);
  }

  private updateParameter(z: number): MaybePromise {
    const value = this.calcValue(this.gcodeMove.getStatus().gcode_position.z);
    this.lastZ = z;
    if (value === this.lastCommandValue) return;
    this.lastCommandValue = value;
    return this.gcode.runScriptFromCommand(this.formatCommand(formatFixed(value, 9)));
  }

  private endTest(): void {
    this.gcode.respondInfo("Ending tuning test mode");
    this.gcodeMove.setMoveTransform(this.normalTransform!, { force: true });
    this.normalTransform = null;
  }

  isActive(): boolean {
    return this.normalTransform !== null;
  }
}

export function loadConfig(config: ConfigSection): TuningTower {
  return new TuningTower(config);
}
