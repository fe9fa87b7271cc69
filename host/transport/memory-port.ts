/**
 * Two ports that are the ends of one line without delay, for tests and for clients in the same process.
 */
import type { Port } from "./port.js";

class MemoryPort implements Port {
  peer: MemoryPort | undefined;
  private dataCallback: ((data: Uint8Array) => void) | undefined;
  private closeCallback: (() => void) | undefined;
  private isOpen = true;

  write(data: Uint8Array): void {
    if (this.isOpen && this.peer?.isOpen) this.peer.dataCallback?.(data.slice());
  }

  onData(callback: (data: Uint8Array) => void): void {
    this.dataCallback = callback;
  }

  onClose(callback: () => void): void {
    this.closeCallback = callback;
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.peer?.isOpen) this.peer.closeCallback?.();
  }
}

/** Both ends of a line; bytes arrive at the peer during `write`, and are lost while it has no receiver. */
export function memoryPortPair(): [Port, Port] {
  const first = new MemoryPort();
  const second = new MemoryPort();
  first.peer = second;
  second.peer = first;
  return [first, second];
}
