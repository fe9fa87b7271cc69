/**
 * Object `manual_probe`: finds a Z height with the user as the probe, who lowers the nozzle step by step
 * (TESTZ) and accepts or aborts; and stores the result as the Z endstop's position. Heights in mm.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError, ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { formatFixed } from "./format-fixed.js";
import { commandedPositions } from "./homing-move.js";
import type { Gcode, GcodeCommand, GcodeMove, MaybePromise } from "./ports.js";
import type { Toolhead } from "./surface.js";

/** The nozzle comes from above, so that backlash is always the same. */
const Z_BOB_MINIMUM = 0.5;
const BISECT_MAX = 0.2;
const FAR_AWAY = 9999999999999.9;
const SAVE_CONFIG_HINT =
  "The SAVE_CONFIG command will update the printer config file\nwith the above and restart the printer.";

export interface ManualProbeStatus {
  is_active: boolean;
  z_position: number | null;
  z_position_lower: number | null;
  z_position_upper: number | null;
}

/** Gets the kinematic position, or null after an abort. May wait. */
export type ProbeFinalize = (kinPos: number[] | null) => MaybePromise<unknown>;

interface ConfigSetter {
  set(section: string, option: string, value: string): void;
}

export class ManualProbe {
  readonly printer: Printer;
  status: ManualProbeStatus = inactiveStatus();
  private readonly gcode: Gcode;
  private readonly gcodeMove: GcodeMove;
  private readonly zEndstop: number | null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<Gcode>("gcode");
    this.gcodeMove = this.printer.loadObject<GcodeMove>(config, "gcode_move");
    this.gcode.registerCommand("MANUAL_PROBE", (gcmd) => this.cmdManualProbe(gcmd), { desc: "Start manual probe helper script" });
    this.zEndstop = readEndstop(config, "stepper_z");
    const towers = ["stepper_a", "stepper_b", "stepper_c"].map((name) => [name, readEndstop(config, name)] as const);
    if (this.zEndstop !== null) {
      this.gcode.registerCommand("Z_ENDSTOP_CALIBRATE", (gcmd) => this.cmdZEndstopCalibrate(gcmd), { desc: "Calibrate a Z endstop" });
      this.registerOffsetApply([["stepper_z", this.zEndstop]]);
    }
    if (config.getSection("printer").get("kinematics") === "delta") {
      this.registerOffsetApply(towers.map(([name, endstop]) => [name, endstop!]));
    }
  }

  private registerOffsetApply(endstops: readonly (readonly [section: string, position: number])[]): void {
    this.gcode.registerCommand("Z_OFFSET_APPLY_ENDSTOP", () => this.applyOffset(endstops), {
      desc: "Adjust the z endstop_position",
    });
  }

  getStatus(_eventTime: number): ManualProbeStatus {
    return this.status;
  }

  resetStatus(): void {
    this.status = inactiveStatus();
  }

  private cmdManualProbe(gcmd: GcodeCommand): void {
    new ManualProbeHelper(this.printer, gcmd, (kinPos) => {
      if (kinPos !== null) this.gcode.respondInfo(`Z position is ${formatFixed(kinPos[2]!, 3)}`);
    });
  }

  private cmdZEndstopCalibrate(gcmd: GcodeCommand): void {
    new ManualProbeHelper(this.printer, gcmd, (kinPos) => {
      if (kinPos !== null) this.storeEndstops([["stepper_z", this.zEndstop! - kinPos[2]!]]);
    });
  }

  private applyOffset(endstops: readonly (readonly [string, number])[]): void {
    const offset = this.gcodeMove.getStatus().homing_origin.z;
    if (offset === 0) this.gcode.respondInfo("Nothing to do: Z Offset is 0");
    else this.storeEndstops(endstops.map(([section, position]) => [section, position - offset]));
  }

  private storeEndstops(endstops: readonly (readonly [string, number])[]): void {
    const lines = endstops.map(([section, position]) => `${section}: position_endstop: ${formatFixed(position, 3)}`);
    this.gcode.respondInfo([...lines, SAVE_CONFIG_HINT].join("\n"));
    const configfile = this.printer.lookupObject<ConfigSetter>("configfile");
    for (const [section, position] of endstops) configfile.set(section, "position_endstop", formatFixed(position, 3));
  }
}

function inactiveStatus(): ManualProbeStatus {
  return { is_active: false, z_position: null, z_position_lower: null, z_position_upper: null };
}

function readEndstop(config: ConfigSection, section: string): number | null {
  return config.getSection(section).getFloat("position_endstop", { default: null, noteValid: false });
}

/** @throws CommandError while a manual probe is in progress */
export function verifyNoManualProbe(printer: Printer): void {
  const gcode = printer.lookupObject<Gcode>("gcode");
  try {
    gcode.registerCommand("ACCEPT", () => undefined);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw gcode.error("Already in a manual Z probe. Use ABORT to abort it.");
  }
  gcode.registerCommand("ACCEPT", null);
}

/** One manual probe: from the command that starts it to ACCEPT or ABORT. */
export class ManualProbeHelper {
  private readonly gcode: Gcode;
  private readonly toolhead: Toolhead;
  private readonly manualProbe: ManualProbe;
  private readonly finalizeCallback: ProbeFinalize;
  private readonly speed: number;
  private readonly startPosition: number[];
  /** Heights that were tested, ascending. */
  private readonly pastPositions: number[] = [];

  constructor(printer: Printer, gcmd: GcodeCommand, finalizeCallback: ProbeFinalize) {
    this.finalizeCallback = finalizeCallback;
    this.gcode = printer.lookupObject<Gcode>("gcode");
    this.toolhead = printer.lookupObject<Toolhead>("toolhead");
    this.manualProbe = printer.lookupObject<ManualProbe>("manual_probe");
    this.speed = gcmd.getFloat("SPEED", { default: 5 });
    verifyNoManualProbe(printer);
    this.gcode.registerCommand("ACCEPT", (cmd) => this.cmdAccept(cmd), { desc: "Accept the current Z position" });
    this.gcode.registerCommand("NEXT", (cmd) => this.cmdAccept(cmd));
    this.gcode.registerCommand("ABORT", async () => void (await this.finalize(false)), { desc: "Abort manual Z probing tool" });
    this.gcode.registerCommand("TESTZ", (cmd) => this.cmdTestz(cmd), { desc: "Move to new Z height" });
    this.gcode.respondInfo(
      "Starting manual Z probe. Use TESTZ to adjust position.\nFinish with ACCEPT or ABORT command.",
    );
    this.startPosition = this.toolhead.getPosition();
    this.reportZStatus(null);
  }

  getKinematicsPos(): number[] {
    this.toolhead.flushStepGeneration();
    const kin = this.toolhead.getKinematics();
    return kin.calcPosition(commandedPositions(kin));
  }

  private async moveZ(z: number): Promise<void> {
    try {
      const bob = z + Z_BOB_MINIMUM;
      if (this.toolhead.getPosition()[2]! < bob) await this.toolhead.manualMove([null, null, bob], this.speed);
      await this.toolhead.manualMove([null, null, z], this.speed);
    } catch (error) {
      if (error instanceof CommandError) await this.finalize(false);
      throw error;
    }
  }

  /** Shows the height between its tested neighbours; `unchangedFrom`: the height it should differ from, or null. */
  private reportZStatus(unchangedFrom: number | null): void {
    const z = this.getKinematicsPos()[2]!;
    if (unchangedFrom !== null && z === unchangedFrom) {
      this.gcode.respondInfo("WARNING: No change in position (reached stepper resolution)");
    }
    const lower = this.pastPositions.filter((tested) => tested < z).at(-1) ?? null;
    const upper = this.pastPositions.find((tested) => tested > z) ?? null;
    this.manualProbe.status = { is_active: true, z_position: z, z_position_lower: lower, z_position_upper: upper };
    const text = (tested: number | null): string => (tested === null ? "??????" : formatFixed(tested, 3));
    this.gcode.respondInfo(`Z position: ${text(lower)} --> ${formatFixed(z, 3)} <-- ${text(upper)}`);
  }

  private async cmdAccept(gcmd: GcodeCommand): Promise<void> {
    const pos = this.toolhead.getPosition();
    const start = this.startPosition;
    if (pos[0] !== start[0] || pos[1] !== start[1] || pos[2]! >= start[2]!) {
      gcmd.respondInfo("Manual probe failed! Use TESTZ commands to position the\nnozzle prior to running ACCEPT.");
      await this.finalize(false);
      return;
    }
    await this.finalize(true);
  }

  private async cmdTestz(gcmd: GcodeCommand): Promise<void> {
    const z = this.getKinematicsPos()[2]!;
    const past = this.pastPositions;
    let index = past.findIndex((tested) => tested >= z);
    if (index < 0) index = past.length;
    if (past[index] !== z) past.splice(index, 0, z);
    const target = this.nextHeight(gcmd, z, past[index - 1], past[index + 1]);
    await this.moveZ(target);
    this.reportZStatus(target === z ? null : z);
  }

  /** "+" and "-" halve the way to the tested neighbour, "++" and "--" go there; at most 0.2 mm. */
  private nextHeight(gcmd: GcodeCommand, z: number, lower = -FAR_AWAY, upper = FAR_AWAY): number {
    switch (gcmd.get("Z")) {
      case "+":
        return Math.min((upper + z) / 2, z + BISECT_MAX);
      case "++":
        return Math.min(upper, z + BISECT_MAX);
      case "-":
        return Math.max((lower + z) / 2, z - BISECT_MAX);
      case "--":
        return Math.max(lower, z - BISECT_MAX);
      default:
        return z + gcmd.getFloat("Z");
    }
  }

  finalize(success: boolean): MaybePromise<unknown> {
    this.manualProbe.resetStatus();
    for (const command of ["ACCEPT", "NEXT", "ABORT", "TESTZ"]) this.gcode.registerCommand(command, null);
    return this.finalizeCallback(success ? this.getKinematicsPos() : null);
  }
}

export function loadConfig(config: ConfigSection): ManualProbe {
  return new ManualProbe(config);
}
