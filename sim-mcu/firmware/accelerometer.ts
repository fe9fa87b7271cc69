/**
 * Accelerometers with bulk messages: samples are collected every rest_ticks from the chip's FIFO and sent in messages of up to 51 bytes,
 * numbered from 0 at each start. ADXL345 samples are packed into 5 bytes, those of LIS2DW are three 16 bit words.
 */
import type { Accelerometer, Sample } from "../devices/accelerometers.js";
import { clock32Of } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";
import { deviceOf, spiTransfer } from "./spi.js";

const OBJECT_BYTES = 96;
const DATA = "sensor_bulk_data oid=%c sequence=%hu data=%*s";
const STATUS = "sensor_bulk_status oid=%c clock=%u query_ticks=%u next_sequence=%hu buffered=%u possible_overflows=%hu";
const MESSAGE_BYTES = 51;
const FIFO_SAMPLES = 32;

interface Chip {
  readonly name: string;
  readonly sampleBytes: number;
  /** Frames that start and end the measurement. */
  readonly startFrame?: readonly number[];
  readonly stopFrame?: readonly number[];
  pack(sample: Sample): number[];
}

/** 13 bits an axis: low bytes first, then the high bits of x with those of z, and of y with the rest of z. */
const ADXL345: Chip = {
  name: "adxl345", sampleBytes: 5, startFrame: [0x2d, 0x08], stopFrame: [0x2d, 0x00],
  pack: ([x, y, z]) => {
    const high = (value: number): number => (value >> 8) & 0x1f;
    return [x & 0xff, y & 0xff, z & 0xff, high(x) | ((high(z) & 0x07) << 5), high(y) | ((high(z) & 0x18) << 2)];
  },
};
const LIS2DW: Chip = { name: "lis2dw", sampleBytes: 6, pack: (sample) => sample.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]) };

class BulkSensor {
  private sequence = 0;
  private buffer: number[] = [];
  private overflows = 0;
  private startClock = 0;
  private taken = 0;
  private restTicks = 0;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly spiOid: number;
  private readonly chip: Chip;
  private readonly task = (): void => this.collect();

  constructor(ctx: FirmwareContext, oid: number, spiOid: number, chip: Chip) {
    this.ctx = ctx;
    this.oid = oid;
    this.spiOid = spiOid;
    this.chip = chip;
    this.timer = new FirmwareTimer((timer) => {
      timer.waketime += this.restTicks;
      ctx.wakeTask(this.task);
      return true;
    });
  }

  query(restTicks: number): void {
    const { ctx, chip } = this;
    ctx.delTimer(this.timer);
    this.restTicks = restTicks;
    const frame = restTicks === 0 ? chip.stopFrame : chip.startFrame;
    if (frame !== undefined) spiTransfer(ctx, this.spiOid, Uint8Array.from(frame));
    if (restTicks === 0) return;
    this.sequence = this.overflows = this.taken = 0;
    this.buffer = [];
    this.startClock = ctx.now;
    this.timer.waketime = ctx.now + restTicks;
    ctx.addTimer(this.timer);
  }

  status(): void {
    const buffered = this.buffer.length + this.waiting() * this.chip.sampleBytes;
    this.ctx.send(STATUS, this.oid, clock32Of(this.ctx.now), 0, this.sequence, buffered, this.overflows);
  }

  /** Samples in the chip's FIFO. */
  private waiting(): number {
    const rate = this.sensor()?.rate ?? 0;
    const made = Math.floor(((this.ctx.now - this.startClock) / this.ctx.clockFreq) * rate);
    const waiting = made - this.taken;
    if (waiting <= FIFO_SAMPLES) return this.restTicks === 0 ? 0 : waiting;
    this.overflows++;
    this.taken = made - FIFO_SAMPLES;
    return FIFO_SAMPLES;
  }

  private sensor(): Accelerometer | undefined {
    return deviceOf(this.ctx, this.spiOid) as Accelerometer | undefined;
  }

  private collect(): void {
    const sensor = this.sensor();
    if (sensor === undefined || this.restTicks === 0) return;
    for (let left = this.waiting(); left > 0; left--) {
      this.taken++;
      this.buffer.push(...this.chip.pack(sensor.sample()));
      if (this.buffer.length + this.chip.sampleBytes <= MESSAGE_BYTES) continue;
      this.ctx.send(DATA, this.oid, this.sequence & 0xffff, Uint8Array.from(this.buffer));
      this.sequence++;
      this.buffer = [];
    }
  }
}

function featureOf(chip: Chip, config: string): FirmwareFeature {
  const { name } = chip;
  return {
    name,
    commands: [
      { format: config, handler(args, ctx) {
        ctx.oidLookup(args.u8(1), "spi");
        ctx.oidAlloc(args.u8(0), name, new BulkSensor(ctx, args.u8(0), args.u8(1), chip), OBJECT_BYTES);
      } },
      { format: `query_${name} oid=%c rest_ticks=%u`, handler(args, ctx) { ctx.oidLookup<BulkSensor>(args.u8(0), name).query(args.u32(1)); } },
      { format: `query_${name}_status oid=%c`, handler(args, ctx) { ctx.oidLookup<BulkSensor>(args.u8(0), name).status(); } },
    ],
  };
}

/** The accelerometers that the firmware knows. */
export const accelerometers: readonly FirmwareFeature[] = [
  { ...featureOf(ADXL345, "config_adxl345 oid=%c spi_oid=%c"), responses: [DATA, STATUS] },
  { ...featureOf(LIS2DW, "config_lis2dw oid=%c bus_oid=%c bus_oid_type=%c lis_chip_type=%c"), enumerations: { bus_oid_type: { spi: 0, i2c: 1 }, lis_chip_type: { LIS2DW: 0, LIS3DH: 1 } } },
];
