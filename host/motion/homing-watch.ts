/**
 * The endstops of one homing move: armed together, asked one by one in the end. Of several things that go wrong on the
 * way the first is reported, once all has been put back in order.
 */
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import { dangerOptions } from "./ports.js";
import type { Endstop, NamedEndstop } from "./rail.js";

/** Lets work go on after the failure of a command, and keeps the first message. */
export class FirstFailure {
  private message: string | null = null;

  note(message: string): void {
    this.message ??= message;
  }

  /** Does `work`; undefined when it failed, which `describe` puts into words. Errors that are no CommandError pass. */
  async tolerate<T>(work: () => Promise<T>, describe: (message: string) => string): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.note(describe(error.message));
      return undefined;
    }
  }

  /** @throws CommandError when something has failed. */
  raise(): void {
    if (this.message !== null) throw new CommandError(this.message);
  }
}

export class HomingWatch {
  private readonly printer: Printer;
  private readonly endstops: readonly NamedEndstop[];

  constructor(printer: Printer, endstops: readonly NamedEndstop[]) {
    this.printer = printer;
    this.endstops = endstops;
  }

  /**
   * Arms all endstops from print time `startTime` on.
   * @param restTime s between two looks at an endstop. @param triggered the state to wait for.
   * @returns done when the move has nothing more to wait for
   */
  async arm(startTime: number, restTime: (endstop: Endstop) => number, triggered: boolean): Promise<Completion<unknown>> {
    const { endstopSampleTime, endstopSampleCount } = dangerOptions(this.printer);
    const triggers: Completion<unknown>[] = [];
    for (const [endstop] of this.endstops) {
      triggers.push(await endstop.homeStart(startTime, endstopSampleTime, endstopSampleCount, restTime(endstop), { triggered }));
    }
    return multiComplete(this.printer, triggers);
  }

  /** Disarms all endstops at the end of the move; returns the print times of those that triggered, by name. */
  async disarm(endTime: number, mustTrigger: boolean, failure: FirstFailure): Promise<Map<string, number>> {
    const times = new Map<string, number>();
    for (const [endstop, name] of this.endstops) {
      const time = await failure.tolerate(async () => endstop.homeWait(endTime), (message) => `Error during homing ${name}: ${message}`);
      if (time === undefined) continue;
      if (time > 0) times.set(name, time);
      else if (mustTrigger) failure.note(`No trigger on ${name} after full movement`);
    }
    return times;
  }
}

/** Done when all completions are, or when one of them carries an error; its value is the list of theirs, or 1. */
export function multiComplete(printer: Printer, completions: readonly Completion<unknown>[]): Completion<unknown> {
  if (completions.length === 1) return completions[0]!;
  const reactor = printer.getReactor();
  const all = reactor.completion<unknown>();
  const values: unknown[] = [];
  let pending = completions.length;
  if (pending === 0) all.complete(values);
  completions.forEach((completion, at) => {
    reactor.registerCallback(async () => {
      values[at] = await completion.wait();
      pending--;
      if (all.test()) return;
      if (pending === 0) all.complete(values);
      else if (values[at]) all.complete(1);
    });
  });
  return all;
}
