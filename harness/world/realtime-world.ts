/**
 * The world loop in real time: the same participants as in virtual time, each run once its deadline has come on the machine's
 * own clock. Between deadlines the process sleeps, and wakes early for what arrives at a port.
 *
 * Real ports call back whenever the process is idle, which includes a reactor whose callback is being waited for. So what a port
 * receives is queued, and handed on by the loop between two participants: one thread of control at a time, as in virtual time.
 */
import { RealClock, type Participant } from "../../host/reactor/clock.js";
import type { Port } from "../../host/transport/port.js";
import type { WorldStop } from "./virtual-world.js";

/** Timers of the process count whole milliseconds; what is due earlier is waited for awake, seconds. */
const TIMER_SECONDS = 0.001;
/** Longest sleep, so that an end which nobody announces is seen, seconds. */
const LONGEST_SLEEP = 0.1;

export class RealtimeWorld {
  readonly clock = new RealClock();
  #participants: Participant[] = [];
  /** What ports have received since the last round. */
  #arrivals: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #abort = false;
  #latest = 0;
  #roundEnd = 0;

  add(participant: Participant): void {
    this.#participants.push(participant);
  }

  remove(participant: Participant): void {
    this.#participants = this.#participants.filter((p) => p !== participant);
  }

  /** Queues what came from outside; the loop hands it on between two participants. */
  arrive(deliver: () => void): void {
    this.#arrivals.push(deliver);
    this.#wake?.();
  }

  /** A port whose receiver is called by the loop. */
  portInTurn(port: Port): Port {
    const { flushOutput, setBaud } = port;
    let open = true;
    const arrived = (deliver: () => void): void => {
      this.#arrivals.push(() => { if (open) deliver(); });
      this.#wake?.();
    };
    return {
      write: (data) => port.write(data),
      onData: (callback) => port.onData((data) => {
        const bytes = data.slice();
        arrived(() => callback(bytes));
      }),
      onClose: (callback) => port.onClose(() => arrived(callback)),
      ...(flushOutput === undefined ? {} : { flushOutput: () => flushOutput.call(port) }),
      ...(setBaud === undefined ? {} : { setBaud: (baud: number) => setBaud.call(port, baud) }),
      close: () => {
        open = false;
        port.close();
      },
    };
  }

  /** By how much (seconds) a deadline was missed at most since this was last asked: what a busy machine costs. */
  takeLateness(): number {
    const latest = this.#latest;
    this.#latest = 0;
    return latest;
  }

  /** Ends the loop at the next opportunity. */
  abort(): void {
    this.#abort = true;
    this.#wake?.();
  }

  /** After an abort: lets the loop run again, to end things in good order. */
  resume(): void {
    this.#abort = false;
  }

  /** Runs until `done()` holds (checked after every round) or the clock reads `limit` (seconds). */
  async run(done: () => boolean, limit: number): Promise<WorldStop> {
    for (;;) {
      if (done()) return "done";
      if (this.#abort) return "aborted";
      if (this.clock.monotonic() >= limit) return "limit";
      await this.#round();
      if (!done() && !this.#abort) await this.#sleep(limit);
    }
  }

  /** Hands on what has arrived, and runs each participant that is due once, the longest due first: nobody starves. */
  async #round(): Promise<void> {
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    for (const deliver of arrivals) deliver();
    const now = this.clock.monotonic();
    const due = this.#participants.map((participant) => ({ participant, deadline: participant.nextDeadline() })).filter(({ deadline }) => deadline <= now);
    due.sort((a, b) => a.deadline - b.deadline);
    // A deadline before the last round's end is of the kind "now", which cannot be missed.
    const first = due.find(({ deadline }) => deadline >= this.#roundEnd);
    if (first !== undefined) this.#latest = Math.max(this.#latest, now - first.deadline);
    for (const { participant } of due) {
      if (!this.#participants.includes(participant)) continue;
      const running = participant.run(this.clock.monotonic());
      if (running !== undefined) await running;
    }
    this.#roundEnd = this.clock.monotonic();
  }

  /** Until the next deadline, an arrival, or `limit`; ports get a turn in any case. */
  async #sleep(limit: number): Promise<void> {
    const deadline = this.#participants.reduce((best, p) => Math.min(best, p.nextDeadline()), limit);
    const seconds = Math.min(deadline - this.clock.monotonic(), LONGEST_SLEEP);
    await new Promise<void>((resolve) => {
      if (this.#arrivals.length > 0 || seconds < TIMER_SECONDS) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, Math.floor(seconds * 1000));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
