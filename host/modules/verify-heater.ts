/** `[verify_heater <heater>]`: looks at a heater once a second and shuts the printer down when it does not heat. */
import type { Heater } from "../heaters/heater.js";
import { HeatingWatch, type HeatingVerdict } from "../heaters/heating-watch.js";
import type { ConfigSection, Printer } from "../heaters/host-types.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Timer } from "../reactor/reactor.js";

const HINT_THERMAL = `
See the 'verify_heater' section in docs/Config_Reference.md
for the parameters that control this check.
`;
const CHECK_INTERVAL = 1;
/** What the log says, before the target. */
const NOTES: Readonly<Record<NonNullable<HeatingVerdict["note"]>, string>> = {
  "within-range": "within range of",
  approaching: "approaching new target of",
  "no-longer-approaching": "no longer approaching target",
};

export class HeaterCheck {
  private readonly printer: Printer;
  private readonly heaterName: string;
  private readonly watch: HeatingWatch;
  private timer: Timer | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:connect", () => this.handleConnect());
    this.printer.registerEventHandler("klippy:shutdown", () => this.handleShutdown());
    this.heaterName = config.getName().split(/\s+/)[1]!;
    this.watch = new HeatingWatch({
      hysteresis: config.getFloat("hysteresis", { default: 5, minval: 0 }),
      maxError: config.getFloat("max_error", { default: 120, minval: 0 }),
      heatingGain: config.getFloat("heating_gain", { default: 2, above: 0 }),
      checkGainTime: config.getFloat("check_gain_time", { default: this.heaterName === "heater_bed" ? 60 : 20, minval: 1 }),
    });
  }

  private handleConnect(): void {
    // Batch output does not wait for temperatures, and what is not waited for is not judged.
    if (this.printer.getStartArgs()["batch_input"] === true) return;
    const heater = this.printer.lookupObject<PrinterHeaters>("heaters").lookupHeater(this.heaterName);
    this.printer.log("info", `Starting heater checks for ${this.heaterName}`);
    const reactor = this.printer.getReactor();
    this.timer = reactor.registerTimer((eventTime) => this.check(heater, eventTime), reactor.NOW);
  }

  private handleShutdown(): void {
    const reactor = this.printer.getReactor();
    if (this.timer !== undefined) reactor.updateTimer(this.timer, reactor.NEVER);
  }

  private check(heater: Heater, eventTime: number): number {
    const [temp, target] = heater.getTemp(eventTime);
    const { fault, note } = this.watch.check(eventTime, temp, target);
    if (fault) return this.heaterFault();
    if (note !== undefined) this.printer.log("info", `Heater ${this.heaterName} ${NOTES[note]} ${formatFixed(target, 3)}`);
    return eventTime + CHECK_INTERVAL;
  }

  private heaterFault(): number {
    const message = `Heater ${this.heaterName} not heating at expected rate`;
    this.printer.log("error", message);
    this.printer.invokeShutdown(message + HINT_THERMAL);
    return this.printer.getReactor().NEVER;
  }
}

export function loadConfigPrefix(config: ConfigSection): HeaterCheck {
  return new HeaterCheck(config);
}
