/** Slow twin of `parseLine`: the same by one regular expression, as the rules read. */

const GROUPS = /([A-Z_]+|[A-Z*])/;

/** Command and parameters of a line. */
export function parseLineByRules(raw: string): { command: string; line: string; params: Record<string, string> } {
  const line = raw.trim();
  const parts = line.split(";", 1)[0]!.toUpperCase().split(GROUPS);
  const isNumbered = parts.slice(0, 2).join("") === "N";
  const command = (isNumbered ? parts.slice(3, 5) : parts.slice(0, 3)).join("").trim();
  const params: Record<string, string> = {};
  for (let i = 1; i < parts.length; i += 2) params[parts[i]!] = parts[i + 1]!.trim();
  return { command, line, params };
}
