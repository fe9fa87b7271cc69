/**
 * The CPython process of a host with its plugins: starts it, imports the modules, and makes of each module
 * what the host takes for a plugin. Modules stay imported when the host restarts, as in Kalico.
 */
import type { ImportedPlugin } from "../load-plugins.js";
import { importPythonModule } from "./python-module.js";
import type { PythonPluginModule } from "./python-plugin-module.js";
import { defineBridgeFunctions, type BridgeReports } from "./bridge-functions.js";
import { CONTROL, PythonBridge, type PythonWork } from "./bridge.js";
import type { Completion } from "../../reactor/completion.js";
import type { Reactor } from "../../reactor/reactor.js";
import { PythonProcess, type PythonEnding } from "./python-process.js";

export interface PythonHostOptions {
  executable: string;
  /** Directory for pipes and logs. */
  directory: string;
  /** Entries of sys.path for distributions. */
  importPaths?: readonly string[];
  /** Directories whose modules belong to klippy.extras and klippy.plugins. */
  extrasPaths?: readonly string[];
  pluginsPaths?: readonly string[];
  modules: readonly PythonPluginModule[];
  /** Event time, seconds. */
  now(): number;
  /** Files below these are the plugin's own. */
  roots?: readonly string[];
  /** The reactor runs in real time. */
  live?: boolean;
  /** Count bytecodes and lines of the plugin's own files. */
  counting?: boolean;
  /** Most bytecodes of one stretch; 0: no limit. */
  gasLimit?: number;
  secondsPerBytecode?: number;
  /** Watch files, sockets, processes and threads; no network, no processes. */
  watch?: boolean;
  /** Most characters that the plugin may print; 0: no limit. */
  outputLimit?: number;
  memoryMegabytes?: number;
  environment?: Readonly<Record<string, string>>;
  onWork?(work: PythonWork): void;
  reports?: BridgeReports;
  /** Called when the Python process has gone, before the call that notices throws. */
  onDied?(ending: PythonEnding): void;
  /** Wall seconds without an answer after which Python notes where it is. */
  hangSeconds?: number;
  /** The reactor of the host's present life: threads of plugins take their turns there. */
  reactor?(): Reactor | undefined;
}

/** What is alive in Python. */
export interface PythonState {
  threads: string[];
  descriptors: number;
  objects: number;
  /** Bytes that Python's allocator has handed out, as far as it tells. */
  bytes: number;
}

export class PythonHost {
  readonly bridge: PythonBridge;
  readonly version: string;
  readonly #modules: readonly PythonPluginModule[];

  /** @throws PythonDied when Python does not come up */
  constructor(options: PythonHostOptions) {
    const { executable, directory, memoryMegabytes = 0, environment = {} } = options;
    const process = new PythonProcess({ executable, directory, memoryMegabytes, environment, ...(options.onDied === undefined ? {} : { onDied: options.onDied }) });
    this.bridge = new PythonBridge({ process, now: options.now, ...(options.onWork === undefined ? {} : { onWork: options.onWork }) });
    defineBridgeFunctions(this.bridge, options.reports ?? {});
    defineThreads(this.bridge, () => options.reactor?.());
    const live = options.live ?? false;
    const { version } = this.bridge.call(CONTROL, "configure", [{
      importPaths: options.importPaths ?? [], extrasPaths: options.extrasPaths ?? [], pluginsPaths: options.pluginsPaths ?? [],
      roots: options.roots ?? [], counting: options.counting ?? false, limit: options.gasLimit ?? 0, seconds_per_bytecode: options.secondsPerBytecode ?? 0,
      outputLimit: options.outputLimit ?? 0, virtualTime: !live, live, watch: options.watch ?? false, hangSeconds: options.hangSeconds ?? 0,
    }]) as { version: number[] };
    this.version = version.join(".");
    this.#modules = options.modules;
  }

  /** Imports the modules, in their order. Never throws for what they do, except when Python dies of it. */
  importPlugins(onImport: (name: string) => void = () => undefined): ImportedPlugin[] {
    const imported = this.#modules.map((module) => {
      onImport(module.name);
      return importPythonModule(this.bridge, CONTROL, module);
    });
    this.bridge.keepImports();
    return imported;
  }

  /** Call it when a life of the host is over, before the next: what it held of Python is let go. */
  endLife(): void {
    this.bridge.endLife();
  }

  /** Starts the plugins' randomness again from a seed. */
  seed(seed: number): void {
    this.bridge.call(CONTROL, "seed", [seed]);
  }

  /** Lines of the plugin's files that ran so far, by file. */
  linesRun(): Record<string, number[]> {
    return this.bridge.call(CONTROL, "lines_run", []) as Record<string, number[]>;
  }

  /** Lines that can run, by file. */
  codeLines(files: readonly string[]): Record<string, number[]> {
    return this.bridge.call(CONTROL, "code_lines", [files]) as Record<string, number[]>;
  }

  /** Threads, open files and objects alive in Python. */
  state(): PythonState {
    return this.bridge.call(CONTROL, "state", []) as PythonState;
  }

  close(): void {
    this.bridge.close();
  }
}

/** Threads of plugins are tasks of the reactor: see `threads.py`. */
function defineThreads(bridge: PythonBridge, reactorNow: () => Reactor | undefined): void {
  const reactor = (): Reactor => {
    const now = reactorNow();
    if (now === undefined) throw new Error("Threads need a running printer: start them in load_config or later");
    return now;
  };
  bridge.define("startThread", (run: () => unknown) => void reactor().registerCallback(() => run()));
  const parked = new Map<number, Completion<boolean>[]>();
  bridge.define("threadPark", (key: number, seconds: number) => {
    const completion = reactor().completion<boolean>();
    parked.set(key, [...(parked.get(key) ?? []), completion]);
    return completion.wait(reactor().monotonic() + seconds, false);
  });
  bridge.define("threadWake", (key: number) => {
    for (const completion of parked.get(key) ?? []) if (!completion.test()) completion.complete(true);
    parked.delete(key);
  });
  bridge.define("threadSleep", (seconds: number) => reactor().pause(reactor().monotonic() + seconds));
}
