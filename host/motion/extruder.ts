/**
 * An extruder: its heater, the limits of its moves, and a trapq of its own in which x is the length of
 * filament, mm. A move's extrusion is its E ratio: mm of filament per mm of travel.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { Trapq } from "../steps/trapq.js";
import { ExtruderStepper } from "./extruder-stepper.js";
import { filamentShape, judgeExtrusion, type ExtrusionLimits } from "./extrusion-limits.js";
import { formatFixed } from "./format-fixed.js";
import type { Move } from "./move.js";
import type { Gcode, GcodeCommand, Heater, Heaters } from "./ports.js";
import type { Toolhead, ToolheadAxis } from "./surface.js";

export class PrinterExtruder implements ToolheadAxis, ExtrusionLimits {
  readonly isExtruder = true;
  readonly printer: Printer;
  readonly name: string;
  readonly heater: Heater;
  readonly extruderStepper: ExtruderStepper | null;
  /** Filament position, mm, at the end of the last planned move. */
  lastPosition = 0;
  readonly nozzleDiameter: number;
  /** Cross section of the filament, mm². */
  readonly filamentArea: number;
  /** Largest E ratio of a printing move. */
  readonly maxExtrudeRatio: number;
  maxEVelocity: number;
  maxEAccel: number;
  maxEDist: number;
  /** Sudden change of filament speed, mm/s, that is allowed at a corner. */
  instantCornerV: number;
  private readonly trapq = new Trapq();

  constructor(config: ConfigSection, extruderNum: number) {
    const printer = config.getPrinter();
    this.printer = printer;
    this.name = config.getName();
    this.heater = printer.loadObject<Heaters>(config, "heaters").setupHeater(config, `T${extruderNum}`);
    const { usualRatio, ...shape } = filamentShape(config);
    ({ nozzleDiameter: this.nozzleDiameter, filamentArea: this.filamentArea, maxExtrudeRatio: this.maxExtrudeRatio } = shape);
    printer.log("info", `Extruder max_extrude_ratio=${formatFixed(this.maxExtrudeRatio, 6)}`);
    const toolhead = printer.lookupObject<Toolhead>("toolhead");
    // By default filament alone is as fast as in the thickest line at the toolhead's limits.
    const [usualVelocity, usualAccel] = toolhead.getMaxVelocity().map((limit) => limit * usualRatio) as [number, number];
    this.maxEVelocity = config.getFloat("max_extrude_only_velocity", { default: usualVelocity, above: 0 });
    this.maxEAccel = config.getFloat("max_extrude_only_accel", { default: usualAccel, above: 0 });
    this.maxEDist = config.getFloat("max_extrude_only_distance", { default: 50, minval: 0 });
    this.instantCornerV = config.getFloat("instantaneous_corner_velocity", { default: 1, minval: 0 });
    this.extruderStepper = hasStepper(config) ? new ExtruderStepper(config) : null;
    this.extruderStepper?.stepper.setTrapq(this.trapq);
    this.registerCommands(toolhead, printer.lookupObject<Gcode>("gcode"));
  }

  private registerCommands(toolhead: Toolhead, gcode: Gcode): void {
    if (this.name === "extruder") {
      toolhead.setExtruder(this, 0);
      gcode.registerCommand("M104", (gcmd) => this.cmdM104(gcmd));
      gcode.registerCommand("M109", (gcmd) => this.cmdM104(gcmd, true));
      gcode.registerCommand("M302", (gcmd) => this.cmdM302(gcmd));
    }
    gcode.registerMuxCommand("ACTIVATE_EXTRUDER", "EXTRUDER", this.name, (gcmd) => this.cmdActivateExtruder(gcmd), {
      desc: "Change the active extruder",
    });
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return {
      ...this.heater.getStatus(eventTime),
      can_extrude: this.heater.canExtrude,
      ...this.extruderStepper?.getStatus(eventTime),
    };
  }

  getName(): string {
    return this.name;
  }

  getHeater(): Heater {
    return this.heater;
  }

  getTrapq(): Trapq {
    return this.trapq;
  }

  getAxisGcodeId(): string {
    return "E";
  }

  stats(eventTime: number): [boolean, string] {
    return this.heater.stats(eventTime);
  }

  /** Limits retractions and extrude-only moves. @throws CommandError when the extruder cannot do the move. */
  checkMove(move: Move, eaIndex: number): void {
    if (!this.heater.canExtrude) {
      throw new CommandError("Extrude below minimum temp\nSee the 'min_extrude_temp' config option for details");
    }
    const ratio = move.axesR[eaIndex]!;
    const isAlongXy = move.axesD[0] !== 0 || move.axesD[1] !== 0;
    const verdict = judgeExtrusion(this, { ratio, distance: move.axesD[eaIndex]!, isAlongXy });
    if (verdict.kind === "as it is") return;
    if (verdict.kind === "no faster than") return move.limitSpeed(verdict.velocity, verdict.accel);
    if (verdict.area !== undefined) {
      this.printer.log("debug", `Overextrude: ${ratio} vs ${this.maxExtrudeRatio} (area=${formatFixed(verdict.area, 3)} dist=${formatFixed(move.moveD, 3)})`);
    }
    throw new CommandError(verdict.lines.join("\n"));
  }

  calcJunction(prevMove: Move, move: Move, eaIndex: number): number {
    const change = move.axesR[eaIndex]! - prevMove.axesR[eaIndex]!;
    if (change === 0) return move.maxCruiseV2;
    const cornerV = this.instantCornerV / Math.abs(change);
    return cornerV * cornerV;
  }

  /** Queues the filament's part of a planned move; y carries the pressure advance, z says that it is to be used. */
  processMove(printTime: number, move: Move, eaIndex: number): void {
    const ratio = move.axesR[eaIndex]!;
    let advance = 0;
    let advancePerMove = 0;
    const stepper = this.extruderStepper;
    if (stepper !== null) {
      if (stepper.perMovePressureAdvance) advancePerMove = 1;
      if (ratio > 0 && (move.axesD[0] !== 0 || move.axesD[1] !== 0)) advance = stepper.pressureAdvance;
    }
    this.trapq.append(
      printTime, move.accelT, move.cruiseT, move.decelT,
      move.startPos[eaIndex]!, 0, 0, 1, advance, advancePerMove,
      move.startV * ratio, move.cruiseV * ratio, move.accel * ratio,
    );
    this.lastPosition = move.endPos[eaIndex]!;
  }

  findPastPosition(printTime: number): number {
    return this.extruderStepper?.findPastPosition(printTime) ?? 0;
  }

  private async cmdM104(gcmd: GcodeCommand, wait = false): Promise<void> {
    const celsius = gcmd.getFloat("S", { default: 0 });
    const index = gcmd.getInt("T", { default: null, minval: 0 });
    const extruder = this.lookupExtruder(index);
    if (extruder === null) {
      if (celsius <= 0) return;
      throw gcmd.error("Extruder not configured");
    }
    await this.printer.lookupObject<Heaters>("heaters").setTemperature(extruder.getHeater(), celsius, wait);
  }

  private cmdM302(gcmd: GcodeCommand): void {
    const index = gcmd.getInt("T", { default: null, minval: 0 });
    const extruder = this.lookupExtruder(index);
    // The text is that of an error with two arguments, as Kalico shows it.
    if (extruder === null) throw gcmd.error(`('Extruder%d not configured', (${index},))`);
    const heater = extruder.getHeater();
    const coldExtrude = gcmd.getInt("P", { default: null, minval: 0, maxval: 1 });
    const minExtrudeTemp = gcmd.getFloat("S", { default: null, minval: heater.minTemp, maxval: heater.maxTemp });
    heater.setColdExtrude(coldExtrude, minExtrudeTemp);
  }

  /** The extruder with that number (null: the active one); null when there is none. */
  private lookupExtruder(index: number | null): { getHeater(): Heater } | null {
    if (index === null) return this.printer.lookupObject<Toolhead>("toolhead").getExtruder() as unknown as { getHeater(): Heater };
    return this.printer.lookupObject<PrinterExtruder | null>(index === 0 ? "extruder" : `extruder${index}`, null);
  }

  private cmdActivateExtruder(gcmd: GcodeCommand): void {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    if (toolhead.getExtruder() === this) {
      gcmd.respondInfo(`Extruder ${this.name} already active`);
      return;
    }
    gcmd.respondInfo(`Activating extruder ${this.name}`);
    toolhead.flushStepGeneration();
    toolhead.setExtruder(this, this.lastPosition);
    this.printer.sendEvent("extruder:activate_extruder");
  }
}

function hasStepper(config: ConfigSection): boolean {
  return ["step_pin", "dir_pin", "rotation_distance"].some((option) => config.get(option, { default: null }) !== null);
}

/** Adds the extruders of [extruder], [extruder1], … as far as they are numbered without a gap. */
export function addExtruders(config: ConfigSection): void {
  const printer = config.getPrinter();
  for (let i = 0; i < 99; i++) {
    const section = i === 0 ? "extruder" : `extruder${i}`;
    if (!config.hasSection(section)) break;
    printer.addObject(section, new PrinterExtruder(config.getSection(section), i));
  }
}
