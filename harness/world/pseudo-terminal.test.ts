import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openSerialDevice } from "../../host/transport/serial-port.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { openPseudoTerminal, PseudoTerminalError, type PseudoTerminal } from "./pseudo-terminal.js";

const canMakeTerminals = process.platform !== "win32" && spawnSync("python3", ["-c", "import pty; pty.openpty()"]).status === 0;

describe.skipIf(!canMakeTerminals)(`a pseudo-terminal${canMakeTerminals ? "" : " (skipped: needs python3)"}`, () => {
  let scratch: ScratchDirectory;
  let terminal: PseudoTerminal;
  let path: string;
  beforeEach(async () => {
    scratch = scratchDirectory();
    path = `${scratch.path}/mcu`;
    terminal = await openPseudoTerminal(path);
  });
  afterEach(async () => {
    await terminal.close();
    scratch.remove();
  });

  it("is a serial device at its path that carries every byte value both ways unchanged", async () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const toMcu: number[] = [];
    const toHost: number[] = [];
    terminal.onData((data) => toMcu.push(...data));
    const port = openSerialDevice({ path, baud: 250_000 });
    port.onData((data) => toHost.push(...data));
    port.write(all);
    await vi.waitFor(() => expect(toMcu).toEqual([...all]), { timeout: 5000 });
    terminal.write(all);
    await vi.waitFor(() => expect(toHost).toEqual([...all]), { timeout: 5000 });
    port.close();
  });

  it("carries what comes all at once after a delay, more than the terminal holds", async () => {
    const burst = Uint8Array.from({ length: 15_000 }, (_, i) => i % 251);
    const toHost: number[] = [];
    const port = openSerialDevice({ path, baud: 250_000 });
    port.onData((data) => toHost.push(...data));
    terminal.write(burst);
    await vi.waitFor(() => expect(toHost).toHaveLength(burst.length), { timeout: 5000 });
    expect(toHost).toEqual([...burst]);
    port.close();
  });

  it("can be opened by the next program after the last one has closed it, and still is raw", async () => {
    const received: number[] = [];
    terminal.onData((data) => received.push(...data));
    for (let life = 1; life <= 3; life++) {
      const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
      fs.writeSync(fd, Uint8Array.of(0x0d, 0x03, life));
      await vi.waitFor(() => expect(received).toEqual([0x0d, 0x03, life]), { timeout: 5000 });
      fs.closeSync(fd);
      received.length = 0;
    }
  });

  it("ends for whoever has it open when it is unplugged, and a new one takes its place", async () => {
    const closed = vi.fn();
    const received: number[] = [];
    terminal.onData((data) => received.push(...data));
    const port = openSerialDevice({ path, baud: 250_000 });
    port.onClose(closed);
    port.write(Uint8Array.of(1));
    await vi.waitFor(() => expect(received).toEqual([1]), { timeout: 5000 });
    await terminal.unplug();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce(), { timeout: 5000 });
    expect(fs.existsSync(path)).toBe(false);
    await terminal.plug();
    received.length = 0;
    const next = openSerialDevice({ path, baud: 250_000 });
    next.write(Uint8Array.of(7));
    await vi.waitFor(() => expect(received).toEqual([7]), { timeout: 5000 });
    next.close();
  });

  it("loses what nobody reads instead of waiting for a reader", async () => {
    for (let i = 0; i < 200; i++) terminal.write(new Uint8Array(4096).fill(i));
    const received: number[] = [];
    terminal.onData((data) => received.push(...data));
    const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
    fs.writeSync(fd, Uint8Array.of(5));
    await vi.waitFor(() => expect(received).toEqual([5]), { timeout: 5000 });
    fs.closeSync(fd);
  });

  it("leaves files alone that are no links, and says so", async () => {
    const file = scratch.write("precious.txt", "data");
    await expect(openPseudoTerminal(file)).rejects.toThrow(PseudoTerminalError);
    await expect(openPseudoTerminal(file)).rejects.toThrow("exists already and is no symbolic link");
    expect(fs.readFileSync(file, "utf8")).toBe("data");
  });

  it("takes its link with it", async () => {
    await terminal.close();
    expect(fs.existsSync(path)).toBe(false);
  });
});

it("names what is missing where there is no Python", async () => {
  vi.stubEnv("PATH", "/nonexistent");
  await expect(openPseudoTerminal("/tmp/nowhere")).rejects.toThrow('"python3" was not found, install it');
  vi.unstubAllEnvs();
});
