/**
 * The bed of a test case in which a user probes by hand: ACCEPT says that the nozzle touches the bed, so there the bed is. Cases are written for no machine
 * at all, and their heights would contradict a bed of our own choosing: what levels by them would move the machine away from its bed, and no probe could find it.
 * Of several places the plane nearest to them is taken; before the first the bed lies at the zero of z. Where the motors are is looked up when the machine has come
 * there: lines are read ahead of it. Positions mm.
 */
import type { Participant } from "../../host/reactor/clock.js";
import { platePivots, type Place, type Suspension } from "../../sim-mcu/plant/index.js";
import type { SimWorld } from "../world/sim-world.js";

const ANSWER = /^\s*(?:ACCEPT|NEXT)\b/i;
const REFUSED = "Manual probe failed!";

interface Touch {
  place: Place;
  height: number;
}

export class AcceptedBed {
  private touches: Touch[] = [];
  private nearest: Suspension | undefined;
  private world: SimWorld | undefined;
  private pending: HandOnBed | undefined;

  /** Height of the bed over a place. */
  readonly heightAt = (x: number, y: number): number => {
    const weights = this.nearest?.(x, y);
    return weights === undefined ? 0 : this.touches.reduce((sum, { height }, i) => sum + weights[i]! * height, 0);
  };

  /** Binds the bed to its machine. */
  attach(world: SimWorld): void {
    this.world = world;
  }

  /** A line that is about to run. */
  hearLine(line: string): void {
    const printer = this.world?.printer;
    if (printer === undefined || !ANSWER.test(line)) return;
    const probe = printer.lookupObject<{ status: { is_active: boolean } } | null>("manual_probe", null);
    if (probe?.status.is_active !== true) return;
    const toolhead = printer.lookupObject<{ getLastMoveTime(): number }>("toolhead");
    const { mcu } = this.world!.main;
    this.pending = new HandOnBed(this, this.world!, mcu.worldTimeAt(toolhead.getLastMoveTime() * mcu.board.clockFreq));
  }

  /** An answer of the host: a place that it did not take was none of the bed. */
  hearAnswer(text: string): void {
    if (text.includes(REFUSED)) this.pending?.withdraw();
  }

  /** The nozzle touches the bed, at a world time that is the present. */
  touched(worldTime: number): void {
    const nozzle = this.world!.plant.nozzleAt(worldTime);
    // Where the plant does not know its nozzle, the bed stays where it is.
    if (nozzle === undefined) return;
    const [x, y, height] = nozzle;
    const isElsewhere = ({ place }: Touch): boolean => Math.hypot(place[0] - x, place[1] - y) > SAME_PLACE;
    this.touches = [...this.touches.filter(isElsewhere), { place: [x, y], height }];
    this.nearest = platePivots(this.touches.map(({ place }) => place));
  }
}

/** Places nearer to each other than this are one, mm: a belt's step. */
const SAME_PLACE = 0.1;

/** Waits until the machine is where the user accepted. */
class HandOnBed implements Participant {
  readonly name = "hand on the bed";
  private readonly bed: AcceptedBed;
  private readonly world: SimWorld;
  private readonly at: number;

  constructor(bed: AcceptedBed, world: SimWorld, at: number) {
    this.bed = bed;
    this.world = world;
    this.at = at;
    world.world.add(this);
  }

  nextDeadline(): number {
    return this.at;
  }

  run(now: number): void {
    this.withdraw();
    this.bed.touched(now);
  }

  withdraw(): void {
    this.world.world.remove(this);
  }
}
