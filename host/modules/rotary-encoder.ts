/**
 * Quadrature decoder: two pins change in the order 00 01 11 10 (one way) or 00 10 11 01 (the other). A turn is
 * reported when the pins have gone through a whole detent, half or all of the cycle; a bounce steps back.
 */

/** Pin states in the order of a clockwise turn, each a pair of bits. */
const CLOCKWISE = [0b00, 0b10, 0b11, 0b01];

export class RotaryEncoder {
  private readonly stepsPerDetent: 2 | 4;
  private readonly clockwise: (eventTime: number) => void;
  private readonly counterClockwise: (eventTime: number) => void;
  private place = 0;
  /** Quarter steps since the last detent; positive clockwise. */
  private travel = 0;

  constructor(stepsPerDetent: 2 | 4, clockwise: (eventTime: number) => void, counterClockwise: (eventTime: number) => void) {
    this.stepsPerDetent = stepsPerDetent;
    this.clockwise = clockwise;
    this.counterClockwise = counterClockwise;
  }

  /** Take in a state of the pins. */
  encoderCallback(eventTime: number, state: number): void {
    const place = CLOCKWISE.indexOf(state & 3);
    const step = (place - this.place + 4) % 4;
    this.place = place;
    // A jump over a state tells no direction: start again from here.
    if (step === 2) this.travel = 0;
    else if (step !== 0) this.travel += step === 1 ? 1 : -1;
    if (place % this.stepsPerDetent !== 0) return;
    const { travel } = this;
    this.travel = 0;
    if (travel >= this.stepsPerDetent) this.clockwise(eventTime);
    else if (travel <= -this.stepsPerDetent) this.counterClockwise(eventTime);
  }
}
