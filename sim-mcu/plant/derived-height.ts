/**
 * A height that follows from several coordinates by any function: of a delta's nozzle, of a probe over a bed that leans. Crossings are looked for between the ends
 * of rows of steps, between which the height is taken to go up or down only, as in moves that home and probe. Heights mm.
 */
import { NEVER_CLOCK } from "../firmware/clock.js";
import type { PlantAttachment } from "../firmware/gpio.js";
import { Coordinate, isBeyond, Track } from "./coordinate.js";

export class DerivedHeight extends Coordinate {
  private readonly sources: readonly Coordinate[];
  private readonly heightOf: (values: readonly number[]) => number;

  /** @param heightOf height from the values of the sources, in their order */
  constructor(sources: readonly Coordinate[], heightOf: (values: readonly number[]) => number) {
    super(sources.flatMap((source) => source.terms), 0);
    this.sources = sources;
    this.heightOf = heightOf;
  }

  override valueAt(clock: number, mcu: PlantAttachment): number {
    return this.heightOf(this.sources.map((source) => source.valueAt(clock, mcu)));
  }

  override valueAtTime(worldTime: number): number {
    return this.heightOf(this.valuesAtTime(worldTime));
  }

  override rotorValueAtTime(worldTime: number): number {
    return this.heightOf(this.rotorValuesAtTime(worldTime));
  }

  /** What the sources are at a world time not before the present. */
  protected valuesAtTime(worldTime: number): number[] {
    return this.sources.map((source) => source.valueAtTime(worldTime));
  }

  /** As `valuesAtTime`, where the rotors of the motors are. */
  protected rotorValuesAtTime(worldTime: number): number[] {
    return this.sources.map((source) => source.rotorValueAtTime(worldTime));
  }

  override nextCrossing(limitMm: number, positive: boolean, clock: number, mcu: PlantAttachment): number {
    const tracks = this.sources.map((source) => source.terms.map((term) => new Track(term, clock, mcu)));
    const isFar = (at: number): boolean => {
      const values = this.sources.map((source, i) => tracks[i]!.reduce((sum, track) => sum + track.valueAt(at), source.startMm));
      return isBeyond(this.heightOf(values), limitMm, positive);
    };
    const side = isFar(clock);
    const edges = [...new Set(tracks.flat().flatMap((track) => track.edges))].filter((edge) => edge > clock).sort((x, y) => x - y);
    let from = clock;
    for (const to of edges) {
      if (isFar(to) !== side) {
        let high = to;
        while (high - from > 1) {
          const middle = Math.floor((from + high) / 2);
          if (isFar(middle) === side) from = middle;
          else high = middle;
        }
        return high;
      }
      from = to;
    }
    return NEVER_CLOCK;
  }
}
