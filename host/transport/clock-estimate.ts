/**
 * A straight line between the host's time and the clock of an MCU, with the last clock seen, from which 32-bit
 * clocks are extended.
 */
export interface ClockEstimate {
  /** Ticks per second; 0 while unknown. */
  freq: number;
  /** A time (s) and the clock at it. */
  convTime: number;
  convClock: number;
  /** Last clock (64 bit) that the MCU reported. */
  lastClock: number;
}

/** Clock at a time (s), rounded half up. */
export function clockFromTime(estimate: ClockEstimate, time: number): number {
  return Math.trunc((time - estimate.convTime) * estimate.freq + 0.5) + estimate.convClock;
}

/** Time (s) of a clock. */
export function timeFromClock(estimate: ClockEstimate, clock: number): number {
  return estimate.convTime + (clock - estimate.convClock) / estimate.freq;
}

/** The clock nearest to the last one whose lower 32 bits are given. */
export function clockFromClock32(estimate: ClockEstimate, clock32: number): number {
  return estimate.lastClock + ((clock32 - estimate.lastClock) | 0);
}
