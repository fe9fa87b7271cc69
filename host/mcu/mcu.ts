/**
 * One micro-controller as the rest of the host sees it (object `mcu` or `mcu NAME`): oids and config commands
 * while the configuration is read, connect and configuration (CRC-32 of the command text decides whether an
 * MCU that is still configured can be taken over), then commands, clock conversions and the flush of step
 * queues. Print times in s, clocks in 64-bit MCU ticks. Messages are Kalico's, verbatim.
 *
 * Long because the surface that modules and plugins call is Kalico's one class; what has a life of its own
 * (config commands, load, restarts, reconnects, step merging) lies in the files beside it.
 */
import type { ConfigSection } from "../config/config-section.js";
import { ConfigError, InvariantError, McuError, PinError, TransportError } from "../errors.js";
import type { LogLevel } from "../observer.js";
import type { Printer } from "../printer/printer.js";
import type { Reactor } from "../reactor/reactor.js";
import type { ClockSync } from "../transport/clocksync.js";
import type { PortOpener } from "../transport/port.js";
import { SerialReader, type ResponseHandler } from "../transport/serialhdl.js";
import type { CommandQueue, SerialQueue } from "../transport/serialqueue.js";
import { ProtocolError, type MessageParams } from "../wire/index.js";
import { ConfigCommands, type ConfigCmdOptions, type ResolvedCommands } from "./config-commands.js";
import { CommandQueryWrapper, CommandWrapper } from "./mcu-commands.js";
import { isTemperatureFault, shutdownHelp } from "./mcu-errors.js";
import { McuLoad } from "./mcu-load.js";
import { restartMcu, RESTART_METHODS, type RestartMethod } from "./mcu-restart.js";
import { faultySensors } from "./faulty-sensors.js";
import { NonCriticalLink, type ReconnectSteps } from "./non-critical-link.js";
import type { PinChip, PinParams, PinType, PrinterPins } from "./pins.js";
import { MAX_NOMINAL_DURATION, MAX_SCHEDULE_TICKS, MIN_SCHEDULE_TIME } from "./schedule-limits.js";
import { StepperSync, type StepQueue } from "./steppersync.js";

/** Makes the pin object of one type; the table of them is passed in, so that pins may know the Mcu and not vice versa. */
export type PinFactory = (mcu: Mcu, pinParams: PinParams) => unknown;

/** What the world passes in `printer.getStartArgs()` for MCUs. */
export interface McuStartArgs extends PortOpener<ConfigSection> {
  /** "startup", "restart", "firmware_restart", … */
  start_reason?: string;
  /**
   * Looks at all config commands of an MCU before the first of them is sent; what it throws ends the connect.
   * @param isKept the MCU has this very configuration already: only `restart` and `init` will be sent
   */
  approveConfig?(mcuName: string, commands: ResolvedCommands, isKept: boolean): void;
}

/** Time (s) that an automatic restart gets before the connect is given up. */
const AUTO_RESTART_SECONDS = 2;
/** Spacing (s) of the first samples of periodic queries, by oid. */
const QUERY_SLOT_SECONDS = 0.01;

const GET_CONFIG = "get_config";
const CONFIG_RESPONSE = "config is_config=%c crc=%u is_shutdown=%c move_count=%hu";

interface McuConfigState {
  is_config: number;
  crc: number;
  is_shutdown: number;
  move_count: number;
}

/** Kalico's MCU. */
export class Mcu implements PinChip {
  readonly error = McuError;
  /** True while a non-critical MCU is away. */
  nonCriticalDisconnected = false;
  readonly isNonCritical: boolean;

  private readonly printer: Printer;
  private readonly reactor: Reactor;
  private readonly config: ConfigSection;
  private readonly clockSync: ClockSync;
  private readonly pinFactories: Readonly<Record<string, PinFactory>>;
  private readonly name: string;
  private readonly serial: SerialReader;
  /** Speed of the line; undefined for a pipe. */
  private readonly baud: number | undefined;
  private restartMethod: RestartMethod | null = "command";
  private readonly maxStepperError: number;
  private readonly nonCriticalLink: NonCriticalLink | undefined;

  private mcuFreq = 0;
  private readonly configCommands = new ConfigCommands();

  private reservedMoveSlots = 0;
  private readonly stepQueues: StepQueue[] = [];
  private stepperSync: StepperSync | undefined;
  private readonly flushCallbacks: ((printTime: number, clock: number) => void)[] = [];

  private emergencyStopCmd: CommandWrapper | undefined;
  private resetCmd: CommandWrapper | undefined;
  private configResetCmd: CommandWrapper | undefined;
  private isMcuBridge = false;
  private shutdownSeen = false;
  private timedOut = false;
  private shutdownClock = 0;
  private shutdownMsg = "";

  private readonly statusInfo: Record<string, unknown> = {};
  /** The latest statistics while the status lacks them. */
  private unreadStats: string | undefined;
  private load = new McuLoad(1, 1);

  constructor(config: ConfigSection, clockSync: ClockSync, pinFactories: Readonly<Record<string, PinFactory>>) {
    this.config = config;
    this.printer = config.getPrinter();
    this.reactor = this.printer.getReactor();
    this.clockSync = clockSync;
    this.pinFactories = pinFactories;
    const sectionName = config.getName();
    this.name = sectionName.startsWith("mcu ") ? sectionName.slice(4) : sectionName;
    this.serial = new SerialReader(this.reactor, {
      warnPrefix: `mcu '${this.name}': `,
      log: (level, message) => this.log(level, message),
      isDisconnected: () => this.nonCriticalDisconnected,
    });
    if (config.get("canbus_uuid", { default: null }) !== null) {
      throw new ConfigError("CAN bus micro-controllers are not supported: use option 'serial'", {
        section: sectionName,
        option: "canbus_uuid",
      });
    }
    const serialPort = config.get("serial");
    const isPipe = serialPort.startsWith("/dev/rpmsg_") || serialPort.startsWith("/tmp/klipper_host_");
    if (!isPipe) {
      this.baud = config.getInt("baud", { default: 250000, minval: 2400 });
      const isGiven = config.get("restart_method", { default: null }) !== null;
      this.restartMethod = isGiven ? (config.getChoice("restart_method", [...RESTART_METHODS]) as RestartMethod) : null;
    }
    this.printer.lookupObject<PrinterPins>("pins").registerChip(this.name, this);
    this.maxStepperError = config.getFloat("max_stepper_error", { default: 0.000025, minval: 0 });
    this.isNonCritical = config.getBoolean("is_non_critical", { default: false });
    if (this.isNonCritical && this.name === "mcu") throw new McuError("Primary MCU cannot be marked as non-critical!");
    const reconnectInterval = config.getFloat("reconnect_interval", { default: 2 });
    if (this.isNonCritical) this.nonCriticalLink = new NonCriticalLink(this.reconnectSteps(), reconnectInterval);
    this.printer.registerEventHandler("klippy:firmware_restart", () => this.firmwareRestart());
    this.printer.registerEventHandler("klippy:mcu_identify", async () => {
      await this.mcuIdentify();
    });
    this.printer.registerEventHandler("klippy:connect", () => this.connect());
    this.printer.registerEventHandler("klippy:shutdown", () => this.sendEmergencyStop());
    this.printer.registerEventHandler("klippy:disconnect", () => this.disconnect());
    this.printer.registerEventHandler("klippy:ready", () => this.checkFrequency());
  }

  // ---- configuration by other objects ----

  /** Makes the object for a pin of this MCU. @throws PinError for a type that MCUs do not have. */
  setupPin(pinType: PinType, pinParams: PinParams): unknown {
    const factory = this.pinFactories[pinType];
    if (factory === undefined) throw new PinError(`pin type ${pinType} not supported on mcu`);
    return factory(this, pinParams);
  }

  /** The next free object id. */
  createOid(): number {
    return this.configCommands.createOid();
  }

  /** Adds a builder of config commands; it runs at connect, and again when a non-critical MCU comes back. */
  registerConfigCallback(callback: () => void): void {
    this.configCommands.registerCallback(callback);
  }

  /** Adds a config command in text form (`config_endstop oid=1 pin=PA0 pull_up=1`). */
  addConfigCmd(command: string, options: ConfigCmdOptions = {}): void {
    this.configCommands.add(command, options);
  }

  /** Clock of the first sample of a periodic query: 0.5…1.5 s from now, 10 ms apart by oid. */
  getQuerySlot(oid: number): number {
    const slot = this.secondsToClock(oid * QUERY_SLOT_SECONDS);
    const printTime = Math.trunc(this.estimatedPrintTime(this.reactor.monotonic()) + 1.5);
    return this.printTimeToClock(printTime) + slot;
  }

  /** Reserves one slot of the MCU's move queue for an output object. */
  requestMoveQueueSlot(): void {
    this.reservedMoveSlots++;
  }

  /** Adds a stepper's queue of rows to those that `flushMoves` sends. */
  registerStepQueue(stepQueue: StepQueue): void {
    this.stepQueues.push(stepQueue);
  }

  /** Names of the steppers on this MCU by oid. */
  stepperNames(): Map<number, string> {
    return new Map(this.stepQueues.map((queue) => [queue.oid, queue.name ?? `oid${queue.oid}`]));
  }

  /** Called with print time and clock before each flush of the step queues. */
  registerFlushCallback(callback: (printTime: number, clock: number) => void): void {
    this.flushCallbacks.push(callback);
  }

  // ---- commands ----

  allocCommandQueue(): CommandQueue {
    return this.serial.allocCommandQueue();
  }

  /** @throws ProtocolError when the firmware has no such command, or one of another format. */
  lookupCommand(format: string, cq?: CommandQueue): CommandWrapper {
    return new CommandWrapper(this.serial, format, cq);
  }

  /** As `lookupCommand`; undefined when the firmware does not have it. */
  tryLookupCommand(format: string): CommandWrapper | undefined {
    try {
      return this.lookupCommand(format);
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  lookupQueryCommand(
    format: string,
    responseFormat: string,
    options: { oid?: number; cq?: CommandQueue; isAsync?: boolean } = {},
  ): CommandQueryWrapper {
    return new CommandQueryWrapper(this.serial, format, responseFormat, options);
  }

  /** Sets (or with undefined removes) the handler of a message; it runs in the reader of the port and must not pause. */
  registerResponse(callback: ResponseHandler | undefined | null, msg: string, oid?: number): void {
    this.serial.registerResponse(callback ?? undefined, msg, oid);
  }

  // ---- what the firmware says of itself ----

  getConstants(): Record<string, string | number> {
    return this.serial.getMsgparser().getConstants();
  }

  getConstantFloat(name: string): number {
    return this.serial.getMsgparser().getConstantFloat(name);
  }

  getEnumerations(): Record<string, Record<string, number>> {
    return this.serial.getMsgparser().getEnumerations();
  }

  // ---- times ----

  printTimeToClock(printTime: number): number {
    return this.clockSync.printTimeToClock(printTime);
  }

  clockToPrintTime(clock: number): number {
    return this.clockSync.clockToPrintTime(clock);
  }

  /** Print time (s) that the MCU has now reached, by the clock estimate. */
  estimatedPrintTime(eventTime: number): number {
    return this.clockSync.estimatedPrintTime(eventTime);
  }

  /** Ticks in so many seconds at the nominal frequency. */
  secondsToClock(seconds: number): number {
    return Math.trunc(seconds * this.mcuFreq);
  }

  clock32ToClock64(clock32: number): number {
    return this.clockSync.clock32ToClock64(clock32);
  }

  minScheduleTime(): number {
    return MIN_SCHEDULE_TIME;
  }

  maxNominalDuration(): number {
    return MAX_NOMINAL_DURATION;
  }

  /** By how much (s) a step may be early: option `max_stepper_error`. */
  getMaxStepperError(): number {
    return this.maxStepperError;
  }

  // ---- plain getters ----

  getPrinter(): Printer {
    return this.printer;
  }

  getName(): string {
    return this.name;
  }

  getSerialQueue(): SerialQueue {
    const queue = this.serial.getSerialQueue();
    if (queue === undefined) throw new InvariantError(`MCU '${this.name}' is not connected`);
    return queue;
  }

  getNonCriticalReconnectEventName(): string {
    return `danger:non_critical_mcu_${this.name}:reconnected`;
  }

  getNonCriticalDisconnectEventName(): string {
    return `danger:non_critical_mcu_${this.name}:disconnected`;
  }

  /** Always false: this host has no debug output to a file. */
  isFileoutput(): boolean {
    return false;
  }

  isShutdown(): boolean {
    return this.shutdownSeen;
  }

  /** Clock of the shutdown that the MCU reported; 0 before. */
  getShutdownClock(): number {
    return this.shutdownClock;
  }

  getStatus(_eventTime?: number): Record<string, unknown> {
    this.readStats();
    return { ...this.statusInfo };
  }

  // ---- moves ----

  /**
   * Sends the step rows up to a print time (s) and forgets the history before `clearHistoryTime` (s).
   * @throws McuError "Internal error in MCU '…' stepcompress"
   */
  flushMoves(printTime: number, clearHistoryTime: number): void {
    if (this.stepperSync === undefined) return;
    const clock = this.printTimeToClock(printTime);
    if (clock < 0) return;
    for (const callback of this.flushCallbacks) callback(printTime, clock);
    // A callback may have lost the MCU.
    if (this.stepperSync === undefined) return;
    this.stepperSync.flush(clock, Math.max(0, this.printTimeToClock(clearHistoryTime)));
  }

  /** Once a second: adjusts the clock mapping of secondary MCUs and notices an MCU that has fallen silent. */
  checkActive(printTime: number, eventTime: number): void {
    if (this.stepperSync === undefined) return;
    const [offset, freq] = this.clockSync.calibrateClock(printTime, eventTime);
    this.stepperSync.setTime(offset, freq);
    if (this.clockSync.isActive() || this.timedOut) return;
    if (this.nonCriticalLink !== undefined) {
      this.nonCriticalLink.lost();
      return;
    }
    this.timedOut = true;
    this.log("info", `Timeout with MCU '${this.name}' (eventtime=${eventTime.toFixed(6)})`);
    if (this.dangerOption("logShutdownInfo", true)) {
      this.log("info", `MCU '${this.name}' disconnected: Timeout\n${this.debugState()}`);
    }
    void this.printer.invokeShutdown(`Lost communication with MCU '${this.name}'`);
  }

  /** Statistics line; the fields also appear as `last_stats` in the status. */
  stats(eventTime: number): [boolean, string] {
    const text = [
      this.load.stats(),
      this.serial.stats(eventTime),
      this.clockSync.stats(eventTime),
    ].join(" ");
    this.unreadStats = text;
    return [false, `${this.name}: ${text}`];
  }

  /** Statistics come every second, whether or not anybody asks for the status that holds them. */
  private readStats(): void {
    if (this.unreadStats === undefined) return;
    const lastStats: Record<string, number> = {};
    for (const part of this.unreadStats.split(/\s+/)) {
      const equals = part.indexOf("=");
      if (equals > 0) lastStats[part.slice(0, equals)] = Number(part.slice(equals + 1));
    }
    this.statusInfo.last_stats = lastStats;
    this.unreadStats = undefined;
  }

  // ---- messages from the MCU ----

  private handleShutdown(params: MessageParams): void {
    if (this.shutdownSeen) return;
    this.shutdownSeen = true;
    if (params.clock !== undefined) this.shutdownClock = this.clock32ToClock64(params.clock as number);
    const reason = String(params.static_string_id);
    const message = params["#name"] as string;
    this.shutdownMsg = reason;
    if (this.dangerOption("logShutdownInfo", true)) {
      this.log("info", `MCU '${this.name}' ${message}: ${reason}\n${this.debugState()}`);
    }
    const prefix = message === "is_shutdown" ? "Previous MCU" : "MCU";
    const listSensors = isTemperatureFault(reason) && !this.dangerOption("tempIgnoreLimits", false);
    const help = shutdownHelp(reason, listSensors ? faultySensors(this.printer) : []);
    this.printer.invokeAsyncShutdown(`${prefix} '${this.name}' shutdown: ${reason}${help}`);
  }

  private handleStarting(): void {
    if (!this.shutdownSeen && !this.isNonCritical) {
      this.printer.invokeAsyncShutdown(`MCU '${this.name}' spontaneous restart`);
    }
  }

  // ---- connect ----

  /** Opens the port, identifies the firmware and starts the clock. False: a non-critical MCU is not there. */
  private async mcuIdentify(): Promise<boolean> {
    const startArgs = this.printer.getStartArgs() as unknown as McuStartArgs;
    if (this.isNonCritical) {
      const exists = startArgs.portExists?.(this.name, this.config) ?? true;
      this.setNonCriticalDisconnected(!exists);
      if (!exists) return false;
    }
    try {
      await this.serial.connect(startArgs, this.name, this.config, { rts: this.restartMethod !== "cheetah", baud: this.baud });
      await this.clockSync.connect(this.serial);
    } catch (error) {
      if (error instanceof TransportError) throw new McuError(error.message);
      throw error;
    }
    if (this.dangerOption("logStartupInfo", true)) this.log("info", this.logInfo());
    this.takeFirmwareFacts();
    this.registerResponse((params) => this.handleShutdown(params), "shutdown");
    this.registerResponse((params) => this.handleShutdown(params), "is_shutdown");
    this.registerResponse((params) => this.load.handleStats(params), "stats");
    return true;
  }

  /** Constants, reserved pins, restart commands and the status fields that come from the dictionary. */
  private takeFirmwareFacts(): void {
    const parser = this.serial.getMsgparser();
    const constants = this.getConstants();
    const resolver = this.printer.lookupObject<PrinterPins>("pins").getPinResolver(this.name);
    for (const [name, value] of Object.entries(constants)) {
      if (!name.startsWith("RESERVE_PINS_")) continue;
      for (const pin of String(value).split(",")) resolver.reservePin(pin, name.slice("RESERVE_PINS_".length));
    }
    this.mcuFreq = this.getConstantFloat("CLOCK_FREQ");
    if (MAX_NOMINAL_DURATION * this.mcuFreq > MAX_SCHEDULE_TICKS) {
      throw new McuError(
        `Too high clock speed for MCU '${this.name}' to be able to resolve a maximum nominal duration of ` +
          `${MAX_NOMINAL_DURATION}s. Max possible duration: ${Math.trunc(MAX_SCHEDULE_TICKS / this.mcuFreq)}s`,
      );
    }
    this.load = new McuLoad(this.mcuFreq, this.getConstantFloat("STATS_SUMSQ_BASE"));
    this.emergencyStopCmd = this.lookupCommand("emergency_stop");
    this.resetCmd = this.tryLookupCommand("reset");
    this.configResetCmd = this.tryLookupCommand("config_reset");
    const externalOnly = this.resetCmd === undefined && this.configResetCmd === undefined;
    if (this.restartMethod === null && constants.SERIAL_BAUD === undefined && !externalOnly) this.restartMethod = "command";
    if (constants.CANBUS_BRIDGE) {
      if (!this.isMcuBridge) this.printer.registerEventHandler("klippy:firmware_restart", () => this.firmwareRestart(true));
      this.isMcuBridge = true;
    }
    const app = parser.getAppInfo();
    const { version, build_versions } = parser.getVersionInfo();
    this.statusInfo.app = app;
    this.statusInfo.mcu_version = version;
    this.statusInfo.mcu_build_versions = build_versions;
    this.statusInfo.mcu_constants = constants;
    if (app === "Klipper" || app === "Danger-Klipper") {
      this.runtimeWarning(
        `MCU '${this.name}' currently has firmware compiled for ${app} (version ${version}).` +
          " It is recommended to re-flash for best compatiblity with Kalico",
      );
    }
  }

  private async connect(): Promise<void> {
    if (this.nonCriticalDisconnected) {
      this.nonCriticalLink!.waitForIt();
      return;
    }
    let state = await this.queryConfig();
    if (!state.is_config) {
      if (this.restartMethod === "rpi_usb") await this.restartAutomatically("full reset before config");
      await this.sendConfig(undefined);
      state = await this.queryConfig();
      if (!state.is_config) throw new McuError(`Unable to configure MCU '${this.name}'`);
    } else if (this.configCommands.crc !== state.crc) {
      if (this.startReason() === "firmware_restart") throw new McuError(`Failed automated reset of MCU '${this.name}'`);
      await this.sendConfig(state.crc);
    }
    // An MCU that reports the very CRC this object has sent before lost its link, not its configuration.
    const moveCount = state.move_count;
    if (moveCount < this.reservedMoveSlots) throw new McuError(`Too few moves available on MCU '${this.name}'`);
    this.stepperSync = new StepperSync({
      name: this.name,
      serialQueue: this.getSerialQueue(),
      parser: this.serial.getMsgparser(),
      stepQueues: this.stepQueues,
      moveSlots: moveCount - this.reservedMoveSlots,
      log: (line) => this.log("error", line),
    });
    this.stepperSync.setTime(0, this.mcuFreq);
    const message = `Configured MCU '${this.name}' (${moveCount} moves)`;
    this.log("info", message);
    this.printer.setRolloverInfo(this.name, `${this.logInfo()}\n${message}`, false);
  }

  private async queryConfig(): Promise<McuConfigState> {
    const state = (await this.lookupQueryCommand(GET_CONFIG, CONFIG_RESPONSE).send()) as unknown as McuConfigState;
    if (this.shutdownSeen) throw new McuError(`MCU '${this.name}' error during config: ${this.shutdownMsg}`);
    if (state.is_shutdown) throw new McuError(`Can not update MCU '${this.name}' config as it is shutdown`);
    return state;
  }

  /** Builds the config text and sends it; with `previousCrc` only what an MCU that is configured already needs. */
  private async sendConfig(previousCrc: number | undefined): Promise<void> {
    const resolver = this.printer.lookupObject<PrinterPins>("pins").getPinResolver(this.name);
    const commands = this.configCommands.build(resolver);
    const startArgs = this.printer.getStartArgs() as unknown as McuStartArgs;
    startArgs.approveConfig?.(this.name, commands, this.configCommands.crc === previousCrc);
    if (previousCrc !== undefined && this.configCommands.crc !== previousCrc) {
      await this.restartAutomatically("CRC mismatch");
      throw new McuError(`MCU '${this.name}' CRC does not match config`);
    }
    this.registerResponse(() => this.handleStarting(), "starting");
    if (previousCrc === undefined) {
      this.log("info", `Sending MCU '${this.name}' printer configuration...`);
      this.sendAll(commands.config);
    } else {
      this.sendAll(commands.restart);
    }
    this.sendAll(commands.init);
  }

  private sendAll(commands: readonly string[]): void {
    for (const command of commands) {
      try {
        this.serial.send(command);
      } catch (error) {
        const pin = badPin(error);
        if (pin === undefined) throw error;
        throw new ConfigError(`Pin '${pin}' is not a valid pin name on mcu '${this.name}'`);
      }
    }
  }

  /** Asks for a firmware restart of the whole printer, unless this start is one already. */
  private async restartAutomatically(reason: string): Promise<void> {
    if (this.startReason() === "firmware_restart") return;
    this.log("info", `Attempting automated MCU '${this.name}' restart: ${reason}`);
    this.printer.requestExit("firmware_restart");
    if (this.reactor.isRunning()) await this.reactor.pause(this.reactor.monotonic() + AUTO_RESTART_SECONDS);
    throw new McuError(`Attempt MCU '${this.name}' restart failed`);
  }

  private checkFrequency(): void {
    if (this.nonCriticalDisconnected) return;
    const eventTime = this.reactor.monotonic();
    const measured = this.clockSync.getClock(eventTime + 1) - this.clockSync.getClock(eventTime);
    const nominalMhz = Math.trunc(this.mcuFreq / 1e6 + 0.5);
    const measuredMhz = Math.trunc(measured / 1e6 + 0.5);
    if (Math.abs(this.mcuFreq - measured) > this.mcuFreq * 0.01 && nominalMhz !== measuredMhz) {
      this.runtimeWarning(`MCU '${this.name}' configured for ${nominalMhz}Mhz but running at ${measuredMhz}Mhz!`);
    }
  }

  // ---- disconnect, shutdown, restart ----

  private disconnect(): void {
    this.serial.disconnect();
    this.stepperSync = undefined;
  }

  /** Tells the MCU to stop, unless it has done so by itself. */
  private sendEmergencyStop(force = false): void {
    if (this.emergencyStopCmd === undefined || this.nonCriticalDisconnected || (this.shutdownSeen && !force)) return;
    this.emergencyStopCmd.send();
  }

  private async firmwareRestart(force = false): Promise<void> {
    if ((this.isMcuBridge && !force) || this.nonCriticalDisconnected) return;
    await restartMcu(this.restartMethod, {
      name: this.name,
      reactor: this.reactor,
      log: (message) => this.log("info", message),
      isActive: () => this.clockSync.isActive(),
      resetCmd: this.resetCmd,
      configResetCmd: this.configResetCmd,
      forceShutdown: () => {
        this.shutdownSeen = true;
        this.sendEmergencyStop(true);
      },
      disconnect: () => this.disconnect(),
      resetByLines: (style) => {
        const startArgs = this.printer.getStartArgs() as unknown as McuStartArgs;
        return startArgs.resetByLines?.(this.name, this.config, style, this.reactor);
      },
    });
  }

  // ---- MCUs that may be away ----

  private setNonCriticalDisconnected(away: boolean): void {
    this.nonCriticalDisconnected = away;
    this.statusInfo.non_critical_disconnected = away;
  }

  private reconnectSteps(): ReconnectSteps {
    const { name, printer, reactor } = this;
    return {
      name,
      reactor,
      identify: () => this.mcuIdentify(),
      isShutDown: async () => Boolean((await this.lookupQueryCommand(GET_CONFIG, CONFIG_RESPONSE).send()).is_shutdown),
      sendReset: () => {
        this.log("info", `MCU '${name}' is in a shutdown state - attempting reset`);
        (this.resetCmd ?? this.configResetCmd ?? this.tryLookupCommand("clear_shutdown"))?.send();
      },
      forget: () => {
        this.shutdownSeen = false;
        this.configCommands.reset();
        this.reservedMoveSlots = 0;
        this.stepperSync = undefined;
      },
      configure: () => this.connect(),
      letGo: () => {
        this.clockSync.disconnect();
        this.disconnect();
        this.setNonCriticalDisconnected(true);
      },
      announce: (what) => {
        printer.sendEvent(what === "reconnected" ? this.getNonCriticalReconnectEventName() : this.getNonCriticalDisconnectEventName());
        this.respondInfo(`mcu: '${name}' ${what}!`);
      },
      logFailure: (error) => this.log("error", `Reconnect attempt on MCU '${name}' failed: ${String(error)}`),
    };
  }

  // ---- small helpers ----

  private startReason(): string | undefined {
    return (this.printer.getStartArgs() as unknown as McuStartArgs).start_reason;
  }

  private log(level: LogLevel, message: string): void {
    this.printer.log(level, message);
  }

  private respondInfo(message: string): void {
    this.printer
      .lookupObject<{ respondInfo(message: string, options?: { log?: boolean }): void } | null>("gcode", null)
      ?.respondInfo(message, { log: true });
  }

  private runtimeWarning(message: string): void {
    this.printer.lookupObject<{ runtimeWarning(message: string): void } | null>("configfile", null)?.runtimeWarning(message);
  }

  private dangerOption<T>(name: string, fallback: T): T {
    const options = this.printer.lookupObject<Record<string, unknown> | null>("danger_options", null);
    return (options?.[name] as T | undefined) ?? fallback;
  }

  private logInfo(): string {
    const parser = this.serial.getMsgparser();
    const { version, build_versions } = parser.getVersionInfo();
    const constants = Object.entries(this.getConstants())
      .map(([name, value]) => `${name}=${value}`)
      .join(" ");
    return (
      `Loaded MCU '${this.name}' ${parser.messages.length} commands (${parser.getAppInfo()} ${version} / ${build_versions})\n` +
      `MCU '${this.name}' config: ${constants}`
    );
  }

  private debugState(): string {
    return [this.configCommands.dumpDebug(), this.clockSync.dumpDebug(), this.serial.dumpDebug()].join("\n");
  }
}

/** Name of the pin that the dictionary does not know, when that is what an encode error is about. */
function badPin(error: unknown): string | undefined {
  if (!(error instanceof ProtocolError)) return undefined;
  return /Unknown value '(.*)' in enumeration 'pin'$/.exec(error.message)?.[1];
}
