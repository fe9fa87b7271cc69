/**
 * Homing without a switch: the driver's diag pin as endstop `<driver>_<stepper>:virtual_endstop`. While a move homes to it, the driver is in the
 * mode in which it notices a stall, and reports it on the pin; afterwards the fields are as before.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { PinError } from "../../errors.js";
import type { PinChip, PinParams, PinType, PrinterPins } from "../../mcu/pins.js";
import type { Printer } from "../../heaters/host-types.js";
import type { McuTmc } from "./ports.js";

interface HomingMove {
  getMcuEndstops(): unknown[];
}

const LONGEST_STEP = 0xfffff;

export class VirtualEndstop implements PinChip {
  private readonly printer: Printer;
  private readonly mcuTmc: McuTmc;
  private readonly diagPin: string | null;
  /** Field that puts stalls on the pin; null: the chip always does. */
  private readonly diagField: string | null;
  private endstop: unknown;
  /** Values from before the move. */
  private saved = new Map<string, number>();

  constructor(config: ConfigSection, mcuTmc: McuTmc) {
    this.printer = config.getPrinter();
    this.mcuTmc = mcuTmc;
    [this.diagPin, this.diagField] = this.readPin(config);
    const [kind, ...rest] = config.getName().split(/\s+/);
    this.printer.lookupObject<PrinterPins>("pins").registerChip(`${kind}_${rest.at(-1)}`, this);
  }

  private readPin(config: ConfigSection): [pin: string | null, field: string | null] {
    if (this.mcuTmc.getFields().lookupRegister("diag0_stall") === undefined) return [config.get("diag_pin", { default: null }), null];
    const first = config.get("diag0_pin", { default: null });
    return first !== null ? [first, "diag0_stall"] : [config.get("diag1_pin", { default: null }), "diag1_stall"];
  }

  setupPin(pinType: PinType, params: PinParams): unknown {
    if (pinType !== "endstop" || params.pin !== "virtual_endstop") throw new PinError("tmc virtual endstop only useful as endstop");
    if (params.invert !== 0 || params.pullup !== 0) throw new PinError("Can not pullup/invert tmc virtual pin");
    if (this.diagPin === null) throw new PinError("tmc virtual endstop requires diag pin config");
    const watches = (move: HomingMove): boolean => move.getMcuEndstops().includes(this.endstop);
    this.printer.registerEventHandler("homing:homing_move_begin", (move: HomingMove) => (watches(move) ? this.begin() : undefined));
    this.printer.registerEventHandler("homing:homing_move_end", (move: HomingMove) => (watches(move) ? this.end() : undefined));
    this.endstop = this.printer.lookupObject<PrinterPins>("pins").setupPin("endstop", this.diagPin);
    return this.endstop;
  }

  /** Fields for the move. StallGuard 4 works in the quiet mode, earlier ones only without it. */
  private stallFields(): [field: string, value: number][] {
    const fields = this.mcuTmc.getFields();
    const has = (field: string): boolean => fields.lookupRegister(field) !== undefined;
    const wanted: [string, number][] = [];
    if (!has("en_pwm_mode")) wanted.push(["tpwmthrs", 0], ["en_spreadcycle", 0]);
    else if (has("sg4_thrs") && fields.getField("sg4_thrs") !== 0) wanted.push(["en_pwm_mode", 1], ["tpwmthrs", 0]);
    else wanted.push(["en_pwm_mode", 0]);
    if (has("en_pwm_mode")) wanted.push([this.diagField!, 1]);
    if (fields.getField("tcoolthrs") === 0) wanted.push(["tcoolthrs", LONGEST_STEP]);
    if (has("thigh")) wanted.push(["thigh", 0]);
    return wanted;
  }

  private async begin(): Promise<void> {
    const wanted = this.stallFields();
    this.saved = new Map(wanted.map(([field]) => [field, this.mcuTmc.getFields().getField(field)]));
    await this.send(wanted);
  }

  private async end(): Promise<void> {
    const { saved } = this;
    await this.send([...saved]);
    saved.clear();
  }

  /** Sets fields and writes each register that they lie in once. */
  private async send(values: readonly (readonly [field: string, value: number])[]): Promise<void> {
    const fields = this.mcuTmc.getFields();
    const dirty = new Map<string, number>();
    for (const [field, value] of values) dirty.set(fields.lookupRegister(field)!, fields.setField(field, value));
    for (const [register, value] of dirty) await this.mcuTmc.setRegister(register, value);
  }
}
