/**
 * A value that arrives later. Waiters are woken through the reactor, so a waiter resumes in a dispatch pass
 * of its own and never inside `complete()`.
 */
import { NEVER, NOW, type Parker, type Timer } from "./parker.js";

const UNSET: unique symbol = Symbol("unset");

/** A value that one callback sets and any number of callbacks wait for. */
export class Completion<T = unknown> {
  readonly #reactor: Parker;
  #result: T | typeof UNSET = UNSET;
  #waiting: Timer[] = [];

  constructor(reactor: Parker) {
    this.#reactor = reactor;
  }

  /** Whether the value is there. */
  test(): boolean {
    return this.#result !== UNSET;
  }

  /** Sets the value (a second call replaces it) and wakes every waiter. */
  complete(value: T): void {
    this.#result = value;
    for (const timer of this.#waiting) this.#reactor.updateTimer(timer, NOW);
  }

  /** The value, or `waketimeResult` when `waketime` (seconds of event time) comes first. */
  async wait(waketime = NEVER, waketimeResult?: T): Promise<T | undefined> {
    if (this.#result === UNSET) {
      let own: Timer | undefined;
      await this.#reactor.park(waketime, (timer) => {
        own = timer;
        this.#waiting.push(timer);
      });
      const at = own === undefined ? -1 : this.#waiting.indexOf(own);
      if (at >= 0) this.#waiting.splice(at, 1);
      if (this.#result === UNSET) return waketimeResult;
    }
    return this.#result as T;
  }
}
