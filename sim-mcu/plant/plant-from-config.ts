/**
 * Builds the machine that a printer.cfg describes: every rail with its switch, every heater with a body of ordinary size, fans with
 * tachometers, filament sensors and buttons.
 */
import type { SpiDevice } from "../devices/device-table.js";
import { Max31855, Max31856, Max31865, Max6675 } from "../devices/temperature-chips.js";
import { seededRandom } from "../faults/link-faults.js";
import { addAccelerometers, type ResonanceOptions } from "./accelerometers.js";
import { busDevices } from "./bus-devices.js";
import { climateChip } from "./climate-chips.js";
import { numberOf, PinReader, type Section, type Sections } from "./config-values.js";
import { Fan } from "./fan.js";
import { HeaterRig } from "./heater-rig.js";
import { PrinterPlant } from "./printer-plant.js";
import { addRails, type RailOptions } from "./rails.js";
import { displayScreens } from "./screens.js";
import { sensorCurve } from "./sensor-curve.js";
import { ScriptedInput } from "./switches.js";
import { ThermalBody, type ThermalPhysics } from "./thermal-body.js";

export interface PlantOptions extends RailOptions, ResonanceOptions {
  /** What the machine was really built by, option by option, where the configuration says otherwise: what a calibration is to find. */
  builtAs?: Sections;
  /** Seed of the converters' noise. */
  seed?: number;
  /** Temperature of the room, degrees Celsius. */
  ambientCelsius?: number;
  /** Deviation of the converters' noise as a fraction of full scale; 0: none. */
  noiseFraction?: number;
  /** Differences from the ordinary, by section. */
  heaters?: Readonly<Record<string, Partial<ThermalPhysics> & { startCelsius?: number }>>;
  /** Which of Bosch's chips a sensor of type BME280 is, by section; default BME280. */
  chips?: Readonly<Record<string, string>>;
  /** Speed of fans at full duty, revolutions per minute. */
  fanRpm?: number;
}

/** A 40 W cartridge in an aluminium block: 3 °C/s from cold, 400 K above the room at most. */
const HOTEND: ThermalPhysics = { watts: 40, joulesPerKelvin: 12, wattsPerKelvin: 0.1, sensorLagSeconds: 2.5 };
/** A 400 W mat under a plate: 0.5 °C/s from cold, 200 K above the room at most. */
const BED: ThermalPhysics = { watts: 400, joulesPerKelvin: 800, wattsPerKelvin: 2, sensorLagSeconds: 6 };
const GENERIC: ThermalPhysics = { watts: 60, joulesPerKelvin: 60, wattsPerKelvin: 0.4, sensorLagSeconds: 3 };
/** Loss of a hotend that its part cooling fan adds at full speed, watts per kelvin. */
const PART_COOLING = 0.02;

const DEFAULT_AMBIENT = 22;
/** Kelvin above its min_temp of a place that is always warm. */
const WARM_MARGIN = 5;
/** Third of a count of a 12 bit converter. */
const DEFAULT_NOISE = 0.33 / 4096;
const DEFAULT_FAN_RPM = 5000;
const DEFAULT_PULSES_PER_REVOLUTION = 2;

const isHeater = (name: string): boolean => /^(extruder\d*|heater_bed|heated_fan|heater_generic .+)$/.test(name);
const isSensor = (name: string): boolean => /^(temperature_sensor|temperature_fan) .+$/.test(name);
const isFan = (name: string): boolean => /^(fan|(heater_fan|fan_generic|controller_fan|temperature_fan) .+)$/.test(name);

function physicsOf(name: string): ThermalPhysics {
  if (name === "heater_bed") return BED;
  return name.startsWith("extruder") ? HOTEND : GENERIC;
}

/** Gaussian numbers with deviation 1 from a uniform generator (Box-Muller). */
function gaussian(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A plant for the configuration `configured` (`{ stepper_x: { step_pin: "PF0", … }, … }`). Options that make no sense are passed over: the host tells. */
export function plantFromConfig(configured: Sections, options: PlantOptions = {}): PrinterPlant {
  const real = Object.entries(options.builtAs ?? {}).map(([name, section]) => [name, { ...configured[name], ...section }] as const);
  const sections: Sections = { ...configured, ...Object.fromEntries(real) };
  const plant = new PrinterPlant();
  const pins = new PinReader(sections);
  addRails(plant, sections, pins, options);
  let index = 0;
  for (const [name, section] of Object.entries(sections)) {
    if (isHeater(name) || isSensor(name)) addHeater(plant, name, sections, pins, options, index++);
    if (isFan(name)) addFan(plant, name, section, pins, options);
    addInput(plant, name, section, pins);
  }
  coolHotends(plant);
  plant.devices.push(...busDevices(sections, pins));
  const { screens, devices } = displayScreens(sections, pins);
  plant.devices.push(...devices);
  for (const [name, screen] of screens) plant.screens.set(name, screen);
  addAccelerometers(plant, sections, pins, options, (chip) => gaussian(seededRandom((options.seed ?? 0) * 1000 + 500 + chip)));
  return plant;
}

function addHeater(plant: PrinterPlant, name: string, sections: Sections, pins: PinReader, options: PlantOptions, index: number): void {
  const section = sections[name]!;
  const { startCelsius, ...physics } = options.heaters?.[name] ?? {};
  plant.heaters.set(name, new HeaterRig({
    name,
    body: new ThermalBody({ ...physicsOf(name), ...physics }, surroundings(name, section, options.ambientCelsius ?? DEFAULT_AMBIENT), startCelsius),
    heaterPin: isHeater(name) ? pins.pinOf(section, "heater_pin") : undefined,
    sensorPin: pins.pinOf(section, "sensor_pin"),
    curve: sensorCurve(section, sections),
    chip: temperatureChip(section),
    climateChip: climateChip(section, options.chips?.[name]),
    oneWire: section["sensor_type"] === "DS18B20" ? { mcu: section["sensor_mcu"] ?? "mcu", serial: section["serial_no"] ?? "" } : undefined,
    noise: gaussian(seededRandom((options.seed ?? 0) * 1000 + index)),
    noiseFraction: options.noiseFraction ?? DEFAULT_NOISE,
  }));
}

/**
 * What is around a body, degrees Celsius: the room. A sensor without a heater whose min_temp lies above it is taken to hang in a place that is warm
 * enough: in the room its printer would shut down at once.
 */
function surroundings(name: string, section: Section, room: number): number {
  const least = numberOf(section, "min_temp", Number.NEGATIVE_INFINITY);
  return isSensor(name) && least >= room ? least + WARM_MARGIN : room;
}

/** The chip of a sensor on SPI; its sensor_pin selects it. */
function temperatureChip(section: Section): ((celsius: () => number) => SpiDevice) | undefined {
  switch (section["sensor_type"]) {
    case "MAX6675": return (celsius) => new Max6675(celsius);
    case "MAX31855": return (celsius) => new Max31855(celsius);
    case "MAX31856": return (celsius) => new Max31856(celsius);
    case "MAX31865": return (celsius) => new Max31865(celsius, numberOf(section, "rtd_nominal_r", 100), numberOf(section, "rtd_reference_r", 430));
    default: return undefined;
  }
}

function addFan(plant: PrinterPlant, name: string, section: Section, pins: PinReader, options: PlantOptions): void {
  plant.fans.set(name, new Fan({
    name,
    pin: pins.pinOf(section, "pin"),
    tachometerPin: pins.pinOf(section, "tachometer_pin"),
    pulsesPerRevolution: numberOf(section, "tachometer_ppr", DEFAULT_PULSES_PER_REVOLUTION),
    maxRpm: options.fanRpm ?? DEFAULT_FAN_RPM,
  }));
}

/** Filament is there and no button is pressed until a scenario says otherwise. */
function addInput(plant: PrinterPlant, name: string, section: Section, pins: PinReader): void {
  const filament = name.startsWith("filament_switch_sensor ");
  if (!filament && !name.startsWith("gcode_button ")) return;
  const pin = pins.pinOf(section, filament ? "switch_pin" : "pin");
  if (pin !== undefined) plant.inputs.set(name, new ScriptedInput(name, pin, filament));
}

function coolHotends(plant: PrinterPlant): void {
  const hotends = [...plant.heaters.values()].filter((heater) => heater.name.startsWith("extruder"));
  plant.fans.get("fan")?.onDuty((worldTime, duty) => {
    for (const { body } of hotends) body.setExtraLoss(worldTime, duty * PART_COOLING);
  });
}
