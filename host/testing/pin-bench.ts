/**
 * A bench for modules that use pins: a real printer with real configuration, g-code and modules, whose chip
 * "mcu" only records what its pins are told, and whose toolhead only has a clock. Print time equals event time.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addGcodeObjects } from "../gcode/early-objects.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { PinChip, PinParams } from "../mcu/pins.js";
import { PrinterPins } from "../mcu/pins.js";
import { hardwareModules } from "../modules/hardware-modules.js";
import { ModuleTable, type HostModule } from "../printer/module-table.js";
import { Printer } from "../printer/printer.js";
import { VirtualClock } from "../reactor/clock.js";
import { Reactor } from "../reactor/reactor.js";
import type { MessageParams } from "../wire/index.js";

/** Ticks per second of the chip. */
const CLOCK_FREQ = 1000000;

/** A pin that remembers its settings and commands. Times are print times, s. */
export class RecordedPin {
  readonly type: string;
  readonly params: PinParams;
  readonly commands: [printTime: number, value: number][] = [];
  readonly setup: Record<string, unknown> = {};
  private readonly chip: RecordingChip;
  private adcCallback: ((readTime: number, value: number) => void) | undefined;

  constructor(chip: RecordingChip, type: string, params: PinParams) {
    this.chip = chip;
    this.type = type;
    this.params = params;
  }
  getMcu(): RecordingChip {
    return this.chip;
  }
  setupMaxDuration(seconds: number): void {
    this.setup.maxDuration = seconds;
  }
  setupCycleTime(seconds: number, hardwarePwm = false): void {
    this.setup.cycleTime = seconds;
    this.setup.hardwarePwm = hardwarePwm;
  }
  setupStartValue(start: number, shutdown: number): void {
    this.setup.start = start;
    this.setup.shutdown = shutdown;
  }
  setupMinmax(sampleTime: number, sampleCount: number, range: object = {}): void {
    Object.assign(this.setup, { sampleTime, sampleCount, ...range });
  }
  setupAdcCallback(_reportTime: number, callback: (readTime: number, value: number) => void): void {
    this.adcCallback = callback;
  }
  setPwm(printTime: number, value: number): void {
    this.commands.push([printTime, value]);
  }
  setDigital(printTime: number, value: number): void {
    this.commands.push([printTime, Number(value)]);
  }
  /** The chip reports a reading (0…1). */
  report(readTime: number, value: number): void {
    this.adcCallback!(readTime, value);
  }
}

/** The chip "mcu". */
export class RecordingChip implements PinChip {
  readonly pins = new Map<string, RecordedPin>();
  readonly configCommands: string[] = [];
  /** Commands sent while running: format and arguments. */
  readonly sent: [format: string, args: readonly unknown[]][] = [];
  private readonly flushCallbacks: ((printTime: number, clock: number) => void)[] = [];
  private readonly configCallbacks: (() => void)[] = [];
  private readonly responseHandlers = new Map<string, (params: MessageParams) => void>();
  private oids = 0;

  setupPin(type: string, params: PinParams): RecordedPin {
    const pin = new RecordedPin(this, type, params);
    this.pins.set(params.pin, pin);
    return pin;
  }
  addConfigCmd(command: string): void {
    this.configCommands.push(command);
  }
  createOid(): number {
    return this.oids++;
  }
  getQuerySlot(): number {
    return 0;
  }
  secondsToClock(seconds: number): number {
    return Math.trunc(seconds * CLOCK_FREQ);
  }
  allocCommandQueue(): object {
    return {};
  }
  lookupCommand(format: string): { send(args: readonly unknown[]): void } {
    return { send: (args) => void this.sent.push([format, args]) };
  }
  registerConfigCallback(callback: () => void): void {
    this.configCallbacks.push(callback);
  }
  registerResponse(handler: (params: MessageParams) => void, name: string, oid: number): void {
    this.responseHandlers.set(`${name} ${oid}`, handler);
  }
  /** The configuration is built. */
  connect(): void {
    for (const callback of this.configCallbacks) callback();
  }
  /** A message of an object of the chip arrives. */
  respond(name: string, params: MessageParams & { oid: number }): void {
    this.responseHandlers.get(`${name} ${params.oid}`)!(params);
  }
  estimatedPrintTime(eventTime: number): number {
    return eventTime;
  }
  registerFlushCallback(callback: (printTime: number, clock: number) => void): void {
    this.flushCallbacks.push(callback);
  }
  /** The steps up to `printTime` have been handed over. */
  flush(printTime: number): void {
    for (const callback of this.flushCallbacks) callback(printTime, 0);
  }
}

/** A toolhead whose look-ahead queue is always flushed: callbacks run at once, at `printTime`. */
export class BenchToolhead {
  /** End of the queued moves, print time. */
  printTime = 0;
  /** Latest print time for which somebody asked to be flushed. */
  activity = 0;
  registerLookaheadCallback(callback: (printTime: number) => void): void {
    callback(this.printTime);
  }
  noteMcuMovequeueActivity(printTime: number): void {
    this.activity = Math.max(this.activity, printTime);
  }
  getLastMoveTime(): number {
    return this.printTime;
  }
}

export interface PinBench {
  printer: Printer;
  gcode: GCodeDispatch;
  chip: RecordingChip;
  toolhead: BenchToolhead;
  clock: VirtualClock;
  log: string[];
  /** Lines sent to the user. */
  output: string[];
  pin(name: string): RecordedPin;
  /** Run the reactor until `eventTime` (s); `each` is called before every pass. */
  runUntil(eventTime: number, each?: (now: number) => void): Promise<void>;
  /** Run a script to its end or its error, letting time pass. */
  script(text: string): Promise<void>;
}

/** A printer with `config`, connected and ready; `toolheadParts` are added to its toolhead. @throws Error with the state message when it does not get ready. */
export async function pinBench(
  config: string, modules: Record<string, HostModule> = {}, toolheadParts: object = {},
): Promise<PinBench> {
  const directory = mkdtempSync(join(tmpdir(), "pin-bench-"));
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, config);
  const clock = new VirtualClock();
  const reactor = new Reactor(clock);
  const chip = new RecordingChip();
  const toolhead = Object.assign(new BenchToolhead(), toolheadParts);
  const log: string[] = [], output: string[] = [];
  const printer = new Printer({
    reactor,
    startArgs: { config_file: configFile, start_reason: "startup" },
    modules: new ModuleTable({ ...hardwareModules, ...modules }),
    stages: {
      early: [(host) => void addGcodeObjects(host)],
      beforeSections: [(section) => {
        const pins = new PrinterPins();
        pins.registerChip("mcu", chip);
        section.getPrinter().addObject("pins", pins);
        section.getPrinter().addObject("mcu", chip);
        section.getPrinter().registerEventHandler("klippy:mcu_identify", () => chip.connect());
      }],
      afterSections: [(section) => section.getPrinter().addObject("toolhead", toolhead)],
    },
    observer: {
      onLog: (level, message) => void log.push(`${level}: ${message}`),
      onGcodeResponse: (line) => void output.push(line),
    },
  });
  void printer.run();
  const gcode = printer.lookupObject<GCodeDispatch>("gcode");
  const runUntil = async (limit: number, each?: (now: number) => void): Promise<void> => {
    for (let passes = 0; passes < 200_000 && reactor.nextDeadline() <= limit; passes++) {
      clock.now = Math.max(clock.now, reactor.nextDeadline());
      each?.(clock.now);
      await reactor.run(clock.now);
    }
    clock.now = Math.max(clock.now, limit);
  };
  const script = async (text: string): Promise<void> => {
    let outcome: { error?: unknown } | undefined;
    reactor.registerCallback(async () => {
      try {
        await gcode.runScript(text);
        outcome = {};
      } catch (error) {
        outcome = { error };
      }
    });
    for (let i = 0; i < 1000 && outcome === undefined; i++) await runUntil(clock.now + 0.001);
    if (outcome?.error !== undefined) throw outcome.error;
  };
  await runUntil(0.001);
  rmSync(directory, { recursive: true });
  const [message, state] = printer.getStateMessage();
  if (state !== "ready") throw new Error(message);
  const pin = (name: string): RecordedPin => {
    const found = chip.pins.get(name);
    if (found === undefined) throw new Error(`No pin "${name}" was set up`);
    return found;
  };
  return { printer, gcode, chip, toolhead, clock, log, output, pin, runUntil, script };
}
