/**
 * What happens when filament appears at or leaves a sensor: events for other modules, and while printing a pause
 * and runout_gcode, while not printing insert_gcode. With a runout distance the pause comes only when the extruder
 * has used up that much filament.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Reactor } from "../reactor/reactor.js";
import { RunoutDistance } from "./runout-distance.js";

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

/** What a section says about its events; scripts are null where nothing is to be done. */
interface RunoutOptions {
  readonly runoutPause: boolean;
  readonly runoutGcode: ScriptTemplate | null;
  readonly insertGcode: ScriptTemplate | null;
  /** Seconds between the pause and the script. */
  readonly pauseDelay: number;
  /** Seconds after a script in which nothing is an event. */
  readonly eventDelay: number;
  /** Whether print_stats tells of a print, and not idle_timeout. */
  readonly smart: boolean;
  /** Events also while the sensor is disabled. */
  readonly alwaysFireEvents: boolean;
}

function runoutOptions(config: ConfigSection): RunoutOptions {
  const printer = config.getPrinter();
  const runoutPause = config.getBoolean("pause_on_runout", { default: true });
  if (runoutPause) printer.loadObject(config, "pause_resume");
  const macros = printer.loadObject<TemplateLoader>(config, "gcode_macro");
  const isGiven = (option: string): boolean => config.get(option, { default: null }) !== null;
  return {
    runoutPause,
    // A pause needs no script to be an answer.
    runoutGcode: runoutPause || isGiven("runout_gcode") ? macros.loadTemplate(config, "runout_gcode", "") : null,
    insertGcode: isGiven("insert_gcode") ? macros.loadTemplate(config, "insert_gcode") : null,
    pauseDelay: config.getFloat("pause_delay", { default: 0.5, minval: 0 }),
    eventDelay: config.getFloat("event_delay", { default: 3, minval: 0 }),
    smart: config.getBoolean("smart", { default: false }),
    alwaysFireEvents: config.getBoolean("always_fire_events", { default: false }),
  };
}

/** Work that a change of filament asks for. @param at event time at which it begins, s */
type Answer = (at: number) => Promise<void>;

export class RunoutHelper {
  readonly name: string;
  runoutDistance: number;
  filamentPresent = false;
  sensorEnabled = true;
  smart: boolean;
  alwaysFireEvents: boolean;
  immediateRunoutGcode: ScriptTemplate | null = null;
  runoutGcode: ScriptTemplate | null;
  insertGcode: ScriptTemplate | null;
  runoutPause: boolean;
  pauseDelay: number;
  eventDelay: number;
  /** Event time, s, before which nothing is an event. */
  minEventSystime: number;
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly gcode: GCodeDispatch;
  private readonly definedSensor: FilamentSensor;
  private readonly usedUp: RunoutDistance;

  constructor(config: ConfigSection, definedSensor: FilamentSensor, runoutDistance = 0) {
    const printer = (this.printer = config.getPrinter());
    const reactor = (this.reactor = printer.getReactor());
    const gcode = (this.gcode = printer.lookupObject<GCodeDispatch>("gcode"));
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.definedSensor = definedSensor;
    this.runoutDistance = runoutDistance;
    this.usedUp = new RunoutDistance(reactor, (eventTime) => definedSensor.getExtruderPos(eventTime));
    ({
      runoutPause: this.runoutPause, runoutGcode: this.runoutGcode, insertGcode: this.insertGcode, pauseDelay: this.pauseDelay,
      eventDelay: this.eventDelay, smart: this.smart, alwaysFireEvents: this.alwaysFireEvents,
    } = runoutOptions(config));
    this.minEventSystime = reactor.NEVER;
    printer.registerEventHandler("klippy:ready", () => this.noEventsFor(STARTUP_DELAY));
    const add = (command: string, handler: (gcmd: GCodeCommand) => void, desc: string): void => {
      gcode.registerMuxCommand(command, "SENSOR", this.name, handler, { desc });
    };
    add("QUERY_FILAMENT_SENSOR", (gcmd) => this.cmdQuery(gcmd), "Query the status of the Filament Sensor");
    add("SET_FILAMENT_SENSOR", (gcmd) => this.cmdSet(gcmd), "Sets the filament sensor on/off");
  }

  /** Filament used up since the runout, mm. */
  get runoutElapsed(): number {
    return this.usedUp.elapsed;
  }

  set runoutElapsed(elapsed: number) {
    this.usedUp.elapsed = elapsed;
  }

  resetRunoutDistanceInfo(): void {
    this.usedUp.end();
  }

  private noEventsFor(seconds: number): void {
    this.minEventSystime = this.reactor.monotonic() + seconds;
  }

  /** Tell the helper what the sensor sees; null: as before. @param eventTime when the sensor changed, s. */
  noteFilamentPresent(eventTime: number, isPresent: boolean | number | null = null, force = false, immediate = false): void {
    const before = this.filamentPresent;
    const present = Boolean(isPresent ?? before);
    if (present === before && !force) return;
    this.filamentPresent = present;
    const isHeard = this.sensorEnabled || this.alwaysFireEvents;
    if (!isHeard || eventTime < this.minEventSystime) return;
    this.printer.sendEvent(present ? "filament:insert" : "filament:runout", eventTime, this.name);
    if (this.sensorEnabled) this.answer(present ? "insert" : "runout", immediate);
  }

  /** Begins what the event asks for; until that is done there are no further events. */
  private answer(what: "insert" | "runout", immediate: boolean): void {
    const now = this.reactor.monotonic();
    const answers: Record<typeof what, Answer | false> = this.isPrinting(now)
      ? { insert: false, runout: this.runoutGcode !== null && (immediate ? this.stopPrint : this.onRunout) }
      : { insert: this.insertGcode !== null && this.onInsert, runout: false };
    const chosen = answers[what];
    if (chosen === false) return;
    this.minEventSystime = this.reactor.NEVER;
    this.printer.log("info", `Filament Sensor ${this.name}: ${what} event detected, Time ${formatFixed(now, 2)}`);
    this.reactor.registerCallback(chosen);
  }

  private isPrinting(now: number): boolean {
    const [object, printing] = this.smart ? ["print_stats", "printing"] : ["idle_timeout", "Printing"];
    return this.printer.lookupObject<{ getStatus(eventTime: number): { state: unknown } }>(object!).getStatus(now).state === printing;
  }

  private readonly onInsert: Answer = () => this.runScript(this.insertGcode);

  private readonly onRunout: Answer = async (at) => {
    if (this.immediateRunoutGcode !== null) await this.runScript(this.immediateRunoutGcode);
    if (this.runoutDistance > 0) this.usedUp.begin(at, () => this.runoutDistance, this.stopPrint);
    else await this.stopPrint(at);
  };

  private readonly stopPrint: Answer = async (at) => {
    if (this.runoutPause) {
      // The pause takes hold at once, before the script waits for its turn.
      await this.printer.lookupObject<{ sendPauseCommand(): unknown }>("pause_resume").sendPauseCommand();
      await this.reactor.pause(at + this.pauseDelay);
      await this.runScript(this.runoutGcode, "PAUSE\n");
    } else {
      await this.runScript(this.runoutGcode);
    }
    this.resetRunoutDistanceInfo();
  };

  /** Runs a script and waits for its moves; a failure is told to the log alone. */
  private async runScript(template: ScriptTemplate | null, before = ""): Promise<void> {
    try {
      await this.gcode.runScript(`${before}${template?.render() ?? ""}\nM400`);
    } catch (error) {
      this.printer.log("error", "Script running error", error);
    }
    this.noEventsFor(this.eventDelay);
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

  cmdQuery(gcmd: GCodeCommand): void {
    gcmd.respondInfo(`Filament Sensor ${this.name}: filament ${this.filamentPresent ? "detected" : "not detected"}`);
  }

  cmdSet(gcmd: GCodeCommand): void {
    const flag = (name: string): number | null => gcmd.getInt(name, { default: null, minval: 0, maxval: 1 });
    const enable = flag("ENABLE"), reset = flag("RESET"), smart = flag("SMART"), alwaysFireEvents = flag("ALWAYS_FIRE_EVENTS");
    const { definedSensor: sensor } = this;
    if ([enable, reset, smart, alwaysFireEvents].every((one) => one === null) && sensor.getInfo(gcmd)) return;
    const changed = (now: boolean, to: number | null): boolean => (to === null ? now : to === 1);
    this.sensorEnabled = changed(this.sensorEnabled, enable);
    this.smart = changed(this.smart, smart);
    this.alwaysFireEvents = changed(this.alwaysFireEvents, alwaysFireEvents);
    // Both are asked: the first takes the sensor's own parameters.
    const reasons = [reset === 1, sensor.setFilamentSensor(gcmd), sensor.resetNeeded({ enable, alwaysFireEvents })];
    if (reasons.some(Boolean)) sensor.reset();
  }
}
