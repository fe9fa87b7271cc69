/**
 * `[skew_correction]`: makes up for axes that are not square to each other. The skew of a plane is the tangent of the angle that is missing,
 * found from the diagonals AC and BD and the side AD of a printed parallelogram, mm. A transform of moves; profiles are kept in the
 * configuration as [skew_correction NAME].
 */
import type { ConfigSection } from "../config/config-section.js";
import { pyFloat, pyFloatStr, pyStrip } from "../config/python-text.js";
import type { PrinterConfig } from "../config/printer-config.js";
import type { GCodeDispatch, MaybePromise } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Printer } from "../printer/printer-surface.js";
import type { GCodeMove, MoveTarget } from "./gcode-move.js";

/** Skew of the planes xy, xz, yz. */
export interface Skew {
  readonly xy: number;
  readonly xz: number;
  readonly yz: number;
}

const PLANES = ["xy", "xz", "yz"] as const;
const NO_SKEW: Skew = { xy: 0, xz: 0, yz: 0 };

/** Skew of a parallelogram by its diagonals and one side, mm. @throws Error when no parallelogram has these lengths */
export function skewFactor(ac: number, bd: number, ad: number): number {
  // Parallelogram law: the squares of the diagonals add up to those of all sides.
  const otherSide = Math.sqrt(2 * ac * ac + 2 * bd * bd - 4 * ad * ad) / 2;
  const cornerAngle = Math.acos((ac * ac - otherSide * otherSide - ad * ad) / (2 * otherSide * ad));
  if (Number.isNaN(cornerAngle)) throw new Error("math domain error");
  return Math.tan(Math.PI / 2 - cornerAngle);
}

/** Where the axes have to go for the tool head to be at `position`. */
export function skewed([x, y, z, ...rest]: readonly number[], { xy, xz, yz }: Skew): number[] {
  return [x! - y! * xy - z! * (xz - xy * yz), y! - z! * yz, z!, ...rest];
}

/** Where the tool head is when the axes are at `position`. */
export function unskewed([x, y, z, ...rest]: readonly number[], { xy, xz, yz }: Skew): number[] {
  return [x! + y! * xy + z! * xz, y! + z! * yz, z!, ...rest];
}

const describe = (factor: number): string =>
  `Skew: ${formatFixed(factor, 6)} radians, ${formatFixed((factor * 180) / Math.PI, 2)} degrees`;

export class PrinterSkew implements MoveTarget {
  readonly printer: Printer;
  readonly name: string;
  currentProfileName = "";
  private skew: Skew = NO_SKEW;
  private readonly profiles = new Map<string, Skew>();
  private next!: MoveTarget;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName();
    for (const section of config.getPrefixSections(this.name)) {
      const profile = section.getName();
      if (profile === this.name) continue;
      const [xy, xz, yz] = PLANES.map((plane) => section.getFloat(`${plane}_skew`)) as [number, number, number];
      this.profiles.set(profile.slice(profile.indexOf(" ") + 1), { xy, xz, yz });
    }
    this.printer.registerEventHandler("klippy:connect", () => {
      this.next = this.gcodeMove().setMoveTransform(this, { force: true });
    });
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("GET_CURRENT_SKEW", (gcmd) => this.cmdGetCurrent(gcmd), { desc: "Report current printer skew" });
    gcode.registerCommand("CALC_MEASURED_SKEW", (gcmd) => this.cmdCalcMeasured(gcmd), { desc: "Calculate skew from measured print" });
    gcode.registerCommand("SET_SKEW", (gcmd) => this.cmdSet(gcmd), { desc: "Set skew based on lengths of measured object" });
    gcode.registerCommand("SKEW_PROFILE", (gcmd) => this.cmdProfile(gcmd), { desc: "Profile management for skew_correction" });
  }

  private gcodeMove(): GCodeMove {
    return this.printer.lookupObject<GCodeMove>("gcode_move");
  }

  getPosition(): number[] {
    return unskewed(this.next.getPosition(), this.skew);
  }

  move(newPosition: number[], speed: number): MaybePromise {
    return this.next.move(skewed(newPosition, this.skew), speed);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { current_profile_name: this.currentProfileName };
  }

  private update(skew: Skew): void {
    this.skew = skew;
    this.gcodeMove().resetLastPosition();
  }

  private cmdGetCurrent(gcmd: GCodeCommand): void {
    const planes = PLANES.map((plane) => `\n${plane.toUpperCase()} ${describe(this.skew[plane])}`);
    gcmd.respondInfo(`Current Printer Skew:${planes.join("")}`);
  }

  private cmdCalcMeasured(gcmd: GCodeCommand): void {
    const [ac, bd, ad] = ["AC", "BD", "AD"].map((length) => gcmd.getFloat(length, { above: 0 })) as [number, number, number];
    gcmd.respondInfo(`Calculated ${describe(skewFactor(ac, bd, ad))}`);
  }

  /** Planes that are not named keep their skew; the new one applies from the next move on. */
  private cmdSet(gcmd: GCodeCommand): void {
    if (gcmd.getInt("CLEAR", { default: 0 })) {
      this.update(NO_SKEW);
      return;
    }
    for (const plane of PLANES) {
      const text = gcmd.get(plane.toUpperCase(), { default: null });
      if (text === null) continue;
      const [ac, bd, ad] = readLengths(text) ?? [];
      if (ac === undefined || bd === undefined || ad === undefined) {
        throw gcmd.error(`skew_correction: improperly formatted entry for plane [${plane.toUpperCase()}]\n${gcmd.getCommandline()}`);
      }
      this.skew = { ...this.skew, [plane]: skewFactor(ac, bd, ad) };
    }
  }

  private cmdProfile(gcmd: GCodeCommand): void {
    const named = (action: string): string | null => gcmd.get(action, { default: null });
    const load = named("LOAD");
    if (load !== null) {
      this.loadProfile(gcmd, load);
      return;
    }
    const save = named("SAVE");
    if (save !== null) {
      this.saveProfile(gcmd, save);
      return;
    }
    const remove = named("REMOVE");
    if (remove !== null) this.removeProfile(gcmd, remove);
  }

  private loadProfile(gcmd: GCodeCommand, name: string): void {
    this.currentProfileName = name;
    const profile = this.profiles.get(name);
    if (profile === undefined) gcmd.respondInfo(`skew_correction:  Load failed, unknown profile [${name}]`);
    else this.update(profile);
  }

  private saveProfile(gcmd: GCodeCommand, name: string): void {
    const configfile = this.printer.lookupObject<PrinterConfig>("configfile");
    for (const plane of PLANES) configfile.set(`${this.name} ${name}`, `${plane}_skew`, pyFloatStr(this.skew[plane]));
    this.profiles.set(name, this.skew);
    gcmd.respondInfo(
      `Skew Correction state has been saved to profile [${name}]\n` +
        "for the current session.  The SAVE_CONFIG command will\nupdate the printer config file and restart the printer.",
    );
  }

  private removeProfile(gcmd: GCodeCommand, name: string): void {
    if (!this.profiles.delete(name)) {
      gcmd.respondInfo(`skew_correction: No profile named [${name}] to remove`);
      return;
    }
    this.printer.lookupObject<PrinterConfig>("configfile").removeSection(`skew_correction ${name}`);
    gcmd.respondInfo(
      `Profile [${name}] removed from storage for this session.\n` +
        "The SAVE_CONFIG command will update the printer\nconfiguration and restart the printer",
    );
  }
}

/** Three numbers separated by commas, or undefined. */
function readLengths(text: string): number[] | undefined {
  try {
    const lengths = text.split(",").map((word) => pyFloat(pyStrip(word)));
    return lengths.length === 3 ? lengths : undefined;
  } catch {
    return undefined;
  }
}

export function loadConfig(config: ConfigSection): PrinterSkew {
  return new PrinterSkew(config);
}
