/**
 * What a body feels that hangs on springs between it and the motors: each axis is an oscillator that is dragged along by the coordinate
 * which the motors make. Exact for a drag that goes straight between the times at which the coordinate is looked at. Lengths mm, times s.
 */

/** Resonance of one axis. */
export interface Resonance {
  /** Undamped natural frequency. */
  readonly hz: number;
  /** Damping ratio, below 1; the damping is that of the guides: it brakes against the frame. */
  readonly damping: number;
}

/** x'' + 2ζω x' + ω² x = ω² u(t) for the place x of the body and the place u that the motors give it. */
export class Oscillator {
  private readonly omega: number;
  private readonly damping: number;
  private place = 0;
  private speed = 0;
  private drag = 0;

  /** @throws RangeError for a frequency that is not positive or a damping ratio outside 0 to 1 */
  constructor({ hz, damping }: Resonance) {
    if (!(hz > 0) || !(damping >= 0 && damping < 1)) throw new RangeError(`A resonance has a positive frequency and a damping ratio from 0 to below 1, not ${hz} Hz and ${damping}`);
    this.omega = 2 * Math.PI * hz;
    this.damping = damping;
  }

  /** Rests at a place. */
  restAt(place: number): void {
    this.place = this.drag = place;
    this.speed = 0;
  }

  /** Lets `seconds` pass while the drag goes straight to `drag`. Returns the acceleration at the end, mm/s². */
  advance(seconds: number, drag: number): number {
    const { omega, damping } = this;
    if (seconds > 0) {
      const slope = (drag - this.drag) / seconds;
      // Behind a straight drag the body lags by 2ζ·slope/ω in the end; what differs from that swings and dies away.
      const lag = (2 * damping * slope) / omega;
      const off = this.place - (this.drag - lag), offSpeed = this.speed - slope;
      const decay = damping * omega, swing = omega * Math.sqrt(1 - damping * damping);
      const fade = Math.exp(-decay * seconds), cos = Math.cos(swing * seconds), sin = Math.sin(swing * seconds);
      const quadrature = (offSpeed + decay * off) / swing;
      this.place = drag - lag + fade * (off * cos + quadrature * sin);
      this.speed = slope + fade * ((swing * quadrature - decay * off) * cos - (swing * off + decay * quadrature) * sin);
      this.drag = drag;
    }
    return omega * omega * (this.drag - this.place) - 2 * damping * omega * this.speed;
  }
}

/** Place that the motors give the body on each of its axes, at a world time not before the present. */
export type Drag = (worldTime: number) => readonly number[];

/** A body with a resonance on each axis of its drag. */
export class Shaking {
  private readonly drag: Drag;
  private readonly axes: readonly Oscillator[];
  private time = Number.NEGATIVE_INFINITY;
  private last: readonly number[] = [];

  constructor(drag: Drag, resonances: readonly Resonance[]) {
    this.drag = drag;
    this.axes = resonances.map((resonance) => new Oscillator(resonance));
  }

  /** Rests at the present time. */
  restart(worldTime: number): void {
    this.time = worldTime;
    this.last = this.drag(worldTime);
    this.axes.forEach((axis, i) => axis.restAt(this.last[i]!));
  }

  /**
   * Accelerations at times that ascend, mm/s² by axis. Times before `present` that were not asked for in time have places between the
   * last one known and the present one: motors cannot be asked about the past.
   */
  accelerations(times: readonly number[], present: number): number[][] {
    const known = this.time, before = this.last;
    const late = times.some((time) => time < present) && present > known ? this.drag(present) : undefined;
    return times.map((time) => {
      const share = (time - known) / (present - known);
      const places = late === undefined || time >= present ? this.drag(time) : late.map((place, i) => before[i]! + (place - before[i]!) * share);
      const seconds = time - this.time;
      this.time = time;
      this.last = places;
      return this.axes.map((axis, i) => axis.advance(seconds, places[i]!));
    });
  }
}
