/**
 * A rail: one axis (or tower) with its steppers, its endstops, its range and how it is homed.
 * Distances mm, speeds mm/s, accelerations mm/s².
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { Completion } from "../reactor/completion.js";
import type { Trapq } from "../steps/trapq.js";
import { PrinterStepper, StepperError, type McuStepper, type TmcCurrentHelper } from "./stepper.js";

/** What a rail and a homing move need of an endstop: a pin of a micro-controller or a virtual one. */
export interface Endstop {
  addStepper(stepper: McuStepper): void;
  getSteppers(): McuStepper[];
  /** Starts watching; the completion is done when the switch triggers or the watch ends. */
  homeStart(
    printTime: number,
    sampleTime: number,
    sampleCount: number,
    restTime: number,
    options?: { triggered?: boolean },
  ): Completion<unknown> | Promise<Completion<unknown>>;
  /** Print time of the trigger, 0 when there was none. */
  homeWait(homeEndTime: number): Promise<number>;
  queryEndstop(printTime: number): Promise<number | boolean>;
  /** Virtual endstops know their position. */
  getPositionEndstop?(): number;
}

export type NamedEndstop = readonly [endstop: Endstop, name: string];

export interface HomingInfo {
  readonly speed: number;
  readonly positionEndstop: number;
  readonly retractSpeed: number;
  readonly retractDist: number;
  readonly positiveDir: boolean;
  readonly secondHomingSpeed: number;
  readonly useSensorlessHoming: boolean;
  /** A homing move over less than this repeats the approach, mm. */
  readonly minHomeDist: number;
  readonly accel: number | null;
}

export interface RailOptions {
  needPositionMinmax?: boolean;
  defaultPositionEndstop?: number | null;
  unitsInRadians?: boolean;
}

export class PrinterRail {
  readonly stepperUnitsInRadians: boolean;
  readonly steppers: McuStepper[] = [];
  readonly endstops: NamedEndstop[] = [];
  positionEndstop: number;
  positionMin: number;
  positionMax: number;
  readonly useSensorlessHoming: boolean;
  homingSpeed: number;
  secondHomingSpeed: number;
  homingRetractSpeed: number;
  homingRetractDist: number;
  minHomeDist: number;
  homingAccel: number | null;
  readonly homingPositiveDir: boolean;
  private readonly endstopMap = new Map<string, { endstop: Endstop; invert: number; pullup: number }>();
  private tmcCurrentHelpers: (TmcCurrentHelper | null)[] | null = null;

  /** @throws ConfigError */
  constructor(config: ConfigSection, options: RailOptions = {}) {
    this.stepperUnitsInRadians = options.unitsInRadians ?? false;
    this.addExtraStepper(config);
    const section = config.getName();
    const endstop = this.endstops[0]![0];
    const defaultEndstop = options.defaultPositionEndstop ?? null;
    if (endstop.getPositionEndstop !== undefined) this.positionEndstop = endstop.getPositionEndstop();
    else if (defaultEndstop === null) this.positionEndstop = config.getFloat("position_endstop");
    else this.positionEndstop = config.getFloat("position_endstop", { default: defaultEndstop });
    const isVirtual = (config.get("endstop_pin", { default: null }) ?? "").includes(":virtual_endstop");
    if (options.needPositionMinmax ?? true) {
      this.positionMin = config.getFloat("position_min", { default: 0 });
      this.positionMax = config.getFloat("position_max", { above: this.positionMin });
    } else {
      this.positionMin = 0;
      this.positionMax = this.positionEndstop;
    }
    if (this.positionEndstop < this.positionMin || this.positionEndstop > this.positionMax) {
      throw new ConfigError(`position_endstop in section '${section}' must be between position_min and position_max`, {
        section,
        option: "position_endstop",
      });
    }
    this.useSensorlessHoming = config.getBoolean("use_sensorless_homing", { default: isVirtual });
    this.homingSpeed = config.getFloat("homing_speed", { default: 5, above: 0 });
    const secondSpeed = this.useSensorlessHoming ? this.homingSpeed : this.homingSpeed / 2;
    this.secondHomingSpeed = config.getFloat("second_homing_speed", { default: secondSpeed, above: 0 });
    this.homingRetractSpeed = config.getFloat("homing_retract_speed", { default: this.homingSpeed, above: 0 });
    this.homingRetractDist = config.getFloat("homing_retract_dist", { default: 5, minval: 0 });
    const positiveDir = config.getBoolean("homing_positive_dir", { default: null }) as boolean | null;
    this.minHomeDist = config.getFloat("min_home_dist", { default: this.homingRetractDist, minval: 0 });
    this.homingAccel = config.getFloat("homing_accel", { default: null, above: 0 });
    this.homingPositiveDir = this.checkHomingDirection(config, positiveDir);
  }

  /** The configured direction, or the end of the range that the endstop is nearest to. */
  private checkHomingDirection(config: ConfigSection, positiveDir: boolean | null): boolean {
    const section = config.getName();
    if (positiveDir === null) {
      const quarter = (this.positionMax - this.positionMin) / 4;
      if (this.positionEndstop <= this.positionMin + quarter) positiveDir = false;
      else if (this.positionEndstop >= this.positionMax - quarter) positiveDir = true;
      else {
        throw new ConfigError(`Unable to infer homing_positive_dir in section '${section}'`, {
          section,
          option: "homing_positive_dir",
        });
      }
      // Asked again so that the inferred value shows among the settings.
      config.getBoolean("homing_positive_dir", { default: positiveDir });
    } else if (this.positionEndstop === (positiveDir ? this.positionMin : this.positionMax)) {
      throw new ConfigError(`Invalid homing_positive_dir / position_endstop in '${section}'`, {
        section,
        option: "homing_positive_dir",
      });
    }
    return positiveDir;
  }

  getName(short: boolean | { short?: boolean } = false): string {
    return this.steppers[0]!.getName(short);
  }

  getCommandedPosition(): number {
    return this.steppers[0]!.getCommandedPosition();
  }

  calcPositionFromCoord(coord: readonly number[]): number {
    return this.steppers[0]!.calcPositionFromCoord(coord);
  }

  getTmcCurrentHelpers(): (TmcCurrentHelper | null)[] {
    this.tmcCurrentHelpers ??= this.steppers.map((stepper) => stepper.getTmcCurrentHelper());
    return this.tmcCurrentHelpers;
  }

  /** [position_min, position_max]. */
  getRange(): [number, number] {
    return [this.positionMin, this.positionMax];
  }

  getHomingInfo(): HomingInfo {
    return {
      speed: this.homingSpeed,
      positionEndstop: this.positionEndstop,
      retractSpeed: this.homingRetractSpeed,
      retractDist: this.homingRetractDist,
      positiveDir: this.homingPositiveDir,
      secondHomingSpeed: this.secondHomingSpeed,
      useSensorlessHoming: this.useSensorlessHoming,
      minHomeDist: this.minHomeDist,
      accel: this.homingAccel,
    };
  }

  getSteppers(): McuStepper[] {
    return this.steppers.slice();
  }

  getEndstops(): NamedEndstop[] {
    return this.endstops.slice();
  }

  /** Adds the stepper of another section; without an endstop_pin of its own it shares the rail's first endstop. */
  addExtraStepper(config: ConfigSection): void {
    const stepper = PrinterStepper(config, this.stepperUnitsInRadians);
    this.steppers.push(stepper);
    if (this.endstops.length > 0 && config.get("endstop_pin", { default: null }) === null) {
      this.endstops[0]![0].addStepper(stepper);
      return;
    }
    this.lookupEndstop(config, stepper).addStepper(stepper);
  }

  private lookupEndstop(config: ConfigSection, stepper: McuStepper): Endstop {
    const endstopPin = config.get("endstop_pin");
    const printer = config.getPrinter();
    const pins = printer.lookupObject<PrinterPins>("pins");
    const { chipName, pin, invert, pullup } = pins.parsePin(endstopPin, true, true);
    const pinName = `${chipName}:${pin}`;
    const known = this.endstopMap.get(pinName);
    if (known !== undefined) {
      if (invert !== known.invert || pullup !== known.pullup) {
        throw new StepperError(
          `Printer rail ${this.getName()} shared endstop pin ${pinName} must specify the same pullup/invert settings`,
        );
      }
      return known.endstop;
    }
    const endstop = pins.setupPin<Endstop>("endstop", endstopPin);
    this.endstopMap.set(pinName, { endstop, invert, pullup });
    const name = stepper.getName(true);
    this.endstops.push([endstop, name]);
    const query = printer.loadObject(config, "query_endstops") as { registerEndstop(endstop: Endstop, name: string): void };
    query.registerEndstop(endstop, name);
    return endstop;
  }

  setupItersolve(allocFunc: string, ...params: (string | number)[]): void {
    for (const stepper of this.steppers) stepper.setupItersolve(allocFunc, ...params);
  }

  readonly generateSteps = (flushTime: number): void => {
    for (const stepper of this.steppers) stepper.generateSteps(flushTime);
  };

  setTrapq(trapq: Trapq | null): void {
    for (const stepper of this.steppers) stepper.setTrapq(trapq);
  }

  setPosition(coord: readonly number[]): void {
    for (const stepper of this.steppers) stepper.setPosition(coord);
  }
}

/** A rail with the steppers of its section and of [<section>1], [<section>2], … as far as they exist. */
export function LookupMultiRail(config: ConfigSection, options: RailOptions = {}): PrinterRail {
  const rail = new PrinterRail(config, options);
  for (let i = 1; i < 99; i++) {
    const name = `${config.getName()}${i}`;
    if (!config.hasSection(name)) break;
    rail.addExtraStepper(config.getSection(name));
  }
  return rail;
}
