/**
 * SPI: one object per chip, with its chip select pin; transfers happen at once and take no time. Where no chip is wired, zeros come
 * back, as from an open line that is pulled down. A message for the case of a shutdown is sent when it comes.
 */
import type { SpiDevice } from "../devices/device-table.js";
import type { FirmwareContext, FirmwareFeature } from "./feature.js";

const TYPE = "spi";
const OBJECT_BYTES = 32;
const RESPONSE = "spi_transfer_response oid=%c response=%*s";
const INVALID_CONFIG = "Invalid spi config";

interface Spi {
  /** Number of the chip select pin; undefined: the chip is always selected, and known by the data line of a software bus (`mosi`) only. */
  pin: number | undefined;
  mosi?: number;
  activeHigh: boolean;
  hasBus: boolean;
}

/** Exchanges a frame with the chip of an SPI object. */
export function spiTransfer(ctx: FirmwareContext, oid: number, data: Uint8Array): Uint8Array {
  const spi = ctx.oidLookup<Spi>(oid, TYPE);
  if (!spi.hasBus) return data.slice();
  return deviceOf(ctx, oid)?.transfer(data) ?? new Uint8Array(data.length);
}

/** The chip behind an SPI object; undefined where none is wired. */
export function deviceOf(ctx: FirmwareContext, oid: number): SpiDevice | undefined {
  const { pin: select, mosi } = ctx.oidLookup<Spi>(oid, TYPE);
  const pin = select ?? mosi;
  return pin === undefined ? undefined : ctx.gpio.devices.spi(ctx.gpio.nameOf(pin));
}

function setBus(ctx: FirmwareContext, oid: number, mode: number): void {
  const spi = ctx.oidLookup<Spi>(oid, TYPE);
  if (spi.hasBus || mode > 3) ctx.shutdown(INVALID_CONFIG);
  spi.hasBus = true;
}

export const spi: FirmwareFeature = {
  name: "spi",
  commands: [
    { format: "config_spi oid=%c pin=%u cs_active_high=%c", handler(args, ctx) {
      const activeHigh = args.u8(2) !== 0;
      ctx.gpio.setupOutput(args.u32(1), activeHigh ? 0 : 1);
      ctx.oidAlloc<Spi>(args.u8(0), TYPE, { pin: args.u32(1), activeHigh, hasBus: false }, OBJECT_BYTES);
    } },
    { format: "config_spi_without_cs oid=%c", handler(args, ctx) {
      ctx.oidAlloc<Spi>(args.u8(0), TYPE, { pin: undefined, activeHigh: false, hasBus: false }, OBJECT_BYTES);
    } },
    { format: "spi_set_bus oid=%c spi_bus=%u mode=%u rate=%u", handler(args, ctx) { setBus(ctx, args.u8(0), args.u32(2)); } },
    { format: "spi_set_sw_bus oid=%c miso_pin=%u mosi_pin=%u sclk_pin=%u mode=%u pulse_ticks=%u", handler(args, ctx) {
      setBus(ctx, args.u8(0), args.u32(4));
      ctx.oidLookup<Spi>(args.u8(0), TYPE).mosi = args.u32(2);
    } },
    { format: "spi_transfer oid=%c data=%*s", handler(args, ctx) { ctx.send(RESPONSE, args.u8(0), spiTransfer(ctx, args.u8(0), args.bytes(1))); } },
    { format: "spi_send oid=%c data=%*s", handler(args, ctx) { spiTransfer(ctx, args.u8(0), args.bytes(1)); } },
    { format: "config_spi_shutdown oid=%c spi_oid=%c shutdown_msg=%*s", handler(args, ctx) {
      ctx.oidLookup<Spi>(args.u8(1), TYPE);
      ctx.oidAlloc(args.u8(0), "spi_shutdown", { spiOid: args.u8(1), message: args.bytes(2).slice() }, OBJECT_BYTES);
    } },
  ],
  responses: [RESPONSE],
  staticStrings: [INVALID_CONFIG],
  onShutdown(ctx) {
    for (const [, { pin, activeHigh }] of ctx.eachOid<Spi>(TYPE)) if (pin !== undefined) ctx.gpio.write(pin, activeHigh ? 0 : 1);
    for (const [, { spiOid, message }] of ctx.eachOid<{ spiOid: number; message: Uint8Array }>("spi_shutdown")) spiTransfer(ctx, spiOid, message);
  },
};
