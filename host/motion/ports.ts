/**
 * What motion needs from objects that lie upstream of it (g-code, heaters, options), by their shape
 * only, so that no file here imports them. They are looked up by name at run time.
 */
import type { Printer } from "../printer/printer-surface.js";

export type MaybePromise<T = void> = T | Promise<T>;

interface NumberBounds {
  minval?: number;
  maxval?: number;
  above?: number;
  below?: number;
}

/** One parsed g-code command as its handler receives it. */
export interface GcodeCommand {
  get(name: string, options?: { default?: string }): string;
  get(name: string, options: { default: string | null }): string | null;
  getInt(name: string, options?: NumberBounds & { default?: number }): number;
  getInt(name: string, options: NumberBounds & { default: number | null }): number | null;
  getFloat(name: string, options?: NumberBounds & { default?: number }): number;
  getFloat(name: string, options: NumberBounds & { default: number | null }): number | null;
  getCommandline(): string;
  getCommandParameters(): Readonly<Record<string, string>>;
  respondInfo(message: string, options?: { log?: boolean }): void;
  error(message: string): Error;
}

export type GcodeHandler = (gcmd: GcodeCommand) => MaybePromise;

/** The object `gcode`. */
export interface Gcode {
  registerCommand(command: string, handler: GcodeHandler | null, options?: { whenNotReady?: boolean; desc?: string }): unknown;
  registerMuxCommand(command: string, key: string, value: string | null, handler: GcodeHandler, options?: { desc?: string }): void;
  respondInfo(message: string, options?: { log?: boolean }): void;
  runScriptFromCommand(script: string): Promise<void>;
  isTraditionalGcode(command: string): boolean;
  error(message: string): Error;
}

/** A transform in the chain between `gcode_move` and the toolhead. */
export interface MoveTransform {
  getPosition(): number[];
  move(newPosition: number[], speed: number): MaybePromise;
}

/** The object `gcode_move`. */
export interface GcodeMove {
  setMoveTransform(transform: MoveTransform, options?: { force?: boolean }): MoveTransform;
  getStatus(eventTime?: number): { gcode_position: { z: number }; homing_origin: { z: number } };
}

/** A heater as the extruder uses it. */
export interface Heater {
  readonly canExtrude: boolean;
  readonly minTemp: number;
  readonly maxTemp: number;
  getStatus(eventTime: number): Record<string, unknown>;
  stats(eventTime: number): [boolean, string];
  setColdExtrude(coldExtrude: boolean | number | null, minExtrudeTemp: number | null): void;
}

/** The object `heaters`. */
export interface Heaters {
  setupHeater(config: unknown, gcodeId?: string): Heater;
  setTemperature(heater: Heater, celsius: number, wait?: boolean): Promise<void>;
}

/** The options of [danger_options] that motion reads, with their defaults. */
export interface DangerOptions {
  /** Seconds past the last activity that the flush timer goes on. */
  bgflushExtraTime: number;
  homingStartDelay: number;
  endstopSampleTime: number;
  endstopSampleCount: number;
  /** mm by which a homing move may fall short of min_home_dist. */
  homingElapsedDistanceTolerance: number;
  overridePressureAdvanceSmoothTimeMax: number;
  logVelocityLimitChanges: boolean;
  logPressureAdvanceChanges: boolean;
}

const DANGER_DEFAULTS: DangerOptions = {
  bgflushExtraTime: 0.25,
  homingStartDelay: 0.001,
  endstopSampleTime: 0.000015,
  endstopSampleCount: 4,
  homingElapsedDistanceTolerance: 0.5,
  overridePressureAdvanceSmoothTimeMax: 0.2,
  logVelocityLimitChanges: true,
  logPressureAdvanceChanges: true,
};

/** The printer's danger options; members that the object lacks have their default. */
export function dangerOptions(printer: Printer): DangerOptions {
  const configured = printer.lookupObject<Partial<DangerOptions> | null>("danger_options", null);
  return configured === null ? DANGER_DEFAULTS : { ...DANGER_DEFAULTS, ...definedMembers(configured) };
}

function definedMembers(options: Partial<DangerOptions>): Partial<DangerOptions> {
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(DANGER_DEFAULTS) as (keyof DangerOptions)[]) {
    if (options[key] !== undefined) found[key] = options[key];
  }
  return found;
}
