/**
 * Laws of a line in memory.
 */
import { describe, expect, it } from "vitest";
import { memoryPortPair } from "./memory-port.js";

describe("memoryPortPair", () => {
  it("carries bytes both ways, as copies", () => {
    const [near, far] = memoryPortPair();
    const received: Uint8Array[] = [];
    far.onData((data) => received.push(data));
    near.onData((data) => received.push(data));

    const bytes = Uint8Array.of(1, 2);
    near.write(bytes);
    bytes[0] = 9;
    far.write(Uint8Array.of(3));

    expect(received).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)]);
  });

  it("tells the other end once that it is closed, and carries nothing afterwards", () => {
    const [near, far] = memoryPortPair();
    let closes = 0;
    const received: Uint8Array[] = [];
    far.onClose(() => closes++);
    far.onData((data) => received.push(data));

    near.close();
    near.close();
    near.write(Uint8Array.of(1));

    expect([closes, received]).toEqual([1, []]);
  });
});
