/**
 * Accelerometers of a configuration: each sits on the tool, which hangs on springs between it and the motors, and feels its shaking and
 * gravity. The chip is turned as `axes_map` says. Where [resonance_tester] names one chip for x and another for y, each feels its own axis only,
 * as on a machine whose bed moves. Where the place of the tool is not known from the motors (polar machines, winches) chips lie still.
 */
import { AccelerometerChip, ADXL345, ICM20948, LIS2DW, LIS3DH, MPU9250, type AccelerometerModel, type Sample } from "../devices/accelerometers.js";
import type { PlantAttachment } from "../firmware/gpio.js";
import { listOf, numberOf, type PinReader, type Section, type Sections } from "./config-values.js";
import { deltaHeight } from "./delta-height.js";
import type { PrinterPlant } from "./printer-plant.js";
import { Shaking, type Drag, type Resonance } from "./shaking.js";

export interface ResonanceOptions {
  /** Resonances that differ from the ordinary, in part or whole, by axis letter. */
  resonances?: Readonly<Partial<Record<"x" | "y" | "z", Partial<Resonance>>>>;
}

/** A printer of medium weight with belts. */
const ORDINARY: Readonly<Record<"x" | "y" | "z", Resonance>> = { x: { hz: 55, damping: 0.07 }, y: { hz: 42, damping: 0.09 }, z: { hz: 110, damping: 0.1 } };
/** mm/s² in a g. */
const FREE_FALL = 9806.65;
const AXES = ["x", "y", "z"] as const;

/** Chips by the kind of their section; the address on I2C unless `i2c_address` says otherwise. */
const MODELS: Readonly<Record<string, { readonly model: AccelerometerModel; readonly address?: number }>> = {
  adxl345: { model: ADXL345 }, lis2dw: { model: LIS2DW, address: 0x19 }, lis3dh: { model: LIS3DH, address: 0x19 },
  mpu9250: { model: MPU9250, address: 0x68 }, icm20948: { model: ICM20948, address: 0x68 },
};

/** Adds the chips to a plant that has its rails. @param noise Gaussian with deviation 1, of a given number */
export function addAccelerometers(plant: PrinterPlant, sections: Sections, pins: PinReader, options: ResonanceOptions, noise: (index: number) => () => number): void {
  const drag = dragOf(plant, sections);
  const resonances = AXES.map((axis) => ({ ...ORDINARY[axis], ...options.resonances?.[axis] }));
  let index = 0;
  for (const [name, section] of Object.entries(sections)) {
    const kind = MODELS[name.split(" ", 1)[0]!];
    if (kind === undefined) continue;
    const feels = axesFelt(name, sections["resonance_tester"]);
    const select = pins.pinOf(section, "cs_pin");
    const mcuName = select?.mcu ?? section["i2c_mcu"]?.trim() ?? "mcu";
    if (select === undefined && kind.address === undefined) continue;
    const shaking = new Shaking(drag, resonances);
    const own = noise(index++);
    let mcu: PlantAttachment | undefined;
    const chip = new AccelerometerChip(kind.model, {
      now: () => (mcu === undefined ? 0 : mcu.worldTimeAt(mcu.now())),
      restart: (time) => shaking.restart(time),
      accelerations: (times, present) => shaking.accelerations(times, present).map((felt) => chipAxes(felt, feels, section)),
      noise: own,
    });
    plant.devices.push({ attach: (attachment) => {
      if (attachment.mcuName !== mcuName) return;
      mcu = attachment;
      if (select === undefined) attachment.gpio.devices.attachI2c(numberOf(section, "i2c_address", kind.address!), chip);
      else attachment.gpio.devices.attachSpi(select.pin, chip);
    } });
  }
}

/** Which axes of the machine a chip feels. */
function axesFelt(name: string, tester: Section | undefined): readonly boolean[] {
  const [x, y] = ["accel_chip_x", "accel_chip_y"].map((option) => tester?.[option]?.trim());
  if (tester?.["accel_chips"] !== undefined || x === y || (name !== x && name !== y)) return [true, true, true];
  return [name === x, name === y, name === x];
}

/** Acceleration (mm/s²) and gravity on the axes of the chip, g. Axis i of the machine is axis `axes_map[i]` of the chip. */
function chipAxes(felt: readonly number[], feels: readonly boolean[], section: Section): Sample {
  const axes: [number, number, number] = [0, 0, 0];
  const map = listOf(section, "axes_map");
  AXES.forEach((letter, i) => {
    const [, minus, of] = /^(-?)([xyz])$/.exec(map[i] ?? letter) ?? ["", "", letter];
    const g = (feels[i] === true ? felt[i]! / FREE_FALL : 0) + (letter === "z" ? 1 : 0);
    axes["xyz".indexOf(of!)] = minus === "-" ? -g : g;
  });
  return axes;
}

function dragOf(plant: PrinterPlant, sections: Sections): Drag {
  const delta = deltaHeight(sections, plant.coordinates);
  if (delta !== undefined) return (worldTime) => delta.placeAtTime(worldTime);
  const isPlaced = !/^(polar|winch|rotary_delta|deltesian)/.test(sections["printer"]?.["kinematics"]?.trim() ?? "none");
  const axes = AXES.map((axis) => (isPlaced ? plant.coordinates.get(axis) : undefined));
  return (worldTime) => axes.map((coordinate) => coordinate?.rotorValueAtTime(worldTime) ?? 0);
}
