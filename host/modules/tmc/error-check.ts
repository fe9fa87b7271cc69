/**
 * Watches a driver while it is enabled: once a second its status and its global flags. What it reports is logged; an error that stays over three
 * readings, or a driver that was reset (current scale 0), shuts the printer down.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError } from "../../errors.js";
import type { Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Timer } from "../../reactor/reactor.js";
import { adcCelsius } from "./field-texts.js";
import type { McuTmc } from "./ports.js";

const PERIOD = 1;
const TRIES = 3;
/** Rest, s, before a line that failed is tried again. */
const LINE_REST = 0.05;
const ERRORS = ["ot", "s2ga", "s2gb", "s2vsa", "s2vsb"];
const WARNINGS = ["otpw", "t120", "t143", "t150", "t157"];

/** One register that is watched. */
interface Watched {
  readonly register: string;
  /** Bits whose change is logged. */
  readonly report: number;
  readonly errors: number;
  /** Current scale: 0 after a reset. */
  readonly scale: number;
  last: number;
}

/** Differences of the kinds of drivers. */
const QUIRKS: Readonly<Record<string, { status: string; scaleField?: string; irun: string; clearsFlags: boolean }>> = {
  tmc2130: { status: "DRV_STATUS", scaleField: "cs_actual", irun: "irun", clearsFlags: false },
  tmc2660: { status: "READRSP@RDSEL2", scaleField: "se", irun: "cs", clearsFlags: true },
};

export class ErrorCheck {
  private readonly printer: Printer;
  private readonly mcuTmc: McuTmc;
  private readonly stepperName: string;
  private readonly irunField: string;
  private readonly clearsFlags: boolean;
  private readonly status: Watched;
  private readonly flags: Watched | undefined;
  private readonly temperatureRegister: string | undefined;
  private temperature: number | null = null;
  private timer: Timer | undefined;
  private shown: { value: number; fields: Record<string, number> } | undefined;

  constructor(config: ConfigSection, mcuTmc: McuTmc) {
    const [kind, ...rest] = config.getName().split(/\s+/);
    this.printer = config.getPrinter();
    this.mcuTmc = mcuTmc;
    this.stepperName = rest.join(" ");
    const quirks = QUIRKS[kind!] ?? { status: "DRV_STATUS", irun: "irun", clearsFlags: true };
    const fields = mcuTmc.getFields();
    const maskOf = (names: readonly string[]): number => names.reduce((mask, name) => (mask | fields.mask(quirks.status, name)) >>> 0, 0);
    this.irunField = quirks.irun;
    this.clearsFlags = quirks.clearsFlags;
    const scale = quirks.scaleField === undefined ? 0 : fields.mask(quirks.status, quirks.scaleField);
    this.status = { register: quirks.status, report: maskOf([...ERRORS, ...WARNINGS]), errors: maskOf(ERRORS), scale, last: 0 };
    const flags = fields.lookupRegister("drv_err");
    if (flags !== undefined) this.flags = { register: flags, report: 0xffffffff, errors: 0xffffffff, scale: 0, last: 0 };
    this.temperatureRegister = fields.lookupRegister("adc_temp");
    if (this.temperatureRegister !== undefined) {
      this.printer.loadObject<{ registerMonitor(config: ConfigSection): void }>(config, "heaters").registerMonitor(config);
    }
  }

  /** Reads until there is nothing wrong. @returns flags that were cleared. @throws CommandError for an error that stays */
  private async look(watched: Watched, mayClear = false): Promise<number> {
    const fields = this.mcuTmc.getFields();
    let cleared = 0;
    for (let failures = 0; ;) {
      let value: number;
      try {
        value = await this.mcuTmc.getRegister(watched.register);
      } catch (error) {
        failures++;
        const isLine = error instanceof CommandError && error.message.startsWith("Unable to read tmc uart");
        if (!isLine || failures >= TRIES) throw error;
        const reactor = this.printer.getReactor();
        await reactor.pause(reactor.monotonic() + LINE_REST);
        continue;
      }
      const text = fields.prettyFormat(watched.register, value);
      if (((value ^ watched.last) & watched.report) !== 0) this.printer.log("info", `TMC '${this.stepperName}' reports ${text}`);
      watched.last = value;
      const errors = (value & watched.errors) >>> 0;
      if (errors === 0 && !this.wasReset(watched, value)) return cleared;
      failures++;
      if (failures >= TRIES) throw new CommandError(`TMC '${this.stepperName}' reports error: ${text}`);
      if (!mayClear || errors === 0) continue;
      mayClear = false;
      cleared |= errors;
      await this.mcuTmc.setRegister(watched.register, errors);
    }
  }

  /** A current scale of 0 is not what the host has asked for. */
  private wasReset(watched: Watched, value: number): boolean {
    if (watched.scale === 0 || (value & watched.scale) !== 0 || this.timer === undefined) return false;
    const fields = this.mcuTmc.getFields();
    if (fields.getField(this.irunField) < 4) return false;
    return this.irunField !== "irun" || fields.getField("ihold") !== 0;
  }

  private async readTemperature(): Promise<void> {
    if (this.temperatureRegister === undefined) return;
    try {
      const value = this.mcuTmc.getFields().getField("adc_temp", await this.mcuTmc.getRegister(this.temperatureRegister));
      this.temperature = Number(formatFixed(adcCelsius(value), 2));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // Ignored, as one reading of many.
      this.temperature = null;
    }
  }

  private async periodicCheck(eventTime: number): Promise<number> {
    try {
      await this.look(this.status);
      if (this.flags !== undefined) await this.look(this.flags);
      await this.readTemperature();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.invokeShutdown(error.message);
      return this.printer.getReactor().NEVER;
    }
    return eventTime + PERIOD;
  }

  stop(): void {
    if (this.timer === undefined) return;
    this.printer.getReactor().unregisterTimer(this.timer);
    this.timer = undefined;
  }

  /** Begins to watch. @returns whether the driver tells that it was reset */
  async start(): Promise<boolean> {
    this.stop();
    await this.look(this.status);
    const cleared = this.flags === undefined ? 0 : await this.look(this.flags, this.clearsFlags);
    const reactor = this.printer.getReactor();
    this.timer = reactor.registerTimer((eventTime) => this.periodicCheck(eventTime), reactor.monotonic() + PERIOD);
    return this.flags !== undefined && cleared !== 0 && (cleared & this.mcuTmc.getFields().mask(this.flags.register, "reset")) !== 0;
  }

  getStatus(): { drv_status: Record<string, number> | null; temperature: number | null } {
    if (this.timer === undefined) return { drv_status: null, temperature: null };
    const { last, register } = this.status;
    if (this.shown?.value !== last) {
      const fields = Object.entries(this.mcuTmc.getFields().getRegFields(register, last)).filter(([, value]) => value !== 0);
      this.shown = { value: last, fields: Object.fromEntries(fields) };
    }
    return { drv_status: this.shown.fields, temperature: this.temperature };
  }
}
