/**
 * The result of adding a number many times, with the rounding of every single addition, in few operations.
 *
 * Between two powers of two all sums are multiples of the same unit in the last place, so each addition moves on by the same
 * rounded amount: seen once, it can be multiplied.
 */

const bits = new DataView(new ArrayBuffer(8));

/** Largest power of two up to the magnitude of a number. */
function binadeOf(value: number): number {
  bits.setFloat64(0, value);
  bits.setUint32(0, bits.getUint32(0) & 0x7ff00000);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** Fewer additions than this are simply done. */
const FEW = 12;

/** `start + step + step + …`, `count` times, rounded at each addition. */
export function repeatedSum(start: number, step: number, count: number): number {
  let sum = start;
  let left = count;
  while (left > FEW) {
    const first = sum + step;
    sum = first + step;
    left -= 2;
    const binade = binadeOf(sum);
    // The first addition between two powers may round a tie otherwise than those that follow.
    if (binadeOf(first) !== binade) continue;
    const moved = sum - first;
    const size = Math.abs(sum);
    const room = sum > 0 === step > 0 ? 2 * binade - size : size - binade;
    // One short of the end, where the unit changes.
    const jumps = Math.min(left, Math.floor(room / Math.abs(moved)) - 1);
    if (jumps > 0) {
      sum += jumps * moved;
      left -= jumps;
    }
  }
  for (; left > 0; left--) sum += step;
  return sum;
}
