/**
 * What a process of the harness does when it is left alone: a session on an attached board stops the board before the process ends.
 */

/** Time for the last act to leave, milliseconds. */
export const LAST_ACT_MS = 300;

let lastAct: (() => void) | undefined;

/** Sets what is done when the harness is gone; undefined: nothing. */
export function setLastAct(act: (() => void) | undefined): void {
  lastAct = act;
}

/** Does it; false when there was nothing to do. */
export function doLastAct(): boolean {
  const act = lastAct;
  lastAct = undefined;
  act?.();
  return act !== undefined;
}
