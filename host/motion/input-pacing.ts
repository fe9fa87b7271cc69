/**
 * Who may queue moves, and when: keeps print time 1 to 2 s ahead of the micro-controllers while moves come.
 *
 * The state tells what the next move means. "NeedPrime": it starts a new stretch of print time. "Priming": moves
 * wait in the look-ahead for more, and a timer ends the wait. "": moves are timed and on their way. "Drip": a homing
 * move goes out in small pieces. Four things happen to it, and `NEXT` is all there is to say about them.
 *
 * `lead` is how far print time is ahead of the micro-controller. Times in s.
 */
import type { Reactor, Timer } from "../reactor/reactor.js";
import type { MaybePromise } from "./ports.js";

export type QueuingState = "" | "NeedPrime" | "Priming" | "Drip";

/** Moves come in; queued moves have got their times; all moves are timed and the machine will stop; a drip begins. */
export type QueuingEvent = "input" | "timed" | "stop" | "drip";

const ALWAYS_TIMED = { timed: "", stop: "NeedPrime", drip: "Drip" } as const;
const NEXT: Readonly<Record<QueuingState, Readonly<Record<QueuingEvent, QueuingState>>>> = {
  NeedPrime: { ...ALWAYS_TIMED, input: "Priming" },
  Priming: { ...ALWAYS_TIMED, input: "Priming" },
  "": { ...ALWAYS_TIMED, input: "" },
  Drip: { ...ALWAYS_TIMED, input: "Priming" },
};

/** With less lead than this the moves that wait for more are timed, as if no more came. */
export const LOW_LEAD = 1;
/** With more lead than this, whoever queues moves has to pause. */
export const HIGH_LEAD = 2;
const SHORTEST_PRIMING = 0.1;
const LONGEST_PAUSE = 1;
/** The lead is looked at again only when print time went on by this much. */
const UNWATCHED = HIGH_LEAD + 0.1;

/** What pacing has to know of the machine. */
export interface PacedMachine {
  printTime(): number;
  mcuTime(eventTime: number): number;
  /** False when there is no clock to wait for. */
  canPause(): boolean;
}

export class InputPacing {
  state: QueuingState = "NeedPrime";
  /** How often moves came late: after the queue had been run down, before the machine stood still. */
  stalls = 0;
  private readonly reactor: Reactor;
  private readonly machine: PacedMachine;
  private readonly primingTimer: Timer;
  /** When moves have waited long enough for more, event time. */
  private primedAt: number;
  private isPriming = false;
  /** Print time up to which moves are let through without looking at the lead. */
  private unwatchedUntil = -1;
  /** Print time at which the machine stands still for want of moves; 0: not for that. */
  private standstill = 0;

  /** @param primed called when moves have waited long enough for more. */
  constructor(reactor: Reactor, machine: PacedMachine, primed: () => void) {
    this.reactor = reactor;
    this.machine = machine;
    this.primedAt = reactor.NEVER;
    this.primingTimer = reactor.registerTimer(() => {
      this.primedAt = reactor.NEVER;
      this.isPriming = true;
      if (this.state === "Priming") primed();
      this.isPriming = false;
      return this.primedAt;
    });
  }

  /** Moves are timed, and print time runs. */
  get running(): boolean {
    return this.state === "";
  }

  /** Goes on to the next state; true when it is another one than before or begins anew. */
  enter(event: QueuingEvent): boolean {
    const next = NEXT[this.state][event];
    if (next === "" && this.running) return false;
    this.state = next;
    this.unwatchedUntil = next === "Drip" ? this.reactor.NEVER : -1;
    if (event === "stop" || event === "drip") this.standstill = 0;
    return true;
  }

  /** The queue was run down: the machine will stand still when it gets to the end of what is timed. */
  noteRunDown(): void {
    this.standstill = this.machine.printTime();
  }

  /** Whether `admit` has to be asked before more moves are queued. */
  needsAdmission(): boolean {
    return this.machine.printTime() > this.unwatchedUntil;
  }

  /** Takes note of input; returns a promise when the one who brings it has to pause first. */
  admit(): MaybePromise {
    const eventTime = this.reactor.monotonic();
    const mcuTime = this.machine.mcuTime(eventTime);
    const lead = this.machine.printTime() - mcuTime;
    if (this.enter("input")) {
      if (mcuTime < this.standstill) this.stalls++;
      this.standstill = 0;
      this.primedAt = eventTime + Math.max(SHORTEST_PRIMING, lead - LOW_LEAD);
      // What runs at the end of a priming may itself bring input.
      if (!this.isPriming) this.reactor.updateTimer(this.primingTimer, this.primedAt);
    }
    if (lead > HIGH_LEAD) return this.pauseUntilLower(eventTime, lead);
    this.letThrough(mcuTime);
  }

  private async pauseUntilLower(eventTime: number, lead: number): Promise<void> {
    do {
      if (!this.machine.canPause()) {
        this.unwatchedUntil = this.reactor.NEVER;
        return;
      }
      eventTime = await this.reactor.pause(eventTime + Math.min(LONGEST_PAUSE, lead - HIGH_LEAD));
      lead = this.machine.printTime() - this.machine.mcuTime(eventTime);
    } while (lead > HIGH_LEAD);
    this.letThrough(this.machine.mcuTime(eventTime));
  }

  private letThrough(mcuTime: number): void {
    if (this.running) this.unwatchedUntil = mcuTime + UNWATCHED;
  }
}
