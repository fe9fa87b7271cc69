/** The options of control "mpc": what a profile holds, and how the configuration gives it. Units as in the guide to the options. */
import type { ConfigSection, Printer } from "./host-types.js";

/** Where the filament's temperature comes from. */
export type FilamentTempSource = readonly ["ambient"] | readonly ["sensor"] | readonly ["fixed", number];

/** A fan that cools the heater. */
export interface CoolingFan {
  getStatus(eventTime: number): Record<string, unknown>;
  readonly fan?: { setSpeed?(value: number): void; setSpeedFromCommand?(value: number): void };
}

/** A sensor of the room. */
export interface AmbientSensor {
  getTemp(eventTime: number): readonly [temp: number, target: number];
}

export interface MpcOptions {
  block_heat_capacity: number | null;
  ambient_transfer: number | null;
  sensor_responsiveness: number | null;
  fan_ambient_transfer: readonly number[];
  target_reach_time: number;
  smoothing: number;
  heater_power: number;
  min_ambient_change: number;
  steady_state_rate: number;
  filament_diameter: number;
  filament_density: number;
  filament_heat_capacity: number;
  maximum_retract: number;
  filament_temp_src: FilamentTempSource;
  ambient_temp_sensor: AmbientSensor | null;
  cooling_fan: CoolingFan | null;
}

/** A source by its name or its temperature. @returns undefined when it is neither */
export function filamentTempSource(text: string): FilamentTempSource | undefined {
  const word = text.trim().toLowerCase();
  if (word === "ambient" || word === "sensor") return [word] as FilamentTempSource;
  const celsius = Number(word);
  return word === "" || Number.isNaN(celsius) ? undefined : ["fixed", celsius];
}

/** Reads the options of a section. @throws ConfigError for what is out of range, or names what is not there */
export function readMpcOptions(section: ConfigSection, printer: Printer): MpcOptions {
  const positive = (option: string, value: number): number => section.getFloat(option, { default: value, above: 0 });
  const measured = (option: string): number | null => section.getFloat(option, { default: null, above: 0 });
  const sourceText = section.get("filament_temperature_source", { default: "ambient" });
  const source = filamentTempSource(sourceText);
  if (source === undefined) throw section.error(`Unable to parse option 'filament_temperature_source' in section '${section.getName()}'`);
  return {
    block_heat_capacity: measured("block_heat_capacity"),
    ambient_transfer: section.getFloat("ambient_transfer", { default: null, minval: 0 }),
    target_reach_time: positive("target_reach_time", 2),
    smoothing: section.getFloat("smoothing", { default: 0.83, above: 0, maxval: 1 }),
    heater_power: section.getFloat("heater_power", { above: 0 }),
    sensor_responsiveness: measured("sensor_responsiveness"),
    min_ambient_change: positive("min_ambient_change", 1),
    steady_state_rate: positive("steady_state_rate", 0.5),
    filament_diameter: positive("filament_diameter", 1.75),
    filament_density: positive("filament_density", 1.2),
    filament_heat_capacity: positive("filament_heat_capacity", 1.8),
    maximum_retract: positive("maximum_retract", 2),
    filament_temp_src: source,
    ambient_temp_sensor: namedObject<AmbientSensor>(section, printer, "ambient_temp_sensor", "ambient_temp_sensor"),
    cooling_fan: coolingFan(section, printer),
    fan_ambient_transfer: section.getFloatList("fan_ambient_transfer", { default: [] }),
  };
}

function namedObject<T>(section: ConfigSection, printer: Printer, option: string, title: string): T | null {
  const name = section.get(option, { default: null });
  if (name === null) return null;
  const found = printer.loadObject<T | null>(section, name, null);
  if (found === null) throw section.error(`Unknown ${title} '${name}' specified`);
  return found;
}

function coolingFan(section: ConfigSection, printer: Printer): CoolingFan | null {
  const found = namedObject<CoolingFan>(section, printer, "cooling_fan", "part_cooling_fan");
  if (found !== null && found.fan === undefined) {
    throw section.error(`part_cooling_fan '${section.get("cooling_fan")}' is not a valid fan object`);
  }
  return found;
}
