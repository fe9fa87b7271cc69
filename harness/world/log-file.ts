/**
 * The log of a host in a file, as Kalico's klippy.log, for people and for the scripts that read such files: messages as they are,
 * one after the other, stack traces below them. A file that is there already is continued. At midnight, and on LOG_ROLLOVER, it
 * is put aside under its date, and the new one begins with what the old one began with: configuration, firmware, versions. The last five are kept.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { HostObserver } from "../../host/observer.js";
import { asctime } from "../../host/printer/asctime.js";

/** Files that are kept beside the present one. */
const KEPT = 5;
const RULER = "=======================";

export interface LogFileOptions {
  /** What is said of program and machine at each start, a line each. */
  about?: readonly string[];
  /** Seconds since 1970. */
  now?: () => number;
}

export class LogFile {
  /** Absolute path, for the start argument `log_file`. */
  readonly path: string;
  readonly #now: () => number;
  readonly #about: string;
  /** What a new file begins with, by name. */
  #infos: Map<string, string>;
  #file: number;
  /** Day of the present file, YYYY-MM-DD. */
  #day: string;
  #isOpen = true;

  /** @throws Error when the file cannot be written */
  constructor(path: string, { about = [], now = () => Date.now() / 1000 }: LogFileOptions = {}) {
    this.path = resolve(path);
    this.#now = now;
    this.#about = about.join("\n");
    mkdirSync(dirname(this.path), { recursive: true });
    const earlier = existsSync(this.path) ? statSync(this.path).mtimeMs / 1000 : now();
    this.#file = openSync(this.path, "a");
    this.#day = dayOf(earlier);
    this.#infos = this.#versions();
    this.write([RULER, "Starting Klippy...", ...about].join("\n"));
  }

  write(text: string): void {
    if (!this.#isOpen) return;
    if (dayOf(this.#now()) !== this.#day) this.rollover();
    writeSync(this.#file, `${text}\n`);
  }

  /** A further life of the host begins: what the last one said of itself holds no longer. */
  restart(): void {
    this.#infos = this.#versions();
    this.write("Restarting printer");
  }

  /** Puts the file aside and begins a new one. */
  rollover(): void {
    if (!this.#isOpen) return;
    closeSync(this.#file);
    renameSync(this.path, `${this.path}.${this.#day}`);
    this.#removeOld();
    this.#file = openSync(this.path, "a");
    this.#day = dayOf(this.#now());
    writeSync(this.#file, `${[...this.#infos.values(), `=============== Log rollover at ${asctime(this.#now(), "local")} ===============`].join("\n")}\n`);
  }

  /** The observer, and the log in the file besides; debug messages are left out. */
  observed(observer: HostObserver): HostObserver {
    return {
      ...observer,
      onLog: (level, message, eventTime) => {
        if (level !== "debug") this.write(message);
        observer.onLog?.(level, message, eventTime);
      },
      onRolloverInfo: (name, info) => {
        this.#infos.set(name, info);
        observer.onRolloverInfo?.(name, info);
      },
      onLogRollover: () => {
        this.rollover();
        observer.onLogRollover?.();
      },
    };
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }

  #versions(): Map<string, string> {
    return this.#about === "" ? new Map() : new Map([["versions", this.#about]]);
  }

  #removeOld(): void {
    const [folder, name] = [dirname(this.path), basename(this.path)];
    const dated = readdirSync(folder).filter((file) => file.startsWith(`${name}.`) && /^\d{4}-\d\d-\d\d$/.test(file.slice(name.length + 1))).sort();
    for (const file of dated.slice(0, -KEPT)) rmSync(join(folder, file));
  }
}

/** Day of this machine's zone, YYYY-MM-DD. */
function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((value) => String(value).padStart(2, "0")).join("-");
}

/** What Kalico says of itself in the first lines, of this program and machine. @param args as on the command line */
export function aboutHost(args: readonly string[], version: string, cpu: string): string[] {
  return [`Args: [${args.map((arg) => `'${arg.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`).join(", ")}]`, "App Name: Kalico", `Git version: '${version}'`, `CPU: ${cpu}`, `Node: '${process.version}'`];
}
