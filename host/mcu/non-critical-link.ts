/**
 * The life of an MCU that may be away (`is_non_critical`): when it falls silent it is let go instead of shutting
 * the printer down, and looked for again every `reconnect_interval` until it answers and is configured anew.
 */
import type { Reactor, Timer } from "../reactor/reactor.js";

/** Added to `reconnect_interval`, so that reconnects do not fall together with other events (s). */
const RECONNECT_OFFSET_SECONDS = 0.12;
/** Time (s) for a reset command to leave before the port is closed. */
const RESET_DRAIN_SECONDS = 0.015;

/** The steps of a reconnect, as the MCU does them. */
export interface ReconnectSteps {
  readonly name: string;
  readonly reactor: Reactor;
  /** Opens and identifies; false when there is no port. */
  identify(): Promise<boolean>;
  /** Whether the MCU, once identified, is shut down. */
  isShutDown(): Promise<boolean>;
  /** Sends the best command there is to leave the shutdown. */
  sendReset(): void;
  /** Forgets the last session's shutdown, config commands and move slots. */
  forget(): void;
  configure(): Promise<void>;
  /** Ends the session and marks the MCU as away. */
  letGo(): void;
  /** Tells the rest of the host. */
  announce(what: "reconnected" | "disconnected"): void;
  logFailure(error: unknown): void;
}

export class NonCriticalLink {
  private readonly steps: ReconnectSteps;
  private readonly interval: number;
  private readonly timer: Timer;

  constructor(steps: ReconnectSteps, reconnectInterval: number) {
    this.steps = steps;
    this.interval = reconnectInterval + RECONNECT_OFFSET_SECONDS;
    this.timer = steps.reactor.registerTimer((eventTime) => this.attempt(eventTime));
  }

  /** The MCU was not there when the host started: look for it from now on. */
  waitForIt(): void {
    this.steps.reactor.updateTimer(this.timer, this.steps.reactor.NOW + this.interval);
  }

  /** The MCU has fallen silent. */
  lost(): void {
    this.steps.letGo();
    this.steps.reactor.updateTimer(this.timer, this.steps.reactor.NOW);
    this.steps.announce("disconnected");
  }

  private async attempt(eventTime: number): Promise<number> {
    const { steps } = this;
    try {
      if (!(await steps.identify())) return eventTime + this.interval;
      if (await steps.isShutDown()) {
        // A shutdown outlives the link: a later attempt finds the MCU clean.
        steps.sendReset();
        await steps.reactor.pause(steps.reactor.monotonic() + RESET_DRAIN_SECONDS);
        steps.letGo();
        return eventTime + this.interval;
      }
      steps.forget();
      await steps.configure();
    } catch (error) {
      steps.logFailure(error);
      steps.letGo();
      return eventTime + this.interval;
    }
    steps.announce("reconnected");
    return steps.reactor.NEVER;
  }
}
