/**
 * A serial device of the machine as a Port. Opening is asynchronous underneath: bytes written before the
 * device is open are kept, and an open that fails closes the port.
 */
import { SerialPort } from "serialport";
import type { Port } from "./port.js";

/** Options of a serial device; `rts` is the level of the RTS line after opening. */
export interface SerialDeviceOptions {
  path: string;
  baud: number;
  rts?: boolean;
  /** Told why the device could not be opened or failed later. */
  onError?(error: Error): void;
}

/** Opens a serial device. */
export function openSerialDevice(options: SerialDeviceOptions): Port {
  const device = new SerialPort({ path: options.path, baudRate: options.baud, lock: true, autoOpen: false });
  let early: Uint8Array[] | undefined = [];
  let closeCallback: (() => void) | undefined;
  const fail = (error: Error): void => {
    options.onError?.(error);
    closeCallback?.();
  };
  device.open((error) => {
    if (error) {
      fail(error);
      return;
    }
    device.set({ rts: options.rts ?? true }, () => {
      // Pseudo terminals have no such line, and need none.
    });
    for (const data of early ?? []) device.write(data);
    early = undefined;
  });
  device.on("error", fail);
  device.on("close", () => closeCallback?.());
  return {
    write(data) {
      if (early !== undefined) early.push(data);
      else if (device.isOpen) device.write(data);
    },
    onData(callback) {
      device.on("data", callback);
    },
    onClose(callback) {
      closeCallback = callback;
    },
    flushOutput() {
      if (device.isOpen) device.flush();
    },
    setBaud(baud) {
      if (device.isOpen) device.update({ baudRate: baud });
    },
    close() {
      closeCallback = undefined;
      if (device.isOpen) device.close();
    },
  };
}
