/**
 * Steps of one direction as pieces of constant acceleration: any step's time on demand, none stored.
 *
 * A piece starts at speed v (steps per tick) and the step at distance d steps from its start has the speed
 *     w = sqrt(v^2 + h4 * d)     (h4 = 4 times half the acceleration)     and the time     start + 2*d / (v + w).
 * This has no cancellation, covers h4 = 0, starts from rest and stops. With T as the time of step i: T' = 1/w,
 * T'' = -h4 / (2*w^3) and T''' >= 0, whether the piece speeds up or slows down.
 * Steps are numbered on from piece to piece; times are ticks relative to `base`, an integer clock.
 */

const FIRST_CAPACITY = 64;

export class PieceTable {
  /** Clock to which all times are relative. */
  base = 0;
  /** Number of the first step left. */
  first = 0;
  /** Number after the last step. */
  end = 0;

  /** Results of `locate` and `evaluate`: time (ticks from base) and speed of the step, and its piece. */
  time = 0;
  speed = 0;
  piece = 0;

  private starts = new Float64Array(FIRST_CAPACITY);
  private speeds = new Float64Array(FIRST_CAPACITY);
  private accelerations = new Float64Array(FIRST_CAPACITY);
  /** Distance of step i is i + offset, at most travel. */
  private offsets = new Float64Array(FIRST_CAPACITY);
  private travels = new Float64Array(FIRST_CAPACITY);
  private firsts = new Float64Array(FIRST_CAPACITY);
  private ends = new Float64Array(FIRST_CAPACITY);
  private head = 0;
  private tail = 0;

  /** Steps left. */
  get length(): number {
    return this.end - this.first;
  }

  /**
   * Appends `count` steps of a piece that starts at clock origin + fraction; the first of them is `distance` steps from its start, and the
   * piece is known up to `travel` steps. Goes on with the last piece if that is the same.
   */
  append(origin: number, fraction: number, v: number, h4: number, distance: number, travel: number, count: number): void {
    if (this.first === this.end) {
      this.base = origin;
      this.first = this.end = 0;
      this.head = this.tail = this.piece = 0;
    }
    const start = origin - this.base + fraction;
    const last = this.tail - 1;
    if (
      last >= this.head && this.starts[last] === start && this.speeds[last] === v && this.accelerations[last] === h4 &&
      Math.abs(this.end + this.offsets[last]! - distance) < 0.25
    ) {
      this.travels[last] = travel;
    } else {
      if (this.tail === this.starts.length) this.makeRoom();
      const at = this.tail++;
      this.starts[at] = start;
      this.speeds[at] = v;
      this.accelerations[at] = h4;
      this.offsets[at] = distance - this.end;
      this.travels[at] = travel;
      this.firsts[at] = this.end;
    }
    this.end += count;
    this.ends[this.tail - 1] = this.end;
  }

  /** Takes the first `count` steps off. */
  consume(count: number): void {
    this.first += count;
    while (this.head < this.tail && this.ends[this.head]! <= this.first) this.head++;
    if (this.piece < this.head) this.piece = this.head;
  }

  /** Clock of a step: the tick nearest to its time. */
  clockOf(step: number): number {
    this.evaluate(step);
    return this.base + Math.floor(this.time + 0.5);
  }

  /** Makes the piece of a step the current one. */
  locate(step: number): void {
    let at = this.piece;
    while (step >= this.ends[at]!) at++;
    while (step < this.firsts[at]!) at--;
    this.piece = at;
  }

  /** Finds the time and speed of a step and makes its piece the current one. */
  evaluate(step: number): void {
    this.locate(step);
    const at = this.piece;
    const v = this.speeds[at]!;
    const travel = this.travels[at]!;
    let d = step + this.offsets[at]!;
    if (d > travel) d = travel;
    if (d < 0) d = 0;
    const radicand = v * v + this.accelerations[at]! * d;
    const w = radicand > 0 ? Math.sqrt(radicand) : 0;
    this.speed = w;
    this.time = this.starts[at]! + (d === 0 ? 0 : (2 * d) / (v + w));
  }

  /** 4 times half the acceleration of the current piece, steps per tick^2. */
  get acceleration(): number {
    return this.accelerations[this.piece]!;
  }

  /** First and last step of the current piece. */
  get pieceFirst(): number {
    return this.firsts[this.piece]!;
  }

  get pieceLast(): number {
    return this.ends[this.piece]! - 1;
  }

  /** Square of the speed at the last step of the current piece. */
  get lastSpeedSquared(): number {
    const at = this.piece;
    return this.speeds[at]! ** 2 + this.accelerations[at]! * (this.ends[at]! - 1 + this.offsets[at]!);
  }

  private makeRoom(): void {
    const used = this.tail - this.head;
    const capacity = used * 2 > this.starts.length ? this.starts.length * 2 : this.starts.length;
    const moved = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(capacity);
      to.set(column.subarray(this.head, this.tail));
      return to;
    };
    this.starts = moved(this.starts);
    this.speeds = moved(this.speeds);
    this.accelerations = moved(this.accelerations);
    this.offsets = moved(this.offsets);
    this.travels = moved(this.travels);
    this.firsts = moved(this.firsts);
    this.ends = moved(this.ends);
    this.piece = Math.max(0, this.piece - this.head);
    this.head = 0;
    this.tail = used;
  }
}
