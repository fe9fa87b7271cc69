/**
 * `[z_tilt]`: Z_TILT_ADJUST probes a bed that stands on several z motors, fits a plane, and moves each motor so that the bed becomes level. Positions mm.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import { bedPlane, heightOn } from "./plane.js";
import { readPlaces } from "./places.js";
import { RetryHelper, ZAdjustHelper, ZAdjustStatus, type PassResult } from "./z-adjust.js";

const MIN_POINTS = 2;

export class ZTilt {
  /** Where the motors carry the bed, in the order of the motors. */
  readonly zPositions: readonly (readonly [x: number, y: number])[];
  readonly useAdjustments: boolean;
  readonly retryHelper: RetryHelper;
  readonly probeHelper: ProbePointsHelper;
  readonly zStatus: ZAdjustStatus;
  readonly zHelper: ZAdjustHelper;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.zPositions = readPlaces(config, "z_positions");
    this.useAdjustments = config.getBoolean("use_adjustments", { default: false });
    this.retryHelper = new RetryHelper(config);
    this.probeHelper = new ProbePointsHelper(config, (offsets, points) => this.conclude(offsets, points));
    this.probeHelper.minimumPoints(MIN_POINTS);
    this.zStatus = new ZAdjustStatus(printer);
    this.zHelper = new ZAdjustHelper(config, this.zPositions.length);
    printer.lookupObject<GCodeDispatch>("gcode").registerCommand("Z_TILT_ADJUST", (gcmd) => this.cmdZTiltAdjust(gcmd), { desc: "Adjust the Z tilt" });
  }

  getStatus(eventTime: number): { applied: boolean } {
    return this.zStatus.getStatus(eventTime);
  }

  private async cmdZTiltAdjust(gcmd: GCodeCommand): Promise<void> {
    this.zStatus.reset();
    this.retryHelper.start(gcmd);
    await this.probeHelper.startProbe(gcmd);
  }

  private async conclude(offsets: readonly number[], points: readonly (readonly number[])[]): Promise<PassResult> {
    const plane = bedPlane(points, offsets);
    const adjustments = this.zPositions.map(([x, y]) => heightOn(plane, x, y));
    await this.zHelper.adjustSteppers(adjustments, this.probeHelper.getLiftSpeed());
    return this.zStatus.checkRetryResult(this.retryHelper.checkRetry(this.useAdjustments ? adjustments : points.map((point) => point[2]!)));
  }
}

export function loadConfig(config: ConfigSection): ZTilt {
  return new ZTilt(config);
}
