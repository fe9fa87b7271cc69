/**
 * Fields that come from speeds and steps: microsteps and interpolation, and the velocities at which the driver changes its mode. A driver
 * knows a velocity as the time between two steps of 1/256, in ticks of its clock.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { parseStepDistance } from "../../motion/step-distance.js";
import type { McuTmc } from "./ports.js";

const LONGEST = 0xfffff;

/** Ticks between two steps of 1/256. @param stepDist mm per microstep, @param velocity mm/s */
export function velocityTicks(frequency: number, stepDist: number, mres: number, velocity: number): number {
  if (velocity <= 0) return LONGEST;
  const ticks = Math.trunc((frequency * (stepDist / 2 ** mres)) / velocity + 0.5);
  return Math.max(0, Math.min(LONGEST, ticks));
}

const stepperSection = (config: ConfigSection): string => config.getName().split(/\s+/).slice(1).join(" ");

/** Reads `microsteps` of the stepper and `interpolate`. @throws ConfigError when there is no such stepper */
export function readMicrosteps(config: ConfigSection, mcuTmc: McuTmc): void {
  const name = stepperSection(config);
  if (!config.hasSection(name)) throw config.error(`Could not find config section '[${name}]' required by tmc driver`);
  const steps = new Map(Array.from({ length: 9 }, (_, mres) => [256 >> mres, mres]));
  const fields = mcuTmc.getFields();
  fields.setField("mres", config.getSection(name).getChoice("microsteps", steps));
  fields.setField("intpol", config.getBoolean("interpolate", { default: true }));
}

/** Ticks of a velocity that the configuration names. */
function configuredTicks(config: ConfigSection, mcuTmc: McuTmc, velocity: number): number {
  const section = config.getSection(stepperSection(config));
  const [rotationDist, stepsPerRotation] = parseStepDistance(section);
  return velocityTicks(mcuTmc.getTmcFrequency()!, rotationDist / stepsPerRotation, mcuTmc.getFields().getField("mres"), velocity);
}

/** `stealthchop_threshold`: the quiet mode below a velocity. */
export function readStealthchop(config: ConfigSection, mcuTmc: McuTmc): void {
  const fields = mcuTmc.getFields();
  const velocity = config.getFloat("stealthchop_threshold", { default: null, minval: 0 });
  fields.setField("tpwmthrs", velocity === null ? LONGEST : configuredTicks(config, mcuTmc, velocity));
  if (fields.lookupRegister("en_pwm_mode") !== undefined) fields.setField("en_pwm_mode", velocity !== null);
  else fields.setField("en_spreadcycle", velocity === null);
}

function readThreshold(config: ConfigSection, mcuTmc: McuTmc, option: string, field: string): void {
  const velocity = config.getFloat(option, { default: null, minval: 0 });
  mcuTmc.getFields().setField(field, velocity === null ? 0 : configuredTicks(config, mcuTmc, velocity));
}

export const readCoolstep = (config: ConfigSection, mcuTmc: McuTmc): void => readThreshold(config, mcuTmc, "coolstep_threshold", "tcoolthrs");
export const readHighVelocity = (config: ConfigSection, mcuTmc: McuTmc): void => readThreshold(config, mcuTmc, "high_velocity_threshold", "thigh");

/** The wave of the coil currents: the chip's own sine unless the configuration has another. */
const WAVE: readonly (readonly [field: string, value: number])[] = [
  ["mslut0", 0xaaaab554], ["mslut1", 0x4a9554aa], ["mslut2", 0x24492929], ["mslut3", 0x10104222],
  ["mslut4", 0xfbffffff], ["mslut5", 0xb5bb777d], ["mslut6", 0x49295556], ["mslut7", 0x00404222],
  ["w0", 2], ["w1", 1], ["w2", 1], ["w3", 1], ["x1", 128], ["x2", 255], ["x3", 255], ["start_sin", 0], ["start_sin90", 247],
];

export function readWaveTable(config: ConfigSection, mcuTmc: McuTmc): void {
  for (const [field, value] of WAVE) mcuTmc.getFields().setConfigField(config, field, value);
}
