import { describe, expect, it } from "vitest";
import { Trapq } from "../steps/trapq.js";
import { trapqState } from "./motion-report.js";

/** One move along x from 10 to 50 mm: 1 s up to 20 mm/s, 1 s at it, 1 s down, from print time 5. */
function moving(): Trapq {
  const trapq = new Trapq();
  trapq.setPosition(0, 10, 2, 3);
  trapq.append(5, 1, 1, 1, 10, 2, 3, 1, 0, 0, 0, 20, 20);
  return trapq;
}

describe("motion report", () => {
  it("follows a finished move through all its phases", () => {
    const trapq = moving();
    trapq.finalizeMoves(8, 0);

    for (const [printTime, x, velocity] of [[5.5, 12.5, 10], [6, 20, 20], [6.5, 30, 20], [7.5, 47.5, 10], [8, 50, 0]] as const) {
      const state = trapqState(trapq, printTime)!;
      expect(state.position[0]).toBeCloseTo(x, 9);
      expect(state.position.slice(1)).toEqual([2, 3]);
      expect(state.velocity).toBeCloseTo(velocity, 9);
    }
  });

  it("stands still at the end of the last move", () => {
    const trapq = moving();
    trapq.finalizeMoves(100, 0);

    const state = trapqState(trapq, 50)!;

    expect(state.position[0]).toBeCloseTo(50, 9);
    expect(state.velocity).toBeCloseTo(0, 9);
  });

  it("knows nothing before the first move", () => {
    expect(trapqState(new Trapq(), 1)).toBeUndefined();
  });
});
