/**
 * A queue of step rows in typed arrays (a ring that grows), and the closed form of a row: step k (0-based) comes at
 * `first + k·interval + add·k(k+1)/2`, where `interval` is the distance that `queue_step` gave and `add` is added before each further step.
 */

/** Clock of step `k` of a row, relative to its first step. */
export function stepOffset(k: number, interval: number, add: number): number {
  return k * interval + (add * k * (k + 1)) / 2;
}

/** How many steps of a row come within `ticks` after its first step, that one included (0 when `ticks` is negative). */
export function stepsWithin(ticks: number, interval: number, add: number, count: number): number {
  if (ticks < 0) return 0;
  if (ticks >= stepOffset(count - 1, interval, add)) return count;
  let k: number;
  if (add === 0) {
    k = Math.floor(ticks / interval);
  } else {
    // Root of add/2·k² + (interval + add/2)·k − ticks, in the form that stays exact for small add.
    const b = interval + add / 2;
    k = Math.floor((2 * ticks) / (b + Math.sqrt(Math.max(0, b * b + 2 * add * ticks))));
  }
  k = Math.min(Math.max(k, 0), count - 1);
  while (k + 1 < count && stepOffset(k + 1, interval, add) <= ticks) k++;
  while (k > 0 && stepOffset(k, interval, add) > ticks) k--;
  return k + 1;
}

/** Shortest distance between steps of a row, its own first interval included. */
export function shortestInterval(interval: number, add: number, count: number): number {
  return add < 0 ? interval + add * (count - 1) : interval;
}

/** Rows in order of time; index 0 is the oldest. */
export class StepRows {
  length = 0;
  private capacity = 64;
  private start = 0;
  private firstColumn = new Float64Array(64);
  private lastColumn = new Float64Array(64);
  private loadColumn = new Float64Array(64);
  private intervalColumn = new Float64Array(64);
  private countColumn = new Float64Array(64);
  private addColumn = new Int32Array(64);
  private flagsColumn = new Uint8Array(64);

  /** Clock of the row's first step. */
  first(i: number): number { return this.firstColumn[this.at(i)]!; }
  /** Clock of the row's last step. */
  last(i: number): number { return this.lastColumn[this.at(i)]!; }
  /** Clock at which the firmware takes the row out of its queue. */
  load(i: number): number { return this.loadColumn[this.at(i)]!; }
  interval(i: number): number { return this.intervalColumn[this.at(i)]!; }
  count(i: number): number { return this.countColumn[this.at(i)]!; }
  add(i: number): number { return this.addColumn[this.at(i)]!; }
  dir(i: number): 0 | 1 { return (this.flagsColumn[this.at(i)]! & 1) as 0 | 1; }
  /** Whether the row is the first part of a queued one, and so the one whose loading frees a node. */
  freesNode(i: number): boolean { return (this.flagsColumn[this.at(i)]! & 2) !== 0; }

  push(load: number, first: number, last: number, interval: number, count: number, add: number, dir: number, freesNode: boolean): void {
    if (this.length === this.capacity) this.grow();
    const i = this.at(this.length++);
    this.loadColumn[i] = load;
    this.firstColumn[i] = first;
    this.lastColumn[i] = last;
    this.intervalColumn[i] = interval;
    this.countColumn[i] = count;
    this.addColumn[i] = add;
    this.flagsColumn[i] = dir | (freesNode ? 2 : 0);
  }

  shift(): void {
    this.start = (this.start + 1) & (this.capacity - 1);
    this.length--;
  }

  clear(): void { this.length = 0; }

  private at(i: number): number { return (this.start + i) & (this.capacity - 1); }

  private grow(): void {
    const ordered = <T extends Float64Array | Int32Array | Uint8Array>(column: T, make: (n: number) => T): T => {
      const grown = make(this.capacity * 2);
      grown.set(column.subarray(this.start) as never);
      grown.set(column.subarray(0, this.start) as never, this.capacity - this.start);
      return grown;
    };
    this.firstColumn = ordered(this.firstColumn, (n) => new Float64Array(n));
    this.lastColumn = ordered(this.lastColumn, (n) => new Float64Array(n));
    this.loadColumn = ordered(this.loadColumn, (n) => new Float64Array(n));
    this.intervalColumn = ordered(this.intervalColumn, (n) => new Float64Array(n));
    this.countColumn = ordered(this.countColumn, (n) => new Float64Array(n));
    this.addColumn = ordered(this.addColumn, (n) => new Int32Array(n));
    this.flagsColumn = ordered(this.flagsColumn, (n) => new Uint8Array(n));
    this.capacity *= 2;
    this.start = 0;
  }
}
