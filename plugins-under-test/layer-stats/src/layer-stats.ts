/** Passive: follows the events of prints and counts them. Never touches motion. */
import type { Config, Printer, Reactor } from "kalico-hil";

interface LayerStatsStatus {
  prints: number;
  finished: number;
  cancelled: number;
  printing: boolean;
  printing_seconds: number;
  history: readonly { result: string; seconds: number }[];
}

export class LayerStats {
  readonly #printer: Printer;
  readonly #reactor: Reactor;
  readonly #keep: number;
  #started: number | undefined;
  #prints = 0;
  #finished = 0;
  #cancelled = 0;
  #history: readonly { result: string; seconds: number }[] = [];

  constructor(config: Config) {
    this.#printer = config.getPrinter();
    this.#reactor = this.#printer.getReactor();
    this.#keep = config.getInt("keep", { default: 10, minval: 0, maxval: 100 })!;
    this.#printer.registerEventHandler("print_stats:start_printing", () => {
      this.#prints += this.#started === undefined ? 1 : 0;
      this.#started ??= this.#reactor.monotonic();
    });
    this.#printer.registerEventHandler("print_stats:complete_printing", () => this.#end("complete"));
    this.#printer.registerEventHandler("print_stats:cancelled_printing", () => this.#end("cancelled"));
    this.#printer.registerEventHandler("print_stats:error_printing", () => this.#end("error"));
  }

  #end(result: string): void {
    if (this.#started === undefined) return;
    const seconds = Math.round(this.#reactor.monotonic() - this.#started);
    this.#started = undefined;
    if (result === "complete") this.#finished += 1;
    if (result === "cancelled") this.#cancelled += 1;
    // A new list each time: subscribers see a change only when the container changes.
    this.#history = [...this.#history, { result, seconds }].slice(-this.#keep);
  }

  getStatus(eventTime: number = this.#reactor.monotonic()): LayerStatsStatus {
    return {
      prints: this.#prints, finished: this.#finished, cancelled: this.#cancelled, printing: this.#started !== undefined,
      printing_seconds: this.#started === undefined ? 0 : Math.floor(eventTime - this.#started), history: this.#history,
    };
  }
}

export function loadConfig(config: Config): LayerStats {
  return new LayerStats(config);
}
