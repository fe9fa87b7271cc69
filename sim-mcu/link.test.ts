import { describe, expect, it } from "vitest";
import { encodeBlock } from "../host/wire/index.js";
import { SeededFaults } from "./faults/link-faults.js";
import { SimLink, type SimLinkOptions } from "./link.js";

class Listener {
  readonly name = "listener";
  readonly received: { data: Uint8Array; now: number }[] = [];
  onTransmit: (data: Uint8Array, now: number) => void = () => {};
  receive(data: Uint8Array, now: number): void { this.received.push({ data, now }); }
}

function setUp(options: Partial<SimLinkOptions> = {}): { link: SimLink; mcu: Listener; clock: { now: number } } {
  const mcu = new Listener();
  const clock = { now: 1 };
  return { link: new SimLink({ mcu, clock, latency: 0, ...options }), mcu, clock };
}

const block = encodeBlock(1, new Uint8Array(20));

describe("link", () => {
  it("takes 10 bit times for each byte, one block after the other", () => {
    const { link, mcu } = setUp({ baud: 250_000 });
    link.hostPort.write(Uint8Array.from([...block, ...block]));
    expect(link.nextDeadline()).toBeCloseTo(1 + 25 * 40e-6, 12);
    link.run(2);
    expect(mcu.received.map((r) => r.data)).toEqual([block, block]);
    expect(mcu.received[1]!.now).toBeCloseTo(1 + 50 * 40e-6, 12);
  });

  it("delivers at once without a baud rate, after the latency", () => {
    const { link, mcu } = setUp({ latency: 0.25 });
    link.hostPort.write(block);
    link.run(1.2);
    expect(mcu.received).toHaveLength(0);
    link.run(1.25);
    expect(mcu.received).toHaveLength(1);
  });

  it("waits for the next frame on lines that send in frames", () => {
    const { link, mcu, clock } = setUp({ frameInterval: 0.5 });
    clock.now = 1.1;
    link.hostPort.write(block);
    clock.now = 1.2;
    link.hostPort.write(block);
    link.run(3);
    expect(mcu.received.map((r) => r.now)).toEqual([1.5, 1.5]);
  });

  it("keeps a copy of what a host writes", () => {
    const { link, mcu } = setUp();
    const data = block.slice();
    link.hostPort.write(data);
    data.fill(0);
    link.run(2);
    expect(mcu.received[0]!.data).toEqual(block);
  });

  it("still carries what was written before a close, but a reopened line hears only what is new", () => {
    const { link, mcu, clock } = setUp();
    const seen: Uint8Array[] = [];
    link.hostPort.write(block);
    link.hostPort.close();
    mcu.onTransmit(block, clock.now);
    const port = link.reopen();
    port.onData((data) => seen.push(data));
    mcu.onTransmit(block, clock.now);
    link.run(2);
    expect(mcu.received).toHaveLength(1);
    expect(seen).toEqual([block]);
  });

  it("tells the host when the cable is pulled", () => {
    const { link } = setUp();
    let closed = 0;
    link.hostPort.onClose(() => closed++);
    link.disconnect();
    link.disconnect();
    expect(closed).toBe(1);
  });

  it("loses and flips the same bytes for the same seed", () => {
    const run = (seed: number): number[] => {
      const { link, mcu } = setUp({ faults: new SeededFaults({ seed, dropByte: 0.1, corruptByte: 0.1 }) });
      for (let i = 0; i < 20; i++) link.hostPort.write(block);
      link.run(2);
      return mcu.received.flatMap((r) => [...r.data]);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(run(7).length).toBeLessThan(20 * block.length);
  });
});
