/** Reads single values of a printer configuration given as plain text options, leniently: what is wrong there is the host's to tell. */

/** Options of one section, as written. */
export type Section = Readonly<Record<string, string>>;
/** Sections by their whole name, e.g. `heater_generic chamber`. */
export type Sections = Readonly<Record<string, Section>>;

/** A number, or the default where the option is missing or no number. */
export function numberOf(section: Section, option: string, otherwise: number): number {
  const value = Number.parseFloat(section[option] ?? "");
  return Number.isNaN(value) ? otherwise : value;
}

/** A yes or no, or undefined where the option is missing. */
export function booleanOf(section: Section, option: string): boolean | undefined {
  const text = section[option]?.trim().toLowerCase();
  return text === undefined ? undefined : ["true", "yes", "on", "1"].includes(text);
}

/** The words of an option, comma separated. */
export function listOf(section: Section, option: string): string[] {
  return (section[option] ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
}

/** A pin of one micro-controller. */
export interface PinPlace {
  mcu: string;
  pin: string;
  inverted: boolean;
}

/** Resolves pin descriptions such as `^!mcu2:PA4`, aliases of [board_pins], groups of [multi_pin] and chips of [adc_scaled] included. */
export class PinReader {
  private readonly sections: Sections;
  private readonly aliases = new Map<string, string>();

  constructor(sections: Sections) {
    this.sections = sections;
    for (const [name, section] of Object.entries(sections)) {
      if (name !== "board_pins" && !name.startsWith("board_pins ")) continue;
      const chips = listOf(section, "mcu");
      const options = Object.keys(section).filter((option) => option === "aliases" || option.startsWith("aliases_"));
      for (const pair of options.flatMap((option) => listOf(section, option))) {
        const [alias, pin] = pair.split("=").map((word) => word.trim());
        for (const chip of chips.length > 0 ? chips : ["mcu"]) if (alias && pin) this.aliases.set(`${chip}:${alias}`, pin);
      }
    }
  }

  /** The pin of an option; undefined where there is none or it is a virtual one. */
  pinOf(section: Section | undefined, option: string): PinPlace | undefined {
    const text = section?.[option];
    return text === undefined || text.trim() === "" ? undefined : this.read(text);
  }

  private read(text: string): PinPlace | undefined {
    const match = /^\s*([\^~!]*)\s*(?:([^:]+?)\s*:)?\s*(\S+)\s*$/.exec(text);
    if (match === null) return undefined;
    const mcu = match[2] ?? "mcu";
    if (mcu === "multi_pin") {
      const first = listOf(this.sections[`multi_pin ${match[3]}`] ?? {}, "pins")[0];
      return first === undefined ? undefined : this.read(first);
    }
    if (match[3] === "virtual_endstop") return this.stallPin(mcu);
    // A pin that is read between references, which lie at the ends of the scale, is the pin itself.
    const reference = this.sections[`adc_scaled ${mcu}`]?.["vref_pin"];
    if (reference !== undefined) return this.read(`${this.read(reference)?.mcu ?? "mcu"}:${match[3]}`);
    if (mcu !== "mcu" && this.sections[`mcu ${mcu}`] === undefined) return undefined;
    const name = match[3]!;
    return { mcu, pin: this.aliases.get(`${mcu}:${name}`) ?? name, inverted: match[1]!.includes("!") };
  }

  /** Where a motor driver reports that its motor stalls: its diag pin, for the carriage that runs against its end. */
  private stallPin(chip: string): PinPlace | undefined {
    const name = Object.keys(this.sections).find((section) => {
      const [kind, ...rest] = section.split(/\s+/);
      return `${kind}_${rest.at(-1)}` === chip;
    });
    const option = ["diag_pin", "diag0_pin", "diag1_pin"].find((pin) => name !== undefined && this.sections[name]![pin] !== undefined);
    return option === undefined ? undefined : this.read(this.sections[name!]![option]!);
  }
}
