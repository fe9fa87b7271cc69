/**
 * Moves an AVR boot loader that waits for a programmer on to the firmware, as Kalico does on every real
 * serial line. Firmware that runs already takes the bytes for garbage and answers with one nak.
 */
import type { Reactor } from "../reactor/reactor.js";
import type { Port } from "./port.js";

const LEAVE_PROGRAMMER = Uint8Array.of(0x1b, 0x01, 0x00, 0x01, 0x0e, 0x11, 0x04);
const PROGRAMMER_BAUD = 115200;
/** A change to this speed wakes some ports. */
const DUMMY_BAUD = 2400;

/** Sends the leave sequence, throws away what comes back, and sets the firmware's speed `baud`. */
export async function leaveStk500v2(port: Port, reactor: Reactor, baud: number): Promise<void> {
  port.onData(() => {});
  port.setBaud?.(DUMMY_BAUD);
  port.setBaud?.(PROGRAMMER_BAUD);
  await reactor.pause(reactor.monotonic() + 0.1);
  port.write(LEAVE_PROGRAMMER);
  await reactor.pause(reactor.monotonic() + 0.05);
  port.setBaud?.(baud);
}
