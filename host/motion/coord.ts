/** A coordinate that reads both as a list [x, y, z, e] and by axis name; it serialises as the list. */

export class Coord extends Array<number> {
  constructor(x = 0, y = 0, z = 0, e = 0) {
    super(4);
    this[0] = x;
    this[1] = y;
    this[2] = z;
    this[3] = e;
  }

  /** Derived lists (map, slice) are plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  get x(): number {
    return this[0]!;
  }

  get y(): number {
    return this[1]!;
  }

  get z(): number {
    return this[2]!;
  }

  get e(): number {
    return this[3]!;
  }
}
