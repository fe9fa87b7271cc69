/**
 * Object `gcode_move`: G0/G1 and the state that gives their numbers a meaning (absolute or relative, offsets,
 * speed and extrusion factors). In: commands; out: positions (mm) and speeds (mm/s) for the toolhead or for
 * the first transform of the chain.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError, ConfigError } from "../errors.js";
import { valueToPlain } from "../gcode/template/host-values.js";
import { Dict, Float } from "../gcode/template/py-values.js";
import type { GCodeDispatch, GCodeHandler, MaybePromise } from "../gcode/dispatch.js";
import { gcodeFloat, type GCodeCommand } from "../gcode/gcode-command.js";
import { Coord } from "../motion/coord.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Printer } from "../printer/printer-surface.js";
import { describePosition, type PositionedToolhead } from "./position-report.js";

/** What moves are handed to: the toolhead, or a transform before it. */
export interface MoveTarget {
  /** `newPosition` is the caller's: copy what must stay. */
  move(newPosition: number[], speed: number): MaybePromise;
  getPosition(): number[];
}

/** An axis beyond X, Y, Z and E. */
interface ExtraAxis {
  getAxisGcodeId(): string | null;
}

interface SavedState {
  absoluteCoord: boolean;
  absoluteExtrude: boolean;
  basePosition: number[];
  lastPosition: number[];
  homingPosition: number[];
  speed: number;
  speedFactor: number;
  extrudeFactor: number;
}

const BASE_AXES = { X: 0, Y: 1, Z: 2, E: 3 } as const;
const AXIS_LETTERS = ["X", "Y", "Z", "E"] as const;

export class GCodeMove {
  readonly printer: Printer;
  isPrinterReady = false;
  absoluteCoord = true;
  absoluteExtrude = true;
  /** Where g-code's zero lies, mm. */
  basePosition = [0, 0, 0, 0];
  /** Where the last move ends, mm. */
  lastPosition = [0, 0, 0, 0];
  /** The part of the base position that homing leaves in place. */
  homingPosition = [0, 0, 0, 0];
  /** mm/s */
  speed = 25;
  /** Turns F (mm/min) into mm/s, with the override of M220. */
  speedFactor = 1 / 60;
  extrudeFactor = 1;
  axisMap: Record<string, number> = { ...BASE_AXES };
  #axes: [letter: string, index: number][] = Object.entries(BASE_AXES);
  readonly savedStates = new Map<string, SavedState>();
  moveTransform: MoveTarget | null = null;
  moveWithTransform: MoveTarget | null = null;

  constructor(config: ConfigSection) {
    const printer = (this.printer = config.getPrinter());
    printer.registerEventHandler("klippy:ready", () => this.#becomeReady());
    printer.registerEventHandler("klippy:shutdown", () => this.#handleShutdown());
    printer.registerEventHandler("toolhead:set_position", () => this.resetLastPosition());
    printer.registerEventHandler("toolhead:manual_move", () => this.resetLastPosition());
    printer.registerEventHandler("toolhead:update_extra_axes", () => this.#updateExtraAxes());
    printer.registerEventHandler("gcode:command_error", () => this.resetLastPosition());
    printer.registerEventHandler("extruder:activate_extruder", () => this.#handleActivateExtruder());
    printer.registerEventHandler("homing:home_rails_end", (homingState: { getAxes(): number[] }) => this.#handleHomed(homingState));
    this.#registerCommands(printer.lookupObject<GCodeDispatch>("gcode"));
  }

  #registerCommands(gcode: GCodeDispatch): void {
    const add = (command: string, handler: GCodeHandler, desc?: string, whenNotReady = false): void => {
      gcode.registerCommand(command, handler, { whenNotReady, desc: desc ?? null });
    };
    add("G1", (gcmd) => this.#move(gcmd));
    add("G20", (gcmd) => {
      throw gcmd.error("Machine does not support G20 (inches) command");
    });
    add("G21", () => undefined);
    add("M82", () => void (this.absoluteExtrude = true));
    add("M83", () => void (this.absoluteExtrude = false));
    add("G90", () => void (this.absoluteCoord = true));
    add("G91", () => void (this.absoluteCoord = false));
    add("G92", (gcmd) => this.#setPosition(gcmd));
    add("M220", (gcmd) => this.#setSpeedFactor(gcmd));
    add("M221", (gcmd) => this.#setExtrudeFactor(gcmd));
    add("SET_GCODE_OFFSET", (gcmd) => this.#setOffset(gcmd), "Set a virtual offset to g-code positions");
    add("SAVE_GCODE_STATE", (gcmd) => this.#saveState(gcmd), "Save G-Code coordinate state");
    add("RESTORE_GCODE_STATE", (gcmd) => this.#restoreState(gcmd), "Restore a previously saved G-Code state");
    add("G0", (gcmd) => this.#move(gcmd));
    add("M114", (gcmd) => {
      const [x, y, z, e] = this.#gcodePosition().map((one) => formatFixed(one, 3));
      gcmd.respondRaw(`X:${x} Y:${y} Z:${z} E:${e}`);
    }, undefined, true);
    add("GET_POSITION", (gcmd) => this.#reportPosition(gcmd), "Return information on the current location of the toolhead", true);
  }

  // ---- state ----

  #becomeReady(): void {
    this.isPrinterReady = true;
    this.moveWithTransform = this.moveTransform ?? this.printer.lookupObject<MoveTarget>("toolhead");
    this.resetLastPosition();
  }

  #handleShutdown(): void {
    if (!this.isPrinterReady) return;
    this.isPrinterReady = false;
    const state = { base: this.basePosition, last: this.lastPosition, homing: this.homingPosition, speed: this.speed };
    this.printer.log("info", `gcode state: absolute_coord=${this.absoluteCoord} absolute_extrude=${this.absoluteExtrude} ${JSON.stringify(state)}`);
  }

  #handleActivateExtruder(): void {
    this.resetLastPosition();
    this.extrudeFactor = 1;
    this.basePosition[3] = this.lastPosition[3]!;
  }

  #handleHomed(homingState: { getAxes(): number[] }): void {
    this.resetLastPosition();
    for (const axis of homingState.getAxes()) this.basePosition[axis] = this.homingPosition[axis]!;
  }

  /**
   * Puts a transform at the head of the chain; what was there before is returned, for the transform to hand
   * its moves to. @throws ConfigError when there is one already, unless `force`
   */
  setMoveTransform(transform: MoveTarget, options: { force?: boolean } = {}): MoveTarget {
    if (this.moveTransform !== null && options.force !== true) throw new ConfigError("G-Code move transform already specified");
    const old = this.moveTransform ?? this.printer.lookupObject<MoveTarget | null>("toolhead", null);
    this.moveTransform = transform;
    this.moveWithTransform = transform;
    return old as MoveTarget;
  }

  /** Saved states by name under Kalico's names. */
  get kalicoStates(): Record<string, Record<string, unknown>> {
    return Object.fromEntries([...this.savedStates].map(([name, state]) => [name, stateToKalico(state)]));
  }

  set kalicoStates(states: Dict | Readonly<Record<string, Record<string, unknown>>>) {
    this.savedStates.clear();
    const plain = (states instanceof Dict ? valueToPlain(states) : states) as Readonly<Record<string, Record<string, unknown>>>;
    for (const [name, state] of Object.entries(plain)) this.savedStates.set(name, stateFromKalico(state));
  }

  /** Puts a function in place of the head of the chain, which goes on telling the position. */
  replaceMove(move: MoveTarget["move"]): void {
    const target = this.moveWithTransform;
    this.moveWithTransform = { move, getPosition: () => target!.getPosition() };
  }

  /** Takes the position from the toolhead again, after something else than g-code moved it. */
  resetLastPosition(): void {
    if (this.isPrinterReady) this.lastPosition = this.moveWithTransform!.getPosition();
  }

  #updateExtraAxes(): void {
    const axes = this.printer.lookupObject<{ getExtraAxes(): (ExtraAxis | null)[] }>("toolhead").getExtraAxes();
    const map: Record<string, number> = { ...BASE_AXES };
    for (const [index, axis] of axes.entries()) {
      const letter = axis?.getAxisGcodeId() ?? null;
      if (letter === null || Object.hasOwn(map, letter) || "FN".includes(letter)) continue;
      map[letter] = index;
    }
    this.axisMap = map;
    this.#axes = Object.entries(map);
    this.basePosition.length = 4;
    for (let index = 4; index < axes.length; index++) this.basePosition.push(0);
    this.resetLastPosition();
  }

  #gcodePosition(): number[] {
    const position = this.lastPosition.map((last, axis) => last - (this.basePosition[axis] ?? 0));
    position[3]! /= this.extrudeFactor;
    return position;
  }

  getStatus(_eventTime?: number): {
    speed_factor: number; speed: number; extrude_factor: number; absolute_coordinates: boolean; absolute_extrude: boolean;
    homing_origin: Coord; position: Coord; gcode_position: Coord;
  } {
    return {
      speed_factor: this.speedFactor * 60,
      speed: this.speed / this.speedFactor,
      extrude_factor: this.extrudeFactor,
      absolute_coordinates: this.absoluteCoord,
      absolute_extrude: this.absoluteExtrude,
      homing_origin: coordOf(this.homingPosition),
      position: coordOf(this.lastPosition),
      gcode_position: coordOf(this.#gcodePosition()),
    };
  }

  // ---- moves ----

  /** What G1 does, for modules that make moves of other commands. @throws CommandError */
  cmdG1(gcmd: GCodeCommand): MaybePromise {
    return this.#move(gcmd);
  }

  #move(gcmd: GCodeCommand): MaybePromise {
    const params = gcmd.getCommandParameters();
    const axes = this.#axes;
    try {
      for (let i = 0; i < axes.length; i++) {
        const [letter, index] = axes[i]!;
        const text = params[letter];
        if (text === undefined) continue;
        let value = gcodeFloat(text);
        let isAbsolute = this.absoluteCoord;
        if (index === 3) {
          value *= this.extrudeFactor;
          if (!this.absoluteExtrude) isAbsolute = false;
        }
        if (isAbsolute) this.lastPosition[index] = value + this.basePosition[index]!;
        else this.lastPosition[index]! += value;
      }
      if (params.F !== undefined) this.#setSpeed(gcmd, gcodeFloat(params.F));
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw gcmd.error(`Unable to parse move '${gcmd.getCommandline()}'`);
    }
    return this.moveWithTransform!.move(this.lastPosition, this.speed);
  }

  #setSpeed(gcmd: GCodeCommand, gcodeSpeed: number): void {
    if (gcodeSpeed <= 0) throw gcmd.error(`Invalid speed in '${gcmd.getCommandline()}'`);
    this.speed = gcodeSpeed * this.speedFactor;
  }

  #setPosition(gcmd: GCodeCommand): void {
    const offsets = AXIS_LETTERS.map((letter) => gcmd.getFloat(letter, { default: null }));
    for (const [index, offset] of offsets.entries()) {
      if (offset === null) continue;
      this.basePosition[index] = this.lastPosition[index]! - (index === 3 ? offset * this.extrudeFactor : offset);
    }
    if (offsets.every((offset) => offset === null)) copyAxes(this.basePosition, this.lastPosition, 4);
  }

  #setSpeedFactor(gcmd: GCodeCommand): void {
    const factor = gcmd.getFloat("S", { default: 100, above: 0 }) / (60 * 100);
    this.speed = (this.speed / this.speedFactor) * factor;
    this.speedFactor = factor;
  }

  #setExtrudeFactor(gcmd: GCodeCommand): void {
    const factor = gcmd.getFloat("S", { default: 100, above: 0 }) / 100;
    const last = this.lastPosition[3]!;
    const gcodeE = (last - this.basePosition[3]!) / this.extrudeFactor;
    this.basePosition[3] = last - gcodeE * factor;
    this.extrudeFactor = factor;
  }

  #setOffset(gcmd: GCodeCommand): MaybePromise {
    const moveDelta = [0, 0, 0, 0];
    for (const [index, letter] of AXIS_LETTERS.entries()) {
      let offset = gcmd.getFloat(letter, { default: null });
      if (offset === null) {
        const adjust = gcmd.getFloat(`${letter}_ADJUST`, { default: null });
        if (adjust === null) continue;
        offset = adjust + this.homingPosition[index]!;
      }
      const delta = offset - this.homingPosition[index]!;
      moveDelta[index] = delta;
      this.basePosition[index]! += delta;
      this.homingPosition[index] = offset;
    }
    if (gcmd.getInt("MOVE", { default: 0 }) === 0) return undefined;
    const speed = gcmd.getFloat("MOVE_SPEED", { default: this.speed, above: 0 });
    for (const [index, delta] of moveDelta.entries()) this.lastPosition[index]! += delta;
    return this.moveWithTransform!.move(this.lastPosition, speed);
  }

  #saveState(gcmd: GCodeCommand): void {
    this.savedStates.set(gcmd.get("NAME", { default: "default" }), {
      absoluteCoord: this.absoluteCoord,
      absoluteExtrude: this.absoluteExtrude,
      basePosition: [...this.basePosition],
      lastPosition: [...this.lastPosition],
      homingPosition: [...this.homingPosition],
      speed: this.speed,
      speedFactor: this.speedFactor,
      extrudeFactor: this.extrudeFactor,
    });
  }

  #restoreState(gcmd: GCodeCommand): MaybePromise {
    const name = gcmd.get("NAME", { default: "default" });
    const state = this.savedStates.get(name);
    if (state === undefined) throw gcmd.error(`Unknown g-code state: ${name}`);
    this.absoluteCoord = state.absoluteCoord;
    this.absoluteExtrude = state.absoluteExtrude;
    copyAxes(this.basePosition, state.basePosition, 4);
    this.homingPosition = [...state.homingPosition];
    this.speed = state.speed;
    this.speedFactor = state.speedFactor;
    this.extrudeFactor = state.extrudeFactor;
    // What was extruded since is kept: E goes on from where it is.
    this.basePosition[3]! += this.lastPosition[3]! - state.lastPosition[3]!;
    if (gcmd.getInt("MOVE", { default: 0 }) === 0) return undefined;
    const speed = gcmd.getFloat("MOVE_SPEED", { default: this.speed, above: 0 });
    copyAxes(this.lastPosition, state.lastPosition, 3);
    return this.moveWithTransform!.move(this.lastPosition, speed);
  }

  #reportPosition(gcmd: GCodeCommand): void {
    const toolhead = this.printer.lookupObject<PositionedToolhead | null>("toolhead", null);
    if (toolhead === null) throw gcmd.error("Printer not ready");
    gcmd.respondInfo(describePosition(toolhead, this));
  }
}

const STATE_KEYS = {
  absoluteCoord: "absolute_coord", absoluteExtrude: "absolute_extrude", basePosition: "base_position", lastPosition: "last_position",
  homingPosition: "homing_position", speed: "speed", speedFactor: "speed_factor", extrudeFactor: "extrude_factor",
} as const;

/** Plain numbers of a state are floats for Kalico, whole or not. */
function stateToKalico(state: SavedState): Record<string, unknown> {
  const float = (value: unknown): unknown => (typeof value === "number" ? new Float(value) : Array.isArray(value) ? value.map(float) : value);
  return Object.fromEntries(Object.entries(STATE_KEYS).map(([ours, theirs]) => [theirs, float(state[ours as keyof SavedState])]));
}

function stateFromKalico(state: Readonly<Record<string, unknown>>): SavedState {
  return Object.fromEntries(Object.entries(STATE_KEYS).map(([ours, theirs]) => [ours, state[theirs]])) as unknown as SavedState;
}

const coordOf = (position: readonly number[]): Coord => new Coord(position[0], position[1], position[2], position[3]);

function copyAxes(to: number[], from: readonly number[], count: number): void {
  for (let axis = 0; axis < count; axis++) to[axis] = from[axis]!;
}
