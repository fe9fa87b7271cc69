/**
 * Where two lives of a printer publish something else. Measured values tremble (a temperature, a voltage), and times go on: both are
 * fractional numbers, and neither is a difference of behaviour. Everything else counts, by its path.
 */

/** Status of the plugin's objects, as JSON, at a moment of the host's clock (seconds). */
export interface PublishedStatus {
  readonly objects: Readonly<Record<string, unknown>>;
  readonly eventTime: number;
}

export interface StatusDifference {
  /** Such as `printer["temp_tracker bed"].average`. */
  path: string;
  first: string;
  second: string;
}

/** Noise of a measurement: in its own unit, and as a share of its size. */
const NOISE = 0.5;
const NOISE_SHARE = 0.01;
/** A number this close before its moment is a time, seconds. */
const RECENT = 60;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function isSameMeasure(a: number, b: number, timeA: number, timeB: number): boolean {
  if (Number.isInteger(a) && Number.isInteger(b)) return false;
  if (Math.abs(a - b) <= Math.max(NOISE, NOISE_SHARE * Math.max(Math.abs(a), Math.abs(b)))) return true;
  return a > 0 && b > 0 && a <= timeA && timeA - a <= RECENT && b <= timeB && timeB - b <= RECENT;
}

/** The first difference in the order of the first one's keys; undefined when there is none. */
export function statusDifference(first: PublishedStatus, second: PublishedStatus): StatusDifference | undefined {
  const walk = (a: unknown, b: unknown, path: string): StatusDifference | undefined => {
    if (a === b) return undefined;
    if (typeof a === "number" && typeof b === "number" && isSameMeasure(a, b, first.eventTime, second.eventTime)) return undefined;
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) return a.map((item, i) => walk(item, b[i], `${path}[${i}]`)).find((found) => found !== undefined);
    if (isRecord(a) && isRecord(b)) {
      const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
      return keys.map((key) => walk(a[key], b[key], /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`)).find((found) => found !== undefined);
    }
    return { path, first: shown(a), second: shown(b) };
  };
  return walk(first.objects, second.objects, "printer");
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80));
