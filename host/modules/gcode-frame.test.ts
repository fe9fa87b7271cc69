import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyOfState, E_AXIS, gcodeCoordinate, machineCoordinate, restoredZero, stateFromKalico, stateToKalico, withExtrudeFactor, withSpeedFactor, zeroFor, type SavedState } from "./gcode-frame.js";

const mm = fc.double({ min: -1000, max: 1000, noNaN: true });
const factor = fc.double({ min: 0.01, max: 10, noNaN: true });
const place = fc.array(mm, { minLength: 4, maxLength: 4 });
const axes = fc.integer({ min: 0, max: 3 });
const states: fc.Arbitrary<SavedState> = fc.record({
  absoluteCoord: fc.boolean(), absoluteExtrude: fc.boolean(), basePosition: place, lastPosition: place, homingPosition: place,
  speed: factor, speedFactor: factor, extrudeFactor: factor,
});

describe("a frame of g-code", () => {
  it("reads back an absolute number as it was written", () => {
    fc.assert(
      fc.property(states, axes, mm, mm, (state, axis, word, from) => {
        const frame = { ...state, absoluteCoord: true, absoluteExtrude: true };
        expect(gcodeCoordinate(frame, axis, machineCoordinate(frame, axis, word, from))).toBeCloseTo(word, 6);
      }),
    );
  });

  it("moves on by a relative number, wherever zero lies", () => {
    fc.assert(
      fc.property(states, axes, mm, mm, (state, axis, word, from) => {
        const frame = { ...state, absoluteCoord: false };
        const before = gcodeCoordinate(frame, axis, from);
        expect(gcodeCoordinate(frame, axis, machineCoordinate(frame, axis, word, from)) - before).toBeCloseTo(word, 6);
      }),
    );
  });

  it("has X, Y and Z follow G90 alone, E the relative one of the two modes", () => {
    const frame = { basePosition: [100, 100, 100, 100], extrudeFactor: 1 };
    const lands = (absoluteCoord: boolean, absoluteExtrude: boolean, axis: number): number => machineCoordinate({ ...frame, absoluteCoord, absoluteExtrude }, axis, 1, 7);
    expect([lands(true, false, 0), lands(false, true, 0)]).toEqual([101, 8]);
    expect([lands(true, true, E_AXIS), lands(true, false, E_AXIS), lands(false, true, E_AXIS)]).toEqual([101, 8, 8]);
  });

  it("calls a place what it was declared to be", () => {
    fc.assert(
      fc.property(states, axes, mm, mm, (state, axis, at, word) => {
        const basePosition = state.basePosition.with(axis, zeroFor(state, axis, at, word));
        expect(gcodeCoordinate({ ...state, basePosition }, axis, at)).toBeCloseTo(word, 6);
      }),
    );
  });

  it("keeps the number of E over a change of its factor, and F over one of the speed's", () => {
    fc.assert(
      fc.property(states, factor, mm, (state, to, at) => {
        const { zero, extrudeFactor } = withExtrudeFactor(state, at, to);
        const after = { ...state, extrudeFactor, basePosition: state.basePosition.with(E_AXIS, zero) };
        expect(gcodeCoordinate(after, E_AXIS, at)).toBeCloseTo(gcodeCoordinate(state, E_AXIS, at), 4);

        const feed = withSpeedFactor(state, to);
        expect(feed.speed / feed.speedFactor).toBeCloseTo(state.speed / state.speedFactor, 6);
      }),
    );
  });

  it("comes back with the number that E had, though E stands elsewhere", () => {
    fc.assert(
      fc.property(states, mm, (saved, e) => {
        const zero = restoredZero(saved, e);
        expect(zero.slice(0, 3)).toEqual(saved.basePosition.slice(0, 3));
        expect(gcodeCoordinate({ ...saved, basePosition: zero }, E_AXIS, e)).toBeCloseTo(gcodeCoordinate(saved, E_AXIS, saved.lastPosition[E_AXIS]!), 4);
      }),
    );
  });

  it("is saved as a copy, and is the same under Kalico's names", () => {
    fc.assert(
      fc.property(states, (state) => {
        const copy = copyOfState(state);
        expect(stateFromKalico(stateToKalico(copy, (value) => value))).toEqual(state);
        (state.basePosition as number[])[0] = 5000;
        expect(copy.basePosition[0]).not.toBe(5000);
      }),
    );
  });
});
