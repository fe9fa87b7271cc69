/**
 * The slots of an MCU's move queue, by the clock at which each becomes free. A binary heap, the earliest at its top: the
 * children of entry i are 2i + 1 and 2i + 2, and neither is earlier than it.
 */
export class MoveSlots {
  private readonly clocks: Float64Array;

  /** All slots are free from clock 0 on. */
  constructor(slots: number) {
    this.clocks = new Float64Array(slots);
  }

  /** Clock of the slot that becomes free first; 0 when the MCU has none to account for. */
  earliest(): number {
    return this.clocks.length === 0 ? 0 : this.clocks[0]!;
  }

  /** Takes the slot that is free first until `clock`. */
  replaceEarliest(clock: number): void {
    const { clocks } = this;
    const count = clocks.length;
    if (count === 0) return;
    let hole = 0;
    for (let child = 1; child < count; child = 2 * hole + 1) {
      if (child + 1 < count && clocks[child + 1]! <= clocks[child]!) child++;
      if (clocks[child]! >= clock) break;
      clocks[hole] = clocks[child]!;
      hole = child;
    }
    clocks[hole] = clock;
  }
}
