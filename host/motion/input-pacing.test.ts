import { describe, expect, it } from "vitest";
import { VirtualClock } from "../reactor/clock.js";
import { Reactor } from "../reactor/reactor.js";
import { InputPacing } from "./input-pacing.js";

/** Pacing of a machine whose print time is event time; moves are planned by hand. */
function pacingBench(): { clock: VirtualClock; reactor: Reactor; machine: { planned: number; canPause: boolean }; pacing: InputPacing; primed: number[]; runUntil(limit: number): Promise<void> } {
  const clock = new VirtualClock();
  const reactor = new Reactor(clock);
  const machine = { planned: 0, canPause: true };
  const primed: number[] = [];
  const pacing = new InputPacing(
    reactor,
    { printTime: () => machine.planned, mcuTime: (eventTime) => eventTime, canPause: () => machine.canPause },
    () => primed.push(clock.now),
  );
  const runUntil = async (limit: number): Promise<void> => {
    while (reactor.nextDeadline() <= limit) {
      clock.now = Math.max(clock.now, reactor.nextDeadline());
      await reactor.run(clock.now);
    }
    clock.now = limit;
  };
  return { clock, reactor, machine, pacing, primed, runUntil };
}

describe("input pacing", () => {
  it("ends the wait for more moves 0.1 s after the last one came", async () => {
    const bench = pacingBench();
    await bench.runUntil(1);

    void bench.pacing.admit();
    await bench.runUntil(1.05);
    void bench.pacing.admit();
    await bench.runUntil(2);

    expect(bench.primed).toHaveLength(1);
    expect(bench.primed[0]).toBeCloseTo(1.15, 9);
  });

  it("does not end a wait that the plan has ended", async () => {
    const bench = pacingBench();

    void bench.pacing.admit();
    bench.pacing.enter("timed");
    await bench.runUntil(1);

    expect(bench.primed).toEqual([]);
  });

  it("lets moves through without a look for 2.1 s of print time, then holds them until the lead is 2 s", async () => {
    const bench = pacingBench();
    bench.pacing.enter("timed");
    expect(bench.pacing.admit()).toBeUndefined();
    bench.machine.planned = 2.1;
    expect(bench.pacing.needsAdmission()).toBe(false);

    bench.machine.planned = 4.5;
    expect(bench.pacing.needsAdmission()).toBe(true);
    let admittedAt = NaN;
    bench.reactor.registerCallback(async () => {
      await bench.pacing.admit();
      admittedAt = bench.clock.now;
    });
    await bench.runUntil(10);

    expect(admittedAt).toBeCloseTo(2.5, 9);
  });

  it("holds nobody when there is no clock to wait for", async () => {
    const bench = pacingBench();
    bench.machine.canPause = false;
    bench.pacing.enter("timed");
    bench.machine.planned = 1000;

    await bench.pacing.admit();

    expect(bench.pacing.needsAdmission()).toBe(false);
  });

  it("counts a stall when moves come after the queue was run down but before the machine stands still", async () => {
    for (const [cameAt, stalls] of [[4.9, 1], [5.1, 0]] as const) {
      const bench = pacingBench();
      bench.pacing.enter("timed");
      bench.machine.planned = 5;
      bench.pacing.enter("stop");
      bench.pacing.noteRunDown();
      await bench.runUntil(cameAt);

      void bench.pacing.admit();

      expect(bench.pacing.stalls).toBe(stalls);
    }
  });

  it("goes through its states by what happens, whatever was before", () => {
    const { pacing } = pacingBench();
    const seen = (["input", "input", "timed", "timed", "input", "stop", "timed", "drip", "stop", "drip", "timed"] as const).map((event) => [
      pacing.enter(event), pacing.state,
    ]);

    expect(seen).toEqual([
      [true, "Priming"], [true, "Priming"], [true, ""], [false, ""], [false, ""], [true, "NeedPrime"],
      [true, ""], [true, "Drip"], [true, "NeedPrime"], [true, "Drip"], [true, ""],
    ]);
  });
});
