/** The form in which the registers of motor drivers are written down, and what it is read into. */

/** A field of a register: its lowest bit and how many there are. */
export interface RegisterField {
  readonly shift: number;
  readonly bits: number;
}

export interface RegisterTable {
  /** Addresses by register. */
  readonly addresses: ReadonlyMap<string, number>;
  /** Fields by register, in the order of the data sheet. A name behind "@" is another view of the same register. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, RegisterField>>;
  /** Fields in two's complement. */
  readonly signed: ReadonlySet<string>;
  /** Registers that can be read, in the order in which they are reported. */
  readonly readable: readonly string[];
}

interface WrittenTable {
  registers: Readonly<Record<string, number>>;
  /** "name:lowest bit:bits" by register; one bit where there is no third part. */
  fields: Readonly<Record<string, string>>;
  signed: string;
  readable: string;
}

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

export function registerTable(written: WrittenTable): RegisterTable {
  const fieldsOf = (text: string): ReadonlyMap<string, RegisterField> => new Map(words(text).map((word) => {
    // Some names have an "@" of their own, none a colon.
    const [name, shift, bits] = word.split(":");
    return [name!, { shift: Number(shift), bits: Number(bits ?? 1) }];
  }));
  return {
    addresses: new Map(Object.entries(written.registers)),
    fields: new Map(Object.entries(written.fields).map(([register, text]) => [register, fieldsOf(text)])),
    signed: new Set(words(written.signed)),
    readable: words(written.readable),
  };
}
