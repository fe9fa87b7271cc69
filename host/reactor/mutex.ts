/**
 * A first-come-first-served lock for callbacks that park. Not re-entrant: a holder that locks again waits
 * for ever, as in Kalico.
 */
import { NEVER, NOW, type Parker, type Timer } from "./parker.js";

interface Waiter {
  timer: Timer | undefined;
}

/** First-come-first-served lock. */
export class Mutex {
  readonly #reactor: Parker;
  #locked: boolean;
  #nextPending = false;
  readonly #queue: Waiter[] = [];

  constructor(reactor: Parker, isLocked = false) {
    this.#reactor = reactor;
    this.#locked = isLocked;
  }

  /** Whether somebody holds the lock. */
  test(): boolean {
    return this.#locked;
  }

  /** Resolves when the caller holds the lock. */
  async lock(): Promise<void> {
    if (!this.#locked) {
      this.#locked = true;
      return;
    }
    const waiter: Waiter = { timer: undefined };
    this.#queue.push(waiter);
    for (;;) {
      await this.#reactor.park(NEVER, (timer) => {
        waiter.timer = timer;
      });
      if (this.#nextPending && this.#queue[0] === waiter) {
        this.#nextPending = false;
        this.#queue.shift();
        return;
      }
    }
  }

  /** Hands the lock to the longest waiter, or frees it. */
  unlock(): void {
    const next = this.#queue[0];
    if (next === undefined) {
      this.#locked = false;
      return;
    }
    this.#nextPending = true;
    if (next.timer !== undefined) this.#reactor.updateTimer(next.timer, NOW);
  }

  /** Runs `fn` under the lock and frees it whatever happens. */
  async withLock<T>(fn: () => Promise<T> | T): Promise<T> {
    await this.lock();
    try {
      return await fn();
    } finally {
      this.unlock();
    }
  }
}
