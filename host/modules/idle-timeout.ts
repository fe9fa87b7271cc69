/**
 * Object `idle_timeout`: whether the printer is Printing, Ready or Idle, by what the toolhead does, and the
 * script that runs when it has been ready for too long.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { PrinterGCodeMacro, Template } from "../gcode/gcode-macro.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import { READY_AFTER, untilIdle, untilReady, type Activity } from "./idle-rules.js";

const DEFAULT_IDLE_GCODE = `
{% if 'heaters' in printer %}
   TURN_OFF_HEATERS
{% endif %}
M84
`;

/** Seconds that outputs need to be told ahead. */
const PIN_MIN_TIME = 0.1;
/** Seconds until a script that failed is tried again. */
const SCRIPT_RETRY = 1;

interface IdleToolhead {
  /** [print time, estimated print time, look-ahead queue is empty] */
  checkBusy(eventTime: number): [number, number, boolean];
  getLastMoveTime(): number;
}

export class IdleTimeout {
  readonly printer: Printer;
  readonly reactor: Reactor;
  readonly gcode: GCodeDispatch;
  readonly idleGcode: Template;
  /** Seconds; 0: never. */
  idleTimeout: number;
  toolhead!: IdleToolhead;
  timeoutTimer!: Timer;
  state: "Idle" | "Ready" | "Printing" = "Idle";
  lastPrintStartSystime = 0;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.reactor = this.printer.getReactor();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.printer.registerEventHandler("klippy:ready", () => this.#watch());
    this.idleTimeout = config.getFloat("timeout", { default: 600, minval: 0 });
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    this.idleGcode = macros.loadTemplate(config, "gcode", DEFAULT_IDLE_GCODE);
    this.gcode.registerCommand("SET_IDLE_TIMEOUT", (gcmd) => {
      this.idleTimeout = gcmd.getFloat("TIMEOUT", { default: this.idleTimeout, above: 0 });
      gcmd.respondInfo(`idle_timeout: Timeout set to ${formatFixed(this.idleTimeout, 2)} s`);
      if (this.state === "Ready") this.reactor.updateTimer(this.timeoutTimer, this.reactor.monotonic() + this.idleTimeout);
    }, { desc: "Set the idle timeout in seconds" });
  }

  getStatus(eventTime: number): { state: string; printing_time: number } {
    const printingTime = this.state === "Printing" ? eventTime - this.lastPrintStartSystime : 0;
    return { state: this.state, printing_time: printingTime };
  }

  #watch(): void {
    this.toolhead = this.printer.lookupObject<IdleToolhead>("toolhead");
    this.timeoutTimer = this.reactor.registerTimer((eventTime) => this.#look(eventTime));
    this.printer.registerEventHandler("toolhead:sync_print_time", (eventTime, mcuTime, printTime) =>
      this.#startPrinting(eventTime, mcuTime, printTime),
    );
  }

  #startPrinting(eventTime: number, mcuTime: number, printTime: number): void {
    if (this.state === "Printing") return;
    this.state = "Printing";
    this.lastPrintStartSystime = eventTime;
    // In Kalico the two print times stand for each other here: the first question comes that much earlier.
    this.reactor.updateTimer(this.timeoutTimer, eventTime + READY_AFTER + mcuTime - printTime);
    this.printer.sendEvent("idle_timeout:printing", printTime + PIN_MIN_TIME);
  }

  /** Goes on to the next state when it is time; answers when to look again. */
  #look(eventTime: number): number | Promise<number> {
    if (this.printer.isShutdown()) return this.reactor.NEVER;
    const [printTime, mcuTime, isEmpty] = this.toolhead.checkBusy(eventTime);
    const activity: Activity = { stillFor: mcuTime - printTime, isQueued: !isEmpty, isScriptRunning: this.gcode.getMutex().test() };
    const isReady = this.state === "Ready";
    const wait = isReady ? untilIdle(activity, this.idleTimeout) : untilReady(activity);
    if (wait > 0) return eventTime + wait;
    if (isReady) return this.#runIdleScript(eventTime);
    this.state = "Ready";
    this.printer.sendEvent("idle_timeout:ready", mcuTime + PIN_MIN_TIME);
    return eventTime + this.idleTimeout;
  }

  /** The script makes moves of its own, so it counts as a print. */
  async #runIdleScript(eventTime: number): Promise<number> {
    this.state = "Printing";
    try {
      await this.gcode.runScript(this.idleGcode.render());
    } catch (error) {
      this.printer.log("error", "idle timeout gcode execution", error);
      this.state = "Ready";
      return eventTime + SCRIPT_RETRY;
    }
    const lastMoveTime = this.toolhead.getLastMoveTime();
    this.state = "Idle";
    this.printer.sendEvent("idle_timeout:idle", lastMoveTime);
    return this.reactor.NEVER;
  }
}
