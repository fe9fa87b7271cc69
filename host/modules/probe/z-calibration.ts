/**
 * `[z_calibration]`: finds the offset of z for the nozzle and the surface that are used, with a probe whose switch can also be pressed
 * on the endstop of z. The nozzle and then the switch's body are brought onto the endstop, and the probe onto the bed; what lies between
 * is set as offset of g-code. Positions and heights mm, speeds mm/s.
 */
import { ConfigError, CommandError } from "../../errors.js";
import type { PrinterGCodeMacro, Template } from "../../gcode/gcode-macro.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { McuEndstop } from "../../mcu/endstop.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { PrinterHoming } from "../../motion/homing.js";
import type { Endstop, PrinterRail } from "../../motion/rail.js";
import type { Toolhead } from "../../motion/surface.js";
import type { QueryEndstops } from "../query-endstops.js";
import type { PrinterProbe } from "./printer-probe.js";
import { heightRange, meanPosition, medianPosition, spread } from "./samples.js";

/** Height, mm, at which moves are safe where the probe's offset does not tell. */
const SAFE_HEIGHT = 20;
const LEAST_SAFE_HEIGHT = 3;

type Site = readonly [x: number, y: number];
const three = (value: number): string => formatFixed(value, 3);

/** What a probe or the homing of z supplies where the section is silent. */
interface Settings {
  samples: number | null;
  tolerance: number | null;
  retries: number | null;
  samplesResult: string | null;
  liftSpeed: number | null;
  probingSpeed: number | null;
  secondSpeed: number | null;
  retractDist: number | null;
  positionMin: number | null;
}

export class ZCalibration {
  readonly printer: Printer;
  readonly name: string;
  readonly switchOffset: number;
  readonly maxDeviation: number | null;
  lastState = false;
  lastZOffset = 0;
  private readonly offsetMargins: readonly [low: number, high: number];
  private readonly speed: number;
  private readonly clearance: number | null;
  private safeZHeight: number | null;
  private readonly firstFast: boolean;
  private readonly given: Settings;
  private nozzleSite: Site | null;
  private switchSite: Site | null;
  private readonly switchOffsets: Site | null;
  private readonly configuredBedSite: Site | null;
  private readonly wiggleOffsets: Site | null;
  private readonly scripts: { start: Template; switch: Template; end: Template };
  private readonly gcode: GCodeDispatch;
  private readonly queryEndstops: QueryEndstops;
  private zEndstop!: Endstop;
  private probe!: PrinterProbe;
  /** The homed rail of z. */
  private rail: PrinterRail | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName();
    const optional = (option: string, bounds: { above?: number } = { above: 0 }): number | null => config.getFloat(option, { default: null, ...bounds });
    this.switchOffset = config.getFloat("switch_offset", { default: 0 });
    this.maxDeviation = optional("max_deviation");
    this.offsetMargins = readMargins(config);
    this.speed = config.getFloat("speed", { default: 50, above: 0 });
    this.clearance = optional("clearance");
    this.safeZHeight = optional("safe_z_height");
    this.given = {
      samples: config.getInt("samples", { default: null, minval: 1 }),
      tolerance: optional("samples_tolerance"),
      retries: config.getInt("samples_tolerance_retries", { default: null, minval: 0 }),
      samplesResult: config.getChoice<string | null>("samples_result", { none: null, median: "median", average: "average" }, { default: "none" }),
      liftSpeed: optional("lift_speed"),
      probingSpeed: optional("probing_speed"),
      secondSpeed: optional("probing_second_speed"),
      retractDist: optional("probing_retract_dist"),
      positionMin: optional("position_min", {}),
    };
    this.firstFast = config.getBoolean("probing_first_fast", { default: false });
    this.nozzleSite = readSite(config, "nozzle_xy_position");
    this.switchSite = readSite(config, "switch_xy_position");
    this.switchOffsets = readSite(config, "switch_xy_offsets");
    this.configuredBedSite = readSite(config, "bed_xy_position");
    this.wiggleOffsets = readSite(config, "wiggle_xy_offsets");
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    const script = (option: string): Template => macros.loadTemplate(config, option, "");
    this.scripts = { start: script("start_gcode"), switch: script("before_switch_gcode"), end: script("end_gcode") };
    this.queryEndstops = this.printer.loadObject<QueryEndstops>(config, "query_endstops");
    this.printer.registerEventHandler("klippy:connect", () => this.findParts());
    this.printer.registerEventHandler("homing:home_rails_end", (_homing: unknown, rails: PrinterRail[]) => this.noteHomed(rails));
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const add = (name: string, handler: (gcmd: GCodeCommand) => Promise<void> | void, desc: string): void => void this.gcode.registerCommand(name, handler, { desc });
    add("CALIBRATE_Z", (gcmd) => this.cmdCalibrateZ(gcmd), "Automatically calibrates the nozzle offset to the print surface");
    add("PROBE_Z_ACCURACY", (gcmd) => this.cmdProbeZAccuracy(gcmd), "Probe Z-Endstop accuracy at Nozzle-Endstop position");
    add("CALCULATE_SWITCH_OFFSET", (gcmd) => this.cmdCalculateSwitchOffset(gcmd), "Calculates a switch_offset based on the current z position");
  }

  private findParts(): void {
    for (const { endstop, name } of this.queryEndstops.endstops) {
      if (name !== "z") continue;
      if (!(endstop instanceof McuEndstop)) throw new ConfigError(`A virtual endstop for z is not supported for ${this.name}`);
      this.zEndstop = endstop as unknown as Endstop;
    }
    const safe = this.printer.lookupObject<{ homeXPos: number; homeYPos: number } | null>("safe_z_home", null);
    this.nozzleSite ??= safe === null ? null : [safe.homeXPos, safe.homeYPos];
    if (this.nozzleSite === null) throw new ConfigError(`No nozzle position configured for ${this.name}`);
    const [x, y] = this.nozzleSite;
    this.switchSite ??= this.switchOffsets === null ? null : [x + this.switchOffsets[0], y + this.switchOffsets[1]];
    if (this.switchSite === null) throw new ConfigError(`No switch position configured for ${this.name}`);
    const probe = this.printer.lookupObject<PrinterProbe | null>("probe", null);
    if (probe === null) throw new ConfigError(`A probe is needed for ${this.name}`);
    this.probe = probe;
    this.safeZHeight ??= 2 * probe.zOffset;
    if (this.safeZHeight < LEAST_SAFE_HEIGHT) this.safeZHeight = SAFE_HEIGHT;
  }

  private noteHomed(rails: readonly PrinterRail[]): void {
    this.rail = rails.find((rail) => rail.getSteppers()[0]!.isActiveAxis("z")) ?? this.rail;
  }

  /** The settings that apply. @throws CommandError before z is homed */
  private settings(gcmd: GCodeCommand): { [Name in keyof Settings]-?: NonNullable<Settings[Name]> } {
    const { rail, probe, given } = this;
    if (rail === undefined) throw gcmd.error("Must home axes first");
    return {
      samples: given.samples ?? probe.sampleCount,
      tolerance: given.tolerance ?? probe.samplesTolerance,
      retries: given.retries ?? probe.samplesRetries,
      samplesResult: given.samplesResult ?? probe.samplesResult,
      liftSpeed: given.liftSpeed ?? probe.liftSpeed,
      probingSpeed: given.probingSpeed ?? rail.homingSpeed,
      secondSpeed: given.secondSpeed ?? rail.secondHomingSpeed,
      retractDist: given.retractDist ?? rail.homingRetractDist,
      positionMin: given.positionMin ?? rail.positionMin,
    };
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { last_query: this.lastState, last_z_offset: this.lastZOffset };
  }

  // ---- moves ----

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private async move(coord: readonly (number | null)[], speed: number): Promise<void> {
    await this.toolhead().manualMove(coord, speed);
  }

  private async moveSafeZ(liftSpeed: number): Promise<void> {
    const z = this.toolhead().getPosition()[2]!;
    if (this.clearance !== null) {
      if (z < this.clearance) await this.move([null, null, z + this.clearance], liftSpeed);
    } else if (z < this.safeZHeight!) {
      await this.move([null, null, this.safeZHeight], liftSpeed);
    }
  }

  /** Moves down until the endstop triggers, and up again; where it did. */
  private async touch(gcmd: GCodeCommand, endstop: Endstop, speed: number, wiggles = false): Promise<number[]> {
    const { positionMin, retractDist, liftSpeed } = this.settings(gcmd);
    const target = this.toolhead().getPosition();
    target[2] = positionMin;
    const touched = await this.printer.lookupObject<PrinterHoming>("homing").probingMove(endstop, target, speed);
    const [x, y, z] = touched as [number, number, number];
    await this.move([null, null, z + retractDist], liftSpeed);
    if (wiggles && this.wiggleOffsets !== null) {
      await this.move([x + this.wiggleOffsets[0], y + this.wiggleOffsets[1], null], this.speed);
      await this.move([x, y, null], this.speed);
    }
    this.gcode.respondInfo(`probe at ${three(x)},${three(y)} is z=${formatFixed(z, 6)}`);
    return [x, y, z];
  }

  /** Height at which an endstop triggers at a place, of several touches. @throws CommandError */
  private async probeOnSite(gcmd: GCodeCommand, endstop: Endstop, site: Site, options: { checksProbe?: boolean; wiggles?: boolean } = {}): Promise<number> {
    const settings = this.settings(gcmd);
    await this.moveSafeZ(settings.liftSpeed);
    await this.move([...site, null], this.speed);
    if (options.checksProbe === true && (await this.probe.mcuProbe.queryEndstop(this.toolhead().getLastMoveTime()))) {
      throw new CommandError("Probe switch not closed - Probe not attached?");
    }
    if (this.firstFast) await this.touch(gcmd, endstop, settings.probingSpeed, options.wiggles);
    let positions: number[][] = [];
    for (let retries = 0; positions.length < settings.samples; ) {
      positions.push(await this.touch(gcmd, endstop, settings.secondSpeed, options.wiggles));
      if (heightRange(positions) <= settings.tolerance) continue;
      if (retries++ >= settings.retries) throw gcmd.error("Probe samples exceed tolerance");
      gcmd.respondInfo("Probe samples exceed tolerance. Retrying...");
      positions = [];
    }
    return (settings.samplesResult === "median" ? medianPosition(positions) : meanPosition(positions))[2]!;
  }

  // ---- commands ----

  private bedSite(gcmd: GCodeCommand): Site {
    const given = gcmd.get("BED_POSITION", { default: null });
    if (given !== null) return parseSite(given, "BED_POSITION", (message) => new ConfigError(message), this.name);
    const mesh = this.printer.lookupObject<{ bmc: { zeroRefPos: Site | null } } | null>("bed_mesh", null);
    const site = this.configuredBedSite ?? mesh?.bmc.zeroRefPos ?? null;
    if (site !== null) return site;
    throw gcmd.error(
      `Either use the BED_POSITION parameter, configure a bed_xy_position or define a mesh with a zero_reference_position for ${this.name}`,
    );
  }

  private async cmdCalibrateZ(gcmd: GCodeCommand): Promise<void> {
    this.settings(gcmd);
    const [bedX, bedY] = this.bedSite(gcmd);
    this.lastState = false;
    await this.scripts.start.runGcodeFromCommand();
    const nozzle = await this.probeOnSite(gcmd, this.zEndstop, this.nozzleSite!, { wiggles: true });
    await this.scripts.switch.runGcodeFromCommand();
    const body = await this.probeOnSite(gcmd, this.zEndstop, this.switchSite!, { checksProbe: true });
    const bed = await this.probeOnSite(gcmd, this.probe.mcuProbe, [bedX - this.probe.xOffset, bedY - this.probe.yOffset], { checksProbe: true });
    const offset = bed - (body - nozzle + this.switchOffset);
    this.report(gcmd, { nozzle, body, bed, offset });
    this.checkOffset(offset);
    await this.gcode.runScriptFromCommand("SET_GCODE_OFFSET Z=0");
    await this.gcode.runScriptFromCommand(`SET_GCODE_OFFSET Z_ADJUST=${offset}`);
    this.lastState = true;
    this.lastZOffset = offset;
    await this.scripts.end.runGcodeFromCommand();
  }

  private report(gcmd: GCodeCommand, { nozzle, body, bed, offset }: Record<"nozzle" | "body" | "bed" | "offset", number>): void {
    gcmd.respondInfo(
      `Z-CALIBRATION: probe=${three(bed)} - (switch=${three(body)} - nozzle=${three(nozzle)} + switch_offset=${three(this.switchOffset)})` +
        ` --> new offset=${formatFixed(offset, 6)}`,
    );
    const { positionEndstop } = this.rail!;
    gcmd.respondInfo(
      `HINT: z position_endstop=${three(positionEndstop)} - offset=${formatFixed(offset, 6)} --> possible z position_endstop=${three(positionEndstop - offset)}`,
    );
  }

  private checkOffset(offset: number): void {
    const [low, high] = this.offsetMargins;
    if (this.maxDeviation !== null) {
      if (Math.abs(offset) > this.maxDeviation) {
        throw new CommandError(`Offset is greater than allowed: offset=${three(offset)} > max_deviation=${three(this.maxDeviation)}`);
      }
    } else if (offset < low || offset > high) {
      throw new CommandError(`Offset ${three(offset)} is outside the configured range of min=${three(low)} and max=${three(high)}`);
    }
  }

  private async cmdProbeZAccuracy(gcmd: GCodeCommand): Promise<void> {
    const settings = this.settings(gcmd);
    const speed = gcmd.getFloat("PROBE_SPEED", { default: settings.secondSpeed, above: 0 });
    const liftSpeed = gcmd.getFloat("LIFT_SPEED", { default: settings.liftSpeed, above: 0 });
    const count = gcmd.getInt("SAMPLES", { default: settings.samples, minval: 1 });
    const retractDist = gcmd.getFloat("SAMPLE_RETRACT_DIST", { default: settings.retractDist, above: 0 });
    await this.moveSafeZ(liftSpeed);
    await this.move([...this.nozzleSite!, null], this.speed);
    const [x, y, z] = this.toolhead().getPosition().map(three);
    gcmd.respondInfo(
      `PROBE_ACCURACY at X:${x} Y:${y} Z:${z} (samples=${count} retract=${three(retractDist)}` +
        ` speed=${formatFixed(speed, 1)} lift_speed=${formatFixed(liftSpeed, 1)})\n`,
    );
    const positions: number[][] = [];
    while (positions.length < count) {
      const touched = await this.touch(gcmd, this.zEndstop, speed);
      positions.push(touched);
      await this.move([null, null, touched[2]! + retractDist], liftSpeed);
    }
    gcmd.respondInfo(`probe accuracy results: ${spread(positions)}`);
  }

  private cmdCalculateSwitchOffset(gcmd: GCodeCommand): void {
    const z = this.toolhead().getPosition()[2]!;
    const changed = this.switchOffset - (z - this.lastZOffset);
    gcmd.respondInfo(
      changed > 0
        ? `switch_offset=${three(this.switchOffset)} - (current_z=${three(z)} - z_offset=${three(this.lastZOffset)}) --> new switch_offset=${three(changed)}`
        : "The resulting switch offset is negative! Either the nozzle is still too far away or something else is wrong...",
    );
  }
}

function parseSite(text: string, name: string, error: (message: string) => Error, section: string): Site {
  const [x, y, ...rest] = text.split(",").map((part) => Number(part.trim() || NaN));
  if (rest.length > 0 || !Number.isFinite(x) || !Number.isFinite(y)) throw error(`Unable to parse ${name} in ${section}`);
  return [x!, y!];
}

function readSite(config: ConfigSection, option: string): Site | null {
  const text = config.get(option, { default: null });
  return text === null ? null : parseSite(text, option, (message) => config.error(message, option), config.getName());
}

/** Two limits, or one that holds for both directions. */
function readMargins(config: ConfigSection): readonly [low: number, high: number] {
  const option = "offset_margins";
  const parts = config.get(option, { default: "-1.0,1.0" }).split(",").map((part) => Number(part.trim() || NaN));
  if (parts.length > 2 || parts.some((part) => !Number.isFinite(part))) throw config.error(`Unable to parse ${option} in ${config.getName()}`, option);
  const [first, second] = parts as [number, number | undefined];
  return second === undefined ? [-Math.abs(first), Math.abs(first)] : [Math.min(first, second), Math.max(first, second)];
}

export function loadConfig(config: ConfigSection): ZCalibration {
  return new ZCalibration(config);
}
