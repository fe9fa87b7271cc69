/**
 * Macros written in Python: a CPython process of their own, which starts with the first such macro and ends with its printer.
 * Bounded as a plugin's process is: a stretch of a macro has so many bytecodes, the process so much memory.
 */
import type { PythonCompiler } from "../../gcode/python-script.js";
import { pythonOption } from "../../gcode/python-script.js";
import type { LogLevel } from "../../observer.js";
import type { Printer } from "../../printer/printer-surface.js";
import type { Reactor } from "../../reactor/reactor.js";
import { CONTROL } from "./bridge.js";
import { PythonHost } from "./python-host.js";

/** Bytecodes that a macro may run between two calls of the host. */
const GAS_LIMIT = 20_000_000;
const MEMORY_MEGABYTES = 1024;

export interface PythonMacrosOptions {
  /** The CPython to run. Called once, for the first macro in Python. @throws Error with what to do where there is none */
  findPython(): string;
  /** A fresh directory for pipes and logs. */
  makeDirectory(): string;
  removeDirectory(directory: string): void;
  /** Event time, seconds. */
  now(): number;
  reactor(): Reactor | undefined;
  /** Where randomness starts; absent: anywhere. */
  seed?: number;
  /** The reactor runs in real time. */
  live?: boolean;
  gasLimit?: number;
}

type RunMacro = (printer: Printer, macro: object | null, names: unknown) => void | Promise<void>;

export class PythonMacros {
  readonly #options: PythonMacrosOptions;
  #python: PythonHost | undefined;
  #directory = "";
  #printer: Printer | undefined;

  constructor(options: PythonMacrosOptions) {
    this.#options = options;
  }

  /** Start argument `compile_python` of the host. */
  readonly compile: PythonCompiler = (printer, name, script) => {
    this.#printer = printer;
    const python = this.#open(name);
    const run = python.bridge.call(CONTROL, "compile_macro", [name, script]) as RunMacro;
    return { run: (host, macro, names) => run(host, macro, names) };
  };

  /** Whether a Python process runs. */
  get isOpen(): boolean {
    return this.#python !== undefined;
  }

  #open(name: string): PythonHost {
    if (this.#python !== undefined) return this.#python;
    const { findPython, makeDirectory, now, reactor, seed, live = false, gasLimit = GAS_LIMIT } = this.#options;
    let executable: string;
    try {
      executable = findPython();
    } catch (error) {
      throw this.#printer!.configError(`${pythonOption(name)} is a macro in Python: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#directory = makeDirectory();
    const log = (level: string, text: string): void => this.#printer?.log(level === "critical" ? "error" : (level as LogLevel), text);
    const python = new PythonHost({
      executable, directory: this.#directory, modules: [], now, reactor, live, counting: true, gasLimit, memoryMegabytes: MEMORY_MEGABYTES,
      reports: { onLog: log }, onWork: (work) => { if (work.o !== undefined) log("info", work.o.trimEnd()); },
    });
    python.importPlugins();
    if (seed !== undefined) python.seed(seed);
    this.#python = python;
    return python;
  }

  /** A life of the host is over and another begins. */
  endLife(): void {
    this.#python?.endLife();
  }

  /** Ends the process. */
  close(): void {
    const python = this.#python;
    if (python === undefined) return;
    this.#python = undefined;
    python.close();
    this.#options.removeDirectory(this.#directory);
  }
}
