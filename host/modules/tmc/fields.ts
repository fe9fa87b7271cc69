/**
 * The registers of one driver as the host composes them: values by register in the order in which they were first set, which is the
 * order in which they are sent. Values are unsigned 32 bit words.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { InvariantError } from "../../errors.js";
import type { FieldTexts } from "./field-texts.js";
import type { RegisterField, RegisterTable } from "./register-table.js";

const maskOf = ({ shift, bits }: RegisterField): number => ((bits === 32 ? 0xffffffff : 2 ** bits - 1) << shift) >>> 0;

export class FieldHelper {
  readonly table: RegisterTable;
  /** Composed values by register. */
  readonly registers = new Map<string, number>();
  private readonly texts: FieldTexts;
  private readonly owners = new Map<string, string>();

  constructor(table: RegisterTable, texts: FieldTexts) {
    this.table = table;
    this.texts = texts;
    for (const [register, fields] of table.fields) for (const name of fields.keys()) this.owners.set(name, register);
  }

  /** Masks of the fields by register. */
  get allFields(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.table.fields].map(([register, fields]) => [register, Object.fromEntries([...fields].map(([name, field]) => [name, maskOf(field)]))]));
  }

  /** Addresses by register. */
  get registerAddresses(): Record<string, number> {
    return Object.fromEntries(this.table.addresses);
  }

  get signedFields(): string[] {
    return [...this.table.signed];
  }

  /** The register that a field lies in; undefined for unknown fields. */
  lookupRegister(fieldName: string): string | undefined {
    return this.owners.get(fieldName);
  }

  private find(fieldName: string, registerName?: string): { register: string; field: RegisterField } {
    const register = registerName ?? this.owners.get(fieldName);
    const field = register === undefined ? undefined : this.table.fields.get(register)?.get(fieldName);
    if (register === undefined || field === undefined) throw new InvariantError(`No field "${fieldName}" in the registers of this driver`);
    return { register, field };
  }

  /** Bits of a field in its register; 0 where the register does not have it. */
  mask(registerName: string, fieldName: string): number {
    const field = this.table.fields.get(registerName)?.get(fieldName);
    return field === undefined ? 0 : maskOf(field);
  }

  /** Value of a field in a register's value; by default in the composed one. */
  getField(fieldName: string, registerValue?: number | null, registerName?: string): number {
    const { register, field } = this.find(fieldName, registerName);
    const word = registerValue ?? this.registers.get(register) ?? 0;
    const value = (word & maskOf(field)) >>> field.shift;
    return this.table.signed.has(fieldName) && value >= 2 ** (field.bits - 1) ? value - 2 ** field.bits : value;
  }

  /** Changes a field of a register's value, by default of the composed one, keeps the result, and returns it. */
  setField(fieldName: string, fieldValue: number | boolean, registerValue?: number | null, registerName?: string): number {
    const { register, field } = this.find(fieldName, registerName);
    const word = registerValue ?? this.registers.get(register) ?? 0;
    const mask = maskOf(field);
    const next = ((word & ~mask) | ((Number(fieldValue) << field.shift) & mask)) >>> 0;
    this.registers.set(register, next);
    return next;
  }

  /** Reads the option `driver_FIELD` and sets the field. A default that is true or false makes it a yes or no. */
  setConfigField(config: ConfigSection, fieldName: string, fallback: number | boolean): number {
    const option = `driver_${fieldName.toUpperCase()}`;
    const { field } = this.find(fieldName);
    const top = 2 ** field.bits - 1;
    if (typeof fallback === "boolean") return this.setField(fieldName, config.getBoolean(option, { default: fallback }));
    const half = 2 ** (field.bits - 1);
    const range = this.table.signed.has(fieldName) ? { minval: -half, maxval: half - 1 } : { minval: 0, maxval: top };
    return this.setField(fieldName, config.getInt(option, { default: fallback, ...range }));
  }

  /** Fields of a register's value, in the order of their bits. */
  getRegFields(registerName: string, registerValue: number): Record<string, number> {
    const fields = [...(this.table.fields.get(registerName) ?? [])].sort(([, a], [, b]) => a.shift - b.shift);
    return Object.fromEntries(fields.map(([name]) => [name, this.getField(name, registerValue, registerName)]));
  }

  /** One line: the register's value and what of it is not zero. */
  prettyFormat(registerName: string, registerValue: number): string {
    const shown = Object.entries(this.getRegFields(registerName, registerValue)).flatMap(([name, value]) => {
      const text = this.texts[name] === undefined ? String(value) : this.texts[name](value);
      return text === "" || text === "0" ? [] : [` ${name}=${text}`];
    });
    return `${`${registerName}:`.padEnd(11)} ${registerValue.toString(16).padStart(8, "0")}${shown.join("")}`;
  }
}
