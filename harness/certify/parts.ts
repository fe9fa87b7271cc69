/** Which runs a rule needs: so that asking for one rule does not run everything. */

export type Part = "probes" | "job" | "active" | "envelope" | "jitter" | "subscribers" | "replay" | "restarts" | "shutdowns" | "pauses" | "commands" | "documented";

const TABLE: readonly [rule: RegExp, parts: readonly Part[]][] = [
  [/^(PKG|CANARY)-/, []],
  [/^LOAD-00[1-4]$/, []],
  [/^(CFG-|LOAD-00[5-8]$|LOAD-011$)/, ["probes"]],
  [/^(LOAD-014|MCU-00[34]|GC-019|RES-00[12])$/, ["restarts"]],
  [/^STA-008$/, ["shutdowns"]],
  [/^LIF-00[67]$/, ["shutdowns"]],
  [/^LIF-014$/, ["pauses"]],
  [/^GC-/, ["commands"]],
  [/^MOT-(001|002|006|008|009)$/, ["job", "subscribers"]],
  [/^MOT-003$/, ["active"]],
  [/^MOT-00[45]$/, ["job", "active"]],
  [/^MOT-007$/, ["envelope"]],
  [/^MOT-010$/, ["commands"]],
  [/^MOT-012$/, ["replay"]],
  [/^MOT-014$/, ["jitter"]],
  [/^MCU-006$/, ["job", "active"]],
  [/^(HTR-001|COX-004|SEC-010|SEC-012|MOT-009|TMR-012)$/, ["commands"]],
  [/^TMR-013$/, ["commands"]],
  [/^DOC-002$/, ["commands"]],
  [/^DOC-00[156]$/, ["documented"]],
];

/** Rules that are judged without any print: by the package, the import, single starts, or lives of their own. */
const WITHOUT_PRINT = /^(PKG-|CANARY-|CFG-|LOAD-00[1-8]$|LOAD-011$|LOAD-014$|DOC-00[156]$|GC-010$|GC-019$|RES-00[12]$|LIF-00[67]$)/;

/** Whether a rule among these looks at the print in which the plugin is only loaded. */
export const needsPrint = (ids: readonly string[]): boolean => ids.some((id) => !WITHOUT_PRINT.test(id));

/** Parts needed to judge these rules; importing and learning are always made. */
export function partsFor(ids: readonly string[]): Set<Part> {
  const parts = new Set<Part>();
  for (const id of ids) for (const [rule, needed] of TABLE) if (rule.test(id)) for (const part of needed) parts.add(part);
  return parts;
}
