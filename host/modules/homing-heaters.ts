/** `[homing_heaters]`: turns heaters off while an endstop or a probe is approached, for sensors that the heaters' currents disturb. */
import type { ConfigSection } from "../config/config-section.js";
import { pyRepr } from "../config/python-text.js";
import { ConfigError } from "../errors.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import type { HomingMove } from "../motion/homing-move.js";
import type { Toolhead } from "../motion/surface.js";
import type { Printer } from "../printer/printer-surface.js";

/** A tuple of strings as Python prints it. */
function tupleText(words: readonly string[]): string {
  return `(${words.map(pyRepr).join(", ")}${words.length === 1 ? "," : ""})`;
}

export class HomingHeaters {
  readonly printer: Printer;
  private readonly pheaters: PrinterHeaters;
  private disableHeaters: readonly string[] | null;
  /** Steppers whose endstops are disturbed; null: all. */
  private readonly flakySteppers: readonly string[] | null;
  private readonly targetSave = new Map<string, number>();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.disableHeaters = config.getList("heaters", { default: null });
    this.flakySteppers = config.getList("steppers", { default: null });
    this.pheaters = this.printer.loadObject<PrinterHeaters>(config, "heaters");
    this.printer.registerEventHandler("klippy:connect", () => this.checkNames());
    this.printer.registerEventHandler("homing:homing_move_begin", (move: HomingMove) => this.turnOff(move));
    this.printer.registerEventHandler("homing:homing_move_end", (move: HomingMove) => this.turnOnAgain(move));
  }

  private checkNames(): void {
    const heaters = this.pheaters.getAllHeaters();
    if (this.disableHeaters === null) this.disableHeaters = heaters;
    else if (!this.disableHeaters.every((name) => heaters.includes(name))) {
      throw new ConfigError(`One or more of these heaters are unknown: ${tupleText(this.disableHeaters)}`);
    }
    const steppers = this.printer.lookupObject<Toolhead>("toolhead").getKinematics().getSteppers().map((stepper) => stepper.getName());
    if (this.flakySteppers !== null && !this.flakySteppers.every((name) => steppers.includes(name))) {
      throw new ConfigError(`One or more of these steppers are unknown: ${tupleText(this.flakySteppers)}`);
    }
  }

  private concerns(move: HomingMove): boolean {
    const flaky = this.flakySteppers;
    return flaky === null || move.getMcuEndstops().some((endstop) => endstop.getSteppers().some((stepper) => flaky.includes(stepper.getName())));
  }

  private turnOff(move: HomingMove): void {
    if (!this.concerns(move)) return;
    for (const name of this.disableHeaters!) {
      const heater = this.pheaters.lookupHeater(name);
      this.targetSave.set(name, heater.getTemp(0)[1]);
      heater.setTemp(0);
    }
  }

  private turnOnAgain(move: HomingMove): void {
    if (!this.concerns(move)) return;
    for (const name of this.disableHeaters!) this.pheaters.lookupHeater(name).setTemp(this.targetSave.get(name) ?? 0);
  }
}

export function loadConfig(config: ConfigSection): HomingHeaters {
  return new HomingHeaters(config);
}
