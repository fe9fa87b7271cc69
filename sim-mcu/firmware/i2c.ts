/**
 * I2C: chips by address; transfers happen at once. The firmwares differ: Kalico's has a write without an answer and a read, and shuts
 * down when no chip acknowledges; Klipper's has one transfer that always answers, with a status.
 */
import type { I2cDevice } from "../devices/device-table.js";
import type { FirmwareContext, FirmwareFeature } from "./feature.js";

const TYPE = "i2c";
const OBJECT_BYTES = 32;
const READ_RESPONSE = "i2c_read_response oid=%c response=%*s";
const RESPONSE = "i2c_response oid=%c i2c_bus_status=%c response=%*s";
const NACK = "I2C NACK";
const START_READ_NACK = "I2C START READ NACK";
const STATUS = { SUCCESS: 0, NACK: 1, BUS_TIMEOUT: 2, START_NACK: 3, START_READ_NACK: 4 } as const;

interface I2c { address: number }

function deviceOf(ctx: FirmwareContext, oid: number): I2cDevice | undefined {
  return ctx.gpio.devices.i2c(ctx.oidLookup<I2c>(oid, TYPE).address);
}

/** @throws shutdown with `reason` when nobody has the address */
function presentDevice(ctx: FirmwareContext, oid: number, reason: string): I2cDevice {
  return deviceOf(ctx, oid) ?? ctx.shutdown(reason);
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
      presentDevice(ctx, args.u8(0), NACK).write(args.bytes(1).slice());
    } },
    { format: "i2c_read oid=%c reg=%*s read_len=%u", handler(args, ctx) {
      ctx.send(READ_RESPONSE, args.u8(0), presentDevice(ctx, args.u8(0), START_READ_NACK).read(args.bytes(1).slice(), args.u8(2)));
    } },
  ],
  responses: [READ_RESPONSE],
  staticStrings: [NACK, "I2C START NACK", START_READ_NACK, "I2C Timeout"],
};

const klipper: FirmwareFeature = {
  name: "i2c",
  enumerations: { i2c_bus_status: STATUS },
  commands: [
    ...setup,
    { format: "i2c_transfer oid=%c write=%*s read_len=%u", handler(args, ctx) {
      const device = deviceOf(ctx, args.u8(0));
      const length = args.u8(2);
      if (device === undefined) {
        ctx.send(RESPONSE, args.u8(0), STATUS.START_NACK, new Uint8Array(0));
        return;
      }
      const data = args.bytes(1).slice();
      if (length === 0) device.write(data);
      ctx.send(RESPONSE, args.u8(0), STATUS.SUCCESS, length === 0 ? new Uint8Array(0) : device.read(data, length));
    } },
  ],
  responses: [RESPONSE],
};

/** The feature as the firmware of one flavour has it. */
export const i2c = (flavour: "kalico" | "klipper"): FirmwareFeature => (flavour === "kalico" ? kalico : klipper);
