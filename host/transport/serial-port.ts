/**
 * A serial device of the machine as a Port. Opening and changes of speed are asynchronous underneath, so
 * whatever is asked of the port is done in order: bytes written before the device is open leave when it is,
 * and bytes written after a change of speed leave at the new speed. An open that fails closes the port.
 *
 * There is no `flushOutput`: the library can only throw away input and output together, and input that is
 * lost costs more than output that leaves late.
 */
import { SerialPort, type SerialPortMock } from "serialport";
import type { Port } from "./port.js";

/** Options of a serial device; `rts` is the level of the RTS line after opening. */
export interface SerialDeviceOptions {
  path: string;
  baud: number;
  rts?: boolean;
  /** Told why the device could not be opened or failed later. */
  onError?(error: Error): void;
  /** Stand-in for the machine's devices. */
  deviceClass?: typeof SerialPort | typeof SerialPortMock;
}

/** Opens a serial device. */
export function openSerialDevice(options: SerialDeviceOptions): Port {
  return new SerialDevice(options);
}

class SerialDevice implements Port {
  private readonly options: SerialDeviceOptions;
  private readonly device: SerialPort | SerialPortMock;
  /** What was asked of the port and is not done yet; the first is under way while `busy`. */
  private readonly requests: ((done: () => void) => void)[] = [];
  private busy = true;
  private state: "open" | "lost" | "closed" = "open";
  private dataCallback: ((data: Uint8Array) => void) | undefined;
  private closeCallback: (() => void) | undefined;

  constructor(options: SerialDeviceOptions) {
    this.options = options;
    const DeviceClass = (options.deviceClass ?? SerialPort) as typeof SerialPort;
    const device = new DeviceClass({ path: options.path, baudRate: options.baud, lock: true, autoOpen: false });
    this.device = device;
    device.on("error", (error: Error) => this.lose(error));
    device.on("close", (error: Error | null) => this.lose(error ?? undefined));
    device.on("end", () => this.lose());
    device.on("data", (data: Buffer) => {
      if (this.state === "open") this.dataCallback?.(data);
    });
    device.open((error) => this.opened(error));
  }

  private opened(error: Error | null): void {
    if (error !== null) return this.lose(error);
    if (this.state !== "open") return this.release();
    // Pseudo terminals have no such line, and need none: a refusal changes nothing.
    this.device.set({ rts: this.options.rts ?? true }, () => this.nextRequest());
  }

  private request(request: (done: () => void) => void): void {
    if (this.state !== "open") return;
    this.requests.push(request);
    if (!this.busy) this.nextRequest();
  }

  private nextRequest(): void {
    const next = this.requests.shift();
    this.busy = next !== undefined;
    next?.(() => this.nextRequest());
  }

  /** The device is gone, by itself. */
  private lose(error?: Error): void {
    if (this.state !== "open") return;
    this.state = "lost";
    this.requests.length = 0;
    if (error !== undefined) this.options.onError?.(error);
    this.release();
    this.closeCallback?.();
  }

  private release(): void {
    if (this.device.isOpen) this.device.close(() => {});
  }

  write(data: Uint8Array): void {
    const bytes = Buffer.from(data);
    this.request((done) => {
      this.device.write(bytes);
      done();
    });
  }

  onData(callback: (data: Uint8Array) => void): void {
    this.dataCallback = callback;
  }

  onClose(callback: () => void): void {
    this.closeCallback = callback;
    // Who asks too late is told all the same, though not during the call.
    if (this.state === "lost") queueMicrotask(() => {
      if (this.state === "lost") callback();
    });
  }

  setBaud(baud: number): void {
    // A device that does not know the speed stays as it is; what it receives then shows that.
    this.request((done) => this.device.update({ baudRate: baud }, () => done()));
  }

  close(): void {
    this.closeCallback = this.dataCallback = undefined;
    this.state = "closed";
    this.requests.length = 0;
    this.release();
  }
}
