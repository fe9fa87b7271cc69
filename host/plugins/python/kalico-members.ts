/**
 * Which members Kalico's classes have, by module and class: names only, taken from Kalico f2532ee34. Tells
 * "not in Kalico" from "not offered by this host yet" when a plugin asks for a member that is not here.
 */
import { readFileSync } from "node:fs";

/** The version of Kalico that the names are of. */
export const KALICO_COMMIT = "f2532ee34";

let table: Map<string, ReadonlySet<string>> | undefined;

function load(): Map<string, ReadonlySet<string>> {
  const text = readFileSync(new URL("./kalico-members.json", import.meta.url), "utf8");
  const data = JSON.parse(text) as Record<string, string>;
  return new Map(Object.entries(data).map(([name, members]) => [name, new Set(members.split(" "))]));
}

/** Whether Kalico's class (e.g. "toolhead.ToolHead") has the member; undefined when the class is not known. */
export function kalicoHas(className: string, member: string): boolean | undefined {
  table ??= load();
  return table.get(className)?.has(member);
}

/** Whether Kalico has a module of that name, e.g. "extras.probe". */
export function kalicoHasModule(module: string): boolean {
  table ??= load();
  for (const name of table.keys()) if (name.startsWith(`${module}.`)) return true;
  return false;
}

/** Whether Kalico has a class of that name, e.g. "extras.probe.PrinterProbe". */
export function kalicoHasClass(name: string): boolean {
  table ??= load();
  return table.has(name);
}

/** Every member of every class, as Kalico writes them. */
export function kalicoMembers(): ReadonlySet<string> {
  table ??= load();
  return new Set([...table.values()].flatMap((members) => [...members]));
}
