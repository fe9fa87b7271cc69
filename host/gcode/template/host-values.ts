/**
 * Between the host's plain data and template values. JavaScript has one kind of number, Python two: a whole
 * number of a status is a float where Kalico reports a float under that name, otherwise an int.
 */
import { Coord } from "../../motion/coord.js";
import { Dict, Float, HostObject, Tuple, Undefined, type PyFunction, type Value } from "./py-values.js";

/** Status fields that hold floats in Kalico, also where their value is whole. */
const FLOAT_FIELDS = new Set([
  "axis_maximum", "axis_minimum", "cputime", "detection_length", "estimated_print_time", "extrude_factor", "filament_used", "gcode_position",
  "homing_origin", "humidity", "live_extruder_velocity", "live_position", "live_velocity", "max_accel", "max_accel_to_decel", "max_deviation", "max_velocity",
  "max_x", "max_y", "mcu_awake", "mcu_task_avg", "mcu_task_stddev", "measured_max_temp", "measured_min_temp", "mesh_matrix", "mesh_max",
  "mesh_min", "min_x", "min_y", "minimum_cruise_ratio", "points", "position", "power", "pressure", "pressure_advance", "print_duration", "print_time", "printing_time", "probed_matrix", "progress",
  "retract_length", "retract_speed", "rpm", "rto", "rttvar", "runout_distance", "runout_elapsed", "smooth_time", "speed", "speed_factor",
  "square_corner_velocity", "srtt", "sysload", "target", "temperature", "tension", "total_duration", "unretract_extra_length",
  "unretract_length", "unretract_speed", "value", "z", "z_hop_height", "z_position", "z_position_lower", "z_position_upper",
]);

/** Whether Kalico reports floats under this name of a status. */
export const isFloatField = (field: string): boolean => FLOAT_FIELDS.has(field);

/** Configuration options that Kalico reads as ints; every other number of a configuration is a float there. */
const INT_OPTIONS = new Set([
  "averaging_len", "bad_probe_retries", "baud", "chain_count", "channels", "contrast", "debug_level", "dock_retries", "endstop_sample_count",
  "frequency", "full_steps_per_rotation", "i2c_address", "i2c_speed", "idle_current_percent", "idle_timeout", "index",
  "lost_update_tolerance", "menu_timeout", "mesh_pps", "microsteps", "pid_version", "probe_count", "rate", "retries", "round_probe_count",
  "rtd_num_of_wires", "samples", "samples_tolerance_retries", "scrubbing_frequency", "smooth_readings", "spi_speed",
  "tachometer_ppr", "trigger_phase", "uart_address", "version",
]);

/** Whether Kalico reads this option of a section as a float. */
export const isFloatOption = (option: string): boolean => !INT_OPTIONS.has(option);

const isValue = (value: object): value is Float | Tuple | Dict | Undefined | HostObject =>
  value instanceof Float || value instanceof Tuple || value instanceof Dict || value instanceof Undefined || value instanceof HostObject;

/** A copy of plain data as template values; `isFloat` tells which fields hold floats. */
function convert(data: unknown, floats: boolean, isFloat: (field: string) => boolean): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === "number") return floats || !Number.isInteger(data) ? new Float(data) : data;
  if (typeof data === "boolean" || typeof data === "string") return data;
  if (typeof data === "bigint") return Number(data);
  if (typeof data === "function") return callable(data as (...args: unknown[]) => unknown);
  if (typeof data !== "object") return String(data);
  if (isValue(data)) return data;
  if (data instanceof Coord) return new Tuple(data.map((one) => new Float(one)), "Coord", ["x", "y", "z", "e"]);
  if (Array.isArray(data)) return data.map((one) => convert(one, floats, isFloat));
  if (ArrayBuffer.isView(data)) return [...(data as Float64Array)].map((one) => convert(one, floats || data instanceof Float64Array, isFloat));
  const dict = new Dict();
  const entries = data instanceof Map ? (data as Map<unknown, unknown>) : Object.entries(data);
  for (const [key, value] of entries) dict.set(convert(key, false, isFloat), convert(value, floats || isFloat(String(key)), isFloat));
  return dict;
}

/** Status of a printer object. */
export function statusToValue(name: string, status: unknown): Value {
  if (name !== "configfile") return convert(status, false, (field) => FLOAT_FIELDS.has(field));
  const { settings, ...rest } = status as { settings?: unknown };
  const value = convert(rest, false, () => false) as Dict;
  if (settings !== undefined) value.set("settings", convert(settings, false, isFloatOption));
  return value;
}

/** Plain data that a caller puts in a template's names. */
export function plainToValue(data: unknown): Value {
  return convert(data, false, () => false);
}

function callable(fn: (...args: unknown[]) => unknown): PyFunction {
  return (args, kwargs) => {
    const plain = args.map(valueToPlain);
    if (kwargs.size > 0) plain.push(Object.fromEntries([...kwargs].map(([name, value]) => [name, valueToPlain(value)])));
    return plainToValue(fn(...plain));
  };
}

/** Template values as plain data: floats and ints are numbers, tuples arrays, dicts records. */
export function valueToPlain(value: Value): unknown {
  if (value instanceof Float) return value.value;
  if (value instanceof Tuple) return value.items.map(valueToPlain);
  if (Array.isArray(value)) return value.map(valueToPlain);
  if (value instanceof Undefined) return null;
  if (!(value instanceof Dict)) return value;
  const plain: Record<string, unknown> = {};
  for (const { items: [key, one] } of value.items()) plain[String(valueToPlain(key!))] = valueToPlain(one!);
  return plain;
}
