/**
 * Arguments of host calls to Python objects that stand in for parts of the host: endstops, pins, chips, probes,
 * toolheads. The host passes what Kalico has as keyword arguments in one trailing record; here they take their
 * places in Kalico's signature. Descriptions of pins become dictionaries with Kalico's keys.
 */

/** An optional argument and its value in Kalico when it is left out. */
type Optional = readonly [name: string, value: unknown];

/** By method of the host: how many arguments come first, and the optional ones behind them. */
const OPTIONAL: Readonly<Record<string, { after: number; names: readonly Optional[] }>> = {
  homeStart: { after: 4, names: [["triggered", true]] },
  homingMove: { after: 2, names: [["probePos", false], ["triggered", true], ["checkTriggered", true]] },
  setupMinmax: { after: 2, names: [["minval", 0], ["maxval", 1], ["rangeCheckCount", 0]] },
  addConfigCmd: { after: 1, names: [["isInit", false], ["onRestart", false]] },
  lookupQueryCommand: { after: 2, names: [["oid", null], ["cq", null], ["isAsync", false]] },
  setPosition: { after: 1, names: [["homingAxes", ""]] },
  noteMcuMovequeueActivity: { after: 1, names: [["setStepGenTime", false]] },
  resetNeeded: { after: 0, names: [["enable", null], ["alwaysFireEvents", null]] },
  send: { after: 1, names: [["minclock", 0], ["reqclock", 0]] },
};

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype;
}

/** A pin as `setup_pin` of a chip takes it. */
function pinParams(value: unknown): unknown {
  if (!isRecord(value) || !("chipName" in value)) return value;
  const { chip, chipName, pin, invert, pullup, shareType } = value;
  return { chip, chip_name: chipName, pin, invert, pullup, share_type: shareType ?? null };
}

/** The arguments with which Kalico would call the method. */
export function kalicoArguments(method: string, args: readonly unknown[]): readonly unknown[] {
  if (method === "setupPin") return [args[0], pinParams(args[1])];
  const optional = OPTIONAL[method];
  if (optional === undefined || args.length !== optional.after + 1 || !isRecord(args[optional.after])) return args;
  const given = args[optional.after] as Record<string, unknown>;
  const last = optional.names.findLastIndex(([name]) => given[name] !== undefined);
  return [...args.slice(0, optional.after), ...optional.names.slice(0, last + 1).map(([name, value]) => given[name] ?? value)];
}
