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
