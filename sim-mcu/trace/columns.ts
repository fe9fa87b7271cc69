/**
 * Append-only columns of numbers in typed arrays, in chunks: no copy when they grow, no object per row. A trace of a print of
 * many hours is a few hundred such chunks.
 */

type TypedArray = Float64Array | Uint32Array | Int32Array | Uint16Array | Int16Array | Uint8Array;

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const MASK = CHUNK - 1;

/** One column; rows are numbered from 0. */
export class Column<T extends TypedArray> {
  length = 0;
  private readonly chunks: T[] = [];
  private tail: T;
  private readonly make: (size: number) => T;

  /** @param make a new chunk, e.g. `(n) => new Uint32Array(n)` */
  constructor(make: (size: number) => T) {
    this.make = make;
    this.tail = make(0);
  }

  push(value: number): void {
    const at = this.length & MASK;
    if (at === 0) this.chunks.push((this.tail = this.make(CHUNK)));
    this.tail[at] = value;
    this.length++;
  }

  /** Value of row `i`, 0 ≤ i < length. */
  at(i: number): number {
    return this.chunks[i >>> CHUNK_BITS]![i & MASK]!;
  }

  /** All rows in one array. */
  toArray(): T {
    const all = this.make(this.length);
    this.chunks.forEach((chunk, c) => {
      const start = c << CHUNK_BITS;
      all.set(chunk.subarray(0, Math.min(CHUNK, this.length - start)) as never, start);
    });
    return all;
  }
}

export const float64Column = (): Column<Float64Array> => new Column((n) => new Float64Array(n));
export const uint32Column = (): Column<Uint32Array> => new Column((n) => new Uint32Array(n));
export const int32Column = (): Column<Int32Array> => new Column((n) => new Int32Array(n));
export const uint16Column = (): Column<Uint16Array> => new Column((n) => new Uint16Array(n));
export const int16Column = (): Column<Int16Array> => new Column((n) => new Int16Array(n));
export const uint8Column = (): Column<Uint8Array> => new Column((n) => new Uint8Array(n));
