/**
 * One CPython process and the two named pipes that join it to this process. Both ends block: while Python
 * runs, this process waits in a read, and the other way round, so exactly one of the two runs at any time
 * and virtual time stands still meanwhile. Messages are lines of JSON. A process that dies is an exception
 * with its last words, never a hang: the pipe is at its end.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the Python side of the bridge lies: `kalico_bridge` and the package `klippy`. */
export const SHIM_DIRECTORY = fileURLToPath(new URL("./shim/", import.meta.url));

export interface PythonProcessOptions {
  /** CPython to run, e.g. "/usr/bin/python3". */
  executable: string;
  /** Directory for pipes and logs; made when missing, removed by nobody but the caller. */
  directory: string;
  /** Further environment; PATH and HOME are set anyhow. */
  environment?: Readonly<Record<string, string>>;
  /** Most memory for data, megabytes. */
  memoryMegabytes?: number;
  /** Called once when the process has gone, before the call that noticed throws. */
  onDied?(ending: PythonEnding): void;
  /** Seconds to wait for the process to come up. */
  startSeconds?: number;
}

/** How the process ended. */
export interface PythonEnding {
  kind: "exited" | "output-limit" | "memory-limit" | "crashed";
  message: string;
}

/** The process could not be started, died, or broke the protocol. */
export class PythonDied extends Error {
  override name = "PythonDied";
}

const READ_CHUNK = 65536;
const NEWLINE = 0x0a;

/** Sleeps without the event loop. */
function sleepMilliseconds(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export class PythonProcess {
  readonly #child: ChildProcess;
  readonly #toPython: number;
  readonly #fromPython: number;
  readonly #log: string;
  #buffer = Buffer.alloc(READ_CHUNK);
  #start = 0;
  #end = 0;
  #closed = false;
  readonly #onDied: ((ending: PythonEnding) => void) | undefined;

  /** @throws PythonDied when the process does not come up */
  constructor(options: PythonProcessOptions) {
    const { directory, executable, environment = {}, memoryMegabytes = 0, startSeconds = 30 } = options;
    this.#onDied = options.onDied;
    mkdirSync(directory, { recursive: true });
    const [input, output, ready] = ["to-python", "from-python", "ready"].map((name) => join(directory, name)) as [string, string, string];
    for (const path of [input, output, ready]) rmSync(path, { force: true });
    this.#log = join(directory, "python.log");
    const log = openSync(this.#log, "w");
    this.#child = spawn(executable, ["-s", "-B", "-u", join(SHIM_DIRECTORY, "kalico_bridge"), directory, String(memoryMegabytes)], {
      stdio: ["ignore", log, log],
      env: { PATH: process.env["PATH"] ?? "", HOME: directory, PYTHONHASHSEED: "0", PYTHONIOENCODING: "utf-8", LC_ALL: "C.UTF-8", ...environment },
      cwd: directory,
    });
    closeSync(log);
    this.#child.on("error", () => undefined);
    if (this.#child.pid === undefined) throw new PythonDied(`Cannot run Python: "${executable}"`);
    this.#child.unref();
    const pid = this.#child.pid;
    for (let waited = 0; !existsSync(ready); waited += 2) {
      if (waited > startSeconds * 1000) throw new PythonDied(`Python ("${executable}") did not come up within ${startSeconds} s: ${this.lastWords()}`);
      if (waited % 50 === 0 && !isAlive(pid)) throw new PythonDied(`Python ("${executable}") ended at its start: ${this.lastWords()}`);
      sleepMilliseconds(2);
    }
    // Python holds both pipes open in both directions, so neither of these waits.
    this.#fromPython = openSync(output, "r");
    this.#toPython = openSync(input, "w");
    this.send('["hello"]');
    this.receive();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The tail of what Python wrote to its standard streams outside `print`, e.g. a fatal error. */
  lastWords(): string {
    try {
      return readFileSync(this.#log, "utf8").trim().split("\n").slice(-12).join(" | ").slice(-1500);
    } catch {
      return "";
    }
  }

  /** Sends one line. @throws PythonDied */
  send(line: string): void {
    if (this.#closed) throw new PythonDied("The Python process was closed");
    const bytes = Buffer.from(`${line}\n`, "utf8");
    let sent = 0;
    try {
      while (sent < bytes.length) sent += writeSync(this.#toPython, bytes, sent);
    } catch (error) {
      throw this.#died(error instanceof Error ? error.message : String(error));
    }
  }

  /** Waits for one line. @throws PythonDied */
  receive(): string {
    for (let scanned = this.#start; ; ) {
      const at = this.#buffer.indexOf(NEWLINE, scanned);
      if (at >= 0 && at < this.#end) {
        const line = this.#buffer.toString("utf8", this.#start, at);
        this.#start = at + 1;
        if (this.#start === this.#end) this.#start = this.#end = 0;
        return line;
      }
      scanned = this.#end;
      if (this.#end === this.#buffer.length) scanned = this.#makeRoom(scanned);
      let got = 0;
      try {
        got = readSync(this.#fromPython, this.#buffer, this.#end, this.#buffer.length - this.#end, null);
      } catch (error) {
        throw this.#died(error instanceof Error ? error.message : String(error));
      }
      if (got === 0) throw this.#died("it ended");
      this.#end += got;
    }
  }

  #makeRoom(scanned: number): number {
    const held = this.#end - this.#start;
    const next = this.#start > 0 && held < this.#buffer.length / 2 ? this.#buffer : Buffer.alloc(this.#buffer.length * 2);
    this.#buffer.copy(next, 0, this.#start, this.#end);
    scanned -= this.#start;
    this.#buffer = next;
    this.#start = 0;
    this.#end = held;
    return scanned;
  }

  #died(how: string): PythonDied {
    const words = this.lastWords();
    this.#onDied?.(endingOf(words));
    return new PythonDied(`The Python process is gone (${how})${words === "" ? "" : `: ${words}`}`);
  }

  /** Ends the process. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const fd of [this.#toPython, this.#fromPython]) closeSync(fd);
    this.#child.kill("SIGKILL");
  }
}

function isAlive(pid: number): boolean {
  try {
    // A child that has ended stays a zombie while the event loop is not served: look at its state where there is one.
    if (existsSync("/proc/self/stat")) return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What the last words tell of the end; see `watch.py` and `streams.py` for those of ours. */
function endingOf(words: string): PythonEnding {
  const own = [...words.matchAll(/kalico-hil: ([^|]*)/g)].at(-1)?.[1]?.trim();
  if (own?.startsWith("output limit") === true) return { kind: "output-limit", message: own };
  if (own !== undefined) return { kind: "exited", message: own };
  if (/MemoryError|out of memory|Cannot allocate memory/.test(words)) return { kind: "memory-limit", message: words };
  return { kind: "crashed", message: words === "" ? "the Python process ended without a word" : words };
}
