/** Exit codes of the command line, and the error that means "you called it wrong". */

export const EXIT = { conforming: 0, notConforming: 1, cannotJudge: 2, usage: 3, interrupted: 130 } as const;

/** Wrong call or missing environment: exit code 3, the message tells what to do. */
export class UsageError extends Error {
  override name = "UsageError";
}
