/**
 * Counts the filament (mm) that the extruder uses up after the end of it has passed the sensor. Looks at the extruder every quarter of a second.
 */
import type { Reactor, Timer } from "../reactor/reactor.js";

/** Seconds between two looks at the extruder. */
const LOOK_SECONDS = 0.25;

export class RunoutDistance {
  /** Used up so far, as of the last look that found some left, mm. */
  elapsed = 0;
  private readonly reactor: Reactor;
  private readonly fed: (eventTime: number) => number;
  private timer: Timer | undefined;

  /** @param fed filament that the extruder has been fed, mm */
  constructor(reactor: Reactor, fed: (eventTime: number) => number) {
    this.reactor = reactor;
    this.fed = fed;
  }

  /** Begins to count, unless it does already. @param distance mm, asked for at each look; @param then when it is used up */
  begin(eventTime: number, distance: () => number, then: (eventTime: number) => Promise<void>): void {
    if (this.timer !== undefined) return;
    const start = this.fed(eventTime);
    const look = async (now: number): Promise<number> => {
      const elapsed = Math.max(0, this.fed(now) - start);
      if (elapsed >= distance()) {
        await then(now);
        return this.reactor.NEVER;
      }
      this.elapsed = elapsed;
      return now + LOOK_SECONDS;
    };
    this.timer = this.reactor.registerTimer(look, this.reactor.NOW);
  }

  /** Forgets what was counted. */
  end(): void {
    this.elapsed = 0;
    if (this.timer !== undefined) this.reactor.unregisterTimer(this.timer);
    this.timer = undefined;
  }
}
