/**
 * G-code commands of the toolhead: dwell, wait, and the limits of speed and acceleration. Some kinematics
 * have limits of their own per axis; SET_VELOCITY_LIMIT and RESET_VELOCITY_LIMIT reach those that exist.
 */
import { formatFixed } from "./format-fixed.js";
import { dangerOptions, type Gcode, type GcodeCommand } from "./ports.js";
import type { Toolhead } from "./surface.js";

/** Limits that only some kinematics have: member → name in `origCfg` and in messages. */
export const AXIS_LIMITS = {
  maxXVelocity: "max_x_velocity",
  maxXAccel: "max_x_accel",
  maxYVelocity: "max_y_velocity",
  maxYAccel: "max_y_accel",
  maxZVelocity: "max_z_velocity",
  maxZAccel: "max_z_accel",
} as const;

export function registerToolheadCommands(toolhead: Toolhead, gcode: Gcode): void {
  gcode.registerCommand("G4", (gcmd) => toolhead.dwell(gcmd.getFloat("P", { default: 0, minval: 0 }) / 1000));
  gcode.registerCommand("M400", () => toolhead.waitMoves());
  gcode.registerCommand("SET_VELOCITY_LIMIT", (gcmd) => setVelocityLimit(toolhead, gcmd), {
    desc: "Set printer velocity limits",
  });
  gcode.registerCommand("RESET_VELOCITY_LIMIT", (gcmd) => resetVelocityLimit(toolhead, gcmd), {
    desc: "Reset printer velocity limits",
  });
  gcode.registerCommand("M204", (gcmd) => setAcceleration(toolhead, gcmd));
}

/** [member, name in messages] of the axis limits that these kinematics have. */
function axisLimits(toolhead: Toolhead): { limits: Record<string, number>; keys: [string, string][] } {
  const limits = toolhead.kin as unknown as Record<string, number>;
  return { limits, keys: Object.entries(AXIS_LIMITS).filter(([member]) => limits[member] !== undefined) };
}

function describeLimits(toolhead: Toolhead): string[] {
  const { limits, keys } = axisLimits(toolhead);
  return [
    `max_velocity: ${formatFixed(toolhead.maxVelocity, 6)}`,
    `max_accel: ${formatFixed(toolhead.maxAccel, 6)}`,
    ...keys.map(([member, name]) => `${name}: ${formatFixed(limits[member]!, 6)}`),
    `minimum_cruise_ratio: ${formatFixed(toolhead.minCruiseRatio, 6)}`,
    `square_corner_velocity: ${formatFixed(toolhead.squareCornerVelocity, 6)}`,
  ];
}

function setVelocityLimit(toolhead: Toolhead, gcmd: GcodeCommand): void {
  const maxVelocity = optionalFloat(gcmd, "VELOCITY", { above: 0 });
  const maxAccel = optionalFloat(gcmd, "ACCEL", { above: 0 });
  const squareCornerVelocity = optionalFloat(gcmd, "SQUARE_CORNER_VELOCITY", { minval: 0 });
  const minCruiseRatio = optionalFloat(gcmd, "MINIMUM_CRUISE_RATIO", { minval: 0, below: 1 });
  toolhead.maxVelocity = maxVelocity ?? toolhead.maxVelocity;
  toolhead.maxAccel = maxAccel ?? toolhead.maxAccel;
  toolhead.squareCornerVelocity = squareCornerVelocity ?? toolhead.squareCornerVelocity;
  toolhead.minCruiseRatio = minCruiseRatio ?? toolhead.minCruiseRatio;
  const { limits, keys } = axisLimits(toolhead);
  for (const [member, name] of keys) {
    // X and Y limits are taken as they come; only those of Z are checked.
    const bounds = name.startsWith("max_z_") ? { above: 0 } : {};
    const value = optionalFloat(gcmd, name.slice(4).toUpperCase(), bounds);
    if (value !== null) limits[member] = value;
  }
  toolhead.calcJunctionDeviation();
  if (!dangerOptions(toolhead.printer).logVelocityLimitChanges) return;
  const message = describeLimits(toolhead);
  toolhead.printer.setRolloverInfo("toolhead", `toolhead: ${message.join(" ")}`);
  if (maxVelocity === null && maxAccel === null && squareCornerVelocity === null && minCruiseRatio === null) {
    gcmd.respondInfo(message.join("\n"), { log: false });
  }
}

function resetVelocityLimit(toolhead: Toolhead, gcmd: GcodeCommand): void {
  toolhead.maxVelocity = toolhead.origCfg["max_velocity"]!;
  toolhead.maxAccel = toolhead.origCfg["max_accel"]!;
  const { limits, keys } = axisLimits(toolhead);
  for (const [member, name] of keys) limits[member] = toolhead.origCfg[name]!;
  toolhead.squareCornerVelocity = toolhead.origCfg["square_corner_velocity"]!;
  toolhead.minCruiseRatio = toolhead.origCfg["min_cruise_ratio"]!;
  toolhead.calcJunctionDeviation();
  if (dangerOptions(toolhead.printer).logVelocityLimitChanges) {
    gcmd.respondInfo(describeLimits(toolhead).join("\n"), { log: false });
  }
}

/** M204: S, or the smaller one of P and T. */
function setAcceleration(toolhead: Toolhead, gcmd: GcodeCommand): void {
  let accel = optionalFloat(gcmd, "S", { above: 0 });
  if (accel === null) {
    const printAccel = optionalFloat(gcmd, "P", { above: 0 });
    const travelAccel = optionalFloat(gcmd, "T", { above: 0 });
    if (printAccel === null || travelAccel === null) {
      gcmd.respondInfo(`Invalid M204 command "${gcmd.getCommandline()}"`);
      return;
    }
    accel = Math.min(printAccel, travelAccel);
  }
  toolhead.setAccel(accel);
}

function optionalFloat(
  gcmd: GcodeCommand,
  name: string,
  bounds: { minval?: number; above?: number; below?: number },
): number | null {
  return gcmd.getFloat(name, { default: null, ...bounds });
}
