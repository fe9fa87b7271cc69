/**
 * The world loop in virtual time: whoever has the smallest next deadline runs, at that instant; ties go
 * to the participant that was added first. Nothing else moves time, so equal inputs give equal runs.
 *
 * The host's reactor may be *charged* for work: the others then live on up to the end of the charge, and the reactor goes on
 * from there.
 */
import type { Participant, VirtualClock } from "../../host/reactor/clock.js";

export type WorldStop = "done" | "limit" | "idle" | "aborted";

export class VirtualWorld {
  readonly clock: VirtualClock;
  /** World time of the last deadline that was run, seconds. */
  worldTime = 0;
  #participants: Participant[] = [];
  #running: Participant | undefined;
  #abort = false;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  add(participant: Participant): void {
    this.#participants.push(participant);
  }

  remove(participant: Participant): void {
    this.#participants = this.#participants.filter((p) => p !== participant);
  }

  /** Who runs next, and when: for diagnosis. */
  next(): { name: string; deadline: number } | undefined {
    let found: { name: string; deadline: number } | undefined;
    for (const participant of this.#participants) {
      const deadline = participant.nextDeadline();
      if (found === undefined || deadline < found.deadline) found = { name: participant.name, deadline };
    }
    return found;
  }

  /**
   * Lets the participant that runs (the reactor) be busy for so many seconds. Links and micro-controllers live on meanwhile,
   * as threads and chips do; so nothing that the busy host sends afterwards can arrive before it was sent.
   */
  charge(seconds: number): void {
    const busy = this.#running;
    if (busy?.name !== "reactor" || !(seconds > 0)) return;
    const until = this.clock.now + seconds;
    for (;;) {
      let next: Participant | undefined;
      let best = Infinity;
      for (const participant of this.#participants) {
        if (participant === busy) continue;
        const deadline = participant.nextDeadline();
        if (deadline < best) {
          best = deadline;
          next = participant;
        }
      }
      if (next === undefined || best > until) break;
      if (best > this.worldTime) this.worldTime = best;
      this.clock.now = this.worldTime;
      // Everything but the reactor runs to its end at once.
      void next.run(this.worldTime);
    }
    this.worldTime = Math.max(this.worldTime, until);
    this.clock.now = until;
  }

  /** Ends the loop at the next opportunity (Ctrl-C, limits). */
  abort(): void {
    this.#abort = true;
  }

  /**
   * Runs until `done()` holds (checked after every deadline), virtual time passes `limit` (seconds), or
   * nobody has a deadline left. `tick` is called about once per virtual second, for progress.
   */
  async run(done: () => boolean, limit: number, tick?: (worldTime: number) => void): Promise<WorldStop> {
    let nextTick = this.worldTime + 1;
    while (!done()) {
      if (this.#abort) return "aborted";
      let best = Infinity;
      let next: Participant | undefined;
      for (const participant of this.#participants) {
        const deadline = participant.nextDeadline();
        if (deadline < best) {
          best = deadline;
          next = participant;
        }
      }
      if (next === undefined || best >= 1e15) return "idle";
      if (best > limit) return "limit";
      if (best > this.worldTime) this.worldTime = best;
      this.clock.now = this.worldTime;
      this.#running = next;
      const running = next.run(this.worldTime);
      if (running !== undefined) await running;
      if (tick !== undefined && this.worldTime >= nextTick) {
        nextTick = this.worldTime + 1;
        tick(this.worldTime);
      }
    }
    return "done";
  }
}
