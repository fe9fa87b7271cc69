/**
 * `[adc_scaled <name>]`: analog pins (`name:PB0`) whose readings are taken between two reference pins, smoothed, instead of between
 * ground and the converter's own reference.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { ConfigError } from "../../errors.js";
import type { Printer } from "../../heaters/host-types.js";
import type { AdcCallback, AdcRange, McuAdc } from "../../mcu/adc.js";
import type { Mcu } from "../../mcu/mcu.js";
import type { PinChip, PinParams, PinType, PrinterPins } from "../../mcu/pins.js";

const SAMPLE_TIME = 0.001;
const SAMPLE_COUNT = 8;
const REPORT_TIME = 0.3;
const RANGE_CHECK_COUNT = 4;

interface QueryAdc {
  registerAdc(name: string, adc: Pick<McuAdc, "getLastValue">): void;
}

/** A reference: the smoothed level (0…1) of one pin. */
class ReferenceLevel {
  level: number;
  private lastTime = 0;
  private readonly smoothTime: number;

  constructor(level: number, smoothTime: number) {
    this.level = level;
    this.smoothTime = smoothTime;
  }

  take(readTime: number, value: number): void {
    const share = Math.min((readTime - this.lastTime) / this.smoothTime, 1);
    this.level += (value - this.level) * share;
    this.lastTime = readTime;
  }
}

/** An analog pin between the references; everything else goes to the real pin. */
export class McuScaledAdc {
  private readonly main: PrinterAdcScaled;
  private readonly adc: McuAdc;
  private lastState: [value: number, readTime: number] = [0, 0];

  constructor(main: PrinterAdcScaled, params: PinParams) {
    this.main = main;
    this.adc = main.mcu.setupPin("adc", params) as McuAdc;
    const query = main.printer.loadObject<QueryAdc>(main.config, "query_adc");
    query.registerAdc(`${main.name}:${params.pin}`, this.adc);
  }

  getMcu(): Mcu {
    return this.adc.getMcu();
  }

  setupMinmax(sampleTime: number, sampleCount: number, range?: AdcRange): void {
    this.adc.setupMinmax(sampleTime, sampleCount, range);
  }

  setupAdcCallback(reportTime: number, callback: AdcCallback): void {
    this.adc.setupAdcCallback(reportTime, (readTime, value) => {
      const low = this.main.vssa.level;
      const scaled = (value - low) / (this.main.vref.level - low);
      this.lastState = [scaled, readTime];
      callback(readTime, scaled);
    });
  }

  getLastValue(): [value: number, readTime: number] {
    return this.lastState;
  }
}

export class PrinterAdcScaled implements PinChip {
  readonly printer: Printer;
  readonly config: ConfigSection;
  readonly name: string;
  readonly mcu: Mcu;
  readonly vref: ReferenceLevel;
  readonly vssa: ReferenceLevel;

  constructor(config: ConfigSection) {
    this.config = config;
    this.printer = config.getPrinter();
    this.name = config.getName().split(/\s+/)[1]!;
    const vref = this.referencePin("vref");
    const vssa = this.referencePin("vssa");
    const smoothTime = config.getFloat("smooth_time", { default: 2, above: 0 });
    this.vref = new ReferenceLevel(1, smoothTime);
    this.vssa = new ReferenceLevel(0, smoothTime);
    vref.setupAdcCallback(REPORT_TIME, (readTime, value) => this.vref.take(readTime, value));
    vssa.setupAdcCallback(REPORT_TIME, (readTime, value) => this.vssa.take(readTime, value));
    this.mcu = vref.getMcu();
    if (vssa.getMcu() !== this.mcu) throw config.error("vref and vssa must be on same mcu");
    this.printer.lookupObject<PrinterPins>("pins").registerChip(this.name, this);
  }

  private referencePin(name: string): McuAdc {
    const adc = this.printer.lookupObject<PrinterPins>("pins").setupPin<McuAdc>("adc", this.config.get(`${name}_pin`));
    adc.setupMinmax(SAMPLE_TIME, SAMPLE_COUNT, { minval: 0, maxval: 1, rangeCheckCount: RANGE_CHECK_COUNT });
    this.printer.loadObject<QueryAdc>(this.config, "query_adc").registerAdc(`${this.name}:${name}`, adc);
    return adc;
  }

  setupPin(pinType: PinType, params: PinParams): McuScaledAdc {
    if (pinType !== "adc") throw new ConfigError("adc_scaled only supports adc pins");
    return new McuScaledAdc(this, params);
  }
}

export const loadConfigPrefix = (config: ConfigSection): PrinterAdcScaled => new PrinterAdcScaled(config);
