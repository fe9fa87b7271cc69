/**
 * What one simulated MCU did, in columns: every accepted command with the clock it arrived at and, where it is scheduled, the
 * clock it takes effect at; the rows of steps that each stepper really took (a row cut short by a stop is recorded cut
 * short); and marks for the events that are neither (reset, shutdown, trigger). Clocks are 64 bit MCU ticks.
 * Costs one append per command; memory about 20 bytes per command and 22 per row.
 */
import type { Column} from "./columns.js";
import { float64Column, int16Column, int32Column, uint16Column, uint32Column, uint8Column } from "./columns.js";
import { RowHash } from "./row-hash.js";
import { SlackCounts } from "./slack-counts.js";

export interface TraceOptions {
  /** Keep the columns of commands (default true); without them only counts, smallest slacks and the hash remain. */
  commands?: boolean;
  /** Keep the columns of steps (default true); without them only counts and the hash remain. */
  steps?: boolean;
  /** Count slacks by size, so that their distribution is known without the columns (default false). */
  slacks?: boolean;
}

/** Something that happened to the MCU and is not a command. */
export interface TraceMark {
  clock: number;
  kind: "reset" | "shutdown" | "trigger" | "configured";
  /** Shutdown reason, trigger reason with oid, … */
  detail: string;
}

/** The rows one stepper took. Step k (0-based) of a row comes at `firstClock + k·interval + add·k(k+1)/2`. */
export class StepColumns {
  readonly firstClock = float64Column();
  readonly interval = uint32Column();
  readonly count = uint32Column();
  readonly add = int16Column();
  /** Level of the dir pin. */
  readonly dir = uint8Column();
  /** Rows recorded, kept or not. */
  rows = 0;
  /** Steps of all rows. */
  steps = 0;
  /** Net steps, +1 per step with dir 1. */
  position = 0;
  readonly hash = new RowHash();
  readonly oid: number;
  private readonly keep: boolean;

  constructor(oid: number, keep: boolean) {
    this.oid = oid;
    this.keep = keep;
  }

  push(firstClock: number, interval: number, count: number, add: number, dir: number): void {
    this.rows++;
    this.steps += count;
    this.position += dir ? count : -count;
    const hash = this.hash;
    hash.clock(firstClock);
    hash.int(interval);
    hash.int(count);
    hash.int((add << 1) | dir);
    if (!this.keep) return;
    this.firstClock.push(firstClock);
    this.interval.push(interval);
    this.count.push(count);
    this.add.push(add);
    this.dir.push(dir);
  }
}

/** Accepted commands of one kind. */
export interface CommandSummary {
  readonly name: string;
  count: number;
  /** Smallest effect clock minus arrival clock in ticks; Infinity when the command is never scheduled. */
  smallestSlack: number;
  /** Slacks by size, where they are counted. */
  readonly slacks?: SlackCounts;
}

export class McuTrace {
  /** Columns of commands: kind (index into `kinds`), oid (−1: none), arrival clock, effect clock (NaN: at once). */
  readonly kind: Column<Uint16Array> = uint16Column();
  readonly oid: Column<Int32Array> = int32Column();
  readonly arrivalClock: Column<Float64Array> = float64Column();
  readonly effectClock: Column<Float64Array> = float64Column();
  readonly kinds: CommandSummary[] = [];
  readonly marks: TraceMark[] = [];
  /** Commands accepted so far, kept or not. */
  commandCount = 0;
  private readonly steppers = new Map<number, StepColumns>();
  private readonly commandHash = new RowHash();
  private readonly keepCommands: boolean;
  private readonly keepSteps: boolean;
  private readonly countSlacks: boolean;
  private settleHook: (() => void) | undefined;

  constructor(options: TraceOptions = {}) {
    this.keepCommands = options.commands ?? true;
    this.keepSteps = options.steps ?? true;
    this.countSlacks = options.slacks ?? false;
  }

  /** Registers a command's name; returns its kind. */
  registerKind(name: string): number {
    const known = this.kinds.findIndex((k) => k.name === name);
    if (known >= 0) return known;
    return this.kinds.push({ name, count: 0, smallestSlack: Number.POSITIVE_INFINITY, ...(this.countSlacks ? { slacks: new SlackCounts() } : {}) }) - 1;
  }

  /** Records an accepted command. @param effectClock NaN when it is not scheduled */
  command(kind: number, oid: number, arrivalClock: number, effectClock: number): void {
    const summary = this.kinds[kind]!;
    summary.count++;
    this.commandCount++;
    const slack = effectClock - arrivalClock;
    if (slack < summary.smallestSlack) summary.smallestSlack = slack;
    if (summary.slacks !== undefined && slack === slack) summary.slacks.add(slack);
    const hash = this.commandHash;
    hash.int((kind << 9) ^ oid);
    hash.clock(arrivalClock);
    if (slack === slack) hash.clock(effectClock);
    if (!this.keepCommands) return;
    this.kind.push(kind);
    this.oid.push(oid);
    this.arrivalClock.push(arrivalClock);
    this.effectClock.push(effectClock);
  }

  /** Slack of a recorded command in ticks: how long before its effect it arrived; NaN when not scheduled. */
  slack(i: number): number {
    return this.effectClock.at(i) - this.arrivalClock.at(i);
  }

  /** The rows of one stepper; made on first use. */
  stepsOf(oid: number): StepColumns {
    let columns = this.steppers.get(oid);
    if (columns === undefined) this.steppers.set(oid, (columns = new StepColumns(oid, this.keepSteps)));
    return columns;
  }

  /** All steppers in order of oid, with the rows finished by now. */
  allSteps(): StepColumns[] {
    this.settle();
    return [...this.steppers.values()].sort((a, b) => a.oid - b.oid);
  }

  mark(clock: number, kind: TraceMark["kind"], detail: string): void {
    this.marks.push({ clock, kind, detail });
  }

  /** Hash of the step rows of all steppers. */
  stepsHash(): string {
    const hash = new RowHash();
    for (const steps of this.allSteps()) {
      hash.int(steps.oid);
      hash.text(steps.hash.digest());
    }
    return hash.digest();
  }

  /** Hash of everything: commands with their clocks, step rows, marks. */
  hash(): string {
    const hash = new RowHash();
    hash.text(this.stepsHash());
    hash.text(this.commandHash.digest());
    for (const mark of this.marks) {
      hash.clock(mark.clock);
      hash.text(`${mark.kind} ${mark.detail}`);
    }
    return hash.digest();
  }

  /** The MCU records rows when it next looks at a stepper: this hook makes it look. */
  onSettle(hook: () => void): void { this.settleHook = hook; }
  /** Brings the columns up to the MCU's present clock. */
  settle(): void { this.settleHook?.(); }
}
