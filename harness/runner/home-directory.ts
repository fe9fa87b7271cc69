/**
 * The plugin's home directory has another name in each run. Evidence says `~` instead, so that two runs of one seed give the same
 * report to the byte.
 */

/** Replaces the path in every text of a tree of plain objects and arrays, in place; binary data is left alone. */
export function sayHome<T>(value: T, home: string): T {
  return walk(value, home) as T;
}

function walk(value: unknown, home: string): unknown {
  if (typeof value === "string") return value.includes(home) ? value.replaceAll(home, "~") : value;
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    if (typeof value[0] !== "number") for (let i = 0; i < value.length; i++) value[i] = walk(value[i], home) as unknown;
    return value;
  }
  if (value instanceof Map) {
    for (const [key, one] of value) value.set(key, walk(one, home));
    return value;
  }
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) record[key] = walk(record[key], home);
  return value;
}
