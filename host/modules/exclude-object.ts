/**
 * Object `exclude_object`: the parts of a print that its file names, and leaving some of them out. Commands
 * and status are here, the moves are left out by `excluded-moves.ts`, which joins the chain of transforms
 * when the first part is excluded.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { dumpJson } from "../gcode/template/jinja-filters.js";
import { plainToValue } from "../gcode/template/host-values.js";
import type { Printer } from "../printer/printer-surface.js";
import { ExcludedMoves, type ExtrudingToolhead } from "./excluded-moves.js";
import type { GCodeMove } from "./gcode-move.js";

/** A part of the print as its file describes it. */
export interface PrintObject {
  name: string;
  center?: unknown;
  polygon?: unknown;
  [parameter: string]: unknown;
}

interface TuningTower {
  isActive(): boolean;
}

export class ExcludeObject {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly gcodeMove: GCodeMove;
  /** Lists are replaced, never changed: status readers keep them. */
  objects: readonly PrintObject[] = [];
  excludedObjects: readonly string[] = [];
  currentObject: string | null = null;
  #moves: ExcludedMoves | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcodeMove = this.printer.loadObject<GCodeMove>(config, "gcode_move");
    if (!config.getBoolean("enable_exclude_object", { default: true })) return;
    this.printer.registerEventHandler("virtual_sdcard:reset_file", () => this.resetFile());
    const add = (command: string, handler: (gcmd: GCodeCommand) => void, desc: string): void => {
      this.gcode.registerCommand(command, handler, { desc });
    };
    add("EXCLUDE_OBJECT_START", (gcmd) => this.#start(gcmd), "Marks the beginning the current object as labeled");
    add("EXCLUDE_OBJECT_END", (gcmd) => this.#end(gcmd), "Marks the end the current object");
    add("EXCLUDE_OBJECT", (gcmd) => this.#exclude(gcmd), "Cancel moves inside a specified objects");
    add("EXCLUDE_OBJECT_DEFINE", (gcmd) => this.#define(gcmd), "Provides a summary of an object");
  }

  getStatus(_eventTime?: number): { objects: readonly PrintObject[]; excluded_objects: readonly string[]; current_object: string | null } {
    return { objects: this.objects, excluded_objects: this.excludedObjects, current_object: this.currentObject };
  }

  /** Whether the part that is printed now is left out. */
  testInExcludedRegion(): boolean {
    return this.currentObject !== null && this.excludedObjects.includes(this.currentObject);
  }

  // ---- the transform ----

  #towerIsActive(): boolean {
    return this.printer.lookupObject<TuningTower>("tuning_tower").isActive();
  }

  #registerTransform(): void {
    if (this.#moves !== null) return;
    if (this.#towerIsActive()) {
      this.printer.log("info", "The ExcludeObject move transform is not being loaded due to Tuning tower being Active");
      return;
    }
    const toolhead = this.printer.lookupObject<ExtrudingToolhead>("toolhead");
    const moves = new ExcludedMoves(toolhead, () => this.testInExcludedRegion());
    moves.start(this.gcodeMove.setMoveTransform(moves, { force: true }));
    this.#moves = moves;
  }

  #unregisterTransform(): void {
    if (this.#moves === null) return;
    if (this.#towerIsActive()) {
      this.printer.log("error", "The Exclude Object move transform was not unregistered because it is not at the head of the transform chain.");
      return;
    }
    this.gcodeMove.setMoveTransform(this.#moves.next, { force: true });
    this.#moves = null;
    this.gcodeMove.resetLastPosition();
  }

  resetFile(): void {
    this.objects = [];
    this.excludedObjects = [];
    this.currentObject = null;
    this.#unregisterTransform();
  }

  // ---- commands ----

  #start(gcmd: GCodeCommand): void {
    const name = gcmd.get("NAME").toUpperCase();
    if (!this.objects.some((object) => object.name === name)) this.addObject({ name });
    this.currentObject = name;
  }

  #end(gcmd: GCodeCommand): void {
    if (this.currentObject === null && this.#moves !== null) {
      gcmd.respondInfo("EXCLUDE_OBJECT_END called, but no object is currently active");
      return;
    }
    const name = gcmd.get("NAME", { default: null })?.toUpperCase();
    if (name !== undefined && name !== this.currentObject) {
      gcmd.respondInfo(`EXCLUDE_OBJECT_END NAME=${name} does not match the current object NAME=${this.currentObject ?? "None"}`);
    }
    this.currentObject = null;
  }

  #exclude(gcmd: GCodeCommand): void {
    const name = gcmd.get("NAME", { default: "" }).toUpperCase();
    if (gcmd.get("RESET", { default: null })) {
      if (name !== "") this.unexcludeObject(name);
      else this.excludedObjects = [];
    } else if (name !== "") {
      if (!this.excludedObjects.includes(name)) this.excludeObject(name);
    } else if (gcmd.get("CURRENT", { default: null })) {
      if (this.currentObject === null) throw gcmd.error("There is no current object to cancel");
      this.excludeObject(this.currentObject);
    } else {
      gcmd.respondInfo(`Excluded objects: ${this.excludedObjects.join(" ")}`);
    }
  }

  #define(gcmd: GCodeCommand): void {
    const name = gcmd.get("NAME", { default: "" }).toUpperCase();
    if (gcmd.get("RESET", { default: null })) {
      this.resetFile();
    } else if (name !== "") {
      const { NAME: _name, CENTER: center, POLYGON: polygon, ...parameters } = gcmd.getCommandParameters();
      const object: PrintObject = { name, ...parameters };
      if (center !== undefined) object.center = JSON.parse(`[${center}]`);
      if (polygon !== undefined) object.polygon = JSON.parse(polygon);
      this.addObject(object);
    } else {
      this.#listObjects(gcmd);
    }
  }

  #listObjects(gcmd: GCodeCommand): void {
    const asJson = gcmd.get("JSON", { default: null }) !== null;
    const list = asJson ? dumpJson(plainToValue(this.objects)) : this.objects.map(({ name }) => name).join(" ");
    gcmd.respondInfo(`Known objects: ${list}`);
  }

  addObject(object: PrintObject): void {
    this.objects = [...this.objects, object].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  excludeObject(name: string): void {
    this.#registerTransform();
    this.gcode.respondInfo(`Excluding object ${name}`);
    if (!this.excludedObjects.includes(name)) this.excludedObjects = [...this.excludedObjects, name].sort();
  }

  unexcludeObject(name: string): void {
    this.gcode.respondInfo(`Unexcluding object ${name}`);
    this.excludedObjects = this.excludedObjects.filter((one) => one !== name);
  }
}
