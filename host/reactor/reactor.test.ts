import { describe, expect, it } from "vitest";
import { RealClock, VirtualClock } from "./clock.js";
import { NEVER, NOW, Reactor, type ReactorOptions } from "./reactor.js";

interface Bench {
  clock: VirtualClock;
  reactor: Reactor;
  log: string[];
  errors: unknown[];
  contract: string[];
  /** Runs the reactor like a world with one participant, up to `limit` seconds. */
  runUntil(limit: number): Promise<void>;
}

function bench(options: ReactorOptions = {}): Bench {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const contract: string[] = [];
  const reactor = new Reactor(clock, {
    onError: (e) => errors.push(e),
    onContract: (what) => contract.push(what),
    ...options,
  });
  const runUntil = async (limit: number): Promise<void> => {
    for (let passes = 0; passes < 100_000; passes++) {
      const deadline = reactor.nextDeadline();
      if (deadline > limit) break;
      if (deadline > clock.now) clock.now = deadline;
      await reactor.run(clock.now);
    }
  };
  return { clock, reactor, log: [], errors, contract, runUntil };
}

describe("reactor timers", () => {
  it("run in the order of registration when several are due, not in the order of wake times", async () => {
    const { reactor, runUntil, log } = bench();

    for (const [name, waketime] of [["a", 0.3], ["b", 0.1], ["c", 0.2]] as const) {
      reactor.registerTimer(() => (log.push(name), NEVER), waketime);
    }
    reactor.registerTimer((eventTime) => (log.push(`blocker ${eventTime}`), NEVER), 0.5);
    await runUntil(0);
    const late = bench();
    for (const [name, waketime] of [["a", 0.3], ["b", 0.1], ["c", 0.2]] as const) {
      late.reactor.registerTimer(() => (late.log.push(name), NEVER), waketime);
    }
    late.clock.now = 1;
    await late.reactor.run(1);

    expect(late.log).toEqual(["a", "b", "c"]);
    await runUntil(1);
    expect(log).toEqual(["b", "c", "a", "blocker 0.5"]);
  });

  it("get the time sampled once per pass", async () => {
    const { reactor, clock, log } = bench();
    reactor.registerTimer((t) => (clock.charge(0.4), log.push(`a ${t}`), NEVER), 1);
    reactor.registerTimer((t) => (log.push(`b ${t}`), NEVER), 1);

    clock.now = 1;
    await reactor.run(1);

    expect(log).toEqual(["a 1", "b 1"]);
    expect(reactor.nextDeadline()).toBe(NEVER);
  });

  it("due while the reactor was charged run when the charge is over", async () => {
    const { reactor, clock, runUntil, log } = bench();
    reactor.registerTimer(() => (clock.charge(0.5), NEVER), 1);
    reactor.registerTimer((t) => (log.push(`late ${t}`), NEVER), 1.2);

    await runUntil(1);
    expect(reactor.nextDeadline()).toBe(1.5);
    await runUntil(2);

    expect(log).toEqual(["late 1.5"]);
  });

  it("ignore an update while their own callback runs or is parked", async () => {
    const { reactor, runUntil, log } = bench();
    const timer = reactor.registerTimer(async (t) => {
      log.push(`run ${t}`);
      reactor.updateTimer(timer, 1.1);
      await reactor.pause(t + 2);
      return NEVER;
    }, 1);
    reactor.registerTimer(() => (reactor.updateTimer(timer, NOW), NEVER), 2);

    await runUntil(10);

    expect(log).toEqual(["run 1"]);
  });

  it("registered or removed in a pass act on the next pass, removal at once", async () => {
    const { reactor, clock, log } = bench();
    reactor.registerTimer(() => {
      reactor.registerTimer(() => (log.push("new"), NEVER), NOW);
      reactor.unregisterTimer(victim);
      return NEVER;
    }, NOW);
    const victim = reactor.registerTimer(() => (log.push("victim"), NEVER), NOW);

    await reactor.run(clock.now);
    expect(log).toEqual([]);
    await reactor.run(clock.now);
    expect(log).toEqual(["new"]);
    expect(() => reactor.unregisterTimer(victim)).toThrow(/not in the list/);
  });

  it("that always answer NOW cannot stop time", async () => {
    const { reactor, runUntil, log } = bench();
    let runs = 0;
    reactor.registerTimer(() => (runs++, NOW), NOW);
    reactor.registerTimer((t) => (log.push(`at ${t.toFixed(3)}`), NEVER), 0.25);

    await runUntil(0.3);

    expect(log).toHaveLength(1);
    expect(runs).toBeGreaterThan(1000);
  });

  it("that return no number fail in this pass and in every later one", async () => {
    for (const bad of [undefined, null, "1"]) {
      const { reactor, clock, errors } = bench();
      reactor.registerTimer(() => bad as unknown as number, NOW);
      await reactor.run(clock.now);
      await reactor.run(clock.now);
      expect(errors.map((e) => (e as Error).constructor)).toEqual([TypeError, TypeError]);
    }
  });

  it("that return no number are reported and sleep in mode strict", async () => {
    const { reactor, runUntil, errors, contract } = bench({ badWaketime: "strict" });
    const timer = reactor.registerTimer(() => undefined as unknown as number, NOW);
    await runUntil(1);
    expect([errors.length, timer.waketime, contract]).toEqual([0, NEVER, ["timer callback that returns no number"]]);
  });

  it("that throw are dead afterwards, and the rest of the pass is put off", async () => {
    const { reactor, runUntil, clock, errors, log } = bench();
    const bad = reactor.registerTimer(() => {
      throw new Error("boom");
    }, NOW);
    reactor.registerTimer(() => (log.push("other"), NEVER), NOW);

    await reactor.run(clock.now);
    expect(log).toEqual([]);
    reactor.updateTimer(bad, NOW);
    await runUntil(1);

    expect(errors).toHaveLength(1);
    expect(log).toEqual(["other"]);
  });

  it("make run() throw when there is no error handler", async () => {
    const { reactor, clock } = bench({ onError: undefined });
    reactor.registerTimer(() => {
      throw new Error("boom");
    }, NOW);
    expect(() => reactor.run(clock.now)).toThrow("boom");
  });
});

describe("reactor pause", () => {
  it("yields once even for a time that is past", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.registerCallback(async () => {
      log.push("before");
      await reactor.pause(NOW);
      log.push("after");
    });
    reactor.registerCallback(() => {
      log.push("other");
    });

    await runUntil(1);

    expect(log).toEqual(["before", "other", "after"]);
  });

  it("returns the event time of the pass that resumes", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.registerCallback(async () => {
      for (let i = 0; i < 3; i++) log.push((await reactor.pause(reactor.monotonic() + 0.5)).toFixed(1));
    });
    await runUntil(5);
    expect(log).toEqual(["0.5", "1.0", "1.5"]);
  });

  it("keeps the callback's place among the timers for its later pauses", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.registerCallback(async () => {
      await reactor.pause(1);
      await reactor.pause(2);
      log.push("parked");
    });
    reactor.registerCallback(() => {
      reactor.registerTimer(() => (log.push("timer"), NEVER), 2);
    }, 0.5);
    await runUntil(5);
    expect(log).toEqual(["parked", "timer"]);
  });

  it("lets a finished callback's timer go on at the time that it returned", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.registerTimer(async (t) => {
      log.push(t.toFixed(2));
      await reactor.pause(t + 0.25);
      return t + 1;
    }, 1);
    await runUntil(3.5);
    expect(log).toEqual(["1.00", "2.00", "3.00"]);
  });

  it("treats an async callback that never waits as if it were synchronous", async () => {
    const { reactor, clock, log } = bench();
    reactor.registerTimer(async () => {
      await Promise.resolve();
      log.push("a");
      return NEVER;
    }, NOW);
    reactor.registerTimer(() => (log.push("b"), NEVER), NOW);
    await reactor.run(clock.now);
    expect(log).toEqual(["a", "b"]);
  });

  it("is a plain sleep while the reactor does not run", async () => {
    const { reactor, clock } = bench();
    reactor.end();
    expect(await reactor.pause(2.5)).toBe(2.5);
    expect(clock.now).toBe(2.5);
  });

  it("works for promises that nobody awaits", async () => {
    const { reactor, runUntil, log } = bench();
    const work = async (name: string, until: number): Promise<void> => {
      await reactor.pause(until);
      log.push(`${name} ${reactor.monotonic()}`);
    };
    reactor.registerCallback(() => {
      void work("a", 2);
      void work("b", 1);
    });
    await runUntil(5);
    expect(log).toEqual(["b 1", "a 2"]);
  });

  it("is reported, or refused, inside assertNoPause", async () => {
    const reporting = bench();
    reporting.reactor.registerCallback(() => {
      reporting.reactor.assertNoPause(() => void reporting.reactor.pause(NOW), "get_status");
    });
    await reporting.runUntil(1);
    expect(reporting.contract).toEqual(["pause where pausing is forbidden"]);

    const strict = bench({ noPause: "throw" });
    await expect(strict.reactor.assertNoPause(() => strict.reactor.pause(NOW))).rejects.toThrow("Internal error - reactor pause disabled");
  });

  it("after an exception: the error is reported and the others live on", async () => {
    const { reactor, runUntil, errors, log } = bench();
    reactor.registerCallback(async () => {
      await reactor.pause(1);
      throw new Error("late boom");
    });
    reactor.registerCallback(async () => {
      await reactor.pause(2);
      log.push("alive");
    });
    await runUntil(5);
    expect(errors.map(String)).toEqual(["Error: late boom"]);
    expect(log).toEqual(["alive"]);
  });
});

describe("a stretch", () => {
  it("is reported after each uninterrupted run, so that a charge for it delays what comes next", async () => {
    const { reactor, clock, runUntil, log } = bench();
    reactor.afterStretch = () => clock.charge(0.25);
    reactor.registerCallback(async () => {
      await reactor.pause(1);
      await reactor.pause(1);
      log.push(`third stretch at ${reactor.monotonic()}`);
    });
    await runUntil(1);
    expect(reactor.nextDeadline()).toBe(1.25);
    await runUntil(5);
    expect(log).toEqual(["third stretch at 1.25"]);
  });
});

describe("waiting for something outside the reactor", () => {
  it("is reported and does not stop the reactor", async () => {
    const { reactor, runUntil, contract, log } = bench();
    let release: () => void = () => undefined;
    reactor.registerTimer(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      log.push("released");
      return 7;
    }, NOW);
    reactor.registerTimer(() => (release(), log.push("tick"), NEVER), 1);
    await runUntil(5);
    expect(contract).toEqual(["await of something that is no reactor primitive"]);
    expect(log).toEqual(["tick", "released"]);
    expect(reactor.nextDeadline()).toBe(7);
  });
});

describe("completions", () => {
  it("wake all waiters, and hand the value to late comers at once", async () => {
    const { reactor, runUntil, log } = bench();
    const completion = reactor.completion<string>();
    for (const name of ["a", "b"]) {
      reactor.registerCallback(async () => {
        log.push(`${name} ${await completion.wait()}`);
      });
    }
    reactor.registerCallback(() => completion.complete("done"), 1);
    reactor.registerCallback(async () => {
      log.push(`late ${await completion.wait()}`);
    }, 2);
    await runUntil(3);
    expect(log).toEqual(["a done", "b done", "late done"]);
  });

  it("give the substitute value at the wake time", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.registerCallback(async (t) => {
      log.push(`${await reactor.completion<string>().wait(t + 0.5, "none")} at ${reactor.monotonic()}`);
    });
    await runUntil(3);
    expect(log).toEqual(["none at 0.5"]);
  });

  it("of a callback hold its result, and stay open when it throws", async () => {
    const { reactor, runUntil, errors } = bench();
    const good = reactor.registerCallback(async () => {
      await reactor.pause(1);
      return { answer: 42 };
    });
    const bad = reactor.registerCallback(() => {
      throw new Error("no");
    });
    await runUntil(3);
    expect(await good.wait()).toEqual({ answer: 42 });
    expect(bad.test()).toBe(false);
    expect(errors).toHaveLength(1);
  });

  it("can be completed from outside; async callbacks run in the order of their arrival", async () => {
    const { reactor, clock, runUntil, log } = bench();
    const completion = reactor.completion<number>();
    reactor.registerCallback(async () => {
      log.push(`got ${await completion.wait()}`);
    });
    await runUntil(1);
    clock.now = 1;
    reactor.asyncComplete(completion, 5);
    reactor.registerAsyncCallback(() => log.push("x"));
    reactor.registerAsyncCallback(() => log.push("y"));
    await runUntil(2);
    expect(log).toEqual(["got 5", "x", "y"]);
  });
});

describe("mutex", () => {
  it("serves waiters in the order in which they came", async () => {
    const { reactor, runUntil, log } = bench();
    const mutex = reactor.mutex();
    for (const name of ["a", "b", "c"]) {
      reactor.registerCallback(() =>
        mutex.withLock(async () => {
          log.push(`${name}+`);
          await reactor.pause(reactor.monotonic() + 0.1);
          log.push(`${name}-`);
        }),
      );
    }
    await runUntil(5);
    expect(log).toEqual(["a+", "a-", "b+", "b-", "c+", "c-"]);
    expect(mutex.test()).toBe(false);
  });

  it("is freed by an exception", async () => {
    const { reactor, runUntil } = bench();
    const mutex = reactor.mutex();
    reactor.registerCallback(() =>
      mutex.withLock(() => {
        throw new Error("x");
      }),
    );
    await runUntil(1);
    expect(mutex.test()).toBe(false);
  });
});

describe("real time", () => {
  it("runs the same code: timers come no earlier than asked, in order", async () => {
    const clock = new RealClock();
    const reactor = new Reactor(clock);
    const start = clock.monotonic();
    const late: number[] = [];
    for (const delay of [0.02, 0.01]) {
      reactor.registerCallback(async () => {
        late.push((await reactor.pause(start + delay)) - (start + delay));
        if (late.length === 2) reactor.end();
      });
    }
    while (reactor.nextDeadline() < NEVER) {
      clock.sleep(reactor.nextDeadline() - clock.monotonic());
      await reactor.run(clock.monotonic());
    }
    expect(late).toHaveLength(2);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  });
});

describe("the end", () => {
  it("lets the pass finish, runs nothing more, and reports the stop once", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.onStopped = () => void log.push("stopped");
    reactor.registerTimer(() => (reactor.end(), NEVER), 1);
    reactor.registerTimer(() => (log.push("same pass"), NEVER), 1);
    reactor.registerTimer(() => (log.push("never"), NEVER), 2);
    await runUntil(5);
    expect(log).toEqual(["same pass", "stopped"]);
    expect(reactor.nextDeadline()).toBe(NEVER);
  });

  it("is noticed when it is asked for from outside a pass", async () => {
    const { reactor, runUntil, log } = bench();
    reactor.onStopped = () => void log.push("stopped");
    reactor.end();
    await runUntil(1);
    expect(log).toEqual(["stopped"]);
  });
});
