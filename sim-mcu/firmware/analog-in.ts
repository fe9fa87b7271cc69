/**
 * Analogue inputs: every rest_ticks the sum of sample_count conversions, sample_ticks apart, is checked against its range and
 * reported. The two firmwares differ: Kalico's sends one value per message and takes a range_check_count of 0 as "never",
 * Klipper's packs several values into a message and takes 0 as 1. Sampling goes on while the MCU is shut down.
 */
import { clock32Of } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";

const TYPE = "analog_in";
const OBJECT_BYTES = 48;
const MAX_REPORT_BYTES = 48;
const STATE_KALICO = "analog_in_state oid=%c next_clock=%u value=%hu";
const STATE_KLIPPER = "analog_in_state oid=%c next_clock=%u values=%*s";
const OUT_OF_RANGE = "ADC out of range";
const BAD_REPORT_BYTES = "Invalid analog_in bytes_per_report";

/** What a query asks for; counts as the firmware stores them. */
interface Query {
  readonly sampleTicks: number;
  readonly sampleCount: number;
  readonly restTicks: number;
  readonly minValue: number;
  readonly maxValue: number;
  /** Readings out of range, one after the other, that shut the MCU down; 0: never. */
  readonly rangeCheckCount: number;
  /** Bytes of values per message; 0: one number per message. */
  readonly bytesPerReport: number;
}

class AnalogIn {
  private query: Query | undefined;
  private nextBegin = 0;
  private taken = 0;
  /** Sum so far, 16 bit as in the firmware. */
  private sum = 0;
  private invalidCount = 0;
  private batch: number[] = [];
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly pin: number;

  constructor(ctx: FirmwareContext, oid: number, pin: number) {
    this.ctx = ctx;
    this.oid = oid;
    this.pin = pin;
    this.timer = new FirmwareTimer((timer) => this.sample(timer));
  }

  start(clock: number, query: Query): void {
    this.ctx.delTimer(this.timer);
    this.query = query.sampleCount === 0 ? undefined : query;
    this.batch = [];
    this.begin(clock);
  }

  /** Sampling goes on in shutdown, from the next period. */
  shutdown(): void {
    if (this.query !== undefined) this.begin(this.nextBegin + this.query.restTicks);
  }

  private begin(clock: number): void {
    this.nextBegin = this.timer.waketime = clock;
    this.taken = this.sum = 0;
    if (this.query !== undefined) this.ctx.addTimer(this.timer);
  }

  private sample(timer: FirmwareTimer): boolean {
    const { ctx } = this;
    const query = this.query!;
    this.sum = (this.sum + Math.round(ctx.gpio.readAnalog(this.pin, timer.waketime) * ctx.board.adcMax)) & 0xffff;
    this.taken++;
    if (this.taken < query.sampleCount) {
      timer.waketime += query.sampleTicks;
      return true;
    }
    const value = this.sum;
    this.taken = this.sum = 0;
    // As in the firmware, a reading that shuts the MCU down is not reported.
    this.checkRange(query, value);
    this.nextBegin += query.restTicks;
    timer.waketime = this.nextBegin;
    this.report(query, value);
    return true;
  }

  private checkRange(query: Query, value: number): void {
    if (query.rangeCheckCount === 0) return;
    if (value >= query.minValue && value <= query.maxValue) {
      this.invalidCount = 0;
      return;
    }
    this.invalidCount++;
    if (this.invalidCount < query.rangeCheckCount) return;
    this.ctx.tryShutdown(OUT_OF_RANGE);
    this.invalidCount = 0;
  }

  private report(query: Query, value: number): void {
    const nextClock = clock32Of(this.nextBegin);
    if (query.bytesPerReport === 0) {
      this.ctx.send(STATE_KALICO, this.oid, nextClock, value);
      return;
    }
    this.batch.push(value & 0xff, value >> 8);
    if (this.batch.length + 2 <= query.bytesPerReport) return;
    this.ctx.send(STATE_KLIPPER, this.oid, nextClock, Uint8Array.from(this.batch));
    this.batch = [];
  }
}

/** The feature as the firmware of one flavour has it. */
export function analogIn(flavour: "kalico" | "klipper"): FirmwareFeature {
  const batched = flavour === "klipper";
  return {
    name: "analog_in",
    commands: [
      { format: "config_analog_in oid=%c pin=%u", handler(args, ctx) {
        const pin = args.u32(1);
        const { adcPins } = ctx.board;
        if (adcPins !== undefined && !adcPins.includes(ctx.gpio.nameOf(pin))) ctx.shutdown("Not a valid ADC pin");
        ctx.gpio.setupAnalog(pin);
        ctx.oidAlloc(args.u8(0), TYPE, new AnalogIn(ctx, args.u8(0), pin), OBJECT_BYTES);
      } },
      {
        format: `query_analog_in oid=%c clock=%u sample_ticks=%u sample_count=%c rest_ticks=%u${batched ? " bytes_per_report=%c" : ""}` +
          " min_value=%hu max_value=%hu range_check_count=%c",
        handler(args, ctx) {
          const analog = ctx.oidLookup<AnalogIn>(args.u8(0), TYPE);
          const bytesPerReport = batched ? args.u8(5) : 0;
          if (bytesPerReport > MAX_REPORT_BYTES) ctx.shutdown(BAD_REPORT_BYTES);
          const limits = batched ? 6 : 5;
          const rangeCheckCount = args.u8(limits + 2);
          const clock = ctx.clock64(args.u32(1));
          if (args.u8(3) !== 0) ctx.noteEffect(clock);
          analog.start(clock, {
            sampleTicks: args.u32(2), sampleCount: args.u8(3), restTicks: args.u32(4),
            minValue: args.u16(limits), maxValue: args.u16(limits + 1),
            rangeCheckCount: batched ? Math.max(1, rangeCheckCount) : rangeCheckCount,
            bytesPerReport: batched ? Math.max(2, bytesPerReport) : 0,
          });
        },
      },
    ],
    responses: [batched ? STATE_KLIPPER : STATE_KALICO],
    staticStrings: [OUT_OF_RANGE, "Not a valid ADC pin", ...(batched ? [BAD_REPORT_BYTES] : [])],
    onShutdown(ctx) {
      for (const [, analog] of ctx.eachOid<AnalogIn>(TYPE)) analog.shutdown();
    },
  };
}
