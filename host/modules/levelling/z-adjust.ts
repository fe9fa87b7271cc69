/**
 * What the modules that level by several z motors have in common: moving each motor by a way of its own, deciding on another pass of probing, and
 * remembering that it was done. Heights mm, speeds mm/s.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { ConfigError } from "../../errors.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { McuStepper } from "../../motion/stepper.js";
import type { Toolhead } from "../../motion/surface.js";
import type { Printer } from "../../printer/printer-surface.js";

/** Moves the z motors against each other. */
export class ZAdjustHelper {
  readonly printer: Printer;
  readonly name: string;
  zSteppers: McuStepper[] = [];

  /** `zCount`: how many z motors the section has data for; null: any number from two on. */
  constructor(config: ConfigSection, zCount: number | null) {
    this.printer = config.getPrinter();
    this.name = config.getName();
    this.printer.registerEventHandler("klippy:connect", () => {
      this.zSteppers = this.toolhead().getKinematics().getSteppers().filter((stepper) => stepper.isActiveAxis("z"));
      const found = this.zSteppers.length;
      if (zCount !== null && found !== zCount) throw new ConfigError(`${this.name} z_positions needs exactly ${found} items`);
      if (found < 2) throw new ConfigError(`${this.name} requires multiple z steppers`);
    });
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  /**
   * Lowers the gantry at each motor by its adjustment, mm. All motors hang on one axis, so that they go up in turns: alone the one that has the longest way
   * up, then with it the next, … The last one stays where it is, and the heights count from there.
   */
  async adjustSteppers(adjustments: readonly number[], speed: number): Promise<void> {
    const toolhead = this.toolhead();
    const report = this.zSteppers.map((stepper, i) => `${stepper.getName()} = ${formatFixed(adjustments[i]!, 6)}`);
    this.printer.lookupObject<GCodeDispatch>("gcode").respondInfo(["Making the following Z adjustments:", ...report].join("\n"));
    const ladder = this.zSteppers.map((stepper, i) => ({ stepper, height: -adjustments[i]! })).sort((a, b) => a.height - b.height);
    const lowest = ladder[0]!.height;
    const connect = (stepper: McuStepper): void => {
      toolhead.flushStepGeneration();
      stepper.setTrapq(toolhead.getTrapq());
    };
    toolhead.flushStepGeneration();
    for (const { stepper } of ladder) stepper.setTrapq(null);
    const position = toolhead.getPosition();
    const base = position[2]! - lowest;
    try {
      for (const [rung, { stepper }] of ladder.entries()) {
        connect(stepper);
        const next = ladder[rung + 1];
        if (next === undefined) break;
        position[2] = base + next.height;
        await toolhead.move(position, speed);
        toolhead.setPosition(position);
      }
    } catch (error) {
      this.printer.log("error", "ZAdjustHelper adjust_steppers", error);
      for (const { stepper } of ladder) connect(stepper);
      throw error;
    }
    position[2] = position[2]! + lowest;
    toolhead.setPosition(position);
  }
}

/** What becomes of a pass of probing: the range of its heights, mm, asks for another. */
export type PassResult = "done" | number;

/** Whether the motors stand as they were levelled. */
export class ZAdjustStatus {
  applied = false;

  constructor(printer: Printer) {
    printer.registerEventHandler("stepper_enable:motor_off", () => this.reset());
  }

  checkRetryResult(result: PassResult): PassResult {
    if (result === "done") this.applied = true;
    return result;
  }

  reset(): void {
    this.applied = false;
  }

  getStatus(_eventTime: number): { applied: boolean } {
    return { applied: this.applied };
  }
}

/** Asks for passes until the heights are within the tolerance; gives up when there were too many, or it becomes worse twice. */
export class RetryHelper {
  readonly gcode: GCodeDispatch;
  readonly valueLabel: string = "Probed points range";
  maxRetries = 0;
  retryTolerance = 0;
  increasingThreshold = 0;
  currentRetry = 0;
  private readonly defaults: { retries: number; tolerance: number; threshold: number };
  private readonly errorMsgExtra: string;
  private previous = 0;
  private increasing = 0;

  constructor(config: ConfigSection, errorMsgExtra = "") {
    this.gcode = config.getPrinter().lookupObject<GCodeDispatch>("gcode");
    this.errorMsgExtra = errorMsgExtra;
    this.defaults = {
      retries: config.getInt("retries", { default: 0, minval: 0 }),
      tolerance: config.getFloat("retry_tolerance", { default: 0, above: 0 }),
      threshold: config.getFloat("increasing_threshold", { default: 0.0000001, above: 0 }),
    };
  }

  start(gcmd: GCodeCommand): void {
    const { retries, tolerance, threshold } = this.defaults;
    this.maxRetries = gcmd.getInt("RETRIES", { default: retries, minval: 0, maxval: 30 });
    this.retryTolerance = gcmd.getFloat("RETRY_TOLERANCE", { default: tolerance, minval: 0, maxval: 1 });
    this.increasingThreshold = gcmd.getFloat("INCREASING_THRESHOLD", { default: threshold, above: 0 });
    this.currentRetry = 0;
    this.previous = 0;
    this.increasing = 0;
  }

  /** True when the range grew twice, not made up for by a pass in which it did not. */
  private isDiverging(range: number): boolean {
    const hasGrown = this.previous !== 0 && range > this.previous + this.increasingThreshold;
    this.increasing = hasGrown ? this.increasing + 1 : Math.max(0, this.increasing - 1);
    this.previous = range;
    return this.increasing > 1;
  }

  /** @throws CommandError when there is to be no further pass although the heights differ too much */
  checkRetry(heights: readonly number[]): PassResult {
    if (this.maxRetries === 0) return "done";
    const range = Number(formatFixed(Math.max(...heights) - Math.min(...heights), 6));
    this.gcode.respondInfo(
      `Retries: ${this.currentRetry}/${this.maxRetries} ${this.valueLabel}: ${formatFixed(range, 6)} tolerance: ${formatFixed(this.retryTolerance, 6)}`,
    );
    if (this.isDiverging(range)) throw this.gcode.error(`Retries aborting: ${this.valueLabel} is increasing. ${this.errorMsgExtra}`);
    if (range <= this.retryTolerance) return "done";
    this.currentRetry += 1;
    if (this.currentRetry > this.maxRetries) throw this.gcode.error("Too many retries");
    return range;
  }
}
