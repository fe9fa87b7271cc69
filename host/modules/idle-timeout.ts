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

const DEFAULT_IDLE_GCODE = `
{% if 'heaters' in printer %}
   TURN_OFF_HEATERS
{% endif %}
M84
`;

/** Seconds that outputs need to be told ahead. */
const PIN_MIN_TIME = 0.1;
/** Seconds without moves after which a print counts as over. */
const READY_TIMEOUT = 0.5;

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
    this.printer.registerEventHandler("klippy:ready", () => this.#becomeReady());
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

  #becomeReady(): void {
    this.toolhead = this.printer.lookupObject<IdleToolhead>("toolhead");
    this.timeoutTimer = this.reactor.registerTimer((eventTime) => this.#check(eventTime));
    this.printer.registerEventHandler("toolhead:sync_print_time", (eventTime, estimatedPrintTime, printTime) =>
      this.#handleSync(eventTime, estimatedPrintTime, printTime),
    );
  }

  #handleSync(eventTime: number, estimatedPrintTime: number, printTime: number): void {
    if (this.state === "Printing") return;
    this.state = "Printing";
    this.lastPrintStartSystime = eventTime;
    // Kalico's handler names these two arguments the other way round.
    this.reactor.updateTimer(this.timeoutTimer, eventTime + READY_TIMEOUT + estimatedPrintTime - printTime);
    this.printer.sendEvent("idle_timeout:printing", printTime + PIN_MIN_TIME);
  }

  #check(eventTime: number): number | Promise<number> {
    if (this.printer.isShutdown()) return this.reactor.NEVER;
    if (this.state === "Ready") return this.#checkIdle(eventTime);
    const [printTime, estimatedPrintTime, isEmpty] = this.toolhead.checkBusy(eventTime);
    const bufferTime = Math.min(2, printTime - estimatedPrintTime);
    if (!isEmpty) return eventTime + READY_TIMEOUT + Math.max(0, bufferTime);
    if (bufferTime > -READY_TIMEOUT) return eventTime + READY_TIMEOUT + bufferTime;
    if (this.gcode.getMutex().test()) return eventTime + READY_TIMEOUT;
    this.state = "Ready";
    this.printer.sendEvent("idle_timeout:ready", estimatedPrintTime + PIN_MIN_TIME);
    return eventTime + this.idleTimeout;
  }

  #checkIdle(eventTime: number): number | Promise<number> {
    if (!(this.idleTimeout > 0)) return eventTime + 60;
    const [printTime, estimatedPrintTime, isEmpty] = this.toolhead.checkBusy(eventTime);
    const idleTime = estimatedPrintTime - printTime;
    if (!isEmpty || idleTime < 1) return eventTime + this.idleTimeout;
    if (idleTime < this.idleTimeout) return eventTime + this.idleTimeout - idleTime;
    if (this.gcode.getMutex().test()) return eventTime + 1;
    return this.#becomeIdle(eventTime);
  }

  async #becomeIdle(eventTime: number): Promise<number> {
    this.state = "Printing";
    try {
      await this.gcode.runScript(this.idleGcode.render());
    } catch (error) {
      this.printer.log("error", "idle timeout gcode execution", error);
      this.state = "Ready";
      return eventTime + 1;
    }
    const printTime = this.toolhead.getLastMoveTime();
    this.state = "Idle";
    this.printer.sendEvent("idle_timeout:idle", printTime);
    return this.reactor.NEVER;
  }
}
