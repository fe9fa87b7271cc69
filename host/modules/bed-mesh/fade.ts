/**
 * Phasing the mesh out with height: full adjustment up to `start`, none from `end` on, linearly less in between. Without fade the mesh
 * is followed at any height. Heights mm; factors from 0 to 1.
 */
/** Stands for "never": larger than any height. */
export const FADE_DISABLE = 0x7fffffff;

export class FadeRange {
  readonly start: number;
  readonly end: number;

  /** An end that is not above the start switches fading off. */
  constructor(start: number, end: number) {
    const fades = end > start;
    this.start = fades ? start : FADE_DISABLE;
    this.end = fades ? end : FADE_DISABLE;
  }

  get isEnabled(): boolean {
    return this.end !== FADE_DISABLE;
  }

  get distance(): number {
    return this.end - this.start;
  }

  /** The share of the mesh that applies at a height of g-code. */
  factorAt(z: number): number {
    if (z >= this.end) return 0;
    return z >= this.start ? (this.end - z) / this.distance : 1;
  }

  /**
   * The share that was applied to a nozzle that is at `z`, where the bed is `height` high and fading goes to `target`. With share f the
   * nozzle is at g + f (height − target) + target, and f = (end − g) / distance; g, the height of g-code, is unknown.
   */
  factorBehind(z: number, height: number, target: number): number {
    if (Math.min(z, z - height) >= this.end) return 0;
    if (Math.max(z, z - height) < this.start) return 1;
    const factor = (this.end + target - z) / (this.distance - (height - target));
    return Math.max(0, Math.min(1, factor));
  }
}
