/**
 * One run of the host: reads the configuration, loads the modules in Kalico's order, connects, is ready,
 * shuts down. Holds the object registry and the event bus. The reactor is driven from outside; `run()`
 * resolves when somebody requests the exit and the disconnect handlers have run.
 */
import { diskFiles, type ConfigFs } from "../config/config-files.js";
import type { ConfigMode } from "../config/config-parser.js";
import type { ConfigSection } from "../config/config-section.js";
import { PrinterConfig } from "../config/printer-config.js";
import { pySplit } from "../config/python-text.js";
import { CommandError, ConfigError, McuError, TransportError, WaitInterrupted, type ConfigPlace } from "../errors.js";
import type { HostObserver, LogLevel } from "../observer.js";
import type { Reactor } from "../reactor/reactor.js";
import { ComponentCollection } from "./components.js";
import type { EventHandler } from "./events.js";
import { lookupSection } from "./discovery-rules.js";
import { ModuleTable, type ModuleEntry } from "./module-table.js";
import { asctime } from "./asctime.js";
import type { ExitResult, Printer as PrinterSurface, StartArgs, StateCategory } from "./printer-surface.js";
import { MESSAGE_MCU_CONNECT_ERROR, MESSAGE_READY, MESSAGE_RESTART, MESSAGE_SHUTDOWN, MESSAGE_STARTUP, protocolErrorMessage } from "./state-messages.js";

export type { ExitResult, StartArgs, StateCategory } from "./printer-surface.js";

/** The stages that the printer creates at fixed points of loading; `host` wires them. */
export interface PrinterStages {
  /** Before any configuration is read: `gcode`, `gcode_io`, `webhooks`. */
  early?: readonly ((printer: Printer) => void)[];
  /** Before the sections are loaded: `pins`, the micro-controllers. */
  beforeSections?: readonly ((config: ConfigSection) => void)[];
  /** After them: `toolhead`, which brings kinematics, extruders and the modules it needs. */
  afterSections?: readonly ((config: ConfigSection) => void)[];
}

export interface PrinterOptions {
  reactor: Reactor;
  startArgs: StartArgs;
  modules?: ModuleTable;
  stages?: PrinterStages;
  observer?: HostObserver;
  /** Whether known defects of Kalico's configuration are reproduced (default) or mended. */
  configMode?: ConfigMode;
  files?: ConfigFs;
}

/** Load functions by the names of Python modules and of ours. */
const LOAD_FUNCTIONS = [["load_config", "loadConfig"], ["load_config_prefix", "loadConfigPrefix"]] as const;
/** Sections that load without being configured. */
const ON_BY_DEFAULT = ["force_move", "respond", "exclude_object", "telemetry"];
const UNSET: unique symbol = Symbol("unset");

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class PrinterHost implements PrinterSurface {
  readonly objects = new Map<string, any>();
  readonly observer: HostObserver;
  /** The modules by name, once the configuration has been read. */
  modules: ReadonlyMap<string, ModuleEntry> = new Map();
  readonly #reactor: Reactor;
  readonly #startArgs: StartArgs;
  readonly #table: ModuleTable;
  readonly #stages: PrinterStages;
  readonly #options: PrinterOptions;
  readonly #handlers = new Map<string, EventHandler[]>();
  readonly #components = new ComponentCollection();
  #stateMessage = MESSAGE_STARTUP;
  #inShutdown = false;
  #result: ExitResult | undefined;
  #runFailures = 0;

  constructor(options: PrinterOptions) {
    this.#options = options;
    this.#reactor = options.reactor;
    this.#startArgs = options.startArgs;
    this.#table = options.modules ?? new ModuleTable();
    this.#stages = options.stages ?? {};
    this.observer = options.observer ?? {};
    this.#reactor.onError = (error) => this.#runFailed(error);
    this.#reactor.onContract = (what, detail) => this.#contract(what, detail);
    for (const create of this.#stages.early ?? []) create(this);
  }

  configError(message: string, place?: ConfigPlace): ConfigError {
    return new ConfigError(message, place);
  }

  commandError(message: string): CommandError {
    return new CommandError(message);
  }

  getReactor(): Reactor {
    return this.#reactor;
  }

  getStartArgs(): StartArgs {
    return this.#startArgs;
  }

  // ---- state ----

  getStateMessage(): [string, StateCategory] {
    const message = this.#stateMessage;
    if (message === MESSAGE_READY) return [message, "ready"];
    if (message === MESSAGE_STARTUP) return [message, "startup"];
    return [message, this.#inShutdown ? "shutdown" : "error"];
  }

  isShutdown(): boolean {
    return this.#inShutdown;
  }

  #setState(message: string): void {
    if (this.#stateMessage === MESSAGE_READY || this.#stateMessage === MESSAGE_STARTUP) {
      this.#stateMessage = message;
      const [text, category] = this.getStateMessage();
      this.observer.onStateChange?.(category, text, this.#reactor.monotonic());
    }
    if (message !== MESSAGE_READY && this.#startArgs.debuginput != null) this.requestExit("error_exit");
  }

  // ---- objects ----

  addObject(name: string, object: unknown): void {
    if (this.objects.has(name)) throw new ConfigError(`Printer object '${name}' already created`);
    this.objects.set(name, object);
  }

  lookupObject<T = any>(name: string, ...rest: [(T | null)?]): T {
    if (this.objects.has(name)) return this.objects.get(name) as T;
    if (rest.length === 0 || rest[0] === undefined) throw new ConfigError(`Unknown config object '${name}'`);
    return rest[0] as T;
  }

  lookupObjects(module?: string): [string, any][] {
    if (module === undefined) return [...this.objects];
    const prefix = `${module} `;
    const found = [...this.objects].filter(([name]) => name.startsWith(prefix));
    if (this.objects.has(module)) found.unshift([module, this.objects.get(module)]);
    return found;
  }

  lookupComponents(subsystem: string): Map<string, unknown> {
    return this.#components.getComponents(subsystem);
  }

  loadObject<T = any>(config: { getSection(name: string): unknown }, section: string, ...rest: [(T | null)?]): T {
    if (this.objects.has(section)) return this.objects.get(section) as T;
    const fallback: T | null | typeof UNSET = rest.length === 0 || rest[0] === undefined ? UNSET : rest[0];
    const name = pySplit(section)[0];
    if (name === undefined) throw new RangeError("list index out of range");
    const entry = this.modules.get(name);
    const functions = entry === undefined ? undefined : "error" in entry ? "failed" as const : LOAD_FUNCTIONS.filter(([, ours]) => entry.module?.[ours] != null).map(([python]) => python);
    const found = lookupSection(section, functions, fallback !== UNSET);
    if (found.kind === "silent") return fallback as T;
    if (found.kind === "config-error") throw new ConfigError(found.message, { section });
    if (found.kind === "import-error") throw entry!.error;
    const key = found.function === "load_config" ? "loadConfig" : "loadConfigPrefix";
    const load = entry!.module![key]!;
    const object: unknown = load.call(entry!.module, config.getSection(section) as ConfigSection);
    if (isThenable(object)) {
      object.then(undefined, () => undefined);
      this.#contract("promise from loadConfig", section);
      throw new ConfigError(`${key} of module '${name}' returned a promise: it must return the object itself`, { section });
    }
    this.objects.set(section, object);
    return object as T;
  }

  // ---- loading ----

  #readConfig(): void {
    const configfile = new PrinterConfig(this, this.#options.files ?? diskFiles, this.#options.configMode ?? "kalico");
    this.objects.set("configfile", configfile);
    const config = configfile.readMainConfig();
    this.#loadModules(config);
    const danger = this.loadObject<DangerOptionsUsed | null>(config, "danger_options", null);
    if (danger?.logConfigFileAtStartup === true) configfile.logConfig(config);
    for (const entry of this.modules.values()) this.#registerComponents(entry);
    for (const create of this.#stages.beforeSections ?? []) create(config);
    for (const section of config.getPrefixSections("")) this.loadObject(config, section.getName(), null);
    for (const section of ON_BY_DEFAULT) this.loadObject(config, section, null);
    if (this.#startArgs.debuginput != null) this.loadObject(config, "testing", null);
    for (const create of this.#stages.afterSections ?? []) create(config);
    configfile.checkUnusedOptions(config, danger?.errorOnUnusedConfigOptions ?? true);
  }

  /** In mode kalico a module that throws here stops the start, configured or not. */
  #registerComponents(entry: ModuleEntry): void {
    if ("error" in entry) return;
    try {
      entry.module?.registerComponents?.(this.#components);
    } catch (error) {
      if (this.#options.configMode !== "strict") throw error;
      this.log("error", `Failed to register components of '${entry.name}'.`, error);
      this.#contract("exception from registerComponents", entry.name);
    }
  }

  #loadModules(config: ConfigSection): void {
    const section = config.getSection("danger_options");
    const allowOverride = section.getBoolean("allow_plugin_override", { default: false, noteValid: false });
    this.modules = this.#table.resolve(allowOverride);
    for (const entry of this.modules.values()) {
      if (entry.metadata !== undefined) this.log("info", `Plugin ${entry.metadata.name}==${entry.metadata.version}`);
      if (!("error" in entry)) continue;
      const what = entry.metadata === undefined ? `module '${entry.name}'` : `plugin '${entry.name}' (v${entry.metadata.version})`;
      this.log("error", `Failed to load ${what}.`, entry.error);
    }
  }

  // ---- connect and ready ----

  async #connect(): Promise<void> {
    try {
      this.#readConfig();
      await this.sendEventAsync("klippy:mcu_identify");
      this.observer.onEvent?.("klippy:connect", [], this.#reactor.monotonic());
      for (const handler of this.#handlersOf("klippy:connect")) {
        if (this.#stateMessage !== MESSAGE_STARTUP) return;
        await handler();
      }
    } catch (error) {
      this.#connectFailed(error);
      return;
    }
    try {
      this.#setState(MESSAGE_READY);
      this.observer.onEvent?.("klippy:ready", [], this.#reactor.monotonic());
      for (const handler of this.#handlersOf("klippy:ready")) {
        if (this.#stateMessage !== MESSAGE_READY) return;
        const result = this.#reactor.assertNoPause(handler, "klippy:ready handler");
        if (isThenable(result)) await result;
      }
    } catch (error) {
      this.log("error", "Unhandled exception during ready callback", error);
      this.invokeShutdown(`Internal error during ready callback: ${errorText(error)}`);
    }
  }

  #connectFailed(error: unknown): void {
    const text = errorText(error);
    if (this.#result !== undefined) {
      // Kalico's paused connect never resumes once an exit is requested, so the state stays.
      this.log("error", "Connect given up", error);
    } else if (error instanceof ConfigError) {
      this.log("error", "Config error", error);
      this.#setState(`${text}\n${MESSAGE_RESTART}`);
    } else if (error instanceof Error && error.name === "ProtocolError") {
      this.log("error", "Protocol error", error);
      this.#setState(protocolErrorMessage(text, this.#startArgs.software_version ?? "", this.#mcuVersions()));
    } else if (error instanceof McuError || error instanceof TransportError) {
      this.log("error", "MCU error during connect", error);
      this.#setState(`${text}${MESSAGE_MCU_CONNECT_ERROR}`);
    } else {
      this.log("error", "Unhandled exception during connect", error);
      this.#setState(`Internal error during connect: ${text}\n${MESSAGE_RESTART}`);
    }
  }

  #mcuVersions(): { name: string; version: string }[] {
    const versions: { name: string; version: string }[] = [];
    for (const [name, mcu] of this.lookupObjects("mcu")) {
      try {
        versions.push({ name: pySplit(name).at(-1)!, version: String(mcu.getStatus().mcu_version) });
      } catch (error) {
        this.log("error", "Unable to retrieve mcu_version from mcu_obj", error);
      }
    }
    return versions;
  }

  // ---- running and ending ----

  /** Starts the host; resolves with what ended it. A host runs once. */
  run(): Promise<ExitResult> {
    const eventTime = this.#reactor.monotonic();
    const { wallTime } = this.getStartArgs();
    // Without a wall clock time begins with the world: the log is the same in each run.
    const seconds = wallTime?.() ?? eventTime;
    this.log("info", `Start printer at ${asctime(seconds, wallTime === undefined ? "utc" : "local")} (${seconds.toFixed(1)} ${eventTime.toFixed(1)})`);
    this.#reactor.registerCallback(() => this.#connect());
    return new Promise((resolve) => {
      this.#reactor.onStopped = async () => {
        const result = this.#result ?? "exit";
        try {
          if (result === "firmware_restart") await this.sendEventAsync("klippy:firmware_restart");
          await this.sendEventAsync("klippy:disconnect");
        } catch (error) {
          this.log("error", "Unhandled exception during post run", error);
        }
        resolve(result);
      };
    });
  }

  /** A callback threw: the first time shut down, the second time give up. */
  #runFailed(error: unknown): void {
    this.#runFailures += 1;
    if (this.#runFailures === 1) {
      const message = "Unhandled exception during run";
      this.log("error", message, error);
      this.#reactor.registerCallback(() => this.invokeShutdown(message));
      return;
    }
    this.log("error", "Repeat unhandled exception during run", error);
    this.#result = "error_exit";
    this.#reactor.end();
  }

  requestExit(result: ExitResult): void {
    this.#result ??= result;
    this.#reactor.end();
  }

  invokeShutdown(message: string): void {
    if (this.#inShutdown) return;
    this.log("error", `Transition to shutdown state: ${message}`);
    this.#inShutdown = true;
    this.#setState(`${message}${MESSAGE_SHUTDOWN}`);
    this.observer.onEvent?.("klippy:shutdown", [], this.#reactor.monotonic());
    const failed = (error: unknown): void => this.log("error", "Exception during shutdown handler", error);
    for (const handler of this.#handlersOf("klippy:shutdown")) {
      try {
        const result = this.#reactor.assertNoPause(handler, "klippy:shutdown handler");
        if (isThenable(result)) {
          this.#reactor.requestDrain();
          result.then(undefined, failed);
        }
      } catch (error) {
        failed(error);
      }
    }
  }

  invokeAsyncShutdown(message: string): void {
    this.#reactor.registerAsyncCallback(() => this.invokeShutdown(message));
  }

  async waitWhile(
    condition: (eventTime: number) => boolean,
    { errorOnCancel = true, interval = 1 }: { errorOnCancel?: boolean; interval?: number } = {},
  ): Promise<void> {
    const gcode = this.lookupObject<{ getInterruptCounter(): number }>("gcode");
    const counter = gcode.getInterruptCounter();
    let eventTime = this.#reactor.monotonic();
    while (condition(eventTime)) {
      if (this.#inShutdown || counter !== gcode.getInterruptCounter()) {
        if (errorOnCancel) throw new WaitInterrupted();
        return;
      }
      eventTime = await this.#reactor.pause(eventTime + interval);
    }
  }

  // ---- events ----

  registerEventHandler(event: string, handler: EventHandler): void {
    const handlers = this.#handlers.get(event);
    if (handlers === undefined) this.#handlers.set(event, [handler]);
    else handlers.push(handler);
  }

  /** Live list: a handler added during dispatch runs in it. */
  #handlersOf(event: string): EventHandler[] {
    return this.#handlers.get(event) ?? [];
  }

  sendEvent(event: string, ...args: unknown[]): unknown[] {
    this.observer.onEvent?.(event, args, this.#reactor.monotonic());
    const results: unknown[] = [];
    for (const handler of this.#handlersOf(event)) {
      const result = handler(...args);
      if (isThenable(result)) {
        this.#reactor.requestDrain();
        this.#contract("promise from a handler of a synchronous event", event);
        result.then(undefined, (error: unknown) => {
          this.#reactor.registerCallback(() => {
            throw error;
          });
        });
      }
      results.push(result);
    }
    return results;
  }

  /** As `sendEvent`; a promise from the first handler that has to wait on. */
  sendEventNow(event: string, ...args: unknown[]): unknown[] | Promise<unknown[]> {
    this.observer.onEvent?.(event, args, this.#reactor.monotonic());
    const results: unknown[] = [];
    const handlers = this.#handlersOf(event);
    for (let index = 0; index < handlers.length; index++) {
      const result = handlers[index]!(...args);
      if (isThenable(result)) return this.#sendRest(handlers, index + 1, args, results, result);
      results.push(result);
    }
    return results;
  }

  async #sendRest(handlers: EventHandler[], from: number, args: unknown[], results: unknown[], pending: PromiseLike<unknown>): Promise<unknown[]> {
    results.push(await pending);
    for (let index = from; index < handlers.length; index++) results.push(await handlers[index]!(...args));
    return results;
  }

  async sendEventAsync(event: string, ...args: unknown[]): Promise<unknown[]> {
    this.observer.onEvent?.(event, args, this.#reactor.monotonic());
    const results: unknown[] = [];
    for (const handler of this.#handlersOf(event)) results.push(await handler(...args));
    return results;
  }

  // ---- log ----

  setRolloverInfo(name: string, info: string, log = true): void {
    this.observer.onRolloverInfo?.(name, info);
    if (log) this.log("info", info);
  }

  log(level: LogLevel, message: string, error?: unknown): void {
    if (this.observer.onLog === undefined) return;
    const detail = error === undefined ? "" : `\n${error instanceof Error ? (error.stack ?? String(error)) : String(error)}`;
    this.observer.onLog(level, message + detail, this.#reactor.monotonic());
  }

  #contract(what: string, detail: string): void {
    this.observer.onContract?.(what, detail, this.#reactor.monotonic());
  }
}

interface DangerOptionsUsed {
  logConfigFileAtStartup?: boolean;
  errorOnUnusedConfigOptions?: boolean;
}

/** One run of the host; `new Printer(options)`. */
export const Printer = PrinterHost;
export type Printer = PrinterSurface;
