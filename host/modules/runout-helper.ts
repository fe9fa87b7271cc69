/**
 * What happens when filament appears at or leaves a sensor: events for other modules, and while printing a pause
 * and runout_gcode, while not printing insert_gcode. With a runout distance the pause comes only when the extruder
 * has used up that much filament.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Reactor, Timer } from "../reactor/reactor.js";

/** Seconds between two looks at the extruder while a runout distance is used up. */
const CHECK_RUNOUT_TIMEOUT = 0.25;
/** Seconds after start-up in which the first states of the sensors are not events. */
const STARTUP_DELAY = 2;

/** A compiled macro. */
export interface ScriptTemplate {
  render(): string;
}

/** Object `gcode_macro`. */
export interface TemplateLoader {
  loadTemplate(config: ConfigSection, option: string, defaultValue?: string): ScriptTemplate;
}

/** The sensor that owns a helper. */
export interface FilamentSensor {
  /** Filament that the extruder has been fed, mm. */
  getExtruderPos(eventTime: number): number;
  sensorGetStatus(eventTime: number): Record<string, unknown>;
  /** Report and return true when the command asks for nothing else. */
  getInfo(gcmd: GCodeCommand): boolean;
  /** Take the sensor's own parameters. @returns whether it must be reset. */
  setFilamentSensor(gcmd: GCodeCommand): boolean;
  resetNeeded(changes: { enable: number | null; alwaysFireEvents: number | null }): boolean;
  reset(): void;
}

export class RunoutHelper {
  readonly name: string;
  runoutDistance: number;
  runoutElapsed = 0;
  filamentPresent = false;
  sensorEnabled = true;
  smart: boolean;
  alwaysFireEvents: boolean;
  immediateRunoutGcode: ScriptTemplate | null = null;
  private readonly runoutGcode: ScriptTemplate | null;
  private readonly insertGcode: ScriptTemplate | null;
  private readonly definedSensor: FilamentSensor;
  private readonly printer: Printer;
  private readonly reactor: Reactor;
  private readonly gcode: GCodeDispatch;
  private readonly runoutPause: boolean;
  private readonly pauseDelay: number;
  private readonly eventDelay: number;
  private minEventSystime: number;
  private runoutPosition = 0;
  private runoutTimer: Timer | undefined;

  constructor(config: ConfigSection, definedSensor: FilamentSensor, runoutDistance = 0) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.definedSensor = definedSensor;
    this.printer = config.getPrinter();
    this.reactor = this.printer.getReactor();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.runoutPause = config.getBoolean("pause_on_runout", { default: true });
    if (this.runoutPause) this.printer.loadObject(config, "pause_resume");
    const macros = this.printer.loadObject<TemplateLoader>(config, "gcode_macro");
    const hasScript = (option: string): boolean => config.get(option, { default: null }) !== null;
    this.runoutGcode = this.runoutPause || hasScript("runout_gcode") ? macros.loadTemplate(config, "runout_gcode", "") : null;
    this.insertGcode = hasScript("insert_gcode") ? macros.loadTemplate(config, "insert_gcode") : null;
    this.pauseDelay = config.getFloat("pause_delay", { default: 0.5, minval: 0 });
    this.eventDelay = config.getFloat("event_delay", { default: 3, minval: 0 });
    this.runoutDistance = runoutDistance;
    this.minEventSystime = this.reactor.NEVER;
    this.smart = config.getBoolean("smart", { default: false });
    this.alwaysFireEvents = config.getBoolean("always_fire_events", { default: false });
    this.printer.registerEventHandler("klippy:ready", () => {
      this.minEventSystime = this.reactor.monotonic() + STARTUP_DELAY;
    });
    this.gcode.registerMuxCommand("QUERY_FILAMENT_SENSOR", "SENSOR", this.name, (gcmd) => this.cmdQuery(gcmd), {
      desc: "Query the status of the Filament Sensor",
    });
    this.gcode.registerMuxCommand("SET_FILAMENT_SENSOR", "SENSOR", this.name, (gcmd) => this.cmdSet(gcmd), {
      desc: "Sets the filament sensor on/off",
    });
  }

  private async runoutEvent(eventTime: number): Promise<void> {
    if (this.immediateRunoutGcode !== null) await this.execGcode("", this.immediateRunoutGcode);
    if (this.runoutDistance <= 0) {
      await this.executeRunout(eventTime);
    } else if (this.runoutTimer === undefined) {
      this.runoutPosition = this.definedSensor.getExtruderPos(eventTime);
      this.runoutTimer = this.reactor.registerTimer((now: number) => this.pauseAfterDistance(now), this.reactor.NOW);
    }
  }

  private async executeRunout(eventTime: number): Promise<void> {
    let prefix = "";
    if (this.runoutPause) {
      // The pause takes hold at once, before the script waits for its turn.
      await this.printer.lookupObject<{ sendPauseCommand(): unknown }>("pause_resume").sendPauseCommand();
      prefix = "PAUSE\n";
      await this.reactor.pause(eventTime + this.pauseDelay);
    }
    await this.execGcode(prefix, this.runoutGcode);
    this.resetRunoutDistanceInfo();
  }

  resetRunoutDistanceInfo(): void {
    this.runoutElapsed = 0;
    if (this.runoutTimer === undefined) return;
    this.reactor.unregisterTimer(this.runoutTimer);
    this.runoutTimer = undefined;
  }

  private async pauseAfterDistance(eventTime: number): Promise<number> {
    const elapsed = Math.max(0, this.definedSensor.getExtruderPos(eventTime) - this.runoutPosition);
    if (elapsed < this.runoutDistance) {
      this.runoutElapsed = elapsed;
      return eventTime + CHECK_RUNOUT_TIMEOUT;
    }
    await this.executeRunout(eventTime);
    return this.reactor.NEVER;
  }

  private async execGcode(prefix: string, template: ScriptTemplate | null): Promise<void> {
    try {
      await this.gcode.runScript(`${prefix}${template?.render() ?? ""}\nM400`);
    } catch (error) {
      this.printer.log("error", "Script running error", error);
    }
    this.minEventSystime = this.reactor.monotonic() + this.eventDelay;
  }

  /** Tell the helper what the sensor sees; null: as before. @param eventTime when the sensor changed, s. */
  noteFilamentPresent(eventTime: number, isPresent: boolean | number | null = null, force = false, immediate = false): void {
    const present = isPresent === null ? this.filamentPresent : Boolean(isPresent);
    if (present === this.filamentPresent && !force) return;
    this.filamentPresent = present;
    if (eventTime < this.minEventSystime || (!this.alwaysFireEvents && !this.sensorEnabled)) return;
    this.printer.sendEvent(present ? "filament:insert" : "filament:runout", eventTime, this.name);
    if (!this.sensorEnabled) return;
    const now = this.reactor.monotonic();
    if (present) {
      if (this.isPrinting(now) || this.insertGcode === null) return;
      this.note("insert", now);
      this.reactor.registerCallback(() => this.execGcode("", this.insertGcode));
    } else if (this.isPrinting(now) && this.runoutGcode !== null) {
      this.note("runout", now);
      this.reactor.registerCallback((at: number) => (immediate ? this.executeRunout(at) : this.runoutEvent(at)));
    }
  }

  /** No further events until the script of this one has run. */
  private note(what: "insert" | "runout", now: number): void {
    this.minEventSystime = this.reactor.NEVER;
    this.printer.log("info", `Filament Sensor ${this.name}: ${what} event detected, Time ${formatFixed(now, 2)}`);
  }

  private isPrinting(now: number): boolean {
    const state = (object: string): unknown =>
      this.printer.lookupObject<{ getStatus(eventTime: number): { state: unknown } }>(object).getStatus(now).state;
    return this.smart ? state("print_stats") === "printing" : state("idle_timeout") === "Printing";
  }

  getStatus(eventTime: number): Record<string, unknown> {
    return {
      filament_detected: this.filamentPresent,
      enabled: this.sensorEnabled,
      smart: this.smart,
      always_fire_events: this.alwaysFireEvents,
      ...this.definedSensor.sensorGetStatus(eventTime),
    };
  }

  private cmdQuery(gcmd: GCodeCommand): void {
    gcmd.respondInfo(`Filament Sensor ${this.name}: filament ${this.filamentPresent ? "detected" : "not detected"}`);
  }

  private cmdSet(gcmd: GCodeCommand): void {
    const flag = (name: string): number | null => gcmd.getInt(name, { default: null, minval: 0, maxval: 1 });
    const enable = flag("ENABLE"), reset = flag("RESET"), smart = flag("SMART"), alwaysFireEvents = flag("ALWAYS_FIRE_EVENTS");
    const asksNothing = enable === null && reset === null && smart === null && alwaysFireEvents === null;
    if (asksNothing && this.definedSensor.getInfo(gcmd)) return;
    if (enable !== null) this.sensorEnabled = enable !== 0;
    if (smart !== null) this.smart = smart !== 0;
    if (alwaysFireEvents !== null) this.alwaysFireEvents = alwaysFireEvents !== 0;
    const sensorWantsReset = this.definedSensor.setFilamentSensor(gcmd);
    const changesWantReset = this.definedSensor.resetNeeded({ enable, alwaysFireEvents });
    if (reset === 1 || sensorWantsReset || changesWantReset) this.definedSensor.reset();
  }
}
