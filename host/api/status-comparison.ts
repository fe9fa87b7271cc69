/** Whether two values of a status differ, as Python's `!=` says: by content, and a list or dict never differs from itself. */

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** NaN differs from everything, except inside one and the same object. */
export function statusDiffers(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return a !== b;
  if (a === b) return false;
  if (!isRecord(a) || !isRecord(b)) return (a ?? null) !== (b ?? null);
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return true;
    for (let i = 0; i < a.length; i++) if (statusDiffers(a[i], b[i])) return true;
    return false;
  }
  const left = entriesOf(a);
  const right = entriesOf(b);
  if (left.size !== right.size) return true;
  for (const [key, value] of left) if (!right.has(key) || statusDiffers(value, right.get(key))) return true;
  return false;
}

const isList = (value: object): value is ArrayLike<unknown> & object => Array.isArray(value) || ArrayBuffer.isView(value);
const entriesOf = (value: object): Map<unknown, unknown> => (value instanceof Map ? value : new Map<unknown, unknown>(Object.entries(value)));
