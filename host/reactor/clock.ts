/**
 * Clocks of the host. Every module takes the time from an injected `SystemClock` (seconds, monotonic, the
 * field's "eventtime"), so the same code runs in virtual time and in real time. A `Participant` is something
 * that a world loop drives by deadlines.
 */

/** Source of the host's monotonic time, in seconds. */
export interface SystemClock {
  /** Seconds since an arbitrary origin; never runs backwards for one reader. */
  monotonic(): number;
  /** Blocks for so many seconds; used only while the reactor is not running. */
  sleep?(seconds: number): void;
}

/** A clock that stands still unless somebody moves it. */
export class VirtualClock implements SystemClock {
  /** Seconds. The world loop sets it before each participant runs. */
  now: number;

  constructor(startSeconds = 0) {
    this.now = startSeconds;
  }

  monotonic(): number {
    return this.now;
  }

  /** Lets the running participant be busy for so many seconds; the others catch up afterwards. */
  charge(seconds: number): void {
    if (seconds > 0) this.now += seconds;
  }

  sleep(seconds: number): void {
    this.charge(seconds);
  }
}

/** The machine's own monotonic clock. */
export class RealClock implements SystemClock {
  readonly #origin = process.hrtime.bigint();
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));

  monotonic(): number {
    return Number(process.hrtime.bigint() - this.#origin) * 1e-9;
  }

  sleep(seconds: number): void {
    if (seconds > 0) Atomics.wait(this.#cell, 0, 0, seconds * 1000);
  }
}

/** Something with deadlines; the world loop runs participants in time order (ties: order of registration). */
export interface Participant {
  readonly name: string;
  /** Seconds; `NEVER` when nothing is due. */
  nextDeadline(): number;
  run(now: number): void | Promise<void>;
}
