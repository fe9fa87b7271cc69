/**
 * The constants of a heater from its way up at constant power, by least squares over the whole curve. With block b, sensor s, power P, room a:
 * P·t = C·(b − b0) + h·∫(b − a) and b = s + s'/r. Integrated once more, derivatives vanish and noise averages out:
 * P·t²/2 = (C + h/r)·∫(s − s0) + (C/r)·(s − s0) + h·∬(s − a). Where h is known, it moves to the left side.
 * A heater that still cools at s0' when its power comes on is ahead of its sensor: b0 = s0 + s0'/r, and (C/r)·(s − s0 − s0'·t) stands for the second term.
 */

/** One reading: seconds since the power was switched on, degrees Celsius. */
export interface HeatSample {
  time: number;
  temp: number;
}

export interface HeaterConstants {
  /** J/K. */
  blockHeatCapacity: number;
  /** 1/s. */
  sensorResponsiveness: number;
  /** W/K. */
  ambientTransfer: number;
}

/** How a heater comes into its heating: degrees Celsius and degrees per second at time 0. */
export interface HeatStart {
  readonly temp: number;
  readonly rate: number;
}

/** The line through readings, at a time. */
export function lineAt(readings: readonly HeatSample[], time: number): HeatStart {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middle, level] = [mean(readings.map((reading) => reading.time)), mean(readings.map((reading) => reading.temp))];
  const spread = mean(readings.map((reading) => (reading.time - middle) ** 2));
  const rate = spread === 0 ? 0 : mean(readings.map((reading) => (reading.time - middle) * (reading.temp - level))) / spread;
  return { temp: level + rate * (time - middle), rate };
}

/**
 * Fits a heating curve in a room of temperature `ambient`.
 * @param start where it begins: at rest in the room, if nothing else is said
 * @param knownTransfer W/K, null: fitted as well
 * @returns undefined when the samples do not determine the constants
 */
export function fitHeating(
  samples: readonly HeatSample[], power: number, ambient: number, knownTransfer: number | null, start: HeatStart = { temp: ambient, rate: 0 },
): HeaterConstants | undefined {
  const rows: number[][] = [], wanted: number[] = [];
  const excess = start.temp - ambient;
  let area = 0, doubleArea = 0;
  for (let i = 1; i < samples.length; i++) {
    const [from, to] = [samples[i - 1]!, samples[i]!];
    const step = to.time - from.time;
    const nextArea = area + ((from.temp + to.temp) / 2 - ambient) * step;
    doubleArea += ((area + nextArea) / 2) * step;
    area = nextArea;
    const energy = (power * to.time ** 2) / 2;
    const gained = area - excess * (to.time - samples[0]!.time);
    const lag = to.temp - start.temp - start.rate * to.time;
    rows.push(knownTransfer === null ? [gained, lag, doubleArea] : [gained, lag]);
    wanted.push(knownTransfer === null ? energy : energy - knownTransfer * doubleArea);
  }
  const solution = leastSquares(rows, wanted);
  if (solution === undefined) return undefined;
  const [sum, lagged] = solution as [number, number];
  const transfer = knownTransfer ?? Math.max(0, solution[2]!);
  const root = sum * sum - 4 * transfer * lagged;
  if (!(sum > 0) || !(lagged > 0) || root < 0) return undefined;
  const blockHeatCapacity = (sum + Math.sqrt(root)) / 2;
  return { blockHeatCapacity, sensorResponsiveness: blockHeatCapacity / lagged, ambientTransfer: transfer };
}

/** Solves the normal equations by elimination with pivots. */
function leastSquares(rows: readonly (readonly number[])[], wanted: readonly number[]): number[] | undefined {
  const size = rows[0]?.length ?? 0;
  if (size === 0 || rows.length < size) return undefined;
  const scale = Array.from({ length: size }, (_, k) => Math.hypot(...rows.map((row) => row[k]!)) || 1);
  const matrix = Array.from({ length: size }, (_, j) => [
    ...Array.from({ length: size }, (_, k) => rows.reduce((sum, row) => sum + (row[j]! / scale[j]!) * (row[k]! / scale[k]!), 0)),
    rows.reduce((sum, row, i) => sum + (row[j]! / scale[j]!) * wanted[i]!, 0),
  ]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    const head = matrix[column]!;
    if (Math.abs(head[column]!) < 1e-14) return undefined;
    for (const row of matrix) {
      if (row === head) continue;
      const factor = row[column]! / head[column]!;
      for (let k = column; k <= size; k++) row[k]! -= factor * head[k]!;
    }
  }
  return matrix.map((row, k) => row[size]! / row[k]! / scale[k]!);
}
