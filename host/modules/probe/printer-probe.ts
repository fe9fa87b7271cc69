/**
 * Object `probe`: measures the height of the bed under a sensor by moving down until it triggers, once or several
 * times; and the chip `probe`, whose pin `z_virtual_endstop` makes the sensor the endstop of Z. The sensor may be a
 * plugin's own. Positions mm, speeds mm/s.
 */
import { CommandError, PinError } from "../../errors.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import type { PinChip, PinParams, PrinterPins } from "../../mcu/pins.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { HomingMove } from "../../motion/homing-move.js";
import { ManualProbeHelper, verifyNoManualProbe } from "../../motion/manual-probe.js";
import type { PrinterRail } from "../../motion/rail.js";
import type { Toolhead } from "../../motion/surface.js";
import { RetrySession } from "./retry.js";
import { accuracyText, heightRange, meanPosition, medianPosition, readSampleOptions, readSampleParameters, type SampleParameters } from "./samples.js";
import type { McuProbe, Probe, ProbingResult } from "./surface.js";

const HINT_TIMEOUT = `
If the probe did not move far enough to trigger, then
consider reducing the Z axis minimum position so the probe
can travel further (the Z minimum position can be negative).
`;
const SAVE_HINT = "The SAVE_CONFIG command will update the printer config file\nwith the above and restart the printer.";

interface Compensation {
  getZCompensationValue(pos: readonly number[]): number;
}

export class PrinterProbe implements PinChip, Probe {
  readonly printer: Printer;
  readonly name: string;
  readonly mcuProbe: McuProbe;
  speed: number;
  liftSpeed: number;
  xOffset: number;
  yOffset: number;
  zOffset: number;
  dropFirstResult: boolean;
  sampleCount: number;
  sampleRetractDist: number;
  samplesResult: string;
  samplesTolerance: number;
  samplesRetries: number;
  /** Lowest height, mm, that a move may reach. */
  readonly zPosition: number;
  readonly retrySession: RetrySession;
  lastState: number | boolean = false;
  lastZResult = 0;
  multiProbePending = false;
  private probeCalibrateZ = 0;
  private readonly fetchesProbe: boolean;
  private readonly gcode: GCodeDispatch;

  /** `fetchesProbe`: the sensor moves the tool head to make itself ready, and wants to know whether it has to come back. */
  constructor(config: ConfigSection, mcuProbe: McuProbe, options: { fetchesProbe?: boolean } = {}) {
    this.printer = config.getPrinter();
    this.name = config.getName();
    this.mcuProbe = mcuProbe;
    this.fetchesProbe = options.fetchesProbe ?? false;
    this.speed = config.getFloat("speed", { default: 5, above: 0 });
    this.liftSpeed = config.getFloat("lift_speed", { default: this.speed, above: 0 });
    this.xOffset = config.getFloat("x_offset", { default: 0 });
    this.yOffset = config.getFloat("y_offset", { default: 0 });
    this.zOffset = config.getFloat("z_offset");
    this.dropFirstResult = config.getBoolean("drop_first_result", { default: false });
    this.zPosition = lowestHeight(config);
    const samples = readSampleOptions(config);
    this.sampleCount = samples.count;
    this.sampleRetractDist = samples.retractDist;
    this.samplesResult = samples.result;
    this.samplesTolerance = samples.tolerance;
    this.samplesRetries = samples.retries;
    this.retrySession = new RetrySession(config);
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.printer.loadObject(config, "gcode_move");
    this.printer.lookupObject<PrinterPins>("pins").registerChip("probe", this);
    this.followHoming();
    this.registerCommands();
  }

  private followHoming(): void {
    const { printer } = this;
    const isMine = (rails: readonly PrinterRail[]): boolean => rails.some((rail) => rail.getEndstops().some(([endstop]) => endstop === this.mcuProbe));
    printer.registerEventHandler("homing:homing_move_begin", async (move: HomingMove) => {
      if (move.getMcuEndstops().includes(this.mcuProbe)) await this.mcuProbe.probePrepare(move);
    });
    printer.registerEventHandler("homing:homing_move_end", async (move: HomingMove) => {
      if (move.getMcuEndstops().includes(this.mcuProbe)) await this.mcuProbe.probeFinish(move);
    });
    printer.registerEventHandler("homing:home_rails_begin", async (_homing: unknown, rails: PrinterRail[]) => {
      if (isMine(rails)) await this.multiProbeBegin(true);
    });
    printer.registerEventHandler("homing:home_rails_end", async (_homing: unknown, rails: PrinterRail[]) => {
      if (isMine(rails)) await this.multiProbeEnd();
    });
    printer.registerEventHandler("gcode:command_error", async () => {
      try {
        await this.multiProbeEnd();
      } catch (error) {
        printer.log("error", "Multi-probe end", error);
      }
    });
  }

  private registerCommands(): void {
    const add = (name: string, handler: (gcmd: GCodeCommand) => Promise<void> | void, desc: string): void =>
      void this.gcode.registerCommand(name, handler, { desc });
    add("PROBE", (gcmd) => this.cmdProbe(gcmd), "Probe Z-height at current XY position");
    add("QUERY_PROBE", (gcmd) => this.cmdQueryProbe(gcmd), "Return the status of the z-probe");
    add("PROBE_CALIBRATE", (gcmd) => this.cmdProbeCalibrate(gcmd), "Calibrate the probe's z_offset");
    add("PROBE_ACCURACY", (gcmd) => this.cmdProbeAccuracy(gcmd), "Probe Z-height accuracy at current XY position");
    add("Z_OFFSET_APPLY_PROBE", () => this.cmdZOffsetApplyProbe(), "Adjust the probe's z_offset");
  }

  /** `alwaysRestoreToolhead`: what is to be probed is where the tool head is now. */
  async multiProbeBegin(alwaysRestoreToolhead = false): Promise<void> {
    await (this.fetchesProbe ? this.mcuProbe.multiProbeBegin(alwaysRestoreToolhead) : this.mcuProbe.multiProbeBegin());
    this.multiProbePending = true;
  }

  async multiProbeEnd(): Promise<void> {
    if (!this.multiProbePending) return;
    this.multiProbePending = false;
    await this.mcuProbe.multiProbeEnd();
  }

  setupPin(pinType: string, pinParams: PinParams): McuProbe {
    if (pinType !== "endstop" || pinParams.pin !== "z_virtual_endstop") throw new PinError("Probe virtual endstop only useful as endstop pin");
    if (pinParams.invert !== 0 || pinParams.pullup !== 0) throw new PinError("Can not pullup/invert probe virtual endstop");
    return this.mcuProbe;
  }

  getLiftSpeed(gcmd: GCodeCommand | null = null): number {
    return gcmd === null ? this.liftSpeed : gcmd.getFloat("LIFT_SPEED", { default: this.liftSpeed, above: 0 });
  }

  /** From the nozzle to the probe, mm. */
  getOffsets(): [x: number, y: number, z: number] {
    return [this.xOffset, this.yOffset, this.zOffset];
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  /** One touch: where, and whether it was a good one. @throws CommandError */
  async probingMove(speed: number, gcmd: GCodeCommand): Promise<[position: number[], isGood: boolean]> {
    const toolhead = this.toolhead();
    const { homed_axes: homed } = toolhead.getKinematics().getStatus(this.printer.getReactor().monotonic()) as { homed_axes: string };
    if (!homed.includes("z")) throw new CommandError("Must home before probe");
    const target = toolhead.getPosition();
    target[2] = this.zPosition;
    let result: ProbingResult;
    try {
      result = await this.mcuProbe.probingMove(target, speed, gcmd);
    } catch (error) {
      if (!(error instanceof CommandError) || !error.message.includes("Timeout during endstop homing")) throw error;
      throw new CommandError(error.message + HINT_TIMEOUT);
    }
    const [position, isGood] = Array.isArray(result[0]) ? (result as [readonly number[], boolean]) : [result as readonly number[], true];
    const touched = [...position];
    const compensation = this.printer.lookupObject<Compensation | null>("axis_twist_compensation", null);
    if (compensation !== null) touched[2] = touched[2]! + compensation.getZCompensationValue(touched);
    const [x, y, z] = touched.map((part, axis) => formatFixed(part, axis === 2 ? 6 : 3));
    this.gcode.respondInfo(`probe at ${x},${y} is z=${z}`);
    return [touched.slice(0, 3), isGood];
  }

  private async move(coord: readonly (number | null)[], speed: number): Promise<void> {
    await this.toolhead().manualMove(coord, speed);
  }

  /** Touches until a touch counts, going up and maybe aside in between. */
  private async goodTouch(parameters: SampleParameters, session: RetrySession, gcmd: GCodeCommand): Promise<number[]> {
    for (;;) {
      const [position, isGood] = await this.probingMove(parameters.speed, gcmd);
      if (session.evaluateProbe(isGood)) return position;
      await this.move([null, null, position[2]! + parameters.retractDist], parameters.liftSpeed);
      await session.scrubNozzle();
      await this.move([...session.getProbePosition(), null], session.retryPolicy.speed);
    }
  }

  /** Touches the point under the probe as often as the section or the command says; the mean or median position. @throws CommandError */
  async runProbe(gcmd: GCodeCommand, retrySession: RetrySession | null = null): Promise<number[]> {
    const parameters = readSampleParameters(gcmd, this.sampleParameters(gcmd));
    const session = retrySession ?? this.retrySession;
    const ownsSession = retrySession === null;
    if (ownsSession) session.start(gcmd);
    const start = this.toolhead().getPosition();
    session.setPosition(start);
    const inSeries = this.multiProbePending;
    if (!inSeries) await this.multiProbeBegin(true);
    let positions: number[][] = [];
    let drops = this.dropFirstResult;
    let retries = 0;
    while (positions.length < parameters.count) {
      const position = await this.goodTouch(parameters, session, gcmd);
      if (drops) drops = false;
      else positions.push(position);
      if (positions.length > 0 && heightRange(positions) > parameters.tolerance) {
        if (retries >= parameters.retries) throw gcmd.error("Probe samples exceed samples_tolerance");
        gcmd.respondInfo("Probe samples exceed tolerance. Retrying...");
        retries++;
        positions = [];
      }
      if (positions.length < parameters.count) await this.move([start[0]!, start[1]!, position[2]! + parameters.retractDist], parameters.liftSpeed);
    }
    if (!inSeries) await this.multiProbeEnd();
    if (ownsSession) session.end();
    return parameters.result === "median" ? medianPosition(positions) : meanPosition(positions);
  }

  private sampleParameters(gcmd: GCodeCommand): SampleParameters {
    return {
      speed: this.speed, liftSpeed: this.getLiftSpeed(gcmd), count: this.sampleCount, retractDist: this.sampleRetractDist,
      tolerance: this.samplesTolerance, retries: this.samplesRetries, result: this.samplesResult,
    };
  }

  private async cmdProbe(gcmd: GCodeCommand): Promise<void> {
    const position = await this.runProbe(gcmd);
    gcmd.respondInfo(`Result is z=${formatFixed(position[2]!, 6)}`);
    this.lastZResult = position[2]!;
    if (gcmd.get("HOME", { default: "" }).toLowerCase() !== "z") return;
    const toolhead = this.toolhead();
    toolhead.getLastMoveTime();
    const here = toolhead.getPosition();
    here[2] = here[2]! - this.lastZResult;
    toolhead.setPosition(here, { homingAxes: "z" });
  }

  private async cmdQueryProbe(gcmd: GCodeCommand): Promise<void> {
    const state = await this.mcuProbe.queryEndstop(this.toolhead().getLastMoveTime());
    this.lastState = state;
    gcmd.respondInfo(`probe: ${state ? "TRIGGERED" : "open"}`);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { name: this.name, last_query: this.lastState, last_z_result: this.lastZResult };
  }

  private async cmdProbeAccuracy(gcmd: GCodeCommand): Promise<void> {
    const speed = gcmd.getFloat("PROBE_SPEED", { default: this.speed, above: 0 });
    const liftSpeed = this.getLiftSpeed(gcmd);
    const count = gcmd.getInt("SAMPLES", { default: 10, minval: 1 });
    const retractDist = gcmd.getFloat("SAMPLE_RETRACT_DIST", { default: this.sampleRetractDist, above: 0 });
    const [x, y, z] = this.toolhead().getPosition().map((part) => formatFixed(part, 3));
    gcmd.respondInfo(
      `PROBE_ACCURACY at X:${x} Y:${y} Z:${z} (samples=${count} retract=${formatFixed(retractDist, 3)}` +
        ` speed=${formatFixed(speed, 1)} lift_speed=${formatFixed(liftSpeed, 1)})\n`,
    );
    await this.multiProbeBegin(true);
    const positions: number[][] = [];
    let drops = this.dropFirstResult;
    while (positions.length < count) {
      const [position] = await this.probingMove(speed, gcmd);
      if (drops) drops = false;
      else positions.push(position);
      await this.move([null, null, position[2]! + retractDist], liftSpeed);
    }
    await this.multiProbeEnd();
    gcmd.respondInfo(accuracyText(positions));
  }

  private async cmdProbeCalibrate(gcmd: GCodeCommand): Promise<void> {
    verifyNoManualProbe(this.printer);
    const liftSpeed = this.getLiftSpeed(gcmd);
    const probed = await this.runProbe(gcmd);
    this.probeCalibrateZ = probed[2]!;
    await this.move([null, null, probed[2]! + 5], liftSpeed);
    await this.move([probed[0]! + this.xOffset, probed[1]! + this.yOffset, null], this.speed);
    new ManualProbeHelper(this.printer, gcmd, (kinPos) => this.probeCalibrateFinalize(kinPos));
  }

  private probeCalibrateFinalize(kinPos: readonly number[] | null): void {
    if (kinPos !== null) this.storeOffset(this.probeCalibrateZ - kinPos[2]!);
  }

  private cmdZOffsetApplyProbe(): void {
    const { homing_origin: origin } = this.printer.lookupObject<{ getStatus(): { homing_origin: { z: number } } }>("gcode_move").getStatus();
    if (origin.z === 0) this.gcode.respondInfo("Nothing to do: Z Offset is 0");
    else this.storeOffset(this.zOffset - origin.z);
  }

  private storeOffset(zOffset: number): void {
    this.gcode.respondInfo(`${this.name}: z_offset: ${formatFixed(zOffset, 3)}\n${SAVE_HINT}`);
    this.printer.lookupObject<{ set(section: string, option: string, value: string): void }>("configfile").set(this.name, "z_offset", formatFixed(zOffset, 3));
  }
}

function lowestHeight(config: ConfigSection): number {
  if (config.hasSection("stepper_z")) return config.getSection("stepper_z").getFloat("position_min", { default: 0, noteValid: false });
  return config.getSection("printer").getFloat("minimum_z_position", { default: 0, noteValid: false });
}
