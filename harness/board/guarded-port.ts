/**
 * A line to a micro-controller with somebody who reads along: every block that the host sends is taken apart and its pins are
 * told. A strict guard holds blocks back that use a pin which is not allowed, and sends an emergency stop in their place, under
 * the same sequence number: the board stops, and the numbering of the blocks goes on.
 */
import type { PinUse } from "../../conformance/evidence.js";
import type { Port } from "../../host/transport/port.js";
import { blockSize, encodeBlock, MESSAGE_HEADER_SIZE, MESSAGE_TRAILER_SIZE } from "../../host/wire/index.js";
import type { PinGuard } from "./pin-guard.js";

export interface GuardedPortOptions {
  guard: PinGuard;
  /** Blocks with pins that are not allowed are held back. */
  strict: boolean;
  onUse(use: PinUse): void;
  /** Told of steps that are sent to be queued; blocks that are sent again count again. */
  onSteps?(count: number): void;
}

/** The port, guarded on its way out; what comes in is left alone. */
export function guardedPort(port: Port, { guard, strict, onUse, onSteps }: GuardedPortOptions): Port {
  const stop = guard.parser.createCommand("emergency_stop");
  /** The block to send instead; undefined: the block as it is. */
  const judged = (data: Uint8Array, start: number, size: number): Uint8Array | undefined => {
    const messages = guard.parser.parseAll(data, start + MESSAGE_HEADER_SIZE, start + size - MESSAGE_TRAILER_SIZE);
    if (onSteps !== undefined) for (const message of messages) if (message["#name"] === "queue_step") onSteps(Number(message["count"]));
    const uses = messages.flatMap((message) => guard.usesOf(message));
    const held = strict && uses.some((use) => !use.allowed);
    for (const use of uses) onUse(held && !use.allowed ? { ...use, held: true } : use);
    return held ? encodeBlock(data[start + 1]!, stop) : undefined;
  };
  const guarded = (data: Uint8Array): Uint8Array => {
    const pieces: Uint8Array[] = [];
    let copied = 0;
    for (let pos = 0; pos < data.length;) {
      const size = blockSize(data, pos, data.length);
      // Bytes between blocks (sync, the sequence that leaves a boot loader) carry no command.
      if (size <= 0) {
        pos += 1;
        continue;
      }
      const instead = judged(data, pos, size);
      if (instead !== undefined) {
        pieces.push(data.subarray(copied, pos), instead);
        copied = pos + size;
      }
      pos += size;
    }
    return pieces.length === 0 ? data : Buffer.concat([...pieces, data.subarray(copied)]);
  };
  const { flushOutput, setBaud } = port;
  return {
    write: (data) => port.write(guarded(data)),
    onData: (callback) => port.onData(callback),
    onClose: (callback) => port.onClose(callback),
    ...(flushOutput === undefined ? {} : { flushOutput: () => flushOutput.call(port) }),
    ...(setBaud === undefined ? {} : { setBaud: (baud: number) => setBaud.call(port, baud) }),
    close: () => port.close(),
  };
}
