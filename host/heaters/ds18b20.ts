/**
 * Sensor type `DS18B20`: a chip on the 1-wire bus of a Linux micro-controller, by its serial number. The micro-controller reads it every
 * `ds18_report_time` seconds, sends thousandths of a degree Celsius, and shuts down when a reading leaves the limits or fails too often.
 */
import type { Mcu } from "../mcu/mcu.js";
import { getPrinterMcu } from "../mcu/printer-mcus.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { MessageParams } from "../wire/index.js";
import type { TemperatureCallback, TemperatureSensor } from "./adc-to-temperature.js";
import type { ConfigSection, Printer } from "./host-types.js";

const REPORT_TIME = 3;
const SHORTEST_REPORT_TIME = 1;
/** Failures in a row that shut the micro-controller down. */
const MAX_ERRORS = 4;

export class Ds18b20 implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly mcu: Mcu;
  private readonly oid: number;
  private readonly serial: string;
  private readonly reportTime: number;
  private limits: readonly [min: number, max: number] = [0, 0];
  private temp = 0;
  private callback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.serial = Buffer.from(config.get("serial_no"), "latin1").toString("hex");
    this.reportTime = config.getFloat("ds18_report_time", { default: REPORT_TIME, minval: SHORTEST_REPORT_TIME });
    this.mcu = getPrinterMcu(this.printer, config.get("sensor_mcu"));
    this.oid = this.mcu.createOid();
    this.printer.addObject(`ds18b20 ${config.getName().split(/\s+/).at(-1)!}`, this);
    this.mcu.registerResponse((params) => this.handleResult(params), "ds18b20_result", this.oid);
    this.mcu.registerConfigCallback(() => this.buildConfig());
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    this.limits = [minTemp, maxTemp];
  }

  setupCallback(callback: TemperatureCallback): void {
    this.callback = callback;
  }

  getReportTimeDelta(): number {
    return this.reportTime;
  }

  private buildConfig(): void {
    const { mcu, oid } = this;
    const danger = this.printer.lookupObject<{ tempIgnoreLimits?: boolean } | null>("danger_options", null);
    const ignoresLimits = danger?.tempIgnoreLimits === true ? 1 : 0;
    mcu.addConfigCmd(`config_ds18b20 oid=${oid} serial=${this.serial} max_error_count=${MAX_ERRORS} ignore_limits=${ignoresLimits}`);
    const [low, high] = this.limits.map((celsius) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(celsius * 1000))));
    mcu.addConfigCmd(
      `query_ds18b20 oid=${oid} clock=${mcu.getQuerySlot(oid)} rest_ticks=${mcu.secondsToClock(this.reportTime)} min_value=${low} max_value=${high}`,
      { isInit: true });
  }

  private handleResult(params: MessageParams): void {
    const temp = (params.value as number) / 1000;
    if (params.fault !== 0) {
      this.printer.log("info", `ds18b20 reports fault ${String(params.fault)} (temp=${formatFixed(temp, 1)})`);
      return;
    }
    this.temp = temp;
    const readTime = this.mcu.clockToPrintTime(this.mcu.clock32ToClock64(params.next_clock as number)) - this.reportTime;
    this.callback(readTime, temp);
  }

  getStatus(_eventTime?: number): { temperature: number } {
    return { temperature: Number(formatFixed(this.temp, 2)) };
  }
}
