/**
 * The stepper of an extruder, or one that is only synchronised to an extruder's motion: pressure advance,
 * rotation distance and the motion queue it follows. Advance in s, smooth time in s.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { extruderKinematics, setPressureAdvance } from "../steps/stepper-steps.js";
import type { Trapq } from "../steps/trapq.js";
import { formatFixed } from "./format-fixed.js";
import { dangerOptions, type Gcode, type GcodeCommand } from "./ports.js";
import { PrinterStepper, type McuStepper } from "./stepper.js";
import type { Toolhead } from "./surface.js";

/** An extruder as a stepper that follows it sees it. */
interface MotionSource {
  readonly isExtruder: true;
  readonly lastPosition: number;
  getTrapq(): Trapq;
}

export class ExtruderStepper {
  readonly printer: Printer;
  readonly name: string;
  readonly stepper: McuStepper;
  /** The pressure advance travels with each move, so that a change applies from the next move on. */
  readonly perMovePressureAdvance: boolean;
  pressureAdvance = 0;
  pressureAdvanceSmoothTime = 0;
  motionQueue: string | null = null;
  private readonly configAdvance: number;
  private readonly configSmoothTime: number;
  private readonly kinematics = extruderKinematics();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.configAdvance = config.getFloat("pressure_advance", { default: 0, minval: 0 });
    this.configSmoothTime = config.getFloat("pressure_advance_smooth_time", {
      default: 0.04,
      above: 0,
      maxval: dangerOptions(this.printer).overridePressureAdvanceSmoothTimeMax,
    });
    this.perMovePressureAdvance = config.getBoolean("per_move_pressure_advance", { default: false });
    this.stepper = PrinterStepper(config);
    this.stepper.setStepperKinematics(this.kinematics);
    this.printer.registerEventHandler("klippy:connect", () => this.handleConnect());
    this.registerCommands(this.printer.lookupObject<Gcode>("gcode"));
  }

  private registerCommands(gcode: Gcode): void {
    const desc = "Set pressure advance parameters";
    if (this.name === "extruder") {
      gcode.registerMuxCommand("SET_PRESSURE_ADVANCE", "EXTRUDER", null, (gcmd) => this.cmdDefaultSetPressureAdvance(gcmd), { desc });
    }
    gcode.registerMuxCommand("SET_PRESSURE_ADVANCE", "EXTRUDER", this.name, (gcmd) => this.cmdSetPressureAdvance(gcmd), { desc });
    gcode.registerMuxCommand("SET_EXTRUDER_ROTATION_DISTANCE", "EXTRUDER", this.name, (gcmd) => this.cmdSetRotationDistance(gcmd), {
      desc: "Set extruder rotation distance",
    });
    gcode.registerMuxCommand("SYNC_EXTRUDER_MOTION", "EXTRUDER", this.name, (gcmd) => this.cmdSyncExtruderMotion(gcmd), {
      desc: "Set extruder stepper motion queue",
    });
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private handleConnect(): void {
    this.toolhead().registerStepGenerator(this.stepper.generateSteps);
    this.setPressureAdvance(this.configAdvance, this.configSmoothTime);
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return {
      pressure_advance: this.pressureAdvance,
      smooth_time: this.pressureAdvanceSmoothTime,
      motion_queue: this.motionQueue,
    };
  }

  /** Filament position, mm, at a print time within the last 30 s. */
  findPastPosition(printTime: number): number {
    return this.stepper.mcuToCommandedPosition(this.stepper.getPastMcuPosition(printTime));
  }

  /** Follows the motion of the named extruder from now on; an empty name: of none. @throws CommandError */
  syncToExtruder(extruderName: string | null): void {
    this.toolhead().flushStepGeneration();
    const name = extruderName ? extruderName : null;
    this.follow(name === null ? null : this.motionOf(name));
    this.motionQueue = name;
  }

  private motionOf(extruderName: string): MotionSource {
    const extruder = this.printer.lookupObject<Partial<MotionSource> | null>(extruderName, null);
    if (extruder?.isExtruder !== true) throw new CommandError(`'${extruderName}' is not a valid extruder.`);
    return extruder as MotionSource;
  }

  private follow(source: MotionSource | null): void {
    if (source !== null) this.stepper.setPosition([source.lastPosition, 0, 0]);
    this.stepper.setTrapq(source?.getTrapq() ?? null);
  }

  setRotationDistance(rotationDist: number): void {
    this.stepper.setRotationDistance(rotationDist);
  }

  /** Steps per rotation: the value that the stepper keeps second. */
  getRotationDistance(): number {
    return this.stepper.getRotationDistance()[1];
  }

  /** Sets the advance, s; brings the toolhead to a stop. A smooth time counts only while there is an advance. */
  setPressureAdvance(pressureAdvance: number, smoothTime: number): void {
    const [before, after] = [[this.pressureAdvance, this.pressureAdvanceSmoothTime], [pressureAdvance, smoothTime]].map(windowOf) as [number, number];
    // Half of the window lies on either side of a step.
    this.toolhead().noteStepGenerationScanTime(after * 0.5, { oldDelay: before * 0.5 });
    setPressureAdvance(this.kinematics, pressureAdvance, after);
    this.pressureAdvance = pressureAdvance;
    this.pressureAdvanceSmoothTime = smoothTime;
  }

  private cmdDefaultSetPressureAdvance(gcmd: GcodeCommand): void {
    const extruder = this.toolhead().getExtruder() as unknown as { extruderStepper?: ExtruderStepper | null; getTrapq(): Trapq };
    const active = extruder.extruderStepper ?? null;
    if (active === null) throw gcmd.error("Active extruder does not have a stepper");
    if (active.stepper.getTrapq() !== extruder.getTrapq()) throw gcmd.error("Unable to infer active extruder stepper");
    active.cmdSetPressureAdvance(gcmd);
  }

  cmdSetPressureAdvance(gcmd: GcodeCommand): void {
    const options = dangerOptions(this.printer);
    const advance = gcmd.getFloat("ADVANCE", { default: this.pressureAdvance, minval: 0 });
    const smoothTime = gcmd.getFloat("SMOOTH_TIME", {
      default: this.pressureAdvanceSmoothTime,
      minval: 0,
      maxval: options.overridePressureAdvanceSmoothTimeMax,
    });
    this.setPressureAdvance(advance, smoothTime);
    if (!options.logPressureAdvanceChanges) return;
    const message = [
      `pressure_advance: ${formatFixed(advance, 6)}`,
      `pressure_advance_smooth_time: ${formatFixed(smoothTime, 6)}`,
    ];
    this.printer.setRolloverInfo(this.name, `${this.name}: ${message.join(" ")}`);
    gcmd.respondInfo(message.join("\n"), { log: false });
  }

  private cmdSetRotationDistance(gcmd: GcodeCommand): void {
    const requested = gcmd.getFloat("DISTANCE", { default: null });
    const origInvertDir = this.stepper.getDirInverted()[1];
    if (requested !== null) {
      if (requested === 0) throw gcmd.error("Rotation distance can not be zero");
      this.toolhead().flushStepGeneration();
      this.stepper.setRotationDistance(Math.abs(requested));
      // A negative distance turns the motor the other way.
      this.stepper.setDirInverted(requested < 0 ? !origInvertDir : origInvertDir);
    }
    const inverted = this.stepper.getDirInverted()[0] !== origInvertDir;
    const distance = requested === null ? this.stepper.getRotationDistance()[0] : Math.abs(requested);
    gcmd.respondInfo(`Extruder '${this.name}' rotation distance set to ${formatFixed(inverted ? -distance : distance, 6)}`);
  }

  private cmdSyncExtruderMotion(gcmd: GcodeCommand): void {
    const name = gcmd.get("MOTION_QUEUE");
    this.syncToExtruder(name);
    gcmd.respondInfo(`Extruder '${this.name}' now syncing with '${name}'`);
  }
}

/** The window, s, that steps are smoothed over. */
const windowOf = ([advance, smoothTime]: number[]): number => (advance ? smoothTime! : 0);

/** Section [extruder_stepper x]: a stepper that follows the extruder named in it. */
class SyncedExtruderStepper {
  readonly extruderStepper: ExtruderStepper;
  readonly extruderName: string;

  constructor(config: ConfigSection) {
    this.extruderStepper = new ExtruderStepper(config);
    this.extruderName = config.get("extruder");
    config.getPrinter().registerEventHandler("klippy:connect", () => this.extruderStepper.syncToExtruder(this.extruderName));
  }

  findPastPosition(printTime: number): number {
    return this.extruderStepper.findPastPosition(printTime);
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return this.extruderStepper.getStatus(eventTime);
  }
}

export function loadConfigPrefix(config: ConfigSection): unknown {
  return new SyncedExtruderStepper(config);
}
