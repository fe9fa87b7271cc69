/**
 * The object `gcode`: the table of commands, the way from a line of text to a handler, and the answers.
 *
 * A line runs synchronously for as long as its handler does, so that a print costs no promise per move;
 * once a handler returns a promise (it pauses), the rest of the script goes on behind it. Texts that users
 * and front ends see are Kalico's.
 */
import { CommandError, ConfigError } from "../errors.js";
import { Coord } from "../motion/coord.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Mutex } from "../reactor/mutex.js";
import { GCodeCommand } from "./gcode-command.js";
import { isTraditionalGcode, isValidExtendedName, parseExtendedParams, parseLine, Params, type GCodeParams } from "./line.js";

export type MaybePromise<T = void> = T | Promise<T>;

/** Carries a command out; may pause. */
export type GCodeHandler = (gcmd: GCodeCommand) => MaybePromise<unknown>;

export interface RegisterOptions {
  /** The command also works before the printer is ready and after a shutdown. */
  whenNotReady?: boolean;
  /** Help text. */
  desc?: string | null;
}

/** What a restart needs from the object `toolhead`. */
interface RestartingToolhead {
  getLastMoveTime(): number;
  dwell(seconds: number): MaybePromise;
  waitMoves(): Promise<void>;
}

/** Seconds of standstill after the last move before a restart. */
const RESTART_DWELL = 0.5;

interface MuxCommand {
  key: string;
  values: Map<string | null, GCodeHandler>;
}

const isThenable = (value: unknown): value is Promise<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** Commands whose text may hold digits that look like part of the name. */
const TEXT_COMMANDS = ["M117", "M118", "M23"];

/** Parses and dispatches g-code. */
export class GCodeDispatch {
  readonly Coord = Coord;
  readonly printer: Printer;
  /** Input is a file given at start: an error ends the host. */
  readonly isFileinput: boolean;
  readonly mutex: Mutex;
  isPrinterReady = false;
  readonly #readyHandlers = new Map<string, GCodeHandler>();
  readonly #baseHandlers = new Map<string, GCodeHandler>();
  #handlers: Map<string, GCodeHandler> = this.#baseHandlers;
  readonly #muxCommands = new Map<string, MuxCommand>();
  readonly #help = new Map<string, string>();
  /** By command: the handler that came first, whoever replaced it since. */
  readonly #firstHandlers = new Map<string, GCodeHandler>();
  readonly #outputHandlers: ((message: string) => void)[] = [];
  #statusCommands: Record<string, { help?: string }> | undefined;
  #interruptCounter = 0;
  #scriptContext = 0;

  constructor(printer: Printer) {
    this.printer = printer;
    this.isFileinput = Boolean(printer.getStartArgs().debuginput);
    this.mutex = printer.getReactor().mutex();
    printer.registerEventHandler("klippy:ready", () => this.#becomeReady());
    printer.registerEventHandler("klippy:shutdown", () => this.#handleShutdown());
    printer.registerEventHandler("klippy:disconnect", () => this.respondState("Disconnect"));
  }

  // ---- registration ----

  /** Whether a command is a letter with a number, as `G1`. */
  isTraditionalGcode(command: string): boolean {
    return isTraditionalGcode(command);
  }

  /**
   * Adds a command; `null` as handler removes it and returns the handler it had.
   * @throws ConfigError when the name is taken or not a valid name
   */
  registerCommand(command: string, handler: GCodeHandler | null, options: RegisterOptions = {}): GCodeHandler | undefined {
    this.#statusCommands = undefined;
    if (handler === null) {
      const old = this.#readyHandlers.get(command);
      this.#readyHandlers.delete(command);
      this.#baseHandlers.delete(command);
      return old;
    }
    if (this.#readyHandlers.has(command)) throw new ConfigError(`gcode command ${command} already registered`);
    let run = handler;
    if (!isTraditionalGcode(command)) {
      if (!isValidExtendedName(command)) throw new ConfigError(`Can't register '${command}' as it is an invalid name`);
      run = (gcmd) => handler(this.#withExtendedParams(gcmd));
    }
    this.#readyHandlers.set(command, run);
    if (!this.#firstHandlers.has(command)) this.#firstHandlers.set(command, handler);
    if (options.whenNotReady === true) this.#baseHandlers.set(command, run);
    if (options.desc != null) this.#help.set(command, options.desc);
    return undefined;
  }

  /**
   * Adds the handler for one value of the key parameter of a command; value `null` is the default.
   * @throws ConfigError when the command has another key, or the value a handler
   */
  registerMuxCommand(command: string, key: string, value: string | null, handler: GCodeHandler, options: { desc?: string | null } = {}): void {
    let mux = this.#muxCommands.get(command);
    if (mux === undefined) {
      const created: MuxCommand = { key, values: new Map() };
      this.registerCommand(command, (gcmd) => this.#runMux(created, gcmd), options);
      this.#muxCommands.set(command, created);
      mux = created;
    }
    if (mux.key !== key) {
      throw new ConfigError(`mux command ${command} ${key} ${pyName(value)} may have only one key (${mux.key})`);
    }
    if (mux.values.has(value)) {
      const values = [...mux.values.keys()].map((taken) => (taken === null ? "None" : `'${taken}'`)).join(", ");
      throw new ConfigError(`mux command ${command} ${key} ${pyName(value)} already registered (${values})`);
    }
    mux.values.set(value, handler);
  }

  #runMux(mux: MuxCommand, gcmd: GCodeCommand): MaybePromise<unknown> {
    const value = mux.values.has(null) ? gcmd.get(mux.key, { default: null }) : gcmd.get(mux.key);
    const handler = mux.values.get(value);
    if (handler === undefined) throw gcmd.error(`The value '${pyName(value)}' is not valid for ${mux.key}`);
    return handler(gcmd);
  }

  #withExtendedParams(gcmd: GCodeCommand): GCodeCommand {
    const params = parseExtendedParams(gcmd.getRawCommandParameters());
    if (params === undefined) throw new CommandError(`Malformed command '${gcmd.getCommandline()}'`);
    gcmd.replaceParameters(params);
    return gcmd;
  }

  /** Help text by command. */
  getCommandHelp(): Record<string, string> {
    return Object.fromEntries(this.#help);
  }

  /** The handler that a command would run now. */
  lookupHandler(command: string): GCodeHandler | undefined {
    return this.#handlers.get(command);
  }

  /** The handler that was registered first for a command: the method of the object that brought it. */
  firstHandler(command: string): GCodeHandler | undefined {
    return this.#firstHandlers.get(command);
  }

  /** Names of the commands that can run now. */
  availableCommands(): string[] {
    return [...this.#handlers.keys()];
  }

  getStatus(_eventTime?: number): { commands: Record<string, { help?: string }> } {
    if (this.#statusCommands === undefined) {
      const commands: Record<string, { help?: string }> = {};
      for (const name of this.#handlers.keys()) {
        const help = this.#help.get(name);
        commands[name] = help === undefined ? {} : { help };
      }
      this.#statusCommands = commands;
    }
    return { commands: this.#statusCommands };
  }

  // ---- state ----

  #becomeReady(): void {
    this.isPrinterReady = true;
    this.#useHandlers(this.#readyHandlers);
    this.respondState("Ready");
  }

  #handleShutdown(): void {
    if (!this.isPrinterReady) return;
    this.isPrinterReady = false;
    this.#useHandlers(this.#baseHandlers);
    this.respondState("Shutdown");
  }

  #useHandlers(handlers: Map<string, GCodeHandler>): void {
    this.#handlers = handlers;
    this.#statusCommands = undefined;
  }

  /** Goes up with every HEATER_INTERRUPT; waits end when it has changed. */
  getInterruptCounter(): number {
    return this.#interruptCounter;
  }

  incrementInterruptCounter(): void {
    this.#interruptCounter += 1;
  }

  // ---- running ----

  /** Held while a script from outside runs. */
  getMutex(): Mutex {
    return this.mutex;
  }

  /** A command that no line of input stands behind. */
  createGcodeCommand(command: string, commandline: string, params: GCodeParams | Record<string, string>): GCodeCommand {
    return new GCodeCommand(this, command, commandline, Object.assign(new Params(), params), false);
  }

  /** Runs a script inside a command. @throws what a command of it throws */
  async runScriptFromCommand(script: string): Promise<void> {
    this.#scriptContext += 1;
    try {
      await this.processCommands(script.split("\n"), false);
    } finally {
      this.#scriptContext -= 1;
    }
  }

  /** Runs a script once no other is running; a script with the word INTERRUPT does not wait. */
  async runScript(script: string): Promise<void> {
    const pending = this.runScriptNow(script);
    if (pending !== undefined) await pending;
  }

  /** As `runScript`, but done at once (undefined) where nothing pauses: the print loop calls it once per line. */
  runScriptNow(script: string): MaybePromise {
    if (script.includes("INTERRUPT")) return this.processCommands(script.split("\n"), false);
    if (this.mutex.test()) return this.#runLocked(script);
    void this.mutex.lock();
    let pending: MaybePromise;
    try {
      pending = script.includes("\n") ? this.processCommands(script.split("\n"), false) : this.processLine(script, false);
    } catch (error) {
      this.mutex.unlock();
      throw error;
    }
    if (!isThenable(pending)) {
      this.mutex.unlock();
      return undefined;
    }
    return pending.finally(() => this.mutex.unlock());
  }

  async #runLocked(script: string): Promise<void> {
    await this.mutex.withLock(() => this.processCommands(script.split("\n"), false));
  }

  /** Runs lines one after the other; `needAck`: the input waits for `ok` and takes errors as answers only. */
  processCommands(lines: readonly string[], needAck: boolean): MaybePromise {
    for (let index = 0; index < lines.length; index++) {
      if (this.#endsScript(lines[index]!)) return undefined;
      const pending = this.processLine(lines[index]!, needAck);
      if (isThenable(pending)) return this.#processRest(lines, index + 1, needAck, pending);
    }
    return undefined;
  }

  /** The same by Kalico's name, which plugins call. */
  _processCommands(lines: readonly string[], needAck = true): MaybePromise {
    return this.processCommands(lines, needAck);
  }

  async #processRest(lines: readonly string[], from: number, needAck: boolean, pending: Promise<void>): Promise<void> {
    await pending;
    for (let index = from; index < lines.length; index++) {
      if (this.#endsScript(lines[index]!)) return;
      const next = this.processLine(lines[index]!, needAck);
      if (isThenable(next)) await next;
    }
  }

  #endsScript(line: string): boolean {
    return this.#scriptContext > 0 && /^\s*(?:n[^a-z_*]*)?return/i.test(line) && parseLine(line).command === "RETURN";
  }

  /** Runs one line. Done at once (undefined) unless the handler pauses. */
  processLine(raw: string, needAck: boolean): MaybePromise {
    const { command, line, params } = parseLine(raw);
    const { observer } = this.printer;
    if (observer.onGcodeCommand !== undefined && command !== "") {
      observer.onGcodeCommand(line, this.printer.getReactor().monotonic());
    }
    const gcmd = new GCodeCommand(this, command, line, params, needAck);
    const handler = this.#handlers.get(command);
    try {
      const result = handler === undefined ? this.#runDefault(gcmd) : handler(gcmd);
      if (isThenable(result)) return this.#finishLine(gcmd, result, needAck);
    } catch (error) {
      this.#lineFailed(command, error, needAck);
    }
    if (needAck) gcmd.ack();
    return undefined;
  }

  async #finishLine(gcmd: GCodeCommand, result: Promise<unknown>, needAck: boolean): Promise<void> {
    const command = gcmd.getCommand();
    try {
      await result;
    } catch (error) {
      this.#lineFailed(command, error, needAck);
    }
    gcmd.ack();
  }

  #lineFailed(command: string, error: unknown, needAck: boolean): void {
    if (error instanceof CommandError) {
      this.respondError(error.message);
      this.printer.sendEvent("gcode:command_error");
    } else {
      const message = `Internal error on command:"${command}"`;
      this.printer.log("error", message, error);
      this.printer.invokeShutdown(message);
      this.respondError(message);
    }
    if (!needAck) throw error;
  }

  /** What happens to a command that nobody handles now. */
  #runDefault(gcmd: GCodeCommand): MaybePromise<unknown> {
    const command = gcmd.getCommand();
    if (command === "M105") {
      gcmd.ack("T:0");
      return undefined;
    }
    if (command === "M21") return undefined;
    if (!this.isPrinterReady) throw gcmd.error(this.printer.getStateMessage()[0]);
    if (command === "") {
      if (gcmd.getCommandline() !== "") this.printer.log("debug", gcmd.getCommandline());
      return undefined;
    }
    if (command.includes(" ")) {
      const word = command.split(/\s+/)[0]!;
      const handler = TEXT_COMMANDS.includes(word) ? this.#handlers.get(word) : undefined;
      if (handler !== undefined) {
        gcmd.routeTo(word);
        return handler(gcmd);
      }
    } else if (command === "M140" || command === "M104") {
      if (gcmd.getFloat("S", { default: 0 }) === 0) return undefined;
    } else if (command === "M107") {
      return undefined;
    } else if (command === "M106") {
      if (gcmd.getFloat("S", { default: 1 }) === 0 || this.isFileinput) return undefined;
    }
    gcmd.respondInfo(`Unknown command:"${command}"`);
    this.printer.sendEvent("gcode:unknown_command", command);
    return undefined;
  }

  /** Lets the moves that are planned finish, then ends this run of the host. */
  async requestRestart(result: "exit" | "restart" | "firmware_restart"): Promise<void> {
    if (this.isPrinterReady) {
      const toolhead = this.printer.lookupObject<RestartingToolhead>("toolhead");
      const printTime = toolhead.getLastMoveTime();
      if (result === "exit") this.printer.log("info", `Exiting (print time ${printTime.toFixed(3)}s)`);
      this.printer.sendEvent("gcode:request_restart", printTime);
      await toolhead.dwell(RESTART_DWELL);
      await toolhead.waitMoves();
    }
    this.printer.requestExit(result);
  }

  // ---- answers ----

  /** An error that, thrown in a handler, is answered with a `!!` line. */
  error(message: string): CommandError {
    return new CommandError(message);
  }

  /** Adds a receiver of all answers. */
  registerOutputHandler(handler: (message: string) => void): void {
    this.#outputHandlers.push(handler);
  }

  /** The receivers of all answers. */
  get outputCallbacks(): ((message: string) => void)[] {
    return [...this.#outputHandlers];
  }

  /** Sends a message as it is. */
  respondRaw(message: string): void {
    const { observer } = this.printer;
    if (observer.onGcodeResponse !== undefined) observer.onGcodeResponse(message, this.printer.getReactor().monotonic());
    for (const handler of this.#outputHandlers) handler(message);
  }

  /** Sends a message with `// ` before each line; `log: false` keeps it out of the log. */
  respondInfo(message: string, options: { log?: boolean } = {}): void {
    if (options.log !== false) this.printer.log("info", message);
    const lines = message.trim().split("\n").map((line) => line.trim());
    this.respondRaw(`// ${lines.join("\n// ")}`);
  }

  /** Sends an error: its first line with `!! `, all of it as information before that when there are several. */
  respondError(message: string): void {
    this.printer.log("warning", message);
    const lines = message.trim().split("\n");
    if (lines.length > 1) this.respondInfo(lines.join("\n"), { log: false });
    this.respondRaw(`!! ${lines[0]!.trim()}`);
    if (this.isFileinput) this.printer.requestExit("error_exit");
  }

  respondState(state: string): void {
    this.respondInfo(`Klipper state: ${state}`, { log: false });
  }
}

const pyName = (value: string | null): string => value ?? "None";
