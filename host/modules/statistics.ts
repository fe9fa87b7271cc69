/**
 * Object `statistics`: from ready on, once a second, collects one line from every object that has `stats`.
 * Object `system_stats`: load, processor time and memory of the machine, as the start arguments give them.
 */
import type { ConfigSection } from "../config/config-section.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Timer } from "../reactor/reactor.js";

/** Seconds. */
const STATS_PERIOD = 1;

/** Load of one minute, seconds of processor time, KiB of available memory. */
export interface SystemLoad {
  sysload: number;
  cputime: number;
  memavail: number;
}

/** Load of the machine; zero where the start arguments have no `systemLoad` to ask, as in virtual time. */
export class SystemStats {
  readonly #printer: Printer;
  #last: SystemLoad = { sysload: 0, cputime: 0, memavail: 0 };

  constructor(config: ConfigSection) {
    this.#printer = config.getPrinter();
  }

  stats(_eventTime: number): [boolean, string] {
    const ask = this.#printer.getStartArgs().systemLoad as (() => SystemLoad) | undefined;
    if (ask !== undefined) this.#last = ask();
    const { sysload, cputime, memavail } = this.#last;
    return [false, `sysload=${formatFixed(sysload, 2)} cputime=${formatFixed(cputime, 3)} memavail=${memavail}`];
  }

  getStatus(_eventTime?: number): SystemLoad {
    return { ...this.#last };
  }
}

interface StatsSource {
  stats(eventTime: number): [boolean, string];
}

export class Statistics {
  readonly #printer: Printer;
  readonly #timer: Timer;
  #sources: StatsSource[] = [];

  constructor(config: ConfigSection) {
    this.#printer = config.getPrinter();
    const reactor = this.#printer.getReactor();
    this.#timer = reactor.registerTimer((eventTime) => this.#collect(eventTime));
    this.#printer.registerEventHandler("klippy:ready", () => {
      const objects = this.#printer.lookupObjects().map(([, object]) => object as unknown);
      this.#sources = objects.filter((object): object is StatsSource => typeof object === "object" && object !== null && "stats" in object);
      if (this.#printer.getStartArgs().debugoutput == null) reactor.updateTimer(this.#timer, reactor.NOW);
    });
  }

  #collect(eventTime: number): number {
    const reactor = this.#printer.getReactor();
    const lines: string[] = [];
    let isWorthLogging = false;
    for (const source of this.#sources) {
      const [isActive, line] = reactor.assertNoPause(() => source.stats(eventTime), "stats");
      isWorthLogging ||= isActive;
      lines.push(line);
    }
    const danger = this.#printer.lookupObject<{ logStatistics?: boolean } | null>("danger_options", null);
    if (isWorthLogging && danger?.logStatistics !== false) {
      this.#printer.log("info", `Stats ${formatFixed(eventTime, 1)}: ${lines.join(" ")}`);
    }
    return eventTime + STATS_PERIOD;
  }
}

/** Makes both objects. */
export function loadStatistics(config: ConfigSection): Statistics {
  config.getPrinter().addObject("system_stats", new SystemStats(config));
  return new Statistics(config);
}
