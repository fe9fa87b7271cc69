/**
 * The host's event loop: timers, callbacks, and callbacks that pause. One thread of control at a time: a
 * callback runs until it returns, settles or parks, and only then the next one starts.
 *
 * The loop is not a loop of its own: a world drives it as a participant, one dispatch pass per `run()`. A
 * pass samples the event time once and runs all due timers in the order of their registration, over a
 * snapshot of the list. A callback that returns a promise is given one drain of the microtask queue; what
 * has not settled by then has parked (pause, wait, lock), and the pass is given up for a new one, as
 * Kalico's loop does when a greenlet pauses. Waking a parked callback is a timer like any other.
 *
 * Units: seconds of event time throughout.
 */
import type { Participant, SystemClock } from "./clock.js";
import { Completion } from "./completion.js";
import { Mutex } from "./mutex.js";
import { NEVER, NOW, drainMicrotasks, type Parker, type Timer } from "./parker.js";

export { NEVER, NOW, drainMicrotasks } from "./parker.js";
export type { Timer } from "./parker.js";

export type TimerCallback = (eventTime: number) => number | Promise<number>;

export interface ReactorOptions {
  /** Receives what a callback throws; without it `run()` throws. */
  onError?(error: unknown): void;
  /** A callback awaited something that is no reactor primitive, or paused where pausing is forbidden. */
  onContract?(what: string, detail: string): void;
  /** `throw`: a pause inside `assertNoPause` is an error; `report` (default): it is only reported. */
  noPause?: "throw" | "report";
  /** `kalico` (default): a timer that returns no number ends the host; `strict`: it is reported and sleeps. */
  badWaketime?: "kalico" | "strict";
}

/** A timer of the reactor; its name tells objects of this class from data. */
class ReactorTimer implements Timer {
  callback: TimerCallback | undefined;
  waketime: number;
  /** Set while the callback runs or is parked: updates are ignored then. */
  running = false;
  /** Set on the timers that resume parked callbacks. */
  parking: Parking | undefined;

  constructor(callback: TimerCallback | undefined, waketime: number, parking: Parking | undefined) {
    this.callback = callback;
    this.waketime = waketime;
    this.parking = parking;
  }
}

interface Parking {
  timer: ReactorTimer;
  task: Task;
  resume: ((eventTime: number) => void) | undefined;
}

/** One run of a callback that did not finish synchronously. */
interface Task {
  timer: ReactorTimer | undefined;
  /** Number of pauses that the run waits for (more than one only with promises that nobody awaits). */
  parked: number;
  /** The resume timer, kept for the next pause, so that its place in the order stays. */
  idle: Parking | undefined;
  foreign: boolean;
  outcome: { value: unknown } | { error: unknown } | undefined;
}

interface Pass {
  timers: readonly ReactorTimer[];
  index: number;
  eventTime: number;
}

/** Passes allowed at one instant before the next one is put off by a poll tick: a timer may spin, time may not stop. */
const PASSES_PER_INSTANT = 64;
/** Kalico polls with millisecond granularity, seconds. */
const POLL_TICK = 0.001;
/** Drains granted to a callback that neither settled nor parked before it counts as waiting outside the reactor. */
const FOREIGN_DRAINS = 3;

const newTask = (timer?: ReactorTimer): Task => ({ timer, parked: 0, idle: undefined, foreign: false, outcome: undefined });

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** The event loop of one printer. */
export class Reactor implements Participant, Parker {
  static readonly NOW = NOW;
  static readonly NEVER = NEVER;
  readonly NOW = NOW;
  readonly NEVER = NEVER;
  readonly name = "reactor";
  /** Called once, inside the last `run()`, after `end()`. */
  onStopped: (() => void | Promise<void>) | undefined;
  /** Receives what a callback throws; the printer sets it. Without it `run()` throws. */
  onError: ReactorOptions["onError"];
  /** Receives breaches of the reactor's contract; the printer sets it. */
  onContract: ReactorOptions["onContract"];
  /** Called after each uninterrupted run of a callback, also of a resumed one: the place to charge for it. */
  afterStretch: (() => void) | undefined;
  readonly #clock: SystemClock;
  readonly #noPauseMode: "throw" | "report";
  readonly #strictWaketime: boolean;
  #timers: ReactorTimer[] = [];
  #passOpen = false;
  #nextTimer = NEVER;
  #process = true;
  #stopped = false;
  #busyUntil = 0;
  #lastEventTime = -1;
  #passesAtInstant = 0;
  #asyncQueue: (() => void)[] = [];
  #inCallback = false;
  #current: Task | undefined;
  #settled: Task[] = [];
  #foreign = 0;
  #drainWanted = false;
  #noPause: string[] = [];

  constructor(clock: SystemClock, options: ReactorOptions = {}) {
    this.#clock = clock;
    this.onError = options.onError;
    this.onContract = options.onContract;
    this.#noPauseMode = options.noPause ?? "report";
    this.#strictWaketime = options.badWaketime === "strict";
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  // ---- timers ----

  /** Adds a timer; its callback returns the next wake time. */
  registerTimer(callback: TimerCallback, waketime = NEVER): Timer {
    return this.#addTimer(callback, waketime, undefined);
  }

  /** Moves a timer; ignored while its callback runs or is parked. */
  updateTimer(timer: Timer, waketime: number): void {
    const record = timer as ReactorTimer;
    if (record.running) {
      this.onContract?.("update of a running timer", "updateTimer");
      return;
    }
    record.waketime = waketime;
    if (waketime < this.#nextTimer) this.#nextTimer = waketime;
  }

  /** Removes a timer. @throws when it is not registered (any more). */
  unregisterTimer(timer: Timer): void {
    const record = timer as ReactorTimer;
    record.waketime = NEVER;
    const at = this.#timers.indexOf(record);
    if (at < 0) this.onContract?.("timer unregistered twice", "unregisterTimer");
    if (at < 0) throw new Error("Timer is not in the list of the reactor: unregister a timer once only");
    this.#ownTimers().splice(at, 1);
  }

  #addTimer(callback: TimerCallback | undefined, waketime: number, parking: Parking | undefined): ReactorTimer {
    const record = new ReactorTimer(callback, waketime, parking);
    this.#ownTimers().push(record);
    if (waketime < this.#nextTimer) this.#nextTimer = waketime;
    return record;
  }

  /** The timer list, detached from the snapshot of an open pass. */
  #ownTimers(): ReactorTimer[] {
    if (this.#passOpen) this.#timers = this.#timers.slice();
    return this.#timers;
  }

  // ---- callbacks, completions, locks ----

  /** Runs `callback` once; the completion takes its result, and stays open for ever if it throws. */
  registerCallback<T>(callback: (eventTime: number) => T | Promise<T>, waketime = NOW): Completion<T> {
    const completion = new Completion<T>(this);
    const timer = this.registerTimer((eventTime) => {
      this.unregisterTimer(timer);
      const result = callback(eventTime);
      if (isThenable(result)) {
        return Promise.resolve(result).then((value) => {
          completion.complete(value as T);
          return NEVER;
        });
      }
      completion.complete(result);
      return NEVER;
    }, waketime);
    return completion;
  }

  /** As `registerCallback`, from outside the reactor (ports, threads): queued until the next pass. */
  registerAsyncCallback(callback: (eventTime: number) => unknown, waketime = NOW): void {
    this.#asyncQueue.push(() => {
      this.registerCallback(callback, waketime);
    });
  }

  /** As `completion.complete`, from outside the reactor. */
  asyncComplete(completion: Completion<any>, value: unknown): void {
    this.#asyncQueue.push(() => {
      completion.complete(value);
    });
  }

  completion<T = unknown>(): Completion<T> {
    return new Completion<T>(this);
  }

  mutex(isLocked = false): Mutex {
    return new Mutex(this, isLocked);
  }

  // ---- pausing ----

  /** Lets others run until `waketime`; always yields once. Resolves to the new event time. */
  pause(waketime: number): Promise<number> {
    return this.park(waketime);
  }

  async delayForMs(milliseconds: number): Promise<void> {
    await this.pause(this.monotonic() + milliseconds / 1000);
  }

  park(waketime: number, onParked?: (timer: Timer) => void): Promise<number> {
    const forbidden = this.#noPause.at(-1);
    if (forbidden !== undefined) {
      this.onContract?.("pause where pausing is forbidden", forbidden);
      if (this.#noPauseMode === "throw") return Promise.reject(new Error("Internal error - reactor pause disabled"));
    }
    if (!this.#process) return Promise.resolve(this.#sleepUntil(waketime));
    const task = this.#current ?? newTask();
    if (this.#inCallback) this.#current = task;
    this.#drainWanted = true;
    let parking = task.idle;
    task.idle = undefined;
    if (parking === undefined) {
      parking = { timer: undefined as unknown as ReactorTimer, task, resume: undefined };
      parking.timer = this.#addTimer(undefined, waketime, parking);
    } else {
      parking.timer.running = false;
      this.updateTimer(parking.timer, waketime);
    }
    task.parked += 1;
    onParked?.(parking.timer);
    const parked = parking;
    return new Promise((resolve) => {
      parked.resume = resolve;
    });
  }

  /** Runs synchronous code in which a pause is a breach of contract (`label` names it). */
  assertNoPause<T>(fn: () => T, label = "no-pause section"): T {
    this.#noPause.push(label);
    try {
      return fn();
    } finally {
      this.#noPause.pop();
    }
  }

  /** Asks for a drain of microtasks after the running callback, e.g. because a promise was left floating. */
  requestDrain(): void {
    this.#drainWanted = true;
  }

  #sleepUntil(waketime: number): number {
    const delay = waketime - this.monotonic();
    if (delay > 0 && waketime < NEVER) this.#clock.sleep?.(delay);
    return this.monotonic();
  }

  // ---- the dispatch pass ----

  isRunning(): boolean {
    return this.#process;
  }

  /** Stops the loop after the pass that runs now. */
  end(): void {
    this.#process = false;
  }

  /** Forgets all timers and parked callbacks. */
  finalize(): void {
    this.#process = false;
    this.#stopped = true;
    this.#timers = [];
    this.#asyncQueue = [];
    this.#nextTimer = NEVER;
  }

  nextDeadline(): number {
    if (this.#stopped) return NEVER;
    if (!this.#process || this.#asyncQueue.length > 0 || this.#settled.length > 0) return this.#busyUntil;
    if (this.#nextTimer <= this.#busyUntil) return this.#busyUntil;
    // The poll sleeps a millisecond at least: a timer that asks for "now plus a rounding error" cannot spin.
    return Math.max(this.#nextTimer, this.#busyUntil + POLL_TICK);
  }

  /** One dispatch pass at the clock's time. Synchronous unless a callback is. */
  run(_now: number): void | Promise<void> {
    if (this.#stopped) return;
    if (!this.#process) return this.#stop();
    try {
      this.#takeAsyncQueue();
      this.#applySettled();
      const eventTime = this.#clock.monotonic();
      if (eventTime < this.#nextTimer) return this.#finishPass();
      this.#countPass(eventTime);
      this.#nextTimer = NEVER;
      this.#passOpen = true;
      const pending = this.#dispatch({ timers: this.#timers, index: 0, eventTime });
      if (pending !== undefined) return this.#dispatchAsync(pending);
    } catch (error) {
      this.#failPass(error);
    }
    return this.#finishPass();
  }

  async #dispatchAsync(pending: Promise<Pass | undefined>): Promise<void> {
    try {
      let next: Promise<Pass | undefined> | undefined = pending;
      while (next !== undefined) {
        const pass: Pass | undefined = await next;
        next = pass === undefined ? undefined : this.#dispatch(pass);
      }
    } catch (error) {
      this.#failPass(error);
    }
    await this.#finishPass();
  }

  /** Runs due timers from `pass.index` on; a promise when a callback must be drained first, then to go on with. */
  #dispatch(pass: Pass): Promise<Pass | undefined> | undefined {
    const { timers, eventTime } = pass;
    while (pass.index < timers.length) {
      const timer = timers[pass.index++]!;
      const waketime = timer.waketime;
      if (typeof waketime !== "number") throw this.#badWaketime(waketime);
      if (eventTime >= waketime) {
        timer.waketime = NEVER;
        timer.running = true;
        if (timer.parking !== undefined) return this.#resume(pass, timer.parking);
        const drain = this.#invoke(timer, eventTime);
        if (drain !== undefined) return this.#drainInvoked(pass, drain);
        if (this.#drainWanted || this.#foreign > 0) return this.#drainFloating(pass, timer);
        this.afterStretch?.();
      }
      if (timer.waketime < this.#nextTimer) this.#nextTimer = timer.waketime;
    }
    return undefined;
  }

  /** Calls a timer's callback; the task when it returned a promise. */
  #invoke(timer: ReactorTimer, eventTime: number): Task | undefined {
    this.#inCallback = true;
    this.#drainWanted = false;
    try {
      const result: unknown = timer.callback!(eventTime);
      if (isThenable(result)) {
        const task = this.#current ?? newTask();
        this.#current = task;
        task.timer = timer;
        this.#follow(task, result);
        return task;
      }
      this.#rearm(timer, result);
      return undefined;
    } catch (error) {
      this.#current = undefined;
      throw error;
    } finally {
      this.#inCallback = false;
    }
  }

  #follow(task: Task, result: PromiseLike<unknown>): void {
    result.then(
      (value) => {
        task.outcome = { value };
        this.#settled.push(task);
      },
      (error: unknown) => {
        task.outcome = { error };
        this.#settled.push(task);
      },
    );
  }

  async #drainInvoked(pass: Pass, task: Task): Promise<Pass | undefined> {
    await this.#drainTask(task);
    const settled = task.outcome !== undefined;
    this.#applySettled();
    if (settled) return pass;
    this.#nextTimer = NOW;
    return undefined;
  }

  async #drainFloating(pass: Pass, timer: ReactorTimer): Promise<Pass | undefined> {
    await this.#drainAs(this.#current);
    this.#applySettled();
    if (timer.waketime < this.#nextTimer) this.#nextTimer = timer.waketime;
    return pass;
  }

  async #resume(pass: Pass, parking: Parking): Promise<Pass | undefined> {
    const { task, timer } = parking;
    const resume = parking.resume;
    parking.resume = undefined;
    task.parked -= 1;
    task.idle ??= parking;
    resume?.(pass.eventTime);
    await this.#drainTask(task);
    if (parking.resume === undefined) {
      if (task.idle === parking) task.idle = undefined;
      if (this.#timers.includes(timer)) this.unregisterTimer(timer);
    } else if (timer.waketime < this.#nextTimer) {
      this.#nextTimer = timer.waketime;
    }
    this.#applySettled();
    return pass;
  }

  async #drainAs(task: Task | undefined): Promise<void> {
    this.#inCallback = true;
    this.#current = task;
    await drainMicrotasks();
    this.#inCallback = false;
    this.#drainWanted = false;
    this.#current = undefined;
    this.afterStretch?.();
  }

  /** Drains until the run has settled or parked; one that does neither waits for something outside the reactor. */
  async #drainTask(task: Task): Promise<void> {
    for (let drains = 0; drains < FOREIGN_DRAINS; drains++) {
      await this.#drainAs(task);
      if (task.outcome !== undefined || task.parked > 0 || task.foreign || task.timer === undefined) return;
    }
    task.foreign = true;
    this.#foreign += 1;
    this.onContract?.("await of something that is no reactor primitive", "a callback neither returned nor paused");
  }

  /** Takes over the results of runs that settled. @throws what a run threw */
  #applySettled(): void {
    while (this.#settled.length > 0) {
      const task = this.#settled.shift()!;
      if (task.foreign) {
        task.foreign = false;
        this.#foreign -= 1;
      }
      const outcome = task.outcome!;
      if ("error" in outcome) throw outcome.error;
      if (task.timer !== undefined) this.#rearm(task.timer, outcome.value);
    }
  }

  #rearm(timer: ReactorTimer, waketime: unknown): void {
    timer.running = false;
    if (typeof waketime !== "number") {
      const error = this.#badWaketime(waketime);
      this.onContract?.("timer callback that returns no number", error.message);
      timer.waketime = this.#strictWaketime ? NEVER : (waketime as number);
      if (this.#strictWaketime) return;
      throw error;
    }
    timer.waketime = waketime;
    if (waketime < this.#nextTimer) this.#nextTimer = waketime;
  }

  #badWaketime(waketime: unknown): TypeError {
    const shown = waketime === null || waketime === undefined ? String(waketime) : `a value of type ${typeof waketime}`;
    return new TypeError(`Timer callback returned ${shown}: it must return the next wake time in seconds`);
  }

  #takeAsyncQueue(): void {
    if (this.#asyncQueue.length === 0) return;
    const queue = this.#asyncQueue;
    this.#asyncQueue = [];
    for (const job of queue) job();
  }

  #countPass(eventTime: number): void {
    if (eventTime !== this.#lastEventTime) this.#passesAtInstant = 0;
    this.#lastEventTime = eventTime;
    this.#passesAtInstant += 1;
  }

  #failPass(error: unknown): void {
    this.afterStretch?.();
    this.#current = undefined;
    this.#inCallback = false;
    this.#nextTimer = NOW;
    if (this.onError === undefined) {
      this.#passOpen = false;
      throw error;
    }
    this.onError(error);
  }

  #finishPass(): void | Promise<void> {
    this.#passOpen = false;
    this.#busyUntil = this.#clock.monotonic();
    if (this.#passesAtInstant >= PASSES_PER_INSTANT) {
      this.#busyUntil += POLL_TICK;
      this.#passesAtInstant = 0;
    }
    if (!this.#process && !this.#stopped) return this.#stop();
  }

  #stop(): void | Promise<void> {
    this.#stopped = true;
    return this.onStopped?.();
  }
}
