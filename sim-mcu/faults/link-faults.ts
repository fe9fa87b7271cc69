/**
 * Faults on a line, from a seed: bytes that are lost or flipped, stretches of silence. The same seed gives the same faults.
 */

export type LinkDirection = "to-mcu" | "to-host";

export interface LinkFaults {
  /** What is left of a chunk that is put on the line; undefined when nothing is. */
  pass(direction: LinkDirection, data: Uint8Array, now: number): Uint8Array | undefined;
}

export interface SeededFaultOptions {
  seed: number;
  /** Chance of each byte to be lost. */
  dropByte?: number;
  /** Chance of each byte to have a bit flipped. */
  corruptByte?: number;
  /** World time from which bytes are lost or flipped; from the start by default. */
  bytesFrom?: number;
  /** World times between which nothing gets through. */
  silence?: readonly (readonly [from: number, to: number])[];
  /** Only this way; both by default. */
  direction?: LinkDirection;
}

/** Uniform numbers in [0, 1) from a 32 bit seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
}

export class SeededFaults implements LinkFaults {
  dropped = 0;
  corrupted = 0;
  private readonly random: () => number;
  private readonly options: SeededFaultOptions;

  constructor(options: SeededFaultOptions) {
    this.options = options;
    this.random = seededRandom(options.seed);
  }

  pass(direction: LinkDirection, data: Uint8Array, now: number): Uint8Array | undefined {
    const { dropByte = 0, corruptByte = 0, silence = [], direction: only } = this.options;
    if (only !== undefined && only !== direction) return data;
    if (silence.some(([from, to]) => now >= from && now < to)) {
      this.dropped += data.length;
      return undefined;
    }
    if (now < (this.options.bytesFrom ?? Number.NEGATIVE_INFINITY)) return data;
    const out: number[] = [];
    for (const byte of data) {
      if (this.random() < dropByte) {
        this.dropped++;
      } else if (this.random() < corruptByte) {
        this.corrupted++;
        out.push(byte ^ (1 << Math.floor(this.random() * 8)));
      } else {
        out.push(byte);
      }
    }
    return out.length === 0 ? undefined : Uint8Array.from(out);
  }
}
