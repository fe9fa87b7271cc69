/** Text and graphic displays whose lines the firmware drives by itself (HD44780, ST7920): it takes commands and data, and answers nothing. */
import type { FirmwareContext, FirmwareFeature } from "./feature.js";

const OBJECT_BYTES = 40;

/** A display: the name of its first pin, by which a plant attaches its chip. */
interface Lcd {
  readonly pin: string;
}

function lcd(name: string, pins: readonly string[], timing: string): FirmwareFeature {
  const take = (what: "command" | "data") => (args: { u8(index: number): number; bytes(index: number): Uint8Array }, ctx: FirmwareContext): void => {
    const device = ctx.gpio.devices.lcd(ctx.oidLookup<Lcd>(args.u8(0), name).pin);
    for (const byte of args.bytes(1)) device?.[what](byte);
  };
  return {
    name,
    commands: [
      { format: `config_${name} oid=%c ${pins.map((pin) => `${pin}_pin=%u`).join(" ")} ${timing}`, handler(args, ctx) {
        for (const index of pins.keys()) ctx.gpio.setupOutput(args.u32(index + 1), 0);
        ctx.oidAlloc<Lcd>(args.u8(0), name, { pin: ctx.gpio.nameOf(args.u32(1)) }, OBJECT_BYTES);
      } },
      { format: `${name}_send_cmds oid=%c cmds=%*s`, handler: take("command") },
      { format: `${name}_send_data oid=%c data=%*s`, handler: take("data") },
    ],
  };
}

export const lcds: readonly FirmwareFeature[] = [
  lcd("st7920", ["cs", "sclk", "sid"], "sync_delay_ticks=%u cmd_delay_ticks=%u"),
  lcd("hd44780", ["rs", "e", "d4", "d5", "d6", "d7"], "delay_ticks=%u"),
];
