/**
 * `[mixing_extruder]`: several feeders push into one nozzle, each a share of the filament that g-code asks for. A share is a longer rotation distance: a feeder
 * with share s turns s of what it would turn alone. A feeder without a share is taken off the extruder's motion. Shares sum up to 1.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError } from "../errors.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { ExtruderStepper } from "../motion/extruder-stepper.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Toolhead } from "../motion/surface.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Trapq } from "../steps/trapq.js";
import { mixingPresets, sharesOf } from "./mixing-shares.js";

/** A feeder, and what it is without mixing. */
interface Feeder {
  readonly source: ExtruderStepper;
  readonly rotationDistance: number;
  readonly trapq: Trapq | null;
}

export class MixingExtruder {
  readonly printer: Printer;
  readonly extruderName: string;
  private readonly stepperNames: readonly string[];
  private readonly presets: readonly (readonly number[])[];
  private feeders: readonly Feeder[] = [];
  private shares: readonly number[];
  private isEnabled = false;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.stepperNames = config.get("steppers", { default: "" }).split(",").map((name) => name.trim()).filter((name) => name !== "");
    if (this.stepperNames.length === 0) throw new ConfigError("No steppers configured for mixing");
    this.extruderName = config.get("extruder_name", { default: this.stepperNames[0]! });
    this.presets = mixingPresets(this.stepperNames.length);
    this.shares = this.presets[0]!;
    this.printer.registerEventHandler("klippy:connect", () => this.handleConnect());
    this.printer.lookupObject<GCodeDispatch>("gcode").registerCommand("SET_MIXING_EXTRUDER", (gcmd) => this.cmdSetMixing(gcmd), { desc: "Set scale on stepper" });
  }

  /** By now every extruder_stepper follows what its section names. */
  private handleConnect(): void {
    this.feeders = this.stepperNames.map((name) => {
      const owner = this.printer.lookupObject<{ extruderStepper?: ExtruderStepper | null } | null>(`extruder_stepper ${name}`, null)
        ?? this.printer.lookupObject<{ extruderStepper?: ExtruderStepper | null } | null>(name, null);
      const source = owner?.extruderStepper ?? null;
      if (source === null) throw new ConfigError(`'${name}' in steppers of mixing_extruder is neither an extruder with a stepper nor an extruder_stepper`);
      return { source, rotationDistance: source.stepper.getRotationDistance()[0], trapq: source.stepper.getTrapq() };
    });
  }

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private percent(digits: (share: string) => string): string {
    return this.shares.map((share) => digits(formatFixed(share * 100, 1))).join(",");
  }

  private ticks(): string {
    return this.feeders.map(({ source }) => source.stepper.getMcuPosition()).join(",");
  }

  getStatus(_eventTime: number): { mixing: string; ticks: string } {
    return { mixing: this.percent((share) => share), ticks: this.ticks() };
  }

  private cmdSetMixing(gcmd: GCodeCommand): void {
    const factors = gcmd.get("FACTORS", { default: null });
    const preset = gcmd.get("PRESET", { default: null });
    if (factors === null && preset === null && gcmd.get("ENABLE", { default: null }) === null) {
      this.report(gcmd);
      return;
    }
    const number = gcmd.getInt("PRESET", { default: 0, minval: 0 });
    const isWanted = gcmd.getInt("ENABLE", { default: 1, minval: 0, maxval: 1 }) === 1;
    // Shares that are not to be used are checked, and forgotten.
    const given = factors !== null ? sharesOf(factors, this.feeders.length, (message) => gcmd.error(message)) : undefined;
    if (!isWanted) {
      this.release();
      return;
    }
    // As in Kalico, ENABLE=1 alone is the preset 0: all alike, whatever was mixed before.
    this.shares = given ?? this.presets[number] ?? this.presets[0]!;
    this.apply();
  }

  /**
   * Shares hold for all steps that are not generated yet. As in Kalico only a feeder that begins or ceases to follow flushes them: moves that are still in the
   * look-ahead are fed by the new shares, and only an M400 before gives them the old ones.
   */
  private apply(): void {
    this.isEnabled = true;
    for (const [i, { source, rotationDistance }] of this.feeders.entries()) {
      const share = this.shares[i]!;
      const follows = source.stepper.getTrapq() !== null;
      if (share === 0) {
        if (follows) source.syncToExtruder(null);
        continue;
      }
      if (!follows) source.syncToExtruder(this.extruderName);
      source.setRotationDistance(rotationDistance / share);
    }
  }

  private release(): void {
    this.toolhead().flushStepGeneration();
    this.isEnabled = false;
    for (const { source, rotationDistance, trapq } of this.feeders) {
      source.setRotationDistance(rotationDistance);
      source.stepper.setTrapq(trapq);
    }
  }

  private report(gcmd: GCodeCommand): void {
    gcmd.respondInfo([
      `mixing ${this.isEnabled ? "enabled" : "disabled"}`,
      `mixing ${this.percent((share) => `${share}%`)}`,
      `mixing ${this.ticks()}`,
      `mixing ${this.stepperNames.join(",")}`,
    ].join("\n"));
  }
}

export const loadConfig = (config: ConfigSection): MixingExtruder => new MixingExtruder(config);
