/**
 * An incremental 64 bit hash over rows of integers (two lanes of 32 bit multiply-rotate mixing). It tells two traces apart,
 * cheaply; it is no protection against forgery.
 */

const TWO_32 = 0x100000000;

export class RowHash {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;

  /** Adds a 32 bit integer (taken modulo 2^32). */
  int(value: number): void {
    let a = this.a ^ Math.imul(value, 0xcc9e2d51 | 0);
    a = (a << 13) | (a >>> 19);
    this.a = (Math.imul(a, 5) + 0xe6546b64) | 0;
    let b = this.b + Math.imul(value ^ this.a, 0x1b873593);
    b = (b << 17) | (b >>> 15);
    this.b = Math.imul(b, 0xc2b2ae35 | 0);
  }

  /** Adds a clock: an integer below 2^53. */
  clock(value: number): void {
    const high = Math.floor(value / TWO_32);
    this.int((value - high * TWO_32) | 0);
    this.int(high);
  }

  /** Adds text, as UTF-16 code units. */
  text(value: string): void {
    this.int(value.length);
    for (let i = 0; i < value.length; i++) this.int(value.charCodeAt(i));
  }

  /** 16 hexadecimal digits; more may be added afterwards. */
  digest(): string {
    const half = (x: number): string => {
      let h = x ^ (x >>> 16);
      h = Math.imul(h, 0x85ebca6b | 0);
      h ^= h >>> 13;
      h = Math.imul(h, 0xc2b2ae35 | 0);
      return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, "0");
    };
    return half(this.a) + half(this.b ^ this.a);
  }
}
