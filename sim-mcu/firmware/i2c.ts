/**
 * I2C: chips by address; transfers happen at once. The firmwares differ: Kalico's has a write without an answer and a read, and shuts
 * down when no chip acknowledges; Klipper's has one transfer that always answers, with a status. What a missing acknowledge is called depends on the
 * hardware: a Linux process knows one kind only, an AVR does not look and reads ones.
 */
import type { I2cDevice } from "../devices/device-table.js";
import type { FirmwareContext, FirmwareFeature } from "./feature.js";

const TYPE = "i2c";
const OBJECT_BYTES = 32;
const READ_RESPONSE = "i2c_read_response oid=%c response=%*s";
const RESPONSE = "i2c_response oid=%c i2c_bus_status=%c response=%*s";
const STATUS = { SUCCESS: 0, NACK: 1, BUS_TIMEOUT: 2, START_NACK: 3, START_READ_NACK: 4 } as const;
const SHUTDOWNS = { NACK: "I2C NACK", START_NACK: "I2C START NACK", START_READ_NACK: "I2C START READ NACK", BUS_TIMEOUT: "I2C Timeout" } as const;

interface I2c { address: number }

/** The chip behind an I2C object; undefined where none is wired. */
export function deviceOf(ctx: FirmwareContext, oid: number): I2cDevice | undefined {
  return ctx.gpio.devices.i2c(ctx.oidLookup<I2c>(oid, TYPE).address);
}

type Status = keyof typeof STATUS;

/** Carries out a transfer: writes `data`, then reads. A chip that reads after its register was written is addressed twice. */
function transfer(ctx: FirmwareContext, oid: number, data: Uint8Array, readLength: number): { status: Status; response: Uint8Array } {
  const device = deviceOf(ctx, oid);
  const missing = (status: Status): { status: Status; response: Uint8Array } => {
    if (ctx.board.mcu.startsWith("at")) return { status: "SUCCESS", response: new Uint8Array(readLength).fill(0xff) };
    return { status: ctx.board.mcu === "linux" ? "NACK" : status, response: new Uint8Array(0) };
  };
  const acknowledges = (access: "write" | "read"): boolean => device !== undefined && (device.acknowledges?.(access, data) ?? true);
  if ((readLength === 0 || data.length > 0) && !acknowledges("write")) return missing("START_NACK");
  if (readLength > 0 && !acknowledges("read")) return missing("START_READ_NACK");
  if (readLength > 0) return { status: "SUCCESS", response: device!.read(data, readLength) };
  device!.write(data);
  return { status: "SUCCESS", response: new Uint8Array(0) };
}

/** As `transfer`. @throws shutdown when nobody acknowledges */
export function transferOrShutdown(ctx: FirmwareContext, oid: number, data: Uint8Array, readLength: number): Uint8Array {
  const { status, response } = transfer(ctx, oid, data, readLength);
  if (status !== "SUCCESS") ctx.shutdown(SHUTDOWNS[status]);
  return response;
}

const setup: FirmwareFeature["commands"] = [
  { format: "config_i2c oid=%c", handler(args, ctx) { ctx.oidAlloc<I2c>(args.u8(0), TYPE, { address: -1 }, OBJECT_BYTES); } },
  { format: "i2c_set_bus oid=%c i2c_bus=%u rate=%u address=%u", handler(args, ctx) { ctx.oidLookup<I2c>(args.u8(0), TYPE).address = args.u32(3) & 0x7f; } },
  { format: "i2c_set_sw_bus oid=%c scl_pin=%u sda_pin=%u pulse_ticks=%u address=%u", handler(args, ctx) { ctx.oidLookup<I2c>(args.u8(0), TYPE).address = args.u32(4) & 0x7f; } },
];

const kalico: FirmwareFeature = {
  name: "i2c",
  commands: [
    ...setup,
    { format: "i2c_write oid=%c data=%*s", handler(args, ctx) {
      transferOrShutdown(ctx, args.u8(0), args.bytes(1).slice(), 0);
    } },
    { format: "i2c_read oid=%c reg=%*s read_len=%u", handler(args, ctx) {
      ctx.send(READ_RESPONSE, args.u8(0), transferOrShutdown(ctx, args.u8(0), args.bytes(1).slice(), args.u8(2)));
    } },
  ],
  responses: [READ_RESPONSE],
  staticStrings: Object.values(SHUTDOWNS),
};

const klipper: FirmwareFeature = {
  name: "i2c",
  enumerations: { i2c_bus_status: STATUS },
  commands: [
    ...setup,
    { format: "i2c_transfer oid=%c write=%*s read_len=%u", handler(args, ctx) {
      const { status, response } = transfer(ctx, args.u8(0), args.bytes(1).slice(), args.u8(2));
      ctx.send(RESPONSE, args.u8(0), STATUS[status], response);
    } },
  ],
  responses: [RESPONSE],
};

/** The feature as the firmware of one flavour has it. */
export const i2c = (flavour: "kalico" | "klipper"): FirmwareFeature => (flavour === "kalico" ? kalico : klipper);
