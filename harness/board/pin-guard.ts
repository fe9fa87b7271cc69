/**
 * Which pins a command for a micro-controller uses, and whether a profile allows them. The dictionary of the firmware says which
 * parameters are pins, so commands of any module or plugin are understood, those of private firmware too. A bus stands for
 * its pins (constants BUS_PINS_…); a bus whose pins the firmware does not name, and commands that write to any address, can
 * be allowed by no list.
 */
import type { PinProfile, PinUse } from "../../conformance/evidence.js";
import type { MessageParams, MessageParser } from "../../host/wire/index.js";

/** Commands that reach every pin, by the registers of the chip. */
const REACHES_ANYTHING = ["debug_write"];

export class PinGuard {
  /** For logs and evidence: name of the micro-controller. */
  readonly mcu: string;
  readonly parser: MessageParser;
  readonly #allowed: ReadonlySet<number>;
  readonly #pins: Readonly<Record<string, number>>;
  readonly #constants: Readonly<Record<string, string | number>>;
  /** Parameters of each command that name pins or buses; absent: not looked at yet. */
  readonly #params = new Map<string, { name: string; isBus: boolean }[]>();

  constructor(mcu: string, parser: MessageParser, profile: PinProfile) {
    this.mcu = mcu;
    this.parser = parser;
    this.#pins = parser.getEnumerations()["pin"] ?? {};
    this.#constants = parser.getConstants();
    // A pin may have several names: its number counts.
    this.#allowed = new Set(profile.allow.flatMap((pin) => this.#pins[pin] ?? []));
  }

  /** Uses in a command in text form, pins resolved. @throws ProtocolError for a command that the firmware lacks */
  usesOfText(command: string): PinUse[] {
    const bytes = this.parser.createCommand(command);
    return this.usesOfPayload(bytes, 0, bytes.length);
  }

  /** Uses in the payload `buf[start, end)` of a message block. */
  usesOfPayload(buf: Uint8Array, start: number, end: number): PinUse[] {
    return this.parser.parseAll(buf, start, end).flatMap((message) => this.usesOf(message));
  }

  /** Uses in a decoded command. */
  usesOf(message: MessageParams): PinUse[] {
    const name = String(message["#name"]);
    const use = (pin: string, allowed: boolean): PinUse => ({ mcu: this.mcu, pin, command: this.parser.formatParams(message), allowed });
    if (name.startsWith("#")) return [{ mcu: this.mcu, pin: "any pin", command: `a command that the firmware does not have (${String(message["#msgid"] ?? name)})`, allowed: false }];
    if (REACHES_ANYTHING.includes(name)) return [use("any pin", false)];
    return this.#pinParams(name).flatMap((param) => {
      const value = String(message[param.name]);
      if (!param.isBus) return [use(value, this.#isAllowed(value))];
      const pins = this.#constants[`BUS_PINS_${value}`];
      if (pins === undefined) return [use(`the pins of ${value}, which the firmware does not name`, false)];
      return String(pins).split(",").map((pin) => use(pin.trim(), this.#isAllowed(pin.trim())));
    });
  }

  #isAllowed(pin: string): boolean {
    const number = this.#pins[pin];
    return number !== undefined && this.#allowed.has(number);
  }

  #pinParams(name: string): { name: string; isBus: boolean }[] {
    let found = this.#params.get(name);
    if (found === undefined) {
      const enumerated = this.parser.messageByName(name)?.params.filter((param) => param.enumeration !== undefined) ?? [];
      found = enumerated.flatMap((param) => {
        const isBus = param.enumeration!.name.endsWith("_bus");
        return isBus || param.enumeration!.name === "pin" ? [{ name: param.name, isBus }] : [];
      });
      this.#params.set(name, found);
    }
    return found;
  }
}

/** Why a use is not allowed, as a sentence without a full stop. */
export const refusalOf = (use: PinUse, profile: PinProfile): string =>
  `"${use.command}" uses ${use.pin.includes(" ") ? use.pin : `pin "${use.pin}"`}${use.mcu === "mcu" ? "" : ` of [mcu ${use.mcu}]`}, which is not in the allow-list of profile "${profile.name}"`;
