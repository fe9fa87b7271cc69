/**
 * What completions and mutexes need from the reactor: to park the running callback until its timer fires,
 * and to make such a timer fire now. Keeps both free of an import cycle with the reactor.
 */

/** Wake time (seconds) that is always due. */
export const NOW = 0;
/** Wake time (seconds) that is never reached. */
export const NEVER = 9999999999999999;

/** A timer as its owner sees it. */
export interface Timer {
  /** Seconds; `NEVER` while idle or running. */
  waketime: number;
}

export interface Parker {
  /** Parks the running callback; `onParked` receives the timer that resumes it. Resolves to the event time. */
  park(waketime: number, onParked?: (timer: Timer) => void): Promise<number>;
  updateTimer(timer: Timer, waketime: number): void;
}

/** One hop behind every microtask that is queued now, and behind those that they queue. */
export function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
