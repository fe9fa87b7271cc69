/**
 * Pin names: from a description in the configuration ("^!ar10", "z:PB7") to a pin of a chip, with the rules
 * that keep two parts of a printer off one pin. Object `pins`; a chip is an MCU or any object that can set
 * up pins (a probe as virtual endstop, a multi pin). Messages are Kalico's, verbatim.
 */
import { PinError } from "../errors.js";

/** What a pin description says, as chips and modules receive it. */
export interface PinParams {
  readonly chip: PinChip;
  readonly chipName: string;
  readonly pin: string;
  /** 1 when the description has "!". */
  readonly invert: 0 | 1;
  /** 1 for "^", -1 for "~". */
  readonly pullup: -1 | 0 | 1;
  shareType?: string | null;
}

/** Something that owns pins; `setupPin` is required of chips whose pins are set up by type. */
export interface PinChip {
  // A chip answers with its own class of pin, so the result is for the caller to name.
  setupPin?(pinType: PinType, pinParams: PinParams): any;
}

/** Pin types that Kalico's own chips know. Chips may refuse any of them. */
export type PinType = "endstop" | "digital_out" | "pwm" | "adc" | (string & {});

/** Options of `lookupPin`; Kalico's keyword arguments. */
export interface LookupPinOptions {
  canInvert?: boolean;
  canPullup?: boolean;
  /** Users that name the same share type may share the pin. */
  shareType?: string | null;
}

const PIN_IN_COMMAND = /([ _]pin=)([^ ]*)/g;
const FORBIDDEN_IN_NAME = /[\^~!:\s]/;

/** Aliases and reservations of the pins of one chip, applied to the text of config commands. */
export class PinResolver {
  private readonly reserved = new Map<string, string>();
  private readonly aliases = new Map<string, string>();
  private readonly activePins = new Map<string, string>();
  private readonly validateAliases: boolean;

  constructor(validateAliases = true) {
    this.validateAliases = validateAliases;
  }

  /** Forbids a pin for everything but `reserveName`. @throws PinError when another name has it. */
  reservePin(pin: string, reserveName: string): void {
    const holder = this.reserved.get(pin);
    if (holder !== undefined && holder !== reserveName) {
      throw new PinError(`Pin ${pin} reserved for ${holder} - can't reserve for ${reserveName}`);
    }
    this.reserved.set(pin, reserveName);
  }

  /** Gives a pin a second name; aliases of aliases resolve to the hardware name. */
  aliasPin(alias: string, pin: string): void {
    const known = this.aliases.get(alias);
    if (known !== undefined && known !== pin) {
      throw new PinError(`Alias ${alias} mapped to ${known} - can't alias to ${pin}`);
    }
    if (FORBIDDEN_IN_NAME.test(pin)) throw new PinError(`Invalid pin alias '${pin}'\n`);
    const target = this.aliases.get(pin) ?? pin;
    this.aliases.set(alias, target);
    for (const [name, existing] of this.aliases) {
      if (existing === alias) this.aliases.set(name, target);
    }
  }

  /** Replaces the pin names of a config command by hardware names. @throws PinError on alias clash or reservation. */
  updateCommand(command: string): string {
    return command.replace(PIN_IN_COMMAND, (_all, prefix: string, name: string) => {
      const pinId = this.aliases.get(name) ?? name;
      const firstName = this.activePins.get(pinId) ?? name;
      this.activePins.set(pinId, firstName);
      if (name !== firstName && this.validateAliases) throw new PinError(`pin ${name} is an alias for ${firstName}`);
      const holder = this.reserved.get(pinId);
      if (holder !== undefined) throw new PinError(`pin ${name} is reserved for ${holder}`);
      return prefix + pinId;
    });
  }
}

/** Object `pins`: chips by name and the pins in use. */
export class PrinterPins {
  readonly error = PinError;
  private readonly chips = new Map<string, PinChip>();
  private readonly activePins = new Map<string, PinParams>();
  private readonly pinResolvers = new Map<string, PinResolver>();
  private readonly multiUse = new Set<string>();

  /** Reads a description without claiming the pin. @throws PinError */
  parsePin(pinDesc: string, canInvert = false, canPullup = false): PinParams {
    let desc = pinDesc.trim();
    let pullup: -1 | 0 | 1 = 0;
    let invert: 0 | 1 = 0;
    if (canPullup && (desc.startsWith("^") || desc.startsWith("~"))) {
      pullup = desc.startsWith("~") ? -1 : 1;
      desc = desc.slice(1).trim();
    }
    if (canInvert && desc.startsWith("!")) {
      invert = 1;
      desc = desc.slice(1).trim();
    }
    const colon = desc.indexOf(":");
    const chipName = colon < 0 ? "mcu" : desc.slice(0, colon).trim();
    const pin = colon < 0 ? desc : desc.slice(colon + 1).trim();
    const chip = this.chips.get(chipName);
    if (chip === undefined) throw new PinError(`Unknown pin chip name '${chipName}'`);
    if (FORBIDDEN_IN_NAME.test(pin)) {
      const format = (canPullup ? "[^~] " : "") + (canInvert ? "[!] " : "");
      throw new PinError(`Invalid pin description '${pinDesc}'\nFormat is: ${format}[chip_name:] pin_name`);
    }
    return { chip, chipName, pin, invert, pullup };
  }

  /** Reads a description and claims the pin. @throws PinError when it is in use and not shared. */
  lookupPin(pinDesc: string, options: LookupPinOptions = {}): PinParams {
    const params = this.parsePin(pinDesc, options.canInvert ?? false, options.canPullup ?? false);
    const shareType = options.shareType ?? null;
    const shareName = `${params.chipName}:${params.pin}`;
    const holder = this.activePins.get(shareName);
    if (holder === undefined) {
      params.shareType = shareType;
      this.activePins.set(shareName, params);
      return params;
    }
    if (!this.multiUse.has(shareName)) {
      if (shareType === null || shareType !== holder.shareType) {
        throw new PinError(`pin ${params.pin} used multiple times in config`);
      }
      if (params.invert !== holder.invert || params.pullup !== holder.pullup) {
        throw new PinError(`Shared pin ${params.pin} must have same polarity`);
      }
    }
    return holder;
  }

  /** Claims a pin and has its chip build the object for it: McuEndstop, McuDigitalOut, McuPwm or McuAdc. */
  setupPin<T = any>(pinType: PinType, pinDesc: string): T {
    const canInvert = pinType === "endstop" || pinType === "digital_out" || pinType === "pwm";
    const params = this.lookupPin(pinDesc, { canInvert, canPullup: pinType === "endstop" });
    if (params.chip.setupPin === undefined) {
      throw new PinError(`pin type ${pinType} not supported on ${params.chipName}`);
    }
    return params.chip.setupPin(pinType, params) as T;
  }

  /** Gives up a claim, so that the pin can be looked up again. */
  resetPinSharing(pinParams: PinParams): void {
    this.activePins.delete(`${pinParams.chipName}:${pinParams.pin}`);
  }

  /** Aliases and reservations of a chip. @throws PinError for an unknown chip. */
  getPinResolver(chipName: string): PinResolver {
    const resolver = this.pinResolvers.get(chipName);
    if (resolver === undefined) throw new PinError(`Unknown chip name '${chipName}'`);
    return resolver;
  }

  /** Adds a chip. @throws PinError when the name is taken. */
  registerChip(chipName: string, chip: PinChip): void {
    const name = chipName.trim();
    if (this.chips.has(name)) throw new PinError(`Duplicate chip name '${name}'`);
    this.chips.set(name, chip);
    this.pinResolvers.set(name, new PinResolver());
  }

  /** Lets any number of users look up this pin. */
  allowMultiUsePin(pinDesc: string): void {
    const params = this.parsePin(pinDesc);
    this.multiUse.add(`${params.chipName}:${params.pin}`);
  }
}
