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

/** By method of a Python object: how many of its first arguments are floats in Kalico, whole or not. */
const FLOATS: Readonly<Record<string, number>> = {
  move: 2, get_status: 1, stats: 1, temperature_update: 4, check_busy: 3, set_pwm: 2, set_digital: 1, setup_max_duration: 1, setup_cycle_time: 1,
  setup_start_value: 2, setup_minmax: 2, setup_adc_callback: 1, home_start: 2, home_wait: 1, query_endstop: 1, get_past_mcu_position: 1, set_position: 1,
  calc_temp: 1, calc_adc: 1, process_temp_update: 1, manual_move: 2, dwell: 1,
};

/**
 * Whether a number (or a list of numbers) goes to Python as a float. The first argument of a plain callback is a time;
 * methods of objects are known by name. `id` 1 is the bridge's own.
 */
export function isFloatArgument(id: number, method: string | null, index: number, value: unknown): boolean {
  if (id === 1 || (typeof value !== "number" && !Array.isArray(value))) return false;
  return method === null ? index === 0 : index < (FLOATS[method] ?? 0);
}
