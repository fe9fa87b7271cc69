/**
 * Motors, coordinates and limit switches of an ordinary configuration. A switch sits exactly where the configuration says
 * (position_endstop); where the carriage is before homing, only the plant knows.
 */
import { BlTouch } from "./bltouch.js";
import { booleanOf, listOf, numberOf, type PinReader, type Section, type Sections } from "./config-values.js";
import { Coordinate, type Term } from "./coordinate.js";
import { Motor } from "./motor.js";
import { deltaHeight } from "./delta-height.js";
import { DerivedHeight } from "./derived-height.js";
import type { PrinterPlant } from "./printer-plant.js";
import { platePivots, suspensionOf, type Place } from "./suspension.js";
import { LimitSwitch } from "./switches.js";

const FULL_STEPS = 200;
const DEFAULT_TRAVEL_MM = 200;
/** Way to the switch of a carriage whose frame is not known (delta towers, manual steppers). */
const UNKNOWN_WAY_MM = 30;
/** The same for the arm of a rotary delta. */
const UNKNOWN_WAY_RADIANS = 0.3;

export interface RailOptions {
  /** Where the carriage is at power-up, mm by axis letter or stepper section; the middle of the travel by default. */
  start?: Readonly<Record<string, number>>;
  /** Height of the bed under the nozzle, mm; flat at 0 by default. */
  bedHeight?: (x: number, y: number) => number;
  /** How much further up than its rail a z motor stands at power-up, mm by section, e.g. `stepper_z1`: the bed leans. */
  tilt?: Readonly<Record<string, number>>;
  /** Where the z motors really carry the bed, in their order; by default where the configuration says. */
  pivots?: readonly Place[];
}

type Weights = readonly (readonly [stepper: string, weight: number])[];

/** Weights of two-motor axes by axis letter, or by section for a second carriage: x = weights · (motor of stepper_x, motor of the partner). */
const COUPLED: Readonly<Record<string, Readonly<Record<string, Weights>>>> = {
  corexy: { x: [["stepper_x", 0.5], ["stepper_y", 0.5]], y: [["stepper_x", 0.5], ["stepper_y", -0.5]] },
  corexz: { x: [["stepper_x", 0.5], ["stepper_z", 0.5]], z: [["stepper_x", 0.5], ["stepper_z", -0.5]] },
  hybrid_corexy: hybrid("stepper_y"),
  hybrid_corexz: hybrid("stepper_z"),
};

/** The belt of x turns with x − other, that of a second carriage with x + other. */
function hybrid(other: string): Readonly<Record<string, Weights>> {
  return { x: [["stepper_x", 1], [other, 1]], dual_carriage: [["dual_carriage", 1], [other, -1]] };
}

/** Weights of the coordinate of a rail; undefined where its motor is alone. */
function weightsOf(rail: string, printer: Section): Weights | undefined {
  const weights = COUPLED[(printer["kinematics"] ?? "none").trim().replace(/^limited_/, "")]?.[rail];
  if (booleanOf(printer, "invert_kinematics") !== true) return weights;
  return weights?.map(([stepper, weight], i) => [stepper, i === 0 ? weight : -weight]);
}

const isStepper = (name: string): boolean => /^(stepper_\w+|manual_stepper .+|dual_carriage)$/.test(name);
/** `stepper_z1` → `stepper_z`: the section that describes the rail. */
const railOf = (name: string): string => name.replace(/^(stepper_[a-z]+)\d+$/, "$1");

/** Millimetres per step. */
function stepDistance(section: Section): number {
  const gear = listOf(section, "gear_ratio").reduce((ratio, pair) => {
    const [driven, driving] = pair.split(":").map(Number);
    return (ratio * (driven || 1)) / (driving || 1);
  }, 1);
  const rotation = numberOf(section, "rotation_distance", 2 * Math.PI);
  return rotation / (numberOf(section, "full_steps_per_rotation", FULL_STEPS) * numberOf(section, "microsteps", 16) * gear);
}

/** Whether homing goes up: as given, or towards the end of the travel at which the switch sits. */
function homesUp(section: Section, endstop: number, low: number, high: number): boolean {
  return booleanOf(section, "homing_positive_dir") ?? endstop > (low + high) / 2;
}

/** Adds motors, coordinates and switches to a plant. */
export function addRails(plant: PrinterPlant, sections: Sections, pins: PinReader, options: RailOptions): void {
  for (const [name, section] of Object.entries(sections)) {
    const stepPin = isStepper(name) || name.startsWith("extruder") ? pins.pinOf(section, "step_pin") : undefined;
    if (stepPin === undefined) continue;
    const inverted = pins.pinOf(section, "dir_pin")?.inverted ?? false;
    // A secondary motor may leave out what its rail says.
    plant.motors.set(name, new Motor(name, stepPin, stepDistance({ ...sections[railOf(name)], ...section }) * (inverted ? -1 : 1)));
  }
  const kinematics = sections["printer"]?.["kinematics"]?.trim() ?? "none";
  for (const name of plant.motors.keys()) if (isStepper(name)) addRail(plant, name, sections, pins, kinematics, options);
  plant.delta = deltaHeight(sections, plant.coordinates);
  const columns = plant.zColumns.size;
  plant.suspension = options.pivots?.length === columns ? platePivots(options.pivots) : suspensionOf(sections, columns);
  addProbe(plant, sections, pins, options);
}

function addRail(plant: PrinterPlant, name: string, sections: Sections, pins: PinReader, kinematics: string, options: RailOptions): void {
  const rail = sections[railOf(name)]!;
  const section = { ...rail, ...sections[name] };
  const axis = /^stepper_([xyz])/.exec(name)?.[1];
  const low = numberOf(section, "position_min", 0);
  const known = axis !== undefined || section["position_max"] !== undefined;
  const isTower = /^(delt|rotary_delta)/.test(kinematics);
  const endstop = numberOf(section, "position_endstop", numberOf(sections["stepper_a"] ?? {}, "position_endstop", 0));
  const high = numberOf(section, "position_max", low + DEFAULT_TRAVEL_MM);
  const up = known ? homesUp(section, endstop, low, high) : isTower || (booleanOf(section, "homing_positive_dir") ?? false);
  const way = kinematics === "rotary_delta" ? UNKNOWN_WAY_RADIANS : UNKNOWN_WAY_MM;
  const resting = known ? (low + high) / 2 : endstop + (up ? -way : way);
  const start = (options.start?.[name] ?? options.start?.[axis ?? name] ?? resting) + (options.tilt?.[name] ?? 0);

  const coordinate = new Coordinate(termsOf(plant, name, axis ?? name, sections["printer"] ?? {}), start);
  const main = name === railOf(name);
  if (main) plant.coordinates.set(axis ?? name, coordinate);
  if (axis === "z") plant.zColumns.set(name, coordinate);
  // A secondary motor has a switch only where its own section says so.
  const pin = pins.pinOf(main ? section : sections[name], "endstop_pin");
  if (pin !== undefined) plant.switches.set(name, new LimitSwitch(name, pin, coordinate, endstop, up));
}

function termsOf(plant: PrinterPlant, name: string, rail: string, printer: Section): Term[] {
  const own: Term = { motor: plant.motors.get(name)!, factor: 1 };
  const weights = weightsOf(rail, printer);
  if (weights === undefined) return [own];
  const terms = weights.map(([stepper, factor]) => ({ motor: stepper === railOf(name) ? own.motor : plant.motors.get(stepper), factor }));
  return terms.every((term): term is Term => term.motor !== undefined) ? terms : [own];
}

/** A probe on the tool head triggers when the nozzle is its z_offset above the bed. */
function addProbe(plant: PrinterPlant, sections: Sections, pins: PinReader, options: RailOptions): void {
  const section = sections["probe"] ?? sections["smart_effector"] ?? sections["dockable_probe"] ?? sections["bltouch"];
  if (section === undefined) return;
  const offset = numberOf(section, "z_offset", 0);
  const place = [numberOf(section, "x_offset", 0), numberOf(section, "y_offset", 0)] as const;
  const over = overLeaningBed(plant, place, options);
  const { z, limit } = over === undefined ? overLevelBed(plant, offset, place, options) : { z: over, limit: offset };
  const control = section === sections["bltouch"] ? pins.pinOf(section, "control_pin") : undefined;
  const pin = pins.pinOf(section, control === undefined ? "pin" : "sensor_pin");
  if (pin === undefined || z === undefined) return;
  if (control === undefined) plant.switches.set("probe", new LimitSwitch("probe", pin, z, limit, false));
  else plant.blTouches.set("bltouch", new BlTouch("bltouch", pin, control, z, limit));
}

/** The height of the nozzle, and that at which a probe beside it triggers. */
function overLevelBed(plant: PrinterPlant, offset: number, [xOffset, yOffset]: Place, { bedHeight }: RailOptions):
{ z: Coordinate | undefined; limit: number | ((worldTime: number) => number) } {
  const { delta } = plant;
  const z = delta ?? plant.coordinates.get("z");
  if (bedHeight === undefined) return { z, limit: offset };
  const at = (axis: "x" | "y", worldTime: number): number =>
    delta?.placeAtTime(worldTime)[axis === "x" ? 0 : 1] ?? plant.coordinates.get(axis)?.valueAtTime(worldTime) ?? 0;
  return { z, limit: (worldTime) => offset + bedHeight(at("x", worldTime) + xOffset, at("y", worldTime) + yOffset) };
}

/** Height above the bed beside the nozzle where several motors carry either; undefined on other machines. */
function overLeaningBed({ suspension, coordinates, zColumns }: PrinterPlant, [xOffset, yOffset]: Place, { bedHeight }: RailOptions): Coordinate | undefined {
  const x = coordinates.get("x"), y = coordinates.get("y");
  if (suspension === undefined || x === undefined || y === undefined) return undefined;
  return new DerivedHeight([x, y, ...zColumns.values()], ([nozzleX, nozzleY, ...heights]) => {
    const probeX = nozzleX! + xOffset, probeY = nozzleY! + yOffset;
    const weights = suspension(probeX, probeY);
    return heights.reduce((sum, height, i) => sum + weights[i]! * height, -(bedHeight?.(probeX, probeY) ?? 0));
  });
}
