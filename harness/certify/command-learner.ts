/**
 * Which commands a plugin has and which parameters they read: learned by calling them. From that, calls are drawn that should be
 * accepted. Equal seeds draw equal calls.
 */
import fc from "fast-check";
import { validCall } from "../../conformance/arbitraries/gcode-lines.js";
import type { LearnedCommand } from "../../conformance/evidence.js";

/** A call may read parameters that only another one leads to: so often are all of them called. */
const ROUNDS = 4;

export class CommandLearner {
  readonly commands = new Map<string, LearnedCommand>();

  /** Takes what a session saw of a command. */
  note(command: LearnedCommand): void {
    const known = this.commands.get(command.command);
    if (known === undefined) this.commands.set(command.command, command);
    else for (const param of command.params) if (!known.params.some((p) => p.name === param.name)) known.params.push(param);
  }

  /** Calls that should be accepted, so many of each command. */
  calls(perCommand: number, seed: number): string[] {
    return [...this.commands.values()].flatMap((command) => fc.sample(validCall(command), { seed, numRuns: perCommand }));
  }

  /** Calls everything until no parameter is new. @param call runs the lines in a session and notes what it saw */
  async learn(seed: number, call: (lines: string[], round: number) => Promise<void>): Promise<void> {
    const known = (): number => [...this.commands.values()].reduce((n, command) => n + command.params.length, 0);
    for (let round = 0; round < ROUNDS && this.commands.size > 0; round++) {
      const before = known();
      await call(this.calls(1, seed), round);
      if (known() === before) return;
    }
  }
}
