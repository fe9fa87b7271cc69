/**
 * Accelerometers with bulk messages: samples are collected every rest_ticks from the chip's FIFO and sent in messages of up to 51 bytes,
 * numbered from 0 at each start. ADXL345 samples are packed into 5 bytes, the others are three 16 bit words; the chips of InvenSense give
 * whole messages of 8 samples or nothing.
 */
import type { Sample, SampleFifo } from "../devices/accelerometers.js";
import { clock32Of } from "./clock.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";
import { deviceOf as i2cDeviceOf, transferOrShutdown } from "./i2c.js";
import { deviceOf as spiDeviceOf } from "./spi.js";

const OBJECT_BYTES = 96;
const DATA = "sensor_bulk_data oid=%c sequence=%hu data=%*s";
const STATUS = "sensor_bulk_status oid=%c clock=%u query_ticks=%u next_sequence=%hu buffered=%u possible_overflows=%hu";
const MESSAGE_BYTES = 51;
/** Time of a status read over SPI at 5 MHz, and over I2C at 400 kHz. */
const QUERY_MICROSECONDS = { spi: 8, i2c: 110 } as const;

/** Register that tells how much is in the FIFO, as far as an absent chip is concerned. */
const FIFO_COUNT = Uint8Array.of(0x72);

type Bus = keyof typeof QUERY_MICROSECONDS;

interface Packing {
  readonly sampleBytes: number;
  /** Samples come from the FIFO in lots of so many. */
  readonly lot: number;
  pack(sample: Sample): number[];
}

/** 13 bits an axis: low bytes first, then the high bits of x with those of z, and of y with the rest of z. */
const PACKED: Packing = {
  sampleBytes: 5, lot: 1,
  pack: ([x, y, z]) => {
    const high = (value: number): number => (value >> 8) & 0x1f;
    return [x & 0xff, y & 0xff, z & 0xff, high(x) | ((high(z) & 0x07) << 5), high(y) | ((high(z) & 0x18) << 2)];
  },
};
const LITTLE_ENDIAN: Packing = { sampleBytes: 6, lot: 1, pack: (sample) => sample.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]) };
const BIG_ENDIAN: Packing = { sampleBytes: 6, lot: 8, pack: (sample) => sample.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]) };

/** Where a chip is wired. */
interface Wiring {
  readonly bus: Bus;
  readonly oid: number;
}

class BulkSensor {
  private sequence = 0;
  private buffer: number[] = [];
  private overflows = 0;
  private restTicks = 0;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly wiring: Wiring;
  private readonly packing: Packing;
  private readonly task = (): void => this.collect();

  constructor(ctx: FirmwareContext, oid: number, wiring: Wiring, packing: Packing) {
    this.ctx = ctx;
    this.oid = oid;
    this.wiring = wiring;
    this.packing = packing;
    this.timer = new FirmwareTimer((timer) => {
      timer.waketime += this.restTicks;
      ctx.wakeTask(this.task);
      return true;
    });
  }

  query(restTicks: number): void {
    const { ctx } = this;
    ctx.delTimer(this.timer);
    this.restTicks = restTicks;
    if (restTicks === 0) return;
    this.sequence = this.overflows = 0;
    this.buffer = [];
    this.timer.waketime = ctx.now + restTicks;
    ctx.addTimer(this.timer);
  }

  status(): void {
    const { ctx, packing, wiring } = this;
    const fifo = this.fifo();
    const buffered = this.buffer.length + (fifo?.waiting() ?? 0) * packing.sampleBytes;
    this.countOverflow(fifo);
    ctx.send(STATUS, this.oid, clock32Of(ctx.now), ctx.ticksFromUs(QUERY_MICROSECONDS[wiring.bus]), this.sequence & 0xffff, buffered, this.overflows & 0xffff);
  }

  /** @throws shutdown when the chip does not acknowledge */
  private fifo(): SampleFifo | undefined {
    const { ctx, wiring } = this;
    const device = wiring.bus === "spi" ? spiDeviceOf(ctx, wiring.oid) : i2cDeviceOf(ctx, wiring.oid);
    if (device === undefined && wiring.bus === "i2c") transferOrShutdown(ctx, wiring.oid, FIFO_COUNT, 2);
    return device !== undefined && "waiting" in device ? (device as unknown as SampleFifo) : undefined;
  }

  private countOverflow(fifo: SampleFifo | undefined): void {
    if (fifo?.hasOverflowed() === true) this.overflows++;
  }

  private collect(): void {
    if (this.restTicks === 0) return;
    const fifo = this.fifo();
    if (fifo === undefined) return;
    const { lot, pack, sampleBytes } = this.packing;
    for (let left = fifo.waiting(); left >= lot; left -= lot) {
      for (let i = 0; i < lot; i++) this.buffer.push(...pack(fifo.take()));
      if (this.buffer.length + sampleBytes <= MESSAGE_BYTES) continue;
      this.ctx.send(DATA, this.oid, this.sequence & 0xffff, Uint8Array.from(this.buffer));
      this.sequence++;
      this.buffer = [];
    }
    this.countOverflow(fifo);
  }
}

/** @param wiringOf the chip's wiring by the arguments of the command that configures it, after the oid */
function featureOf(name: string, packing: Packing, config: string, wiringOf: (value: (index: number) => number) => Wiring): FirmwareFeature {
  return {
    name,
    commands: [
      { format: config, handler(args, ctx) {
        const wiring = wiringOf((index) => args.u8(index));
        ctx.oidLookup(wiring.oid, wiring.bus);
        ctx.oidAlloc(args.u8(0), name, new BulkSensor(ctx, args.u8(0), wiring, packing), OBJECT_BYTES);
      } },
      { format: `query_${name} oid=%c rest_ticks=%u`, handler(args, ctx) { ctx.oidLookup<BulkSensor>(args.u8(0), name).query(args.u32(1)); } },
      { format: `query_${name}_status oid=%c`, handler(args, ctx) { ctx.oidLookup<BulkSensor>(args.u8(0), name).status(); } },
    ],
  };
}

const BUSES: readonly Bus[] = ["spi", "i2c"];

/** The accelerometers that the firmware knows. */
export const accelerometers: readonly FirmwareFeature[] = [
  { ...featureOf("adxl345", PACKED, "config_adxl345 oid=%c spi_oid=%c", (value) => ({ bus: "spi", oid: value(1) })), responses: [DATA, STATUS] },
  { ...featureOf("lis2dw", LITTLE_ENDIAN, "config_lis2dw oid=%c bus_oid=%c bus_oid_type=%c lis_chip_type=%c", (value) => ({ bus: BUSES[value(2)] ?? "spi", oid: value(1) })),
    enumerations: { bus_oid_type: { spi: 0, i2c: 1 }, lis_chip_type: { LIS2DW: 0, LIS3DH: 1 } } },
  featureOf("mpu9250", BIG_ENDIAN, "config_mpu9250 oid=%c i2c_oid=%c", (value) => ({ bus: "i2c", oid: value(1) })),
  featureOf("icm20948", BIG_ENDIAN, "config_icm20948 oid=%c i2c_oid=%c", (value) => ({ bus: "i2c", oid: value(1) })),
];
