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
const WARM_UP_EXTRUSIONS = 5;
const [X, Y, Z, E] = [0, 1, 2, 3] as const;

/** Where the moves of one kind (printed or left out) have led to. */
class Trail {
  at: readonly number[] = [0, 0, 0, 0];
  #farthestE = 0;

  follow(position: readonly number[]): void {
    this.at = [...position];
    this.#farthestE = Math.max(this.#farthestE, position[E]!);
  }

  /** Filament that is drawn back at its end, mm. */
  get retraction(): number {
    return this.#farthestE - this.at[E]!;
  }
}

export class ExcludedMoves implements MoveTarget {
  /** What the moves are handed on to. */
  next!: MoveTarget;
  readonly #toolhead: ExtrudingToolhead;
  readonly #isExcludedPart: () => boolean;
  /** Per extruder: how far g-code is ahead of the toolhead. */
  readonly #leads = new Map<string, number[]>();
  readonly #printed = new Trail();
  readonly #leftOut = new Trail();
  /** Where g-code stands. */
  #position: readonly number[] = [0, 0, 0, 0];
  #extrusionsToCome = WARM_UP_EXTRUSIONS;
  #isLeavingOut = false;
  /** Retraction, mm, that the left out moves had more than the printed ones, until a move makes up for it. */
  #owedRetraction = 0;

  constructor(toolhead: ExtrudingToolhead, isExcludedPart: () => boolean) {
    this.#toolhead = toolhead;
    this.#isExcludedPart = isExcludedPart;
  }

  /** Starts with the target that was at the head of the chain. */
  start(next: MoveTarget): void {
    this.next = next;
    this.#printed.at = this.#leftOut.at = this.getPosition();
  }

  /** The lead of the extruder that is active, for so many axes at least. */
  #lead(axes: number): number[] {
    const name = this.#toolhead.getExtruder().getName();
    const lead = this.#leads.get(name) ?? [];
    this.#leads.set(name, lead);
    while (lead.length < axes) lead.push(0);
    return lead;
  }

  getPosition(): number[] {
    const position = this.next.getPosition();
    const lead = this.#lead(position.length);
    this.#position = position.map((value, axis) => value + lead[axis]!);
    return [...this.#position];
  }

  move(newPosition: number[], speed: number): MaybePromise {
    const wasLeavingOut = this.#isLeavingOut;
    this.#isLeavingOut = this.#isExcludedPart() && this.#extrusionsToCome === 0;
    if (this.#isLeavingOut) return this.#leaveOut(newPosition);
    if (wasLeavingOut) this.#owedRetraction = this.#leftOut.retraction - this.#printed.retraction;
    return this.#print(newPosition, speed);
  }

  /** The toolhead stays, so g-code gets ahead: from the last printed place, and by the filament that is not used. */
  #leaveOut(newPosition: readonly number[]): undefined {
    const lead = this.#lead(newPosition.length);
    for (const [axis, to] of newPosition.entries()) {
      lead[axis] = axis === E ? lead[E]! + to - this.#position[E]! : to - this.#printed.at[axis]!;
    }
    this.#position = [...newPosition];
    this.#leftOut.follow(newPosition);
  }

  #print(newPosition: readonly number[], speed: number): MaybePromise {
    const lead = this.#lead(newPosition.length);
    if (this.#extrusionsToCome > 0 && this.#position[E] !== newPosition[E]) this.#extrusionsToCome--;
    this.#position = [...newPosition];
    this.#printed.follow(newPosition);
    this.#catchUp(newPosition, lead);
    return this.next.move(newPosition.map((to, axis) => to - lead[axis]!), speed);
  }

  /** Behind what was left out: the first move that goes somewhere else makes up for the lead of its axes. */
  #catchUp(newPosition: readonly number[], lead: number[]): void {
    const goesElsewhere = (...axes: number[]): boolean => axes.some((axis) => newPosition[axis] !== this.#leftOut.at[axis]);
    if ((lead[X] !== 0 || lead[Y] !== 0) && goesElsewhere(X, Y)) {
      for (const axis of newPosition.keys()) if (axis !== E) lead[axis] = 0;
      this.#payRetraction(lead);
    }
    if (goesElsewhere(Z)) lead[Z] = 0;
    if (goesElsewhere(E)) this.#payRetraction(lead);
  }

  #payRetraction(lead: number[]): void {
    lead[E]! += this.#owedRetraction;
    this.#owedRetraction = 0;
  }
}
