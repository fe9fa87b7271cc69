/**
 * Finds whether one straight line passes through a growing row of vertical segments, in amortised constant time per
 * segment (J. O'Rourke, "An on-line algorithm for fitting straight lines between data ranges", CACM 24, 1981).
 *
 * A row of steps is such a line: step i of a row comes at I*i + A*i*(i-1)/2, so dividing its window by i gives a
 * segment at x = (i-1)/2 that the line I + A*x must cross. The stabber keeps the steepest and the flattest line that
 * still cross everything, each turning about a pivot: the steepest on the upper hull of the lower ends, the flattest on
 * the lower hull of the upper ends.
 */

/** Range of `add` of the queue_step command. */
export const MAX_ADD = 32767;
export const MIN_ADD = -32768;

const FIRST_CAPACITY = 64;

/** On-line stabbing of vertical segments by lines with a slope in MIN_ADD…MAX_ADD. */
export class LineStabber {
  /** Slope of the steepest and of the flattest line through all segments. */
  steepest = 0;
  flattest = 0;

  private lowX = new Float64Array(FIRST_CAPACITY);
  private lowY = new Float64Array(FIRST_CAPACITY);
  private highX = new Float64Array(FIRST_CAPACITY);
  private highY = new Float64Array(FIRST_CAPACITY);
  /** Hull points pivot…top are in use. */
  private lowPivot = 0;
  private lowTop = 0;
  private highPivot = 0;
  private highTop = 0;

  /** Starts anew with one segment. */
  start(x: number, low: number, high: number): void {
    this.steepest = MAX_ADD;
    this.flattest = MIN_ADD;
    this.lowPivot = this.lowTop = this.highPivot = this.highTop = 0;
    this.lowX[0] = this.highX[0] = x;
    this.lowY[0] = low;
    this.highY[0] = high;
  }

  /** Adds the segment low…high at x, right of those before. False, and unchanged, if no line with an integer slope crosses it too. */
  add(x: number, low: number, high: number): boolean {
    const lowX = this.lowX;
    const lowY = this.lowY;
    const highX = this.highX;
    const highY = this.highY;
    let lowPivot = this.lowPivot;
    let highPivot = this.highPivot;
    let steepest = this.steepest;
    let flattest = this.flattest;
    const steepestY = lowY[lowPivot]! + steepest * (x - lowX[lowPivot]!);
    if (steepestY < low) return false;
    const flattestY = highY[highPivot]! + flattest * (x - highX[highPivot]!);
    if (flattestY > high) return false;
    if (steepestY > high) {
      steepest = (high - lowY[lowPivot]!) / (x - lowX[lowPivot]!);
      while (lowPivot < this.lowTop) {
        const slope = (high - lowY[lowPivot + 1]!) / (x - lowX[lowPivot + 1]!);
        if (slope > steepest) break;
        steepest = slope;
        lowPivot++;
      }
    }
    if (flattestY < low) {
      flattest = (low - highY[highPivot]!) / (x - highX[highPivot]!);
      while (highPivot < this.highTop) {
        const slope = (low - highY[highPivot + 1]!) / (x - highX[highPivot + 1]!);
        if (slope < flattest) break;
        flattest = slope;
        highPivot++;
      }
    }
    if (Math.floor(steepest) < flattest) return false;
    this.steepest = steepest;
    this.flattest = flattest;
    this.lowPivot = lowPivot;
    this.highPivot = highPivot;

    let top = this.lowTop;
    while (top > lowPivot && (lowY[top]! - lowY[top - 1]!) * (x - lowX[top]!) <= (low - lowY[top]!) * (lowX[top]! - lowX[top - 1]!)) top--;
    this.lowTop = ++top;
    if (top === this.lowX.length) this.grow();
    this.lowX[top] = x;
    this.lowY[top] = low;

    top = this.highTop;
    while (top > highPivot && (highY[top]! - highY[top - 1]!) * (x - highX[top]!) >= (high - highY[top]!) * (highX[top]! - highX[top - 1]!)) top--;
    this.highTop = ++top;
    if (top === this.highX.length) this.grow();
    this.highX[top] = x;
    this.highY[top] = high;
    return true;
  }

  private grow(): void {
    const twice = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(this.lowX.length * 2);
      larger.set(column);
      return larger;
    };
    [this.lowX, this.lowY, this.highX, this.highY] = [twice(this.lowX), twice(this.lowY), twice(this.highX), twice(this.highY)];
  }
}
