/** Stands in for the extruder on a printer that has none: index 3 of every coordinate belongs to it. */
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Move } from "./move.js";

export class DummyExtruder {
  readonly printer: Printer;

  constructor(printer: Printer) {
    this.printer = printer;
  }

  /** @throws CommandError always: nothing can be extruded. */
  checkMove(move: Move, _eaIndex: number): void {
    throw move.moveError("Extrude when no extruder present");
  }

  findPastPosition(_printTime: number): number {
    return 0;
  }

  calcJunction(_prevMove: Move, move: Move, _eaIndex: number): number {
    return move.maxCruiseV2;
  }

  getName(): string {
    return "";
  }

  /** @throws CommandError always. */
  getHeater(): never {
    throw new CommandError("Extruder not configured");
  }

  getTrapq(): null {
    return null;
  }

  getAxisGcodeId(): string {
    return "E";
  }
}
