/**
 * The single wire UART of Trinamic drivers, bit by bit in the firmware. Commands carry line bits: each byte is a start bit (0), eight data
 * bits from the lowest, and a stop bit (1), packed into bytes from the lowest bit. A request while one is under way is ignored.
 */
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";

const TYPE = "tmcuart";
const OBJECT_BYTES = 56;
const RESPONSE = "tmcuart_response oid=%c read=%*s";
const TOO_LARGE = "tmcuart data too large";
const MAX_BYTES = 10;
const LINE_BITS = 10;
const START_US = 200;
/** Bit times between request and answer, at least. */
const TURNAROUND_BITS = 4;

/** Data bytes of packed line bits; undefined where a start or stop bit is wrong. */
export function fromLineBits(packed: Uint8Array): Uint8Array | undefined {
  const bit = (i: number): number => (packed[i >> 3]! >> (i & 7)) & 1;
  const bytes = new Uint8Array(Math.floor((packed.length * 8) / LINE_BITS));
  for (let b = 0; b < bytes.length; b++) {
    if (bit(b * LINE_BITS) !== 0 || bit(b * LINE_BITS + 9) !== 1) return undefined;
    for (let i = 0; i < 8; i++) bytes[b]! |= bit(b * LINE_BITS + 1 + i) << i;
  }
  return bytes;
}

/** Line bits of data bytes, packed. */
export function toLineBits(bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil((bytes.length * LINE_BITS) / 8));
  bytes.forEach((byte, b) => {
    const word = (byte << 1) | 0x200;
    for (let i = 0; i < LINE_BITS; i++) packed[(b * LINE_BITS + i) >> 3]! |= ((word >> i) & 1) << ((b * LINE_BITS + i) & 7);
  });
  return packed;
}

class TmcUartPort {
  private answer: Uint8Array = EMPTY;
  private busy = false;
  private readonly timer: FirmwareTimer;
  private readonly ctx: FirmwareContext;
  private readonly oid: number;
  private readonly pin: number;
  private readonly bitTicks: number;
  private readonly task = (): void => {
    this.busy = false;
    this.ctx.send(RESPONSE, this.oid, this.answer);
  };

  constructor(ctx: FirmwareContext, oid: number, pin: number, bitTicks: number) {
    this.ctx = ctx;
    this.oid = oid;
    this.pin = pin;
    this.bitTicks = bitTicks;
    this.timer = new FirmwareTimer(() => {
      ctx.wakeTask(this.task);
      return false;
    });
  }

  send(packed: Uint8Array, readBytes: number): void {
    if (packed.length > MAX_BYTES || readBytes > MAX_BYTES) this.ctx.shutdown(TOO_LARGE);
    if (this.busy) return;
    this.busy = true;
    const { ctx } = this;
    const telegram = fromLineBits(packed);
    let found: Uint8Array | undefined;
    for (const device of telegram === undefined ? [] : ctx.gpio.devices.uart(ctx.gpio.nameOf(this.pin))) found = device.exchange(telegram!) ?? found;
    this.answer = readBytes === 0 || found === undefined ? EMPTY : toLineBits(found).subarray(0, readBytes);
    const bits = packed.length * 8 + (readBytes === 0 ? 0 : TURNAROUND_BITS + readBytes * 8);
    this.timer.waketime = ctx.now + ctx.ticksFromUs(START_US) + bits * this.bitTicks;
    ctx.addTimer(this.timer);
  }

  shutdown(): void { this.busy = false; }
}

const EMPTY = new Uint8Array(0);

export const tmcuart: FirmwareFeature = {
  name: "tmcuart",
  commands: [
    { format: "config_tmcuart oid=%c rx_pin=%u pull_up=%c tx_pin=%u bit_time=%u", handler(args, ctx) {
      const [rx, tx] = [args.u32(1), args.u32(3)];
      ctx.gpio.setupInput(rx, args.i8(2));
      if (tx !== rx) ctx.gpio.setupOutput(tx, 1);
      ctx.oidAlloc(args.u8(0), TYPE, new TmcUartPort(ctx, args.u8(0), rx, args.u32(4)), OBJECT_BYTES);
    } },
    { format: "tmcuart_send oid=%c write=%*s read=%c", handler(args, ctx) {
      ctx.oidLookup<TmcUartPort>(args.u8(0), TYPE).send(args.bytes(1), args.u8(2));
    } },
  ],
  responses: [RESPONSE],
  staticStrings: [TOO_LARGE],
  onShutdown(ctx) {
    for (const [, port] of ctx.eachOid<TmcUartPort>(TYPE)) port.shutdown();
  },
};
