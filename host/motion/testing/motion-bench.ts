/**
 * A printer in virtual time for tests of motion: real reactor, configuration, pins and steps; the
 * micro-controller, g-code and the modules around motion are stand-ins.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, ConfigError } from "../../errors.js";
import { PrinterPins } from "../../mcu/pins.js";
import { ModuleTable, type HostModule } from "../../printer/module-table.js";
import { Printer } from "../../printer/printer.js";
import { VirtualClock } from "../../reactor/clock.js";
import { Reactor } from "../../reactor/reactor.js";
import { addPrinterObjects } from "../add-printer-objects.js";
import { motionModules } from "../motion-modules.js";
import type { GcodeCommand, GcodeHandler } from "../ports.js";
import type { ToolHead } from "../toolhead.js";
import { BenchMcu } from "./bench-mcu.js";

/** Cartesian printer with one extruder; 80 steps/mm on X and Y, 400 on Z. */
export const CARTESIAN_CONFIG = `
[stepper_x]
step_pin: PF0
dir_pin: PF1
enable_pin: !PD7
microsteps: 16
rotation_distance: 40
endstop_pin: ^PE5
position_endstop: 0
position_max: 220
homing_speed: 50
[stepper_y]
step_pin: PF6
dir_pin: !PF7
enable_pin: !PF2
microsteps: 16
rotation_distance: 40
endstop_pin: ^PJ1
position_endstop: 0
position_max: 220
homing_speed: 50
[stepper_z]
step_pin: PL3
dir_pin: PL1
enable_pin: !PK0
microsteps: 16
rotation_distance: 8
endstop_pin: ^PD3
position_endstop: 0.5
position_max: 200
[extruder]
step_pin: PA4
dir_pin: PA6
enable_pin: !PA2
microsteps: 16
rotation_distance: 22.6789511
nozzle_diameter: 0.4
filament_diameter: 1.75
max_extrude_only_distance: 100
[printer]
kinematics: cartesian
max_velocity: 300
max_accel: 3000
max_z_velocity: 15
max_z_accel: 100
`;

/** Runs handlers by name, with parameters given as a record. */
export class BenchGcode {
  readonly handlers = new Map<string, GcodeHandler>();
  readonly output: string[] = [];
  readonly Coord = Array;

  registerCommand(command: string, handler: GcodeHandler | null): void {
    if (handler === null) this.handlers.delete(command);
    else if (this.handlers.has(command)) throw new ConfigError(`gcode command ${command} already registered`);
    else this.handlers.set(command, handler);
  }

  registerMuxCommand(command: string, key: string, value: string | null, handler: GcodeHandler): void {
    this.handlers.set(value === null ? command : `${command} ${key}=${value}`, handler);
  }

  respondInfo(message: string): void {
    this.output.push(message);
  }

  error(message: string): CommandError {
    return new CommandError(message);
  }

  isTraditionalGcode(command: string): boolean {
    return /^[A-Z][0-9.]+$/.test(command);
  }

  async runScriptFromCommand(script: string): Promise<void> {
    this.output.push(`script: ${script}`);
  }

  async run(command: string, params: Record<string, string | number> = {}): Promise<void> {
    const value = (name: string, options?: { default?: unknown }): unknown => {
      const given = params[name];
      if (given === undefined && (options === undefined || !("default" in options))) throw new CommandError(`missing ${name}`);
      return given ?? options?.default ?? null;
    };
    const gcmd = {
      get: (name: string, options?: { default?: unknown }) => value(name, options),
      getInt: (name: string, options?: { default?: unknown }) => value(name, options),
      getFloat: (name: string, options?: { default?: unknown }) => value(name, options),
      getCommandline: () => command,
      getCommandParameters: () => params,
      respondInfo: (message: string) => this.respondInfo(message),
      error: (message: string) => new CommandError(message),
    } as unknown as GcodeCommand;
    await this.handlers.get(command)!(gcmd);
  }
}

const heater = {
  canExtrude: true,
  minTemp: 0,
  maxTemp: 300,
  getStatus: () => ({ temperature: 20, target: 0, power: 0 }),
  stats: () => [false, ""],
  setColdExtrude: () => undefined,
};

const standIns: Record<string, HostModule> = {
  heaters: { loadConfig: () => ({ setupHeater: () => ({ ...heater }), setTemperature: async () => undefined }) },
  gcode_move: {
    loadConfig: () => ({
      getStatus: () => ({ gcode_position: { z: 0 }, homing_origin: { z: 0 } }),
      setMoveTransform: () => ({ getPosition: () => [0, 0, 0, 0], move: () => undefined }),
    }),
  },
  query_endstops: { loadConfig: () => ({ registerEndstop: () => undefined }) },
  motion_report: { loadConfig: () => ({ registerStepper: () => undefined }) },
  idle_timeout: { loadConfig: () => ({}) },
  statistics: { loadConfig: () => ({}) },
  garbage_collection: { loadConfig: () => ({}) },
  respond: { loadConfig: () => ({}) },
  exclude_object: { loadConfig: () => ({}) },
  telemetry: { loadConfig: () => ({}) },
};

export interface MotionBench {
  clock: VirtualClock;
  reactor: Reactor;
  printer: Printer;
  mcu: BenchMcu;
  gcode: BenchGcode;
  toolhead: ToolHead;
  /** Events sent, with their arguments. */
  events: [event: string, args: readonly unknown[]][];
  /** Runs the reactor until event time `limit`. */
  runUntil(limit: number): Promise<void>;
  /** Runs a callback of the reactor to its end; throws what it throws. */
  perform<T>(task: () => Promise<T> | T): Promise<T>;
}

/** Starts a printer; @throws Error with the state message when it does not become ready. */
export async function motionBench(config = CARTESIAN_CONFIG): Promise<MotionBench> {
  const directory = mkdtempSync(join(tmpdir(), "motion-"));
  const file = join(directory, "printer.cfg");
  writeFileSync(file, config);
  const clock = new VirtualClock();
  const reactor = new Reactor(clock);
  const gcode = new BenchGcode();
  const events: [string, readonly unknown[]][] = [];
  let mcu: BenchMcu | undefined;
  const printer = new Printer({
    reactor,
    startArgs: { config_file: file, start_reason: "startup" },
    modules: new ModuleTable({ ...standIns, ...motionModules }),
    observer: { onEvent: (event, args) => void events.push([event, args]) },
    stages: {
      early: [(host) => host.addObject("gcode", gcode)],
      beforeSections: [
        ({ printer: host }) => {
          const pins = new PrinterPins();
          mcu = new BenchMcu(host);
          pins.registerChip("mcu", mcu);
          host.addObject("pins", pins);
          host.addObject("mcu", mcu);
        },
      ],
      afterSections: [addPrinterObjects],
    },
  });
  void printer.run();
  const runUntil = async (limit: number): Promise<void> => {
    while (reactor.nextDeadline() <= limit) {
      clock.now = Math.max(clock.now, reactor.nextDeadline());
      await reactor.run(clock.now);
    }
    clock.now = Math.max(clock.now, limit);
  };
  const perform = async <T>(task: () => Promise<T> | T): Promise<T> => {
    let outcome: { value: T } | { error: unknown } | undefined;
    reactor.registerCallback(async () => {
      try {
        outcome = { value: await task() };
      } catch (error) {
        outcome = { error };
      }
    });
    while (outcome === undefined) {
      clock.now = Math.max(clock.now, reactor.nextDeadline());
      await reactor.run(clock.now);
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
  await runUntil(1);
  rmSync(directory, { recursive: true, force: true });
  const [message, state] = printer.getStateMessage();
  if (state !== "ready") throw new Error(message);
  return { clock, reactor, printer, mcu: mcu!, gcode, toolhead: printer.lookupObject<ToolHead>("toolhead"), events, runUntil, perform };
}
