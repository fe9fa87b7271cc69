/**
 * The machine around the micro-controllers: motors, coordinates, switches, heaters, fans and inputs, each on its pins. It is built
 * once and attached to every controller; nothing in it runs by itself: it answers when a pin is read.
 */
import type { Plant, PlantAttachment } from "../firmware/gpio.js";
import type { BlTouch } from "./bltouch.js";
import type { Screen } from "../devices/screens.js";
import type { BusDevice } from "./bus-devices.js";
import type { Coordinate } from "./coordinate.js";
import type { DeltaHeight } from "./delta-height.js";
import type { Fan } from "./fan.js";
import type { HeaterRig } from "./heater-rig.js";
import type { Motor } from "./motor.js";
import type { Suspension } from "./suspension.js";
import type { LimitSwitch, ScriptedInput } from "./switches.js";

export class PrinterPlant implements Plant {
  /** By section, e.g. `stepper_x1`. */
  readonly motors = new Map<string, Motor>();
  /** By axis letter, `x`, `y`, `z`, or by the stepper's section where no axis moves by itself. */
  readonly coordinates = new Map<string, Coordinate>();
  /** What each z motor moves, by section: `stepper_z`, `stepper_z1`. */
  readonly zColumns = new Map<string, Coordinate>();
  /** The nozzle of a delta printer; undefined on others. */
  delta: DeltaHeight | undefined;
  /** How the z motors carry bed or gantry; undefined where the configuration does not say. */
  suspension: Suspension | undefined;
  /** By section: `stepper_x`, `probe`. */
  readonly switches = new Map<string, LimitSwitch>();
  /** By section: `bltouch`. */
  readonly blTouches = new Map<string, BlTouch>();
  /** By section: `extruder`, `heater_bed`, `temperature_sensor chamber`. */
  readonly heaters = new Map<string, HeaterRig>();
  /** By section: `fan`, `heater_fan hotend`. */
  readonly fans = new Map<string, Fan>();
  /** By section: `filament_switch_sensor runout`, `gcode_button ok`. */
  readonly inputs = new Map<string, ScriptedInput>();

  /** Chips on buses. */
  readonly devices: BusDevice[] = [];
  /** Screens of displays, by section. */
  readonly screens = new Map<string, Screen>();

  attach(mcu: PlantAttachment): void {
    for (const device of this.devices) device.attach(mcu);
    for (const group of [this.motors, this.switches, this.blTouches, this.heaters, this.fans, this.inputs]) {
      for (const part of group.values()) part.attach(mcu);
    }
  }

  /** True value of a coordinate at a world time not before the present, mm. @throws RangeError for one that the machine lacks */
  positionOf(coordinate: string, worldTime: number): number {
    return part(this.coordinates, coordinate, "coordinate").valueAtTime(worldTime);
  }

  /**
   * Where the nozzle is at a world time not before the present, mm, z over the level of a bed without shape; undefined on machines whose motion only their motors
   * tell (polar, rotary delta).
   */
  nozzleAt(worldTime: number): readonly [x: number, y: number, z: number] | undefined {
    if (this.delta !== undefined) return this.delta.placeAtTime(worldTime);
    const [x, y] = [this.coordinates.get("x"), this.coordinates.get("y")].map((axis) => axis?.valueAtTime(worldTime));
    if (x === undefined || y === undefined || !this.coordinates.has("z")) return undefined;
    return [x, y, this.heightOver(x, y, worldTime)];
  }

  /** How far the nozzle would be above the zero of z over another place; over a bed that leans that depends on the place. @throws RangeError without a z axis */
  heightOver(x: number, y: number, worldTime: number): number {
    const weights = this.suspension?.(x, y);
    if (weights === undefined) return this.positionOf("z", worldTime);
    return [...this.zColumns.values()].reduce((sum, column, i) => sum + weights[i]! * column.valueAtTime(worldTime), 0);
  }

  /** @throws RangeError for a heater that the machine lacks */
  heater(name: string): HeaterRig { return part(this.heaters, name, "heater"); }
  /** @throws RangeError for a switch that the machine lacks */
  limitSwitch(name: string): LimitSwitch { return part(this.switches, name, "switch"); }
  /** @throws RangeError for a BLTouch that the machine lacks */
  blTouch(name: string): BlTouch { return part(this.blTouches, name, "BLTouch"); }
  /** @throws RangeError for an input that the machine lacks */
  input(name: string): ScriptedInput { return part(this.inputs, name, "input"); }
  /** @throws RangeError for a fan that the machine lacks */
  fan(name: string): Fan { return part(this.fans, name, "fan"); }
}

function part<T>(parts: ReadonlyMap<string, T>, name: string, kind: string): T {
  const found = parts.get(name);
  if (found === undefined) throw new RangeError(`The machine has no ${kind} "${name}": it has ${[...parts.keys()].join(", ") || "none"}`);
  return found;
}
