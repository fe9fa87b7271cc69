import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandError } from "../errors.js";
import { Move, type MoveLimits } from "./move.js";

const limits: MoveLimits = {
  maxVelocity: 300,
  maxAccel: 3000,
  maxAccelToDecel: 1500,
  junctionDeviation: (25 * (Math.sqrt(2) - 1)) / 3000,
  extraAxes: [],
};

/** Corner at (10, 0) from a move along x into direction `degrees`; both 10 mm at 200 mm/s. */
function corner(degrees: number): Move {
  const before = new Move(limits, [0, 0, 0, 0], [10, 0, 0, 0], 200);
  before.maxStartV2 = 200 * 200;
  before.maxSmoothedV2 = 200 * 200;
  const angle = (degrees * Math.PI) / 180;
  const after = new Move(limits, [10, 0, 0, 0], [10 + 10 * Math.cos(angle), 10 * Math.sin(angle), 0, 0], 200);
  after.calcJunction(before);
  return after;
}

describe("move", () => {
  it("caps its speed at the toolhead's, but not when it only extrudes", () => {
    expect(Math.sqrt(new Move(limits, [0, 0, 0, 0], [1, 0, 0, 0], 500).maxCruiseV2)).toBeCloseTo(300, 12);
    const extrude = new Move(limits, [0, 0, 0, 0], [0, 0, 0, -2], 500);
    expect(Math.sqrt(extrude.maxCruiseV2)).toBeCloseTo(500, 12);
    expect(extrude.isKinematicMove).toBe(false);
    expect(extrude.axesR).toEqual([0, 0, 0, -1]);
  });

  it("gives extrusion per millimetre of travel", () => {
    const move = new Move(limits, [0, 0, 0, 1], [3, 4, 0, 1.5], 100);

    expect(move.moveD).toBe(5);
    expect(move.axesR[3]).toBeCloseTo(0.1, 15);
  });

  it("drops travel below a nanometre", () => {
    const move = new Move(limits, [1, 1, 1, 0], [1 + 1e-12, 1, 1, 1], 10);

    expect(move.endPos).toEqual([1, 1, 1, 1]);
  });

  it("passes a right angle at the square corner velocity, a straight line at full speed, and stops to turn back", () => {
    expect(Math.sqrt(corner(90).maxStartV2)).toBeCloseTo(5, 9);
    expect(Math.sqrt(corner(0).maxStartV2)).toBeCloseTo(200, 9);
    expect(Math.sqrt(corner(180).maxStartV2)).toBeCloseTo(0, 6);
  });

  it("passes sharper corners more slowly", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 179, noNaN: true }), fc.double({ min: 0.1, max: 1, noNaN: true }), (degrees, less) => {
        expect(corner(degrees).maxStartV2).toBeLessThanOrEqual(corner(degrees - less).maxStartV2 + 1e-6);
      }),
    );
  });

  it("never gets faster by a limit", () => {
    const move = new Move(limits, [0, 0, 0, 0], [10, 0, 0, 0], 100);
    const { maxCruiseV2, accel, deltaV2 } = move;

    move.limitSpeed(500, 90000);
    expect([move.maxCruiseV2, move.accel, move.deltaV2]).toEqual([maxCruiseV2, accel, deltaV2]);

    move.limitSpeed(50, 100);
    expect([move.maxCruiseV2, move.accel, move.minMoveT, move.smoothDeltaV2]).toEqual([2500, 100, 0.2, 2000]);
  });

  it("names its end in an error", () => {
    const error = new Move(limits, [0, 0, 0, 0], [10, -2.0625, 0.5, 1], 10).moveError();

    expect(error).toBeInstanceOf(CommandError);
    expect(error.message).toBe("Move out of range: 10.000 -2.062 0.500 [1.000]");
  });
});
