/** Integers in the registers of a chip, by the register at which the bytes begin. */
export class Words {
  private readonly bytes: Uint8Array;
  private readonly first: number;

  /** @param first register of the first byte */
  constructor(bytes: Uint8Array, first: number) {
    this.bytes = bytes;
    this.first = first;
  }

  u8(register: number): number { return this.bytes[register - this.first]!; }
  s8(register: number): number { return (this.u8(register) << 24) >> 24; }
  /** Low byte first. */
  u16(register: number): number { return this.u8(register) | (this.u8(register + 1) << 8); }
  s16(register: number): number { return (this.u16(register) << 16) >> 16; }
  /** High byte first. */
  u16be(register: number): number { return (this.u8(register) << 8) | this.u8(register + 1); }
  s16be(register: number): number { return (this.u16be(register) << 16) >> 16; }
  /** Twenty bits from the top of three bytes, high byte first. */
  u20be(register: number): number { return (this.u16be(register) << 4) | (this.u8(register + 2) >> 4); }
}
