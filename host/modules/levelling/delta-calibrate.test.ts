import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinearDeltaCalibration, type DeltaCalibration, type LinearDeltaGeometry } from "../../motion/kinematics/delta-calibration.js";
import { RotaryDeltaCalibration } from "../../motion/kinematics/rotary-delta-calibration.js";
import { findGeometry } from "./delta-calibrate.js";
import { measuredDistances } from "./delta-object.js";

const LINEAR: LinearDeltaGeometry = {
  radius: 174.75, angles: [210, 330, 90], arms: [333, 333, 333], endstops: [297, 297, 297], stepDists: [0.0125, 0.0125, 0.0125],
};
const linear = new LinearDeltaCalibration(LINEAR);
const rotary = new RotaryDeltaCalibration({
  shoulderRadius: 33.9, shoulderHeight: 412.9, angles: [30, 150, 270], upperArms: [170, 170, 170], lowerArms: [320, 320, 320], endstops: [252, 252, 252],
  stepDists: [0.001, 0.001, 0.001],
});
const place = fc.tuple(fc.double({ min: -60, max: 60, noNaN: true }), fc.double({ min: -60, max: 60, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }));
const smallError = fc.double({ min: -0.5, max: 0.5, noNaN: true });

const RING = [[0, 0], [0, 66], [-54, 31], [-51, -29], [0, -49], [45, -26], [48, 28]] as const;

describe.each([["linear", linear], ["rotary", rotary]] as [string, DeltaCalibration][])("the geometry of a %s delta", (_name, calibration) => {
  it("finds the place again from the steps to the endstops", () => {
    fc.assert(fc.property(place, (coord) => {
      const back = calibration.getPositionFromStable(calibration.calcStablePosition(coord));

      for (const [axis, value] of back.entries()) expect(value).toBeCloseTo(coord[axis]!, 6);
    }));
  });

  it("stays as it is under its own parameters", () => {
    const { params, adjusted } = calibration.coordinateDescentParams(true);

    expect(calibration.newCalibration(params).coordinateDescentParams(true)).toEqual({ params, adjusted });
    for (const name of adjusted) expect(params).toHaveProperty(name);
  });
});

describe("delta calibration", () => {
  it("finds endstops and radius of a printer whose configuration is a little off", () => {
    const errors = fc.record({ radius: smallError, a: smallError, b: smallError, c: smallError });
    fc.assert(fc.property(errors, ({ radius, a, b, c }) => {
      const real = new LinearDeltaCalibration({ ...LINEAR, radius: LINEAR.radius + radius, endstops: [297 + a, 297 + b, 297 + c] });
      const heights = RING.map(([x, y]) => ({ height: 0, at: real.calcStablePosition([x, y, 0]) }));

      const found = findGeometry(linear, heights, []);

      for (const { at } of heights) expect(Math.abs(found.getPositionFromStable(at)[2]!)).toBeLessThan(0.001);
    }), { numRuns: 10 });
  });

  it("finds the scale of the printer by an object that was measured", () => {
    const longer = new LinearDeltaCalibration({ ...LINEAR, arms: [333.5, 333.5, 333.5] });
    const heights = RING.map(([x, y]) => ({ height: 0, at: longer.calcStablePosition([x, y, 0]) }));
    const widths = { CENTER_PILLAR_WIDTHS: [9, 9, 9], OUTER_PILLAR_WIDTHS: Array<number>(6).fill(9), SCALE: [1] };
    // What the printer with the longer arms makes where the configured one would make 65 mm.
    const planned = measuredDistances({ CENTER_DISTS: Array<number>(6).fill(74), OUTER_DISTS: Array<number>(6).fill(74), ...widths }, (at) => linear.calcStablePosition(at));
    const length = (calibration: DeltaCalibration, from: readonly number[], to: readonly number[]): number => {
      const [p, q] = [calibration.getPositionFromStable(from), calibration.getPositionFromStable(to)] as [number[], number[]];
      return Math.hypot(...p.map((value, axis) => value - q[axis]!));
    };
    const measured = planned.map(({ from, to }) => ({ from, to, distance: length(longer, from, to) }));

    const found = findGeometry(linear, heights, measured);

    for (const { from, to, distance } of measured) expect(length(found, from, to)).toBeCloseTo(distance, 2);
    expect(Math.abs(length(linear, measured[0]!.from, measured[0]!.to) - measured[0]!.distance)).toBeGreaterThan(0.05);
  });

  it("takes the width of a pillar off what was measured over all", () => {
    const distances = measuredDistances({
      CENTER_DISTS: [74, 75, 76, 77, 78, 79], CENTER_PILLAR_WIDTHS: [9, 10, 11], OUTER_DISTS: [74, 74, 74, 74, 74, 74], OUTER_PILLAR_WIDTHS: [9, 9, 9, 9, 9, 9], SCALE: [1],
    }, (at) => at);

    expect(distances.map(({ distance }) => distance)).toEqual([65, 64, 66, 68, 67, 69, 65, 65, 65, 65, 65, 65]);
    for (const { from, to } of distances) expect(Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!)).toBeCloseTo(65, 9);
  });
});
