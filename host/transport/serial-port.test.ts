import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { SerialPortMock } from "serialport";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openSerialDevice, type SerialDeviceOptions } from "./serial-port.js";
import type { Port } from "./port.js";

const PATH = "/dev/ttyMOCK";
const MockBinding = SerialPortMock.binding;

/** The mock's end of the line; it is there once the port is open. */
interface MockLine { recording: Buffer; isOpen: boolean; emitData(data: Uint8Array): void; close(): Promise<void>; openOptions: { baudRate: number; lock: boolean }; write(data: Buffer): Promise<void>; update(options: { baudRate: number }): Promise<void> }

describe("a serial device", () => {
  let opened: MockLine[] = [];
  const open = MockBinding.open.bind(MockBinding);
  beforeEach(() => {
    MockBinding.reset();
    MockBinding.createPort(PATH, { echo: false, record: true });
    vi.spyOn(MockBinding, "open").mockImplementation(async (options) => {
      const line = await open(options);
      opened.push(line as unknown as MockLine);
      return line;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    opened = [];
  });
  const device = (options: Partial<SerialDeviceOptions> = {}): Port => openSerialDevice({ path: PATH, baud: 250_000, deviceClass: SerialPortMock, ...options });
  const line = async (): Promise<MockLine> => vi.waitUntil(() => opened[0]);

  it("takes writes at once and sends them in order, also those made before it is open", async () => {
    const port = device();
    const reused = Uint8Array.of(1, 2);
    port.write(reused);
    reused.fill(9);
    port.write(Uint8Array.of(3));
    const mock = await line();
    await vi.waitFor(() => expect([...mock.recording]).toEqual([1, 2, 3]));

    port.write(Uint8Array.of(4, 5));
    await vi.waitFor(() => expect([...mock.recording]).toEqual([1, 2, 3, 4, 5]));
    expect(mock.openOptions).toMatchObject({ baudRate: 250_000, lock: true });
    port.close();
  });

  it("gives received bytes to the latest receiver only", async () => {
    const port = device();
    const first: number[] = [];
    const second: number[] = [];
    port.onData((data) => first.push(...data));
    const mock = await line();
    mock.emitData(Uint8Array.of(1, 2));
    await vi.waitFor(() => expect(first).toEqual([1, 2]));

    port.onData((data) => second.push(...data));
    mock.emitData(Uint8Array.of(3));
    await vi.waitFor(() => expect(second).toEqual([3]));
    expect(first).toEqual([1, 2]);
    port.close();
  });

  it("changes its speed between the writes before and after", async () => {
    const port = device();
    const log: string[] = [];
    const mock = await line();
    vi.spyOn(mock, "update").mockImplementation(async ({ baudRate }) => {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      log.push(`baud ${baudRate}`);
    });
    const write = mock.write.bind(mock);
    vi.spyOn(mock, "write").mockImplementation(async (data) => {
      log.push(`write ${[...data].join(" ")}`);
      return write(data);
    });

    port.setBaud!(2400);
    port.setBaud!(115_200);
    port.write(Uint8Array.of(7));
    port.setBaud!(250_000);
    port.write(Uint8Array.of(8));

    await vi.waitFor(() => expect(log).toEqual(["baud 2400", "baud 115200", "write 7", "baud 250000", "write 8"]));
    port.close();
  });

  it("tells its owner once when it is unplugged, and takes further writes in silence", async () => {
    const errors: string[] = [];
    const closed = vi.fn();
    const port = device({ onError: (error) => errors.push(error.message) });
    port.onClose(closed);
    const mock = await line();
    vi.spyOn(mock, "write").mockRejectedValue(new Error("No such device"));

    port.write(Uint8Array.of(1));
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
    port.write(Uint8Array.of(2));
    port.setBaud!(9600);
    await new Promise((resolve) => { setTimeout(resolve, 20); });

    expect(errors).toEqual(["No such device"]);
    expect(closed).toHaveBeenCalledOnce();
    expect(mock.isOpen).toBe(false);
  });

  it("is lost when it cannot be opened, also for an owner that asks later", async () => {
    const errors: string[] = [];
    const port = device({ path: "/dev/ttyNONE", onError: (error) => errors.push(error.message) });
    port.write(Uint8Array.of(1));
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    expect(errors[0]).toContain("Port does not exist");
    const closed = vi.fn();
    port.onClose(closed);
    expect(closed).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  it("is free again after close, also when closed before it was open, and tells nobody", async () => {
    const closed = vi.fn();
    const early = device();
    early.onClose(closed);
    early.close();
    const mock = await line();
    await vi.waitFor(() => expect(mock.isOpen).toBe(false));

    const port = device();
    port.onClose(closed);
    const second = await vi.waitUntil(() => opened[1]);
    port.close();
    await vi.waitFor(() => expect(second.isOpen).toBe(false));
    expect(closed).not.toHaveBeenCalled();
  });
});

/** Opens a pseudo terminal, says where, and sends back what comes, each byte plus one. */
const ECHO = `
import os, pty, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
while True:
    data = os.read(master, 4096)
    if data == b"\\xff": break
    os.write(master, bytes((b + 1) % 256 for b in data))
`;
const canMakeTerminals = process.platform === "linux" && spawnSync("python3", ["-c", "import pty; pty.openpty()"]).status === 0;

describe.skipIf(!canMakeTerminals)(`a real pseudo terminal${canMakeTerminals ? "" : " (skipped: needs Linux and python3 to make one)"}`, () => {
  let child: ChildProcess;
  let path: string;
  beforeEach(async () => {
    child = spawn("python3", ["-c", ECHO], { stdio: ["ignore", "pipe", "inherit"] });
    path = await new Promise<string>((resolve) => { child.stdout!.once("data", (data: Buffer) => resolve(data.toString("utf8").trim())); });
  });
  afterEach(() => { child.kill(); });

  it("carries every byte value both ways unchanged, and its end is noticed", async () => {
    const received: number[] = [];
    const closed = vi.fn();
    const port = openSerialDevice({ path, baud: 250_000 });
    port.onData((data) => received.push(...data));
    port.onClose(closed);
    const all = Uint8Array.from({ length: 255 }, (_, i) => i);
    port.write(all);
    await vi.waitFor(() => expect(received).toHaveLength(255), { timeout: 5000 });
    // A change of speed throws away what is under way, so the line is quiet now.
    port.setBaud!(115_200);
    port.write(all);
    await vi.waitFor(() => expect(received).toHaveLength(510), { timeout: 5000 });
    expect(received).toEqual([...all, ...all].map((b) => b + 1));

    expect(closed).not.toHaveBeenCalled();
    port.write(Uint8Array.of(0xff));
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), { timeout: 5000 });
  });
});
