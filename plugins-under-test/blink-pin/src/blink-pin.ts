/** Owns an output pin and a timer: claimed through `pins`, with a safe state, scheduled ahead of time. */
import type { Config, DigitalOut, GCode, Mcu, Pins, Printer, Reactor, Timer } from "kalico-hil";

/** Lead of an output change, seconds: what the host promises to micro-controllers. */
const LEAD_SECONDS = 0.1;

export class BlinkPin {
  readonly #printer: Printer;
  readonly #reactor: Reactor;
  readonly #pin: DigitalOut;
  readonly #interval: number;
  readonly #timer: Timer;
  #mcu: Mcu | undefined;
  #on = false;
  #left = 0;
  #lastTime = 0;

  constructor(config: Config) {
    this.#printer = config.getPrinter();
    this.#reactor = this.#printer.getReactor();
    this.#interval = config.getFloat("interval", { default: 0.5, minval: 0.2, maxval: 60 })!;
    if (!Number.isFinite(this.#interval)) throw config.error(`Unable to parse option 'interval' in section '${config.getName()}'`);
    this.#pin = this.#printer.lookupObject<Pins>("pins").setupPin("digital_out", config.get("pin")!) as DigitalOut;
    this.#pin.setupMaxDuration(0);
    this.#pin.setupStartValue(0, 0);
    this.#timer = this.#reactor.registerTimer((eventTime) => this.#blink(eventTime));
    this.#printer.registerEventHandler("klippy:connect", () => {
      this.#mcu = this.#pin.getMcu() as Mcu;
    });
    this.#printer.lookupObject<GCode>("gcode").registerMuxCommand("BLINK", "PIN", config.getName().split(/\s+/).slice(1).join(" "), (gcmd) => {
      this.#left = 2 * gcmd.getInt("TIMES", { default: 1, minval: 0, maxval: 100 })!;
      this.#reactor.updateTimer(this.#timer, this.#left > 0 ? this.#reactor.NOW : this.#reactor.NEVER);
    }, { desc: "Blink the lamp some times" });
  }

  #blink(eventTime: number): number {
    if (this.#left <= 0 || this.#mcu === undefined || this.#printer.isShutdown()) return this.#reactor.NEVER;
    this.#left -= 1;
    this.#on = !this.#on;
    const printTime = Math.max(this.#mcu.estimatedPrintTime(eventTime) + LEAD_SECONDS, this.#lastTime + LEAD_SECONDS);
    this.#lastTime = printTime;
    this.#pin.setDigital(printTime, this.#on ? 1 : 0);
    return this.#left > 0 ? eventTime + this.#interval : this.#reactor.NEVER;
  }

  getStatus(_eventTime?: number): { on: boolean; interval: number } {
    return { on: this.#on, interval: this.#interval };
  }
}

export function loadConfigPrefix(config: Config): BlinkPin {
  return new BlinkPin(config);
}
