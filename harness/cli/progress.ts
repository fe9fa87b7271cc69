/** Progress: one live line on a terminal, plain lines elsewhere (CI), nothing but results with --quiet. */

export interface Progress {
  /** A line that stays. */
  line(text: string): void;
  /** The live line, overwritten by the next; in logs only when `log` is set. */
  update(text: string, log?: boolean): void;
  clear(): void;
}

export function createProgress(out: NodeJS.WriteStream = process.stderr, quiet = false): Progress {
  const live = out.isTTY && !quiet && process.env["CI"] === undefined;
  let shown = false;
  const clear = (): void => {
    if (shown) out.write("\r\u001b[K");
    shown = false;
  };
  return {
    line(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    update(text, log = false) {
      if (live) {
        out.write(`\r\u001b[K${text.slice(0, (out.columns ?? 80) - 1)}`);
        shown = true;
      } else if (log && !quiet) out.write(`${text}\n`);
    },
    clear,
  };
}

/** Tells, of what is done and of the time since it was made, how long the rest may take: ", about 40 s left". */
export function timeLeft(now: () => bigint = () => process.hrtime.bigint()): (done: number, total: number) => string {
  const start = now();
  return (done, total) => {
    const elapsed = Number(now() - start) * 1e-9;
    if (done < 3 || elapsed < 2 || total <= done) return "";
    const left = (elapsed / done) * (total - done);
    return `, about ${left < 90 ? `${Math.max(1, Math.round(left / 5) * 5)} s` : `${Math.round(left / 60)} min`} left`;
  };
}
