/**
 * Gas meter of the plugin process: counts what the instrumented plugin does, attributes it to the callback
 * on whose behalf it runs (also after an await), and stops a callback that exceeds its allowance.
 *
 * A *stretch* is uninterrupted work: from entering or resuming a callback to its return or next wait. Its
 * charge on the reference host is gas · secondsPerGas + the time of intercepted blocking calls.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { GAS_FUNCTION } from "./instrument.js";

/**
 * Charge per unit of gas, seconds: 150 ns, the catalogue's assumption for one bytecode on the reference host
 * (Pi Zero 2 W class); one syntax node is taken for one bytecode. An assumption, not a measurement.
 */
export const SECONDS_PER_GAS = 150e-9;

/** One run of one callback, from entry until it settles. */
export interface MeteredRun {
  owner: string;
  kind: string;
  label: string;
  /** Gas of the stretch under way. */
  gas: number;
  /** Seconds of intercepted blocking calls in the stretch under way. */
  blocked: number;
  blockedBy: string[];
  /** Seconds of these that files took. */
  fileSeconds: number;
  /** Calls that waited for files in the stretch under way. */
  files: string[];
  stretches: number;
  maxGas: number;
  maxSeconds: number;
  totalSeconds: number;
  /** Seconds of intercepted blocking calls in all stretches. */
  totalBlocked: number;
  pauses: number;
}

/** Thrown inside a plugin that does not come to an end. */
export class GasExhausted extends Error {
  override name = "GasExhausted";
}

export class GasMeter {
  readonly #storage = new AsyncLocalStorage<MeteredRun>();
  readonly #open = new Set<MeteredRun>();
  #current: MeteredRun | undefined;
  /** Gas allowance of one stretch. */
  limit = 20_000_000;
  /** Called when a stretch ends, with its charge in seconds. */
  onStretch: (run: MeteredRun, seconds: number) => void = () => undefined;
  /** Work outside any callback (module evaluation) is booked here. */
  readonly outside: MeteredRun = newRun("", "import", "import");

  /** Makes the counter known to instrumented modules. */
  install(): void {
    Object.defineProperty(globalThis, GAS_FUNCTION, { value: (n: number) => this.#count(n), configurable: true, writable: false, enumerable: false });
  }

  /** The callback on whose behalf code runs right now, if any: also in its continuations. */
  get running(): MeteredRun | undefined {
    return this.#current ?? this.#storage.getStore();
  }

  #count(n: number): void {
    const run = (this.#current ??= this.#storage.getStore() ?? this.outside);
    run.gas += n;
    if (run.gas > this.limit) {
      throw new GasExhausted(`${run.kind} "${run.label}" did not come to an end within ${this.limit} units of gas (${(this.limit * SECONDS_PER_GAS).toFixed(1)} s on the reference host)`);
    }
    if (run !== this.outside) this.#open.add(run);
  }

  /** Books gas that was counted elsewhere, by an interpreter with a limit of its own. */
  work(gas: number): void {
    const run = (this.#current ??= this.#storage.getStore() ?? this.outside);
    run.gas += gas;
    if (run !== this.outside) this.#open.add(run);
  }

  /** Books an intercepted blocking call, seconds on the reference host. Files have limits of their own. */
  block(seconds: number, what: string, kind: "file" | "other" = "other"): void {
    const run = (this.#current ??= this.#storage.getStore() ?? this.outside);
    run.blocked += seconds;
    if (kind === "file") run.fileSeconds += seconds;
    const list = kind === "file" ? run.files : run.blockedBy;
    if (list.length < 20) list.push(what);
    if (run !== this.outside) this.#open.add(run);
  }

  /** Enters a callback. The returned function ends its synchronous part. */
  enter(owner: string, kind: string, label: string): { run: MeteredRun; leave: () => void } {
    const run = newRun(owner, kind, label);
    const before = this.#current;
    const store = this.#storage.getStore();
    this.#storage.enterWith(run);
    this.#current = run;
    return {
      run,
      leave: () => {
        this.#end(run);
        this.#current = before;
        this.#storage.enterWith(store as MeteredRun);
      },
    };
  }

  /** Ends the stretches of resumed callbacks; the world calls it after each dispatch. */
  endStretches(): void {
    this.#current = undefined;
    for (const run of this.#open) this.#end(run);
  }

  #end(run: MeteredRun): void {
    this.#open.delete(run);
    const seconds = run.gas * SECONDS_PER_GAS + run.blocked;
    if (seconds === 0) return;
    run.stretches += 1;
    run.maxGas = Math.max(run.maxGas, run.gas);
    run.maxSeconds = Math.max(run.maxSeconds, seconds);
    run.totalSeconds += seconds;
    run.totalBlocked += run.blocked;
    this.onStretch(run, seconds);
    run.gas = 0;
    run.blocked = run.fileSeconds = 0;
    run.files = [];
  }
}

function newRun(owner: string, kind: string, label: string): MeteredRun {
  return { owner, kind, label, gas: 0, blocked: 0, blockedBy: [], fileSeconds: 0, files: [], stretches: 0, maxGas: 0, maxSeconds: 0, totalSeconds: 0, totalBlocked: 0, pauses: 0 };
}
