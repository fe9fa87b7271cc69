/**
 * DS18B20 chips on the 1-wire bus of a Linux process: read every rest_ticks and reported in thousandths of a degree Celsius. A value out of
 * range shuts down unless limits are ignored, which Kalico's firmware offers; so do more than max_error_count failures in a row (a chip that is not there fails).
 * The real process reads in a thread of its own; here a reading takes no time.
 */
import { clock32Of } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";

const TYPE = "ds18b20";
const OBJECT_BYTES = 128;
const RESULT = "ds18b20_result oid=%c next_clock=%u value=%i fault=%u";
const READ_ERROR = "Error reading DS18B20 sensor";
const OUT_OF_RANGE = "DS18B20 out of range";
/** Thousandths of a degree in a step of the chip, which gives 12 bits. */
const STEP = 62.5;

class Ds18b20 {
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly serial: string;
  private readonly maxErrors: number;
  private readonly ignoresLimits: boolean;
  private readonly timer: FirmwareTimer;
  private readonly task = (): void => this.report();
  private restTicks = 0;
  private next = 0;
  private limits: readonly [min: number, max: number] = [0, 0];
  private errors = 0;

  constructor(ctx: FirmwareContext, oid: number, serial: string, maxErrors: number, ignoresLimits: boolean) {
    this.ctx = ctx;
    this.oid = oid;
    this.serial = serial;
    this.maxErrors = maxErrors;
    this.ignoresLimits = ignoresLimits;
    this.timer = new FirmwareTimer((timer) => {
      timer.waketime += this.restTicks;
      this.next = timer.waketime;
      ctx.wakeTask(this.task);
      return true;
    });
  }

  start(clock: number, restTicks: number, limits: readonly [number, number]): void {
    this.ctx.delTimer(this.timer);
    this.restTicks = restTicks;
    this.limits = limits;
    this.timer.waketime = clock;
    if (restTicks > 0) this.ctx.addTimer(this.timer);
  }

  private report(): void {
    const { ctx, oid } = this;
    const celsius = ctx.gpio.devices.oneWire(this.serial)?.();
    if (celsius === undefined) {
      this.errors += 1;
      ctx.send(RESULT, oid, clock32Of(this.next), 0, 1);
      if (this.errors > this.maxErrors) ctx.tryShutdown(READ_ERROR);
      return;
    }
    this.errors = 0;
    const value = Math.trunc(Math.round((celsius * 1000) / STEP) * STEP);
    ctx.send(RESULT, oid, clock32Of(this.next), value, 0);
    if (!this.ignoresLimits && (value < this.limits[0] || value > this.limits[1])) ctx.tryShutdown(OUT_OF_RANGE);
  }
}

/** The feature as the firmware of one flavour has it: only Kalico's can be told to ignore limits. */
export const ds18b20 = (flavour: "kalico" | "klipper"): FirmwareFeature => ({
  name: "ds18b20",
  commands: [
    { format: `config_ds18b20 oid=%c serial=%*s max_error_count=%c${flavour === "kalico" ? " ignore_limits=%c" : ""}`, handler(args, ctx) {
      const serial = String.fromCharCode(...args.bytes(1));
      const ignoresLimits = flavour === "kalico" && args.u8(3) !== 0;
      ctx.oidAlloc(args.u8(0), TYPE, new Ds18b20(ctx, args.u8(0), serial, args.u8(2), ignoresLimits), OBJECT_BYTES);
    } },
    { format: "query_ds18b20 oid=%c clock=%u rest_ticks=%u min_value=%i max_value=%i", effectClock: "clock", handler(args, ctx) {
      ctx.oidLookup<Ds18b20>(args.u8(0), TYPE).start(ctx.clock64(args.u32(1)), args.u32(2), [args.i32(3), args.i32(4)]);
    } },
  ],
  responses: [RESULT],
  staticStrings: [READ_ERROR, OUT_OF_RANGE],
});
