/**
 * The line to a micro-controller: bytes out, bytes in. Real serial ports, simulated links and pairs in
 * memory all look like this; nothing above knows which one it has.
 */
import type { Participant } from "../reactor/clock.js";
import type { Reactor } from "../reactor/reactor.js";

/** An open byte stream. Writes never block and are never refused. */
export interface Port {
  write(data: Uint8Array): void;
  /** Sets who gets received bytes; a chunk is valid only during the call. */
  onData(callback: (data: Uint8Array) => void): void;
  /** Sets who learns that the line is gone (end of file, unplugged). */
  onClose(callback: () => void): void;
  /** Drops bytes that were written and have not left yet. */
  flushOutput?(): void;
  /** Present on lines that have a speed (bytes per 10 bits). */
  setBaud?(baud: number): void;
  close(): void;
}

/** How the world gives ports to the host and drives what lives on them. */
export interface PortOpener<Section = unknown> {
  /** @throws TransportError when the port cannot be opened (now); the host tries again for 90 s. */
  openPort(mcuName: string, config: Section, options?: { rts: boolean }): Port;
  /** Whether a port is there, without opening it; asked for MCUs that may be away. */
  portExists?(mcuName: string, config: Section): boolean;
  /** Resets the MCU of a closed port by its lines. */
  resetByLines?(mcuName: string, config: Section, style: "arduino" | "cheetah" | "rpi_usb", reactor: Reactor): void | Promise<void>;
  /** Takes the transmit queue of an opened port into the world loop, and out of it again. */
  addParticipant(participant: Participant): void;
  removeParticipant(participant: Participant): void;
}
