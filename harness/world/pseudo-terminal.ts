/**
 * A pseudo-terminal at a path of the file system: the far end of a line that any program can open as a serial device. Bytes in and
 * out on this side; it can be pulled out and plugged in again, as a USB device is by its reset.
 */
import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { PTY_HELPER } from "./pty-helper.js";

export interface PseudoTerminal {
  readonly path: string;
  write(data: Uint8Array): void;
  /** Sets who gets what the other side writes. */
  onData(callback: (data: Uint8Array) => void): void;
  /** Sets who learns that the terminal is gone for good, though nobody closed it. */
  onLost(callback: (reason: string) => void): void;
  /** Takes the terminal away: whoever has it open sees its end, and the path is free. */
  unplug(): Promise<void>;
  /** Puts a new terminal at the path. */
  plug(): Promise<void>;
  close(): Promise<void>;
}

/** No pseudo-terminal can be had: the message tells what is missing. */
export class PseudoTerminalError extends Error {
  override name = "PseudoTerminalError";
}

const PYTHON = "python3";

/** Opens a pseudo-terminal with a symbolic link at `path`. @throws PseudoTerminalError */
export async function openPseudoTerminal(path: string): Promise<PseudoTerminal> {
  if (process.platform === "win32") throw new PseudoTerminalError("Windows has no pseudo-terminals at a path: use Linux, macOS or WSL");
  const child = spawn(PYTHON, ["-u", "-c", PTY_HELPER, path], { stdio: ["pipe", "pipe", "inherit", "pipe", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error: NodeJS.ErrnoException) => reject(new PseudoTerminalError(
      error.code === "ENOENT" ? `A pseudo-terminal needs Python 3 (its standard library): "${PYTHON}" was not found, install it` : `Cannot start ${PYTHON}: ${error.message}`,
    )));
  });
  const terminal = new HeldTerminal(path, child);
  try {
    await terminal.plug();
  } catch (error) {
    await terminal.close();
    throw error;
  }
  return terminal;
}

class HeldTerminal implements PseudoTerminal {
  readonly path: string;
  private readonly child: ChildProcess;
  private readonly control: Writable;
  private readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  private readonly ended: Promise<void>;
  private isClosing = false;
  private lostCallback: ((reason: string) => void) | undefined;

  constructor(path: string, child: ChildProcess) {
    this.path = path;
    this.child = child;
    this.control = child.stdio[3] as Writable;
    // Whoever writes to a program that has just died learns it by its exit.
    for (const stream of [child.stdin!, this.control]) stream.on("error", () => {});
    let text = "";
    (child.stdio[4] as Readable).setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop()!;
      for (const line of lines) this.answered(line);
    });
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        const error = new PseudoTerminalError(`The pseudo-terminal ${path} is gone: its program ended with ${signal ?? `code ${code}`}`);
        for (const { reject } of this.waiting.splice(0)) reject(error);
        if (!this.isClosing) this.lostCallback?.(error.message);
        resolve();
      });
    });
  }

  private answered(line: string): void {
    const waiter = this.waiting.shift();
    if (line === "ok") waiter?.resolve();
    else waiter?.reject(new PseudoTerminalError(`Cannot make a pseudo-terminal: ${line.replace(/^error /, "")}`));
  }

  private async command(letter: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.control.write(letter);
    });
  }

  write(data: Uint8Array): void {
    this.child.stdin!.write(data);
  }

  onData(callback: (data: Uint8Array) => void): void {
    this.child.stdout!.removeAllListeners("data").on("data", callback);
  }

  onLost(callback: (reason: string) => void): void {
    this.lostCallback = callback;
  }

  async unplug(): Promise<void> {
    await this.command("u");
  }

  async plug(): Promise<void> {
    await this.command("p");
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.child.stdin!.end();
    this.control.end();
    await this.ended;
  }
}
