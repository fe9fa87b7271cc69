/**
 * Sends what nobody waits for: a timer that keeps what was sent 0.2 to 0.4 s ahead of the micro-controller until all
 * that was asked for is out, and a little more, then sleeps until it is woken.
 *
 * While moves run, planning them sends them; then the timer only watches that there is enough of them.
 * A drip is its own pump, so it holds the timer. Times in s.
 */
import type { Reactor, Timer } from "../reactor/reactor.js";
import { LOW_LEAD } from "./input-pacing.js";
import type { StepPipeline } from "./step-pipeline.js";

const LOW_MARGIN = 0.2;
const BATCH = 0.2;

/** What the background has to know of the planner. */
export interface FlushedPlanner {
  mcuTime(eventTime: number): number;
  /** How far running moves are planned ahead of the micro-controller; null when none run. */
  runningLead(mcuTime: number): number | null;
  /** Plans running moves to their end. */
  runDown(): void;
  /** How far beyond the last demand is sent. */
  extraTime(): number;
}

export class BackgroundFlush {
  private readonly reactor: Reactor;
  private readonly pipeline: StepPipeline;
  private readonly planner: FlushedPlanner;
  private readonly timer: Timer;
  private asleep = true;

  constructor(reactor: Reactor, pipeline: StepPipeline, planner: FlushedPlanner, onError: (error: unknown) => void) {
    this.reactor = reactor;
    this.pipeline = pipeline;
    this.planner = planner;
    this.timer = reactor.registerTimer((eventTime) => {
      try {
        return this.work(eventTime, planner.mcuTime(eventTime));
      } catch (error) {
        onError(error);
        return reactor.NEVER;
      }
    });
  }

  /** There is something to send. */
  wake(): void {
    if (!this.asleep) return;
    this.asleep = false;
    this.reactor.updateTimer(this.timer, this.reactor.NOW);
  }

  /** Keeps still until `release`, whoever wakes it. */
  hold(): void {
    this.asleep = false;
    this.reactor.updateTimer(this.timer, this.reactor.NEVER);
  }

  release(): void {
    this.reactor.updateTimer(this.timer, this.reactor.NOW);
  }

  /** @returns when to go on. */
  private work(eventTime: number, mcuTime: number): number {
    const lead = this.planner.runningLead(mcuTime);
    if (lead !== null) {
      if (lead > LOW_LEAD) return eventTime + lead - LOW_LEAD;
      this.planner.runDown();
    }
    const { times } = this.pipeline;
    const extraTime = this.planner.extraTime();
    // Sending may raise demands that reach further.
    while (times.sent < times.wanted + extraTime) {
      const margin = times.sent - mcuTime;
      if (margin > LOW_MARGIN) return eventTime + margin - LOW_MARGIN;
      this.pipeline.sendTo(Math.min(times.wanted + extraTime, mcuTime + LOW_MARGIN + BATCH));
    }
    this.asleep = true;
    return this.reactor.NEVER;
  }
}
