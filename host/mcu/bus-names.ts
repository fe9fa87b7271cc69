/**
 * Names of hardware buses: the dictionary of the firmware lists them ("spi1", "i2c1a") and the pins each takes, which are
 * reserved as soon as the bus is used. Software buses name their pins themselves.
 */
import type { ConfigSection } from "../config/config-section.js";
import { PinError } from "../errors.js";
import type { Mcu } from "./mcu.js";
import type { PrinterPins } from "./pins.js";

/** The bus for a command: the one that is asked for, or the firmware's first. @throws PinError for a bus that it does not have */
export function resolveBusName(mcu: Mcu, param: string, bus: string | null): string | number {
  const enumerations = mcu.getEnumerations();
  const known = enumerations[param] ?? enumerations["bus"];
  if (known === undefined) return bus ?? 0;
  const name = bus ?? Object.keys(known).find((candidate) => known[candidate] === 0);
  if (name === undefined) throw new PinError(`Must specify ${param} on mcu '${mcu.getName()}'`);
  if (known[name] === undefined) throw new PinError(`Unknown ${param} '${name}'`);
  const taken = mcu.getConstants()[`BUS_PINS_${name}`];
  if (taken !== undefined) {
    const resolver = mcu.getPrinter().lookupObject<PrinterPins>("pins").getPinResolver(mcu.getName());
    for (const pin of String(taken).split(",")) resolver.reservePin(pin, name);
  }
  return name;
}

/** Pins of a software bus on one micro-controller, shared by all its devices; null where the section does not ask for one. */
export function softwareBusPins(config: ConfigSection, mcu: Mcu, kind: "spi" | "i2c", options: readonly string[], asks: string): string[] | null {
  if (config.get(asks, { default: null }) === null) return null;
  const pins = config.getPrinter().lookupObject<PrinterPins>("pins");
  return options.map((option) => {
    const { chip, pin } = pins.lookupPin(config.get(option), { shareType: option });
    if ((chip as unknown) !== mcu) throw new PinError(`${config.getName()}: ${kind} pins must be on same mcu`);
    return pin;
  });
}

/** Hexadecimal digits of bytes, as config commands take them. */
export const hexOf = (data: readonly number[]): string => data.map((byte) => byte.toString(16).padStart(2, "0")).join("");
