/**
 * A temperature sensor on I2C: wakes its chip at connect and after its micro-controller came back, measures at an interval, watches the limits, and
 * publishes an object `<kind> <section>` with what the chip measures. The chips are values (`I2cChip`); degrees Celsius, percent, hPa, ohms.
 */
import { i2cFromConfig, type McuI2c } from "../../mcu/i2c.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { TemperatureCallback, TemperatureSensor } from "../adc-to-temperature.js";
import type { ConfigSection, Printer } from "../host-types.js";

/** What a chip may measure: degrees Celsius, percent, hPa, ohms. */
export interface Readings {
  readonly temperature?: number;
  readonly humidity?: number;
  readonly pressure?: number;
  readonly gas?: number;
}

/** The bus as a chip sees it. */
export interface ChipBus {
  readonly address: number;
  write(bytes: readonly number[]): Promise<void>;
  /** Writes `register`, then reads. @throws CommandError when no answer comes; with `retry` false after one try */
  read(register: readonly number[], length: number, options?: { retry?: boolean }): Promise<Uint8Array>;
  wait(seconds: number): Promise<void>;
  /** Event time, seconds. */
  monotonic(): number;
  log(level: "debug" | "info" | "warning" | "error", message: string, error?: unknown): void;
}

export interface I2cChip {
  /** First word of the object's name. */
  readonly kind: string;
  /** Address unless `i2c_address` says otherwise. */
  readonly address: number;
  readonly reportTime: number;
  /** Decimals of a field in the status, where it is rounded. */
  readonly decimals?: Partial<Record<keyof Readings, number>>;
  /** What stands before "outside range of" in the message of a shutdown, without the number. */
  readonly limitSubject: string;
  /** True: the limits are looked at only when there is a new temperature. */
  readonly checksFreshOnly?: boolean;
  /** What the log says when a measurement fails; undefined: the failure is the printer's. */
  readonly failure?: ((error: unknown) => string) | undefined;
  /** False: left alone where there is no machine, as in batch output. */
  readonly worksInBatch?: boolean;
  /** Wakes the chip. @returns what it measures besides the temperature */
  start(bus: ChipBus): Promise<readonly (keyof Readings)[]>;
  /** One measurement. What is missing stays as it was; undefined: given up, and said so. */
  measure(bus: ChipBus): Promise<Readings | undefined>;
}

export class I2cSensor implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly chip: I2cChip;
  private readonly i2c: McuI2c;
  private readonly bus: ChipBus;
  private readonly timer: ReturnType<ReturnType<Printer["getReactor"]>["registerTimer"]>;
  private limits: readonly [min: number, max: number] = [0, 0];
  private fields: readonly (keyof Readings)[];
  private readings: Readings = {};
  private callback: TemperatureCallback = () => undefined;

  /** @param fields what the object's status has before the chip was asked */
  constructor(config: ConfigSection, chip: I2cChip, fields: readonly (keyof Readings)[] = []) {
    this.printer = config.getPrinter();
    this.chip = chip;
    this.fields = fields;
    this.i2c = i2cFromConfig(config, chip.address);
    this.bus = this.makeBus();
    this.printer.addObject(`${chip.kind} ${config.getName().split(/\s+/).at(-1)!}`, this);
    this.timer = this.printer.getReactor().registerTimer(() => this.sample());
    if (chip.worksInBatch === false && this.printer.getStartArgs().debugoutput != null) return;
    const connect = (): Promise<void> => this.connect();
    this.printer.registerEventHandler("klippy:connect", connect);
    this.printer.registerEventHandler(this.i2c.getMcu().getNonCriticalReconnectEventName(), connect);
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    this.limits = [minTemp, maxTemp];
  }

  setupCallback(callback: TemperatureCallback): void {
    this.callback = callback;
  }

  getReportTimeDelta(): number {
    return this.chip.reportTime;
  }

  private makeBus(): ChipBus {
    const { i2c, printer } = this;
    const reactor = printer.getReactor();
    return {
      address: i2c.getI2cAddress(),
      write: (bytes) => i2c.i2cWrite(bytes),
      read: async (register, length, { retry = true } = {}) => (await i2c.i2cRead(register, length, retry)).response,
      wait: async (seconds) => { await reactor.pause(reactor.monotonic() + seconds); },
      monotonic: () => reactor.monotonic(),
      log: (level, message, error) => printer.log(level, message, error),
    };
  }

  private async connect(): Promise<void> {
    this.fields = await this.chip.start(this.bus);
    const reactor = this.printer.getReactor();
    reactor.updateTimer(this.timer, reactor.NOW);
  }

  private async sample(): Promise<number> {
    const reactor = this.printer.getReactor();
    const fresh = await this.tryMeasure();
    this.readings = fresh === undefined ? {} : { ...this.readings, ...fresh };
    if (fresh === undefined) return reactor.NEVER;
    if (fresh.temperature !== undefined || this.chip.checksFreshOnly !== true) this.checkLimits(this.temperature());
    const eventTime = reactor.monotonic();
    this.callback(this.i2c.getMcu().estimatedPrintTime(eventTime), this.temperature());
    return eventTime + this.chip.reportTime;
  }

  private async tryMeasure(): Promise<Readings | undefined> {
    try {
      return await this.chip.measure(this.bus);
    } catch (error) {
      if (this.chip.failure === undefined) throw error;
      this.printer.log("error", this.chip.failure(error), error);
      return undefined;
    }
  }

  private checkLimits(celsius: number): void {
    const [low, high] = this.limits;
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    if ((celsius >= low && celsius <= high) || danger?.tempIgnoreLimits === true) return;
    const [temp, min, max] = [celsius, low, high].map((value) => formatFixed(value, 1));
    this.printer.invokeShutdown(`${this.chip.limitSubject} ${temp} outside range of ${min}:${max}`);
  }

  private temperature(): number {
    return this.readings.temperature ?? 0;
  }

  getStatus(_eventTime?: number): Record<string, number> {
    const decimals: I2cChip["decimals"] = { temperature: 2, ...this.chip.decimals };
    return Object.fromEntries((["temperature", ...this.fields] as const).map((field) => {
      const [value, places] = [this.readings[field] ?? 0, decimals[field]];
      return [field, places === undefined ? value : Number(formatFixed(value, places))];
    }));
  }
}
