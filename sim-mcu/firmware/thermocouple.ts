/**
 * Thermocouple chips on SPI: read every rest_ticks, reported, then checked; a fault of the chip, or a value out of range, so often in
 * a row shuts down. With a count of 0 Kalico's firmware never checks, Klipper's acts on the first.
 */
import { clock32Of } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";
import { spiTransfer } from "./spi.js";

const TYPE = "thermocouple";
const OBJECT_BYTES = 48;
const RESULT = "thermocouple_result oid=%c next_clock=%u value=%u fault=%c";
const FAULT = "Thermocouple reader fault";
const CHIPS = { MAX31855: 0, MAX31856: 1, MAX31865: 2, MAX6675: 3 } as const;

interface Reading { value: number; fault: number }

function readChip(ctx: FirmwareContext, spiOid: number, chip: number): Reading {
  const read = (...frame: number[]): Uint8Array => spiTransfer(ctx, spiOid, Uint8Array.from(frame));
  if (chip === CHIPS.MAX31855) {
    const b = read(0, 0, 0, 0);
    const value = ((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) >>> 0;
    return { value, fault: value & 7 };
  }
  if (chip === CHIPS.MAX31856) {
    const b = read(0x0c, 0, 0, 0);
    return { value: (b[1]! << 16) | (b[2]! << 8) | b[3]!, fault: read(0x0f, 0)[1]! };
  }
  const b = chip === CHIPS.MAX31865 ? read(0x01, 0, 0).subarray(1) : read(0, 0);
  const value = (b[0]! << 8) | b[1]!;
  if (chip !== CHIPS.MAX31865) return { value, fault: value & 6 };
  return { value, fault: (read(0x07, 0)[1]! & ~3) | (value & 1) };
}

class Thermocouple {
  private next = 0;
  private restTicks = 0;
  private limits: readonly [min: number, max: number] = [0, 0];
  private maxInvalid = 0;
  private invalid = 0;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly spiOid: number;
  private readonly chip: number;
  private readonly task = (): void => this.report();

  constructor(ctx: FirmwareContext, oid: number, spiOid: number, chip: number) {
    this.ctx = ctx;
    this.oid = oid;
    this.spiOid = spiOid;
    this.chip = chip;
    this.timer = new FirmwareTimer((timer) => {
      timer.waketime += this.restTicks;
      this.next = timer.waketime;
      ctx.wakeTask(this.task);
      return true;
    });
  }

  start(clock: number, restTicks: number, limits: readonly [number, number], maxInvalid: number): void {
    this.ctx.delTimer(this.timer);
    this.restTicks = restTicks;
    this.limits = limits;
    this.maxInvalid = maxInvalid;
    this.invalid = 0;
    this.timer.waketime = clock;
    if (restTicks > 0) this.ctx.addTimer(this.timer);
  }

  private report(): void {
    const { value, fault } = readChip(this.ctx, this.spiOid, this.chip);
    this.ctx.send(RESULT, this.oid, clock32Of(this.next), value, fault);
    const checks = this.maxInvalid > 0 || this.ctx.flavour === "klipper";
    const good = fault === 0 && value >= this.limits[0] && value <= this.limits[1];
    this.invalid = good ? 0 : this.invalid + 1;
    if (checks && this.invalid >= Math.max(1, this.maxInvalid)) this.ctx.tryShutdown(FAULT);
  }
}

export const thermocouple: FirmwareFeature = {
  name: "thermocouple",
  enumerations: { thermocouple_type: CHIPS },
  commands: [
    { format: "config_thermocouple oid=%c spi_oid=%c thermocouple_type=%c", handler(args, ctx) {
      ctx.oidLookup(args.u8(1), "spi");
      ctx.oidAlloc(args.u8(0), TYPE, new Thermocouple(ctx, args.u8(0), args.u8(1), args.u8(2)), OBJECT_BYTES);
    } },
    { format: "query_thermocouple oid=%c clock=%u rest_ticks=%u min_value=%u max_value=%u max_invalid_count=%c", effectClock: "clock", handler(args, ctx) {
      ctx.oidLookup<Thermocouple>(args.u8(0), TYPE).start(ctx.clock64(args.u32(1)), args.u32(2), [args.u32(3), args.u32(4)], args.u8(5));
    } },
  ],
  responses: [RESULT],
  staticStrings: [FAULT],
};
