/**
 * `[endstop_phase]`, `[endstop_phase <stepper>]`: a motor passes the same phase of its driver whenever its carriage is at the same place. A switch that is good to two
 * full steps says which cycle, the phase says where in it: homing gets as exact as a microstep. Positions mm; phases count microsteps, four full steps to a cycle.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError, ConfigError } from "../errors.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { Homing } from "../motion/homing.js";
import type { PrinterRail } from "../motion/rail.js";
import type { McuStepper } from "../motion/stepper.js";
import type { Printer } from "../printer/printer-surface.js";
import { alignedPosition, centredPhase, likeliestPhase, scalePhase } from "./phase-circle.js";
import { findPhaseDriver, TriggerPhases } from "./trigger-phases.js";

/** Full steps of one electrical cycle. */
const FULL_STEPS_PER_CYCLE = 4;

/** Corrects the homing of one stepper. */
export class EndstopPhase {
  readonly printer: Printer;
  readonly name: string;
  readonly phases: TriggerPhases;
  private readonly alignZero: boolean;
  private readonly accuracyMm: number | null;
  /** The phase that is expected at the trigger; null until one was seen. */
  private endstopPhase: number | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.name = config.getName().split(/\s+/)[1]!;
    const count = config.getSection(this.name).getInt("microsteps", { noteValid: false }) * FULL_STEPS_PER_CYCLE;
    this.phases = new TriggerPhases(this.name, count);
    this.printer.registerEventHandler("klippy:connect", () => { this.phases.driver = findPhaseDriver(this.printer, this.name); });
    this.printer.registerEventHandler("homing:home_rails_end", (homing: Homing, rails: PrinterRail[]) => this.adjust(homing, rails));
    this.printer.loadObject(config, "endstop_phase");
    const text = config.get("trigger_phase", { default: null });
    if (text !== null) {
      const [phase, of] = config.getIntList("trigger_phase", { sep: "/", count: 2 }) as readonly number[] as [number, number];
      if (phase >= of) throw new ConfigError(`Invalid trigger_phase '${text}'`);
      this.endstopPhase = scalePhase(phase, of, count);
    }
    this.alignZero = config.getBoolean("endstop_align_zero", { default: false });
    this.accuracyMm = config.getFloat("endstop_accuracy", { default: null, above: 0 });
  }

  /** How many phases the switch may be off. @throws CommandError when that does not tell one cycle from the next */
  private tolerance(stepper: McuStepper): number {
    const half = Math.floor(this.phases.phases / 2);
    if (this.accuracyMm === null) return half - 1;
    const tolerance = Math.ceil((this.accuracyMm * 0.5) / stepper.getStepDist());
    if (tolerance >= half) throw new CommandError(`Endstop for ${this.name} is not accurate enough for stepper phase adjustment`);
    return tolerance;
  }

  private adjust(homing: Homing, rails: readonly PrinterRail[]): void {
    const rail = rails.find((each) => each.getSteppers()[0]!.getName() === this.name);
    if (rail === undefined) return;
    const stepper = rail.getSteppers()[0]!;
    const phase = this.phases.note(homing.getTriggerPosition(this.name));
    if (this.endstopPhase === null) {
      this.printer.log("info", `Setting ${this.name} endstop phase to ${phase}`);
      this.endstopPhase = phase;
    }
    const delta = centredPhase(phase - this.endstopPhase, this.phases.phases);
    // Batch input has no machine whose phases would stay.
    const isBatch = (this.printer.getStartArgs()["debugoutput"] ?? null) !== null;
    if (Math.abs(delta) > this.tolerance(stepper) && !isBatch) throw new CommandError(`Endstop ${this.name} incorrect phase (got ${phase} vs ${this.endstopPhase})`);
    const endstop = rail.getHomingInfo().positionEndstop;
    const aligned = this.alignZero ? alignedPosition(endstop, this.endstopPhase, this.phases.phases, stepper.getStepDist()) : endstop;
    homing.setStepperAdjustment(this.name, aligned - endstop + delta * stepper.getStepDist());
  }
}

/** Statistics of all homings, of steppers that have a section and of those whose driver tells its phase. */
export class EndstopPhases {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  /** By stepper; null for one that is not watched. */
  private readonly tracking = new Map<string, TriggerPhases | null>();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.printer.registerEventHandler("homing:home_rails_end", (homing: Homing, rails: PrinterRail[]) => this.handleHomed(homing, rails));
    this.gcode.registerCommand("ENDSTOP_PHASE_CALIBRATE", (gcmd) => this.cmdCalibrate(gcmd), { desc: "Calibrate stepper phase" });
  }

  private handleHomed(homing: Homing, rails: readonly PrinterRail[]): void {
    for (const name of rails.flatMap((rail) => rail.getSteppers()).map((stepper) => stepper.getName())) {
      const section = this.printer.lookupObject<EndstopPhase | null>(`endstop_phase ${name}`, null);
      if (section === null) this.watched(name)?.note(homing.getTriggerPosition(name));
      else this.tracking.set(name, section.phases);
    }
  }

  /** The phases of a stepper without a section, where its driver tells its phase. */
  private watched(name: string): TriggerPhases | null {
    let phases = this.tracking.get(name);
    if (phases === undefined) {
      const driver = findPhaseDriver(this.printer, name);
      phases = driver === undefined ? null : new TriggerPhases(name, driver.getPhaseOffset()[1], driver);
      this.tracking.set(name, phases);
    }
    return phases;
  }

  private all(): TriggerPhases[] {
    return [...this.tracking.values()].filter((phases) => phases !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private report({ name, counts, phases }: TriggerPhases): number {
    const { phase, first, last } = likeliestPhase(counts);
    this.gcode.respondInfo(`${name}: trigger_phase=${phase}/${phases} (range ${first} to ${last})`);
    return phase;
  }

  private cmdCalibrate(gcmd: GCodeCommand): void {
    const name = gcmd.get("STEPPER", { default: null });
    if (name === null) {
      const all = this.all();
      if (all.length === 0) gcmd.respondInfo("No steppers found. (Be sure to home at least once.)");
      for (const phases of all) this.report(phases);
      return;
    }
    const phases = this.tracking.get(name) ?? null;
    if (phases === null) throw gcmd.error(`Stats not available for stepper ${name}`);
    const value = `${this.report(phases)}/${phases.phases}`;
    this.printer.lookupObject<{ set(section: string, option: string, value: string): void }>("configfile").set(`endstop_phase ${name}`, "trigger_phase", value);
    gcmd.respondInfo("The SAVE_CONFIG command will update the printer config\nfile with these parameters and restart the printer.");
  }

  getStatus(_eventTime: number): { last_home: Record<string, unknown> } {
    return { last_home: Object.fromEntries(this.all().map(({ name, lastPhase, phases, lastMcuPosition }) => [name, { phase: lastPhase, phases, mcu_position: lastMcuPosition }])) };
  }
}

export const loadConfig = (config: ConfigSection): EndstopPhases => new EndstopPhases(config);
export const loadConfigPrefix = (config: ConfigSection): EndstopPhase => new EndstopPhase(config);
