/**
 * The printer as modules and plugins see it: objects, events, state. An interface of its own, so that
 * configuration sections can hand out their printer without an import cycle.
 */
import type { LogLevel, HostObserver } from "../observer.js";
import type { CommandError, ConfigError, ConfigPlace } from "../errors.js";
import type { Reactor } from "../reactor/reactor.js";
import type { EventHandler, PrinterEvent, PrinterEvents } from "./events.js";

/** How the host was started. Keys are Kalico's; the functions are the world's. */
export interface StartArgs {
  config_file: string;
  start_reason: "startup" | "restart" | "firmware_restart";
  apiserver_file?: string | null;
  debuginput?: string | null;
  log_file?: string | null;
  software_version?: string;
  cpu_info?: string;
  plugins?: Record<string, unknown>;
  /** Opens the link to a micro-controller: (mcu name, its section) → port. */
  openPort?: (mcuName: string, config: any) => any;
  /** Seconds since 1970, for names of backup files; the reactor's time when absent. */
  wallTime?: () => number;
  [key: string]: any;
}

export type StateCategory = "ready" | "startup" | "shutdown" | "error";
/** What ends a run: a restart reason, or the end of the process. */
export type ExitResult = "exit" | "error_exit" | "restart" | "firmware_restart";

/** The object registry, event bus and state of one run of the host. */
export interface Printer {
  readonly objects: Map<string, any>;
  readonly observer: HostObserver;
  /** Makes the error for a wrong configuration; throw it. */
  configError(message: string, place?: ConfigPlace): ConfigError;
  /** Makes the error for a g-code command that cannot be carried out; throw it. */
  commandError(message: string): CommandError;
  getReactor(): Reactor;
  getStartArgs(): StartArgs;
  /** [message, category]. */
  getStateMessage(): [string, StateCategory];
  isShutdown(): boolean;
  /** @throws ConfigError when the name is taken */
  addObject(name: string, object: unknown): void;
  /** @throws ConfigError when unknown and no default is given */
  lookupObject<T = any>(name: string, defaultValue?: T | null): T;
  /** All objects, or `module` first and then every `"module …"`, as [name, object]. */
  lookupObjects(module?: string): [string, any][];
  /** The object of a section; its module is loaded when need be. @throws ConfigError when there is no such module and no default */
  loadObject<T = any>(config: { getSection(name: string): unknown }, section: string, defaultValue?: T | null): T;
  /** Components of a subsystem by name: live, empty for unknown subsystems. */
  lookupComponents(subsystem: string): Map<string, unknown>;
  registerEventHandler<E extends PrinterEvent>(event: E, handler: EventHandler<PrinterEvents[E]>): void;
  registerEventHandler(event: string, handler: EventHandler): void;
  /** Runs the handlers in the order of registration; their results. A handler's exception ends it. */
  sendEvent(event: string, ...args: unknown[]): unknown[];
  /** As `sendEvent`, but waits for each handler before the next. */
  sendEventAsync(event: string, ...args: unknown[]): Promise<unknown[]>;
  /** As `sendEventAsync`, but done at once where no handler has to wait. */
  sendEventNow(event: string, ...args: unknown[]): unknown[] | Promise<unknown[]>;
  invokeShutdown(message: string): void;
  /** As `invokeShutdown`, from outside the reactor. */
  invokeAsyncShutdown(message: string): void;
  requestExit(result: ExitResult): void;
  /** Waits until `condition(eventTime)` is false. @throws WaitInterrupted on shutdown or HEATER_INTERRUPT */
  waitWhile(condition: (eventTime: number) => boolean, options?: { errorOnCancel?: boolean; interval?: number }): Promise<void>;
  setRolloverInfo(name: string, info: string, log?: boolean): void;
  log(level: LogLevel, message: string, error?: unknown): void;
  run(): Promise<ExitResult>;
}
