/**
 * `[bed_tilt]`: follows a bed that is tilted, by a plane z = x·x_adjust + y·y_adjust + z_adjust, mm. A transform of moves. BED_TILT_CALIBRATE finds the
 * plane through probed points.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { PrinterConfig } from "../../config/printer-config.js";
import type { GCodeDispatch, MaybePromise } from "../../gcode/dispatch.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Printer } from "../../printer/printer-surface.js";
import type { GCodeMove, MoveTarget } from "../gcode-move.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import { bedPlane, heightOn } from "./plane.js";

const MIN_POINTS = 3;
const OPTIONS = ["x_adjust", "y_adjust", "z_adjust"] as const;

export class BedTilt implements MoveTarget {
  readonly printer: Printer;
  xAdjust: number;
  yAdjust: number;
  zAdjust: number;
  private next!: MoveTarget;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    [this.xAdjust, this.yAdjust, this.zAdjust] = OPTIONS.map((option) => config.getFloat(option, { default: 0 })) as [number, number, number];
    if (config.get("points", { default: null }) !== null) this.addCalibration(config);
    // The transform is put in place after everything that wants to stand behind it was loaded.
    this.printer.loadObject(config, "gcode_move");
    this.printer.registerEventHandler("klippy:connect", () => {
      this.next = this.gcodeMove().setMoveTransform(this);
    });
  }

  private gcodeMove(): GCodeMove {
    return this.printer.lookupObject<GCodeMove>("gcode_move");
  }

  private heightAt(x: number, y: number): number {
    return heightOn({ x: this.xAdjust, y: this.yAdjust, z: this.zAdjust }, x, y);
  }

  getPosition(): number[] {
    const [x, y, z, ...rest] = this.next.getPosition() as [number, number, number];
    return [x, y, z - this.heightAt(x, y), ...rest];
  }

  move([x, y, z, ...rest]: [number, number, number], speed: number): MaybePromise {
    return this.next.move([x, y, z + this.heightAt(x, y), ...rest], speed);
  }

  /** Follows another plane from now on, which SAVE_CONFIG will write. */
  updateAdjust(xAdjust: number, yAdjust: number, zAdjust: number): void {
    this.xAdjust = xAdjust;
    this.yAdjust = yAdjust;
    this.zAdjust = zAdjust;
    this.gcodeMove().resetLastPosition();
    const configfile = this.printer.lookupObject<PrinterConfig>("configfile");
    const values = [xAdjust, yAdjust, zAdjust];
    for (const [i, option] of OPTIONS.entries()) configfile.set("bed_tilt", option, formatFixed(values[i]!, 6));
  }

  private addCalibration(config: ConfigSection): void {
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const helper = new ProbePointsHelper(config, (offsets, points) => this.conclude(gcode, offsets, points));
    helper.minimumPoints(MIN_POINTS);
    gcode.registerCommand("BED_TILT_CALIBRATE", (gcmd) => helper.startProbe(gcmd), { desc: "Bed tilt calibration script" });
  }

  /** The nozzle stands at the points where a probe with these offsets triggers. */
  private conclude(gcode: GCodeDispatch, offsets: readonly number[], points: readonly (readonly number[])[]): void {
    const { x, y, z } = bedPlane(points, offsets, [this.xAdjust, this.yAdjust]);
    this.updateAdjust(x, y, z);
    const text = `x_adjust: ${formatFixed(x, 6)} y_adjust: ${formatFixed(y, 6)} z_adjust: ${formatFixed(z, 6)}`;
    this.printer.setRolloverInfo("bed_tilt", `bed_tilt: ${text}`);
    gcode.respondInfo(
      `${text}\nThe above parameters have been applied to the current\nsession. The SAVE_CONFIG command will update the printer\nconfig file and restart the printer.`,
    );
  }
}

export function loadConfig(config: ConfigSection): BedTilt {
  return new BedTilt(config);
}
