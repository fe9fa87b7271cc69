/** Cost of the reactor: a dispatch pass with many idle timers, and a pause with its microtask drain. */
import { bench, describe } from "vitest";
import { VirtualClock } from "./clock.js";
import { NEVER, Reactor } from "./reactor.js";

async function runPasses(reactor: Reactor, clock: VirtualClock, passes: number): Promise<void> {
  for (let pass = 0; pass < passes; pass++) {
    clock.now = Math.max(clock.now, reactor.nextDeadline());
    const running = reactor.run(clock.now);
    if (running !== undefined) await running;
  }
}

describe("reactor", () => {
  bench("1000 passes over 50 timers, one due", async () => {
    const clock = new VirtualClock();
    const reactor = new Reactor(clock);
    for (let i = 0; i < 49; i++) reactor.registerTimer(() => NEVER);
    reactor.registerTimer((eventTime) => eventTime + 0.001, 0);
    await runPasses(reactor, clock, 1000);
  });

  bench("1000 pauses", async () => {
    const clock = new VirtualClock();
    const reactor = new Reactor(clock);
    reactor.registerCallback(async () => {
      for (let i = 0; i < 1000; i++) await reactor.pause(reactor.monotonic() + 0.001);
    });
    await runPasses(reactor, clock, 1001);
  });
});
