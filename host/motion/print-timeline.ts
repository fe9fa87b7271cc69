/**
 * How far along print time everything is: five marks that only move forward, and what follows from them.
 *
 *   sent ≤ generated ≤ planned        what has happened
 *   wantedSteps ≤ wanted              what somebody asked to be generated, to be sent
 *
 * A step can only be computed when the motion around it is known, `window` s to either side. Rows of steps are sent
 * `FORESIGHT` s behind the last step computed, so that the compression sees what follows a row before it is final.
 * The marks know nothing of moves, steps or timers. All values are print times or durations, s.
 */

/** Steps are computed this much beyond the rows that are sent. */
const FORESIGHT = 0.05;
/** Narrowest window: the reach of the step+dir+step filter of the compression. */
const MIN_WINDOW = 0.001;
/** A stretch of moves starts at least this far ahead of the micro-controller… */
const START_LEAD = 0.25;
/** …and its first step is computed with at least this much left. */
const START_STEP_LEAD = 0.1;
/** Largest piece that is generated and sent at once. */
const SLICE = 0.5;
/** A drip move is sent this far ahead of the micro-controller. */
const DRIP_LEAD = 0.1;

export class PrintTimeline {
  /** End of the moves that have their times. */
  planned = 0;
  /** Steps exist up to here: no new stretch of moves may start earlier. */
  generated = 0;
  /** Rows of steps and timed commands are with the micro-controllers up to here. */
  sent = 0;
  /** The background has to send up to here, */
  wanted = 0;
  /** and the part of it that has steps. */
  wantedSteps = 0;
  /** What a step depends on before and after itself. */
  window = MIN_WINDOW;
  private readonly windows = new Map<number, number>();

  /** End of the rows that may go out while more moves are expected. */
  get sendable(): number {
    return this.planned - (this.window + FORESIGHT);
  }

  /** End of the steps that are needed to send the rows up to `sendEnd`. */
  generationFor(sendEnd: number): number {
    return Math.max(sendEnd, Math.min(sendEnd + FORESIGHT, this.planned - this.window));
  }

  /** Earliest start of a stretch of moves when the micro-controller is at `mcuTime`. */
  stretchStart(mcuTime: number): number {
    const firstStep = Math.max(mcuTime + START_STEP_LEAD, this.generated) + this.window;
    return Math.max(mcuTime + START_LEAD, firstStep, this.planned);
  }

  /** How long (s) a drip has to wait before its next piece; negative when it is due. */
  untilDrip(mcuTime: number): number {
    return this.planned - mcuTime - (DRIP_LEAD + FORESIGHT + this.window);
  }

  /** Asks the background to send what is queued up to `end`, with `steps` also to generate them. */
  want(end: number, steps: boolean): void {
    this.wanted = Math.max(this.wanted, end);
    if (steps) this.wantedSteps = Math.max(this.wantedSteps, end);
  }

  /** Solvers ask for windows of their own; the widest rules. 0 stands for none. */
  exchangeWindow(oldWindow: number, newWindow: number): void {
    for (const [window, change] of [[oldWindow, -1], [newWindow, 1]] as const) {
      if (window !== 0) this.windows.set(window, (this.windows.get(window) ?? 0) + change);
    }
    const used = [...this.windows].filter(([, users]) => users > 0).map(([window]) => window);
    this.window = Math.max(MIN_WINDOW, ...used);
  }
}

/** Ends of the pieces in which [start, end] is sent: one or more, the last one is `end`. */
export function sliceEnds(start: number, end: number): number[] {
  const ends: number[] = [];
  for (let next = start + SLICE; next < end; next += SLICE) ends.push(next);
  return [...ends, end];
}
