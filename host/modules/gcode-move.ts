/**
 * Object `gcode_move`: G0/G1 and the commands that change the meaning of their numbers. In: commands; out: positions (mm) and
 * speeds (mm/s) for the toolhead or for the first transform of the chain. The object is itself the frame (gcode-frame.ts) that the
 * conversions are made with; its members are read and set by plugins, so they are changed where they stand.
 */
import type { ConfigSection } from "../config/config-section.js";
import { pyFloatStr } from "../config/python-text.js";
import { CommandError, ConfigError } from "../errors.js";
import { valueToPlain } from "../gcode/template/host-values.js";
import { Dict, Float } from "../gcode/template/py-values.js";
import type { GCodeDispatch, GCodeHandler, MaybePromise } from "../gcode/dispatch.js";
import { gcodeFloat, type GCodeCommand } from "../gcode/gcode-command.js";
import { Coord } from "../motion/coord.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Printer } from "../printer/printer-surface.js";
import { copyOfState, E_AXIS, gcodeCoordinate, machineCoordinate, restoredZero, stateFromKalico, stateToKalico, withExtrudeFactor, withSpeedFactor, zeroFor, type Feed, type SavedState } from "./gcode-frame.js";
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

const BASE_AXES = { X: 0, Y: 1, Z: 2, E: 3 } as const;
const AXIS_LETTERS = ["X", "Y", "Z", "E"] as const;

export class GCodeMove implements SavedState {
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
    const mode = (command: string, member: "absoluteCoord" | "absoluteExtrude", isAbsolute: boolean): void => {
      add(command, () => void (this[member] = isAbsolute));
    };
    add("G1", (gcmd) => this.#move(gcmd));
    add("G20", (gcmd) => {
      throw gcmd.error("Machine does not support G20 (inches) command");
    });
    add("G21", () => undefined);
    mode("M82", "absoluteExtrude", true);
    mode("M83", "absoluteExtrude", false);
    mode("G90", "absoluteCoord", true);
    mode("G91", "absoluteCoord", false);
    add("G92", (gcmd) => this.#declare(gcmd));
    add("M220", (gcmd) => this.#feed(withSpeedFactor(this, percent(gcmd) / (60 * 100))));
    add("M221", (gcmd) => this.#extrude(percent(gcmd) / 100));
    add("SET_GCODE_OFFSET", (gcmd) => this.#offset(gcmd), "Set a virtual offset to g-code positions");
    add("SAVE_GCODE_STATE", (gcmd) => void this.savedStates.set(nameOf(gcmd), copyOfState(this)), "Save G-Code coordinate state");
    add("RESTORE_GCODE_STATE", (gcmd) => this.#restore(gcmd), "Restore a previously saved G-Code state");
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
    // Scripts read this line: flags, lists and numbers are written as Python does.
    const flag = (value: boolean): string => (value ? "True" : "False");
    const list = (values: readonly number[]): string => `[${values.map(pyFloatStr).join(", ")}]`;
    this.printer.log("info", [
      `gcode state: absolute_coord=${flag(this.absoluteCoord)} absolute_extrude=${flag(this.absoluteExtrude)}`, `base_position=${list(this.basePosition)} last_position=${list(this.lastPosition)}`,
      `homing_position=${list(this.homingPosition)} speed_factor=${pyFloatStr(this.speedFactor)} extrude_factor=${pyFloatStr(this.extrudeFactor)} speed=${pyFloatStr(this.speed)}`,
    ].join(" "));
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
    return Object.fromEntries([...this.savedStates].map(([name, state]) => [name, stateToKalico(state, (value) => new Float(value))]));
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
    return this.lastPosition.map((at, axis) => gcodeCoordinate(this, axis, at));
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
    const { lastPosition } = this;
    try {
      for (const [letter, axis] of this.#axes) {
        const word = params[letter];
        if (word !== undefined) lastPosition[axis] = machineCoordinate(this, axis, gcodeFloat(word), lastPosition[axis]!);
      }
      const f = params.F === undefined ? null : gcodeFloat(params.F);
      if (f !== null && f <= 0) throw gcmd.error(`Invalid speed in '${gcmd.getCommandline()}'`);
      if (f !== null) this.speed = f * this.speedFactor;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw gcmd.error(`Unable to parse move '${gcmd.getCommandline()}'`);
    }
    return this.#go(this.speed);
  }

  /** Moves to `lastPosition`. */
  #go(speed: number): MaybePromise {
    return this.moveWithTransform!.move(this.lastPosition, speed);
  }

  /** Moves when the command asks for it with MOVE=1; `aim` says where to. */
  #goIfAsked(gcmd: GCodeCommand, aim: (lastPosition: number[]) => void): MaybePromise {
    if (gcmd.getInt("MOVE", { default: 0 }) === 0) return undefined;
    const speed = gcmd.getFloat("MOVE_SPEED", { default: this.speed, above: 0 });
    aim(this.lastPosition);
    return this.#go(speed);
  }

  // ---- the frame ----

  #feed({ speed, speedFactor }: Feed): void {
    this.speed = speed;
    this.speedFactor = speedFactor;
  }

  #extrude(factor: number): void {
    const { zero, extrudeFactor } = withExtrudeFactor(this, this.lastPosition[E_AXIS]!, factor);
    this.basePosition[E_AXIS] = zero;
    this.extrudeFactor = extrudeFactor;
  }

  /** G92: names of the place where the axes stand; without any, all are 0. */
  #declare(gcmd: GCodeCommand): void {
    const words = AXIS_LETTERS.map((letter) => gcmd.getFloat(letter, { default: null }));
    const isBare = words.every((word) => word === null);
    for (const [axis, word] of words.entries()) {
      if (isBare) this.basePosition[axis] = this.lastPosition[axis]!;
      else if (word !== null) this.basePosition[axis] = zeroFor(this, axis, this.lastPosition[axis]!, word);
    }
  }

  #offset(gcmd: GCodeCommand): MaybePromise {
    const shifts = AXIS_LETTERS.map((letter, axis) => {
      const before = this.homingPosition[axis]!;
      const offset = requestedOffset(gcmd, letter, before);
      if (offset === null) return 0;
      this.homingPosition[axis] = offset;
      this.basePosition[axis]! += offset - before;
      return offset - before;
    });
    return this.#goIfAsked(gcmd, (lastPosition) => {
      for (const [axis, shift] of shifts.entries()) lastPosition[axis]! += shift;
    });
  }

  #restore(gcmd: GCodeCommand): MaybePromise {
    const saved = this.savedStates.get(nameOf(gcmd));
    if (saved === undefined) throw gcmd.error(`Unknown g-code state: ${nameOf(gcmd)}`);
    this.absoluteCoord = saved.absoluteCoord;
    this.absoluteExtrude = saved.absoluteExtrude;
    this.extrudeFactor = saved.extrudeFactor;
    this.homingPosition = [...saved.homingPosition];
    this.#feed(saved);
    replaceStart(this.basePosition, restoredZero(saved, this.lastPosition[E_AXIS]!));
    return this.#goIfAsked(gcmd, (lastPosition) => replaceStart(lastPosition, saved.lastPosition.slice(0, E_AXIS)));
  }

  #reportPosition(gcmd: GCodeCommand): void {
    const toolhead = this.printer.lookupObject<PositionedToolhead | null>("toolhead", null);
    if (toolhead === null) throw gcmd.error("Printer not ready");
    gcmd.respondInfo(describePosition(toolhead, this));
  }
}

/** Parameter S, per cent. */
const percent = (gcmd: GCodeCommand): number => gcmd.getFloat("S", { default: 100, above: 0 });

/** Name of the state that a command saves or restores. */
const nameOf = (gcmd: GCodeCommand): string => gcmd.get("NAME", { default: "default" });

/** Offset of an axis that SET_GCODE_OFFSET asks for, mm: outright, or as a change of what it is; null: neither. */
function requestedOffset(gcmd: GCodeCommand, letter: string, current: number): number | null {
  const outright = gcmd.getFloat(letter, { default: null });
  if (outright !== null) return outright;
  const change = gcmd.getFloat(`${letter}_ADJUST`, { default: null });
  return change === null ? null : change + current;
}

const coordOf = (position: readonly number[]): Coord => new Coord(position[0], position[1], position[2], position[3]);

/** Puts `values` in place of the first ones of a list. */
function replaceStart(list: number[], values: readonly number[]): void {
  for (const [index, value] of values.entries()) list[index] = value;
}
