/**
 * Append-only columns of numbers in typed arrays, in chunks: no copy when they grow, no object per row. A trace of a print of
 * many hours is a few hundred such chunks.
 */

type TypedArray = Float64Array | Uint32Array | Int32Array | Uint16Array | Int16Array | Uint8Array;

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const MASK = CHUNK - 1;

/** One column; rows are numbered from 0. */
export abstract class Column<T extends TypedArray> {
  length = 0;
  protected tail: T;
  private readonly chunks: T[] = [];
  private readonly make: (size: number) => T;

  /** @param make a new chunk, e.g. `(n) => new Uint32Array(n)` */
  constructor(make: (size: number) => T) {
    this.make = make;
    this.tail = make(0);
  }

  /** Each type has a `push` of its own: one that stored into arrays of several types would be several times slower. */
  abstract push(value: number): void;

  /** Place of the next row in `tail`, which is renewed when it is full. */
  protected next(): number {
    const at = this.length++ & MASK;
    if (at === 0) this.chunks.push((this.tail = this.make(CHUNK)));
    return at;
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

class Float64Column extends Column<Float64Array> {
  push(value: number): void {
    const at = this.next();
    this.tail[at] = value;
  }
}

class Uint32Column extends Column<Uint32Array> {
  push(value: number): void {
    const at = this.next();
    this.tail[at] = value;
  }
}

class Int32Column extends Column<Int32Array> {
  push(value: number): void {
    const at = this.next();
    this.tail[at] = value;
  }
}

class Uint16Column extends Column<Uint16Array> {
  push(value: number): void {
    const at = this.next();
    this.tail[at] = value;
  }
}

class Int16Column extends Column<Int16Array> {
  push(value: number): void {
    const at = this.next();
    this.tail[at] = value;
  }
}

class Uint8Column extends Column<Uint8Array> {
  push(value: number): void {
    const at = this.next();
    this.tail[at] = value;
  }
}

export const float64Column = (): Column<Float64Array> => new Float64Column((n) => new Float64Array(n));
export const uint32Column = (): Column<Uint32Array> => new Uint32Column((n) => new Uint32Array(n));
export const int32Column = (): Column<Int32Array> => new Int32Column((n) => new Int32Array(n));
export const uint16Column = (): Column<Uint16Array> => new Uint16Column((n) => new Uint16Array(n));
export const int16Column = (): Column<Int16Array> => new Int16Column((n) => new Int16Array(n));
export const uint8Column = (): Column<Uint8Array> => new Uint8Column((n) => new Uint8Array(n));
