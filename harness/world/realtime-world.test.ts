import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSections } from "../../conformance/arbitraries/config-text.js";
import { createHost } from "../../host/host.js";
import { NEVER, Reactor } from "../../host/reactor/reactor.js";
import type { Participant } from "../../host/reactor/clock.js";
import { memoryPortPair } from "../../host/transport/memory-port.js";
import { boards } from "../../sim-mcu/boards/index.js";
import { SimLink } from "../../sim-mcu/link.js";
import { plantFromConfig } from "../../sim-mcu/plant/index.js";
import { SimMcu } from "../../sim-mcu/sim-mcu.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { RealtimeWorld } from "./realtime-world.js";

describe("the world in real time", () => {
  it("runs each participant at its deadline, and starves none for one that is always due", async () => {
    const world = new RealtimeWorld();
    const start = world.clock.monotonic();
    const runs: { name: string; late: number }[] = [];
    const once = (name: string, seconds: number): Participant => {
      let deadline = start + seconds;
      return { name, nextDeadline: () => deadline, run: (now) => { runs.push({ name, late: now - deadline }); deadline = NEVER; } };
    };
    world.add({ name: "greedy", nextDeadline: () => 0, run: () => undefined });
    world.add(once("second", 0.04));
    world.add(once("first", 0.02));

    expect(await world.run(() => runs.length === 2, start + 10)).toBe("done");

    expect(runs.map(({ name }) => name)).toEqual(["first", "second"]);
    for (const { late } of runs) expect(late).toBeGreaterThanOrEqual(0);
  });

  it("ends at its limit when nothing is ever due", async () => {
    const world = new RealtimeWorld();
    const limit = world.clock.monotonic() + 0.03;
    expect(await world.run(() => false, limit)).toBe("limit");
    expect(world.clock.monotonic()).toBeGreaterThanOrEqual(limit);
  });

  it("hands on what a port receives between two participants, never inside one, and at once", async () => {
    const world = new RealtimeWorld();
    const [near, far] = memoryPortPair();
    const received: number[] = [];
    let inside = false;
    world.portInTurn(near).onData((data) => {
      expect(inside).toBe(false);
      received.push(...data);
    });
    let deadline = 0;
    world.add({
      name: "waits", nextDeadline: () => deadline,
      run: async () => {
        inside = true;
        deadline = NEVER;
        far.write(Uint8Array.of(1));
        await new Promise((resolve) => { setImmediate(resolve); });
        inside = false;
        setTimeout(() => far.write(Uint8Array.of(2)), 10);
      },
    });
    expect(await world.run(() => received.length === 2, world.clock.monotonic() + 10)).toBe("done");
    expect(received).toEqual([1, 2]);
  });
});

describe("the host in real time", () => {
  let scratch: ScratchDirectory;
  beforeAll(() => { scratch = scratchDirectory(); });
  afterAll(() => scratch.remove());

  it("becomes ready on a simulated micro-controller and keeps its clock in step", async () => {
    const configFile = scratch.write("printer.cfg", BASE_PRINTER);
    const world = new RealtimeWorld();
    const { clock } = world;
    const plant = plantFromConfig(Object.fromEntries(parseSections(BASE_PRINTER).map((s) => [s.name, Object.fromEntries(s.options)])), { seed: 1 });
    const mcu = new SimMcu({ board: boards["atmega2560"]!, plant, seed: 1 });
    const link = new SimLink({ mcu, clock: { get now() { return clock.monotonic(); } } });
    world.add(link);
    world.add(mcu);
    const reactor = new Reactor(clock);
    world.add(reactor);
    const printer = createHost({
      reactor,
      startArgs: {
        config_file: configFile, start_reason: "startup", openPort: () => world.portInTurn(link.reopen()),
        addParticipant: (p: Participant) => world.add(p), removeParticipant: (p: Participant) => world.remove(p),
      },
    });
    void printer.run();

    await world.run(() => printer.getStateMessage()[1] !== "startup", 20);
    expect(printer.getStateMessage()).toEqual(["Printer is ready", "ready"]);
    const readyAt = clock.monotonic();
    await world.run(() => printer.isShutdown(), readyAt + 1.5);

    expect(printer.getStateMessage()[1]).toBe("ready");
    const host = printer.lookupObject<{ estimatedPrintTime(eventTime: number): number }>("mcu");
    const now = clock.monotonic();
    const error = host.estimatedPrintTime(now) - mcu.clockAt(now) / mcu.board.clockFreq;
    // The link has a latency of some tenths of a millisecond; a busy machine adds its own.
    expect(Math.abs(error)).toBeLessThan(0.1);
    reactor.finalize();
  });
});
