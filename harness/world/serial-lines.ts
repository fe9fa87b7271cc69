/**
 * The serial devices of this machine as a host's lines to its micro-controllers: path and speed from the printer's configuration,
 * or from the command line for one of them. Errors of opening in the words of the system, and the choreographies by which
 * adapters reset their board.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { SerialPort } from "serialport";
import { TransportError } from "../../host/errors.js";
import type { Reactor } from "../../host/reactor/reactor.js";
import { openSerialDevice, type SerialDeviceOptions } from "../../host/transport/serial-port.js";
import type { Port } from "../../host/transport/port.js";

/** What is read of an [mcu] section. */
export interface LineSection {
  get(option: string, choice?: { default: string | null }): string | null;
  getInt(option: string, choice?: { default: number }): number;
}

export interface SerialLinesOptions {
  /** Devices by name of the micro-controller, instead of those in the configuration. */
  devices?: ReadonlyMap<string, string>;
  log(level: "info" | "warning", text: string): void;
  /** Stand-in for the machine's devices. */
  deviceClass?: SerialDeviceOptions["deviceClass"];
}

const DEFAULT_BAUD = 250_000;
/** Speed at which adapters are opened for a reset. */
const RESET_BAUD = 2400;
/** Pause between two changes of the reset lines, seconds. */
const LINE_SECONDS = 0.1;
/** How long a port on a Raspberry Pi stays without power, seconds. */
const POWER_OFF_SECONDS = 2;

export class SerialLines {
  private readonly options: SerialLinesOptions;

  constructor(options: SerialLinesOptions) {
    this.options = options;
  }

  /** Path of the device of a micro-controller. */
  pathOf(mcuName: string, section: LineSection): string {
    return this.options.devices?.get(mcuName) ?? section.get("serial") ?? "";
  }

  portExists(mcuName: string, section: LineSection): boolean {
    return existsSync(this.pathOf(mcuName, section));
  }

  /** @throws TransportError when there is no such device, or this user may not open it */
  openPort(mcuName: string, section: LineSection, { rts }: { rts: boolean } = { rts: true }): Port {
    const path = this.pathOf(mcuName, section);
    if (this.options.deviceClass === undefined) checkDevice(path);
    return openSerialDevice({
      path, rts, baud: section.getInt("baud", { default: DEFAULT_BAUD }),
      onError: (error) => this.options.log("warning", `mcu '${mcuName}': Unable to open serial port: ${error.message}`),
      ...(this.options.deviceClass === undefined ? {} : { deviceClass: this.options.deviceClass }),
    });
  }

  /** Resets the board of a closed port by its lines. */
  async resetByLines(mcuName: string, section: LineSection, style: "arduino" | "cheetah" | "rpi_usb", reactor: Reactor): Promise<void> {
    if (style === "rpi_usb") return this.cyclePower(reactor);
    const path = this.pathOf(mcuName, section);
    const device = await this.openForReset(path, style === "cheetah");
    if (device === undefined) {
      this.options.log("warning", `mcu '${mcuName}': ${path} has no lines to reset the board by`);
      return;
    }
    const wait = (): Promise<unknown> => reactor.pause(reactor.monotonic() + LINE_SECONDS);
    const pulse = async (level: { dtr?: boolean; rts?: boolean }): Promise<void> => {
      await wait();
      await new Promise<void>((resolve) => { device.set(level, () => resolve()); });
    };
    const rts = style === "cheetah" ? { rts: true } : {};
    await pulse({ dtr: true, ...rts });
    await pulse({ dtr: false, ...rts });
    if (style === "cheetah") {
      // The boot loader's jumper circuit remembers RTS: it is let go between two resets.
      await pulse({ rts: false, dtr: false });
      await pulse({ dtr: true, rts: false });
      await pulse({ dtr: false, rts: false });
    }
    await wait();
    await new Promise<void>((resolve) => { device.close(() => resolve()); });
  }

  private async openForReset(path: string, rts: boolean): Promise<SerialPort | undefined> {
    const DeviceClass = (this.options.deviceClass ?? SerialPort) as typeof SerialPort;
    const device = new DeviceClass({ path, baudRate: RESET_BAUD, lock: true, autoOpen: false });
    device.on("error", () => {});
    const isOpen = await new Promise<boolean>((resolve) => { device.open((error) => resolve(error === null)); });
    if (!isOpen) return undefined;
    // Opening has raised DTR already on most adapters; it has to fall before it can rise.
    const hasLines = await new Promise<boolean>((resolve) => { device.set({ dtr: false, rts }, (error) => resolve(error === null || error === undefined)); });
    if (hasLines) return device;
    await new Promise<void>((resolve) => { device.close(() => resolve()); });
    return undefined;
  }

  /** Power off and on again of the USB ports; needs the program `uhubctl`. */
  private async cyclePower(reactor: Reactor): Promise<void> {
    if (!(await this.switchPower("off"))) return;
    await reactor.pause(reactor.monotonic() + POWER_OFF_SECONDS);
    await this.switchPower("on");
  }

  private switchPower(action: "on" | "off"): Promise<boolean> {
    return new Promise((resolve) => {
      const child = spawn("uhubctl", ["-l", "1-1", "-p", "2", "-a", action], { stdio: "ignore" });
      child.once("error", () => {
        this.options.log("warning", "restart_method rpi_usb needs the program uhubctl, which switches the power of USB ports: install it");
        resolve(false);
      });
      child.once("exit", (code) => resolve(code === 0));
    });
  }
}

/** What an attempt to open would say, before it is made. @throws TransportError */
function checkDevice(path: string): void {
  let reason: string | undefined;
  try {
    statSync(path);
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    reason = code === "EACCES" ? "[Errno 13] Permission denied" : "[Errno 2] No such file or directory";
  }
  if (reason !== undefined) throw new TransportError(`${reason.slice(0, reason.indexOf("]") + 1)} could not open port ${path}: ${reason}: '${path}'`);
}
