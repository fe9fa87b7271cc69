/**
 * The time that bytes take on the line, and until when those already written keep it busy. An estimate: the port
 * takes everything at once. Seconds throughout.
 */

/** Occupation of one direction of a line; without a speed it takes no time. */
export class WireLoad {
  /** Everything written so far has left at. */
  freeAt = 0;
  private secondsPerByte = 0;

  /** Speed of a serial line with one start and one stop bit. */
  setBaud(baud: number): void {
    this.secondsPerByte = 10 / baud;
  }

  seconds(bytes: number): number {
    return this.secondsPerByte * bytes;
  }

  /** When so many bytes, written now, have left. */
  leftAt(now: number, bytes: number): number {
    return Math.max(now, this.freeAt) + this.seconds(bytes);
  }
}
