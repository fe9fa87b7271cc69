import { describe, expect, it } from "vitest";
import { moveDistance, Trapq } from "./trapq.js";

function filled(): Trapq {
  const trapq = new Trapq();
  trapq.append(5, 0.1, 0.2, 0.1, 10, 20, 30, 1, 0, 0, 0, 50, 500);
  trapq.append(6, 0, 0.5, 0, 25, 20, 30, 0, -1, 0, 20, 20, 500);
  return trapq;
}

describe("trapq", () => {
  it("fills gaps with rest, the first one with a second at most, so that segments follow each other", () => {
    const trapq = filled();
    const times: number[][] = [];
    for (let seq = trapq.firstSeq; seq < trapq.endSeq; seq++) times.push([trapq.move(seq).printTime, trapq.move(seq).moveT]);
    expect(times.map(([start]) => start)).toEqual([4, 5, 5.1, expect.closeTo(5.3), expect.closeTo(5.4), 6]);
    for (let i = 1; i < times.length; i++) expect(times[i]![0]).toBeCloseTo(times[i - 1]![0]! + times[i - 1]![1]!, 12);
    expect(trapq.move(trapq.endSeq)).toMatchObject({ startX: 25, startY: 10, startZ: 30, startV: 0 });
  });

  it("joins the ramps of a trapezoid in place and speed", () => {
    const trapq = filled();
    const [accel, cruise, decel] = [1, 2, 3].map((i) => trapq.move(trapq.firstSeq + i));
    expect(cruise!.startX).toBeCloseTo(accel!.startX + moveDistance(accel!, accel!.moveT), 12);
    expect(decel!.startX).toBeCloseTo(20 + 2.5, 12);
    expect(decel!.startX + moveDistance(decel!, decel!.moveT)).toBeCloseTo(25, 12);
  });

  it("keeps sequence numbers while segments are retired, and finds retired moves newest first", () => {
    const trapq = filled();
    const last = trapq.endSeq - 1;
    trapq.finalizeMoves(5.6, 0);
    expect(trapq.move(last).printTime).toBe(6);
    expect(trapq.extractOld(10, 5.05, 5.35).map((m) => m.printTime)).toEqual([expect.closeTo(5.3), 5.1, 5]);
    expect(trapq.extractOld(1, 0, 100)).toHaveLength(1);
    trapq.finalizeMoves(5.6, 5.35);
    expect(trapq.extractOld(10, 0, 100).map((m) => m.printTime)).toEqual([expect.closeTo(5.3)]);
  });

  it("drops what was to come when the position is set, and shortens the move that was under way", () => {
    const trapq = filled();
    trapq.setPosition(5.2, 1, 2, 3);
    const old = trapq.extractOld(10, 0, 100);
    expect(old.map((m) => [m.printTime, m.moveT])).toEqual([[5.2, 0], [5.1, expect.closeTo(0.1)], [5, 0.1]]);
    expect(old[0]).toMatchObject({ startX: 1, startY: 2, startZ: 3 });
    expect(trapq.firstSeq).toBe(trapq.endSeq);
  });
});
