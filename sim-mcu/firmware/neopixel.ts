/**
 * Leds with a chip of their own (WS2812 and the like): the firmware holds the bytes of a chain and shifts them out
 * with interrupts off between the bits. Shifting keeps the task busy for 1.25 us a bit; here it takes no time, and no
 * interrupt ever disturbs it.
 */
import type { FirmwareContext, FirmwareFeature } from "./feature.js";

const TYPE = "neopixel";
const OBJECT_BYTES = 24;
const RESULT = "neopixel_result oid=%c success=%c";
const INVALID_SIZE = "Invalid neopixel data_size";
const INVALID_UPDATE = "Invalid neopixel update command";

/** A chain: bytes that were sent to the micro-controller, and those that the leds show. */
interface Neopixel {
  data: Uint8Array;
  shown: Uint8Array;
}

const lookup = (ctx: FirmwareContext, oid: number): Neopixel => ctx.oidLookup<Neopixel>(oid, TYPE);

export const neopixel: FirmwareFeature = {
  name: "neopixel",
  commands: [
    { format: "config_neopixel oid=%c pin=%u data_size=%hu bit_max_ticks=%u reset_min_ticks=%u", handler(args, ctx) {
      const size = args.u16(2);
      if ((size & 0x8000) !== 0) ctx.shutdown(INVALID_SIZE);
      ctx.gpio.setupOutput(args.u32(1), 0);
      ctx.oidAlloc(args.u8(0), TYPE, { data: new Uint8Array(size), shown: new Uint8Array(size) }, OBJECT_BYTES + size);
    } },
    { format: "neopixel_update oid=%c pos=%hu data=%*s", handler(args, ctx) {
      const chain = lookup(ctx, args.u8(0));
      const pos = args.u16(1);
      const bytes = args.bytes(2);
      if (pos + bytes.length > chain.data.length) ctx.shutdown(INVALID_UPDATE);
      chain.data.set(bytes, pos);
    } },
    { format: "neopixel_send oid=%c", handler(args, ctx) {
      const oid = args.u8(0);
      const chain = lookup(ctx, oid);
      chain.shown.set(chain.data);
      ctx.send(RESULT, oid, 1);
    } },
  ],
  responses: [RESULT],
  staticStrings: [INVALID_SIZE, INVALID_UPDATE],
};
