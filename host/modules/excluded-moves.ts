/**
 * The move transform of `exclude_object`: swallows the moves inside an excluded part and joins the rest, so
 * that the toolhead goes from the last printed part straight to the next and retraction stays in step.
 * In and out: positions in mm, all axes.
 */
import type { MaybePromise } from "../gcode/dispatch.js";
import type { MoveTarget } from "./gcode-move.js";

/** What is needed of the toolhead. */
export interface ExtrudingToolhead {
  getExtruder(): { getName(): string };
}

/** Extrusions that pass before a part can be left out: they show where the extruder stands. */
const INITIAL_EXTRUSION_MOVES = 5;
const E = 3;

export class ExcludedMoves implements MoveTarget {
  /** What the moves are handed on to. */
  next!: MoveTarget;
  readonly #toolhead: ExtrudingToolhead;
  readonly #isExcludedPart: () => boolean;
  /** Per extruder: g-code position minus toolhead position. */
  readonly #offsets = new Map<string, number[]>();
  #isInside = false;
  #initialExtrusionMoves = INITIAL_EXTRUSION_MOVES;
  #lastPosition: number[] = [0, 0, 0, 0];
  #lastExtruded: number[] = [0, 0, 0, 0];
  #lastExcluded: number[] = [0, 0, 0, 0];
  #maxExtruded = 0;
  #maxExcluded = 0;
  /** Difference in retraction to make up for, mm. */
  #extruderAdjust = 0;

  constructor(toolhead: ExtrudingToolhead, isExcludedPart: () => boolean) {
    this.#toolhead = toolhead;
    this.#isExcludedPart = isExcludedPart;
  }

  /** Starts with the target that was at the head of the chain. */
  start(next: MoveTarget): void {
    this.next = next;
    const position = this.getPosition();
    this.#lastExtruded = [...position];
    this.#lastExcluded = [...position];
  }

  #offset(axes: number): number[] {
    const name = this.#toolhead.getExtruder().getName();
    let offset = this.#offsets.get(name);
    if (offset === undefined) this.#offsets.set(name, (offset = []));
    while (offset.length < axes) offset.push(0);
    return offset;
  }

  getPosition(): number[] {
    const position = this.next.getPosition();
    const offset = this.#offset(position.length);
    this.#lastPosition = position.map((value, axis) => value + offset[axis]!);
    return [...this.#lastPosition];
  }

  move(newPosition: number[], speed: number): MaybePromise {
    if (this.#isExcludedPart() && this.#initialExtrusionMoves === 0) {
      this.#isInside = true;
      this.#swallow(newPosition);
      return undefined;
    }
    if (this.#isInside) {
      this.#isInside = false;
      const excludedRetraction = this.#maxExcluded - this.#lastExcluded[E]!;
      this.#extruderAdjust = excludedRetraction - (this.#maxExtruded - this.#lastExtruded[E]!);
    }
    return this.#pass(newPosition, speed);
  }

  #swallow(newPosition: readonly number[]): void {
    const offset = this.#offset(newPosition.length);
    for (let axis = 0; axis < newPosition.length; axis++) {
      if (axis !== E) offset[axis] = newPosition[axis]! - this.#lastExtruded[axis]!;
    }
    offset[E] = offset[E]! + newPosition[E]! - this.#lastPosition[E]!;
    this.#lastPosition = [...newPosition];
    this.#lastExcluded = [...newPosition];
    this.#maxExcluded = Math.max(this.#maxExcluded, newPosition[E]!);
  }

  #pass(newPosition: readonly number[], speed: number): MaybePromise {
    const offset = this.#offset(newPosition.length);
    if (this.#initialExtrusionMoves > 0 && this.#lastPosition[E] !== newPosition[E]) this.#initialExtrusionMoves -= 1;
    this.#lastPosition = [...newPosition];
    this.#lastExtruded = [...newPosition];
    this.#maxExtruded = Math.max(this.#maxExtruded, newPosition[E]!);
    this.#dropOffsets(newPosition, offset);
    return this.next.move(newPosition.map((value, axis) => value - offset[axis]!), speed);
  }

  /** Behind an excluded part: what lies between the two positions is made up for by the first move that can. */
  #dropOffsets(newPosition: readonly number[], offset: number[]): void {
    const excluded = this.#lastExcluded;
    if ((offset[0] !== 0 || offset[1] !== 0) && (newPosition[0] !== excluded[0] || newPosition[1] !== excluded[1])) {
      for (let axis = 0; axis < newPosition.length; axis++) if (axis !== E) offset[axis] = 0;
      this.#adjustExtruder(offset);
    }
    if (offset[2] !== 0 && newPosition[2] !== excluded[2]) offset[2] = 0;
    if (this.#extruderAdjust !== 0 && newPosition[E] !== excluded[E]) this.#adjustExtruder(offset);
  }

  #adjustExtruder(offset: number[]): void {
    offset[E]! += this.#extruderAdjust;
    this.#extruderAdjust = 0;
  }
}
