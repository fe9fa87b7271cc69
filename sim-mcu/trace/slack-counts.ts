/**
 * How early commands arrived before their effect, counted in classes of 4.5 % width: any quantile of a print of days in 4 kB.
 */

/** Classes per doubling. */
const PER_OCTAVE = 16;
/** Ticks that a 64 bit clock may be ahead, as a power of two. */
const OCTAVES = 40;

export class SlackCounts {
  /** Commands that came after their effect. */
  late = 0;
  total = 0;
  private readonly classes = new Uint32Array(PER_OCTAVE * OCTAVES);

  /** @param slack ticks from arrival to effect */
  add(slack: number): void {
    this.total++;
    if (slack < 0) this.late++;
    else this.classes[Math.min(this.classes.length - 1, Math.floor(Math.log2(slack + 1) * PER_OCTAVE))]!++;
  }

  /** Slack in ticks that a fraction `q` of the commands did not exceed, rounded down to its class; −1 where that many were late, NaN without commands. */
  quantile(q: number): number {
    if (this.total === 0) return Number.NaN;
    let left = q * this.total - this.late;
    if (left < 0) return -1;
    for (let i = 0; i < this.classes.length; i++) {
      left -= this.classes[i]!;
      if (left <= 0 && this.classes[i]! > 0) return Math.floor(2 ** (i / PER_OCTAVE) - 1);
    }
    return Number.POSITIVE_INFINITY;
  }
}
