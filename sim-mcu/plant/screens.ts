/** Wires the screens of `[display]` sections to their controllers: by the lines of the firmware, by SPI with a pin that tells data from commands, by I2C. */
import { CharacterLcd, PagedLcd, St7920Lcd, type LcdChip, type Screen } from "../devices/screens.js";
import { dutyOf, type PlantAttachment } from "../firmware/gpio.js";
import type { BusDevice } from "./bus-devices.js";
import { numberOf, type PinPlace, type PinReader, type Section, type Sections } from "./config-values.js";

const OLED_ADDRESS = 60;
/** Bits of the shift register: the half of a byte is taken while the enable bit is set. */
const ENABLE = 0x08;
const REGISTER_SELECT = 0x02;
/** First byte of a frame for an ST7920: bit 1 tells data. */
const SYNC_DATA = 0x02;

/** Takes the frames of a bus apart for a chip. */
type Frames = (bytes: Uint8Array) => void;

const put = (chip: LcdChip, isData: boolean, byte: number): void => {
  if (isData) chip.data(byte);
  else chip.command(byte);
};

/** Halves of bytes behind a shift register. */
function shiftRegister(chip: LcdChip): Frames {
  let high: number | undefined;
  return (bytes) => {
    for (const byte of bytes) {
      if ((byte & ENABLE) === 0) continue;
      if (high === undefined) high = byte & 0xf0;
      else {
        put(chip, (byte & REGISTER_SELECT) !== 0, high | (byte >> 4));
        high = undefined;
      }
    }
  };
}

/** Words of nine bits, eight to a frame; the first bit of each tells data. */
function nineBits(chip: LcdChip): Frames {
  return (bytes) => {
    const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
    for (let at = 0; at + 9 <= bits.length; at += 9) put(chip, bits[at] === "1", Number.parseInt(bits.slice(at + 1, at + 9), 2));
  };
}

/** A sync byte, then each byte in two halves. */
function synced(chip: LcdChip): Frames {
  return ([sync = 0, ...halves]) => {
    for (let at = 0; at + 1 < halves.length; at += 2) put(chip, (sync & SYNC_DATA) !== 0, (halves[at]! & 0xf0) | (halves[at + 1]! >> 4));
  };
}

function chipOf(section: Section): LcdChip | undefined {
  switch (section["lcd_type"]) {
    case "hd44780": case "hd44780_spi": case "aip31068_spi": return new CharacterLcd(numberOf(section, "line_length", 20));
    case "st7920": case "emulated_st7920": return new St7920Lcd();
    case "uc1701": case "ssd1306": return new PagedLcd();
    case "sh1106": return new PagedLcd(numberOf(section, "x_offset", 0));
    default: return undefined;
  }
}

/** Attaches what takes the frames of an SPI chip at a pin. */
const onSpi = (place: PinPlace, frames: (mcu: PlantAttachment) => Frames): BusDevice => ({
  attach: (mcu) => {
    if (mcu.mcuName !== place.mcu) return;
    const take = frames(mcu);
    mcu.gpio.devices.attachSpi(place.pin, { transfer: (data) => { take(data); return new Uint8Array(data.length); } });
  },
});

function wire(section: Section, pins: PinReader, chip: LcdChip): BusDevice | undefined {
  const at = (option: string, frames: (mcu: PlantAttachment) => Frames): BusDevice | undefined => {
    const place = pins.pinOf(section, option);
    return place === undefined ? undefined : onSpi(place, frames);
  };
  switch (section["lcd_type"]) {
    case "hd44780_spi": return at("latch_pin", () => shiftRegister(chip));
    case "aip31068_spi": return at("latch_pin", () => nineBits(chip));
    // No chip select: the simulated bus knows it by the line of its data.
    case "emulated_st7920": return at("spi_software_mosi_pin", () => synced(chip));
    case "hd44780": case "st7920": {
      const place = pins.pinOf(section, section["lcd_type"] === "st7920" ? "cs_pin" : "rs_pin");
      return place === undefined ? undefined : { attach: (mcu) => { if (mcu.mcuName === place.mcu) mcu.gpio.devices.attachLcd(place.pin, chip); } };
    }
    default: {
      const tells = pins.pinOf(section, section["lcd_type"] === "uc1701" ? "a0_pin" : "dc_pin");
      if (tells === undefined) return i2cScreen(section, chip);
      return at("cs_pin", (mcu) => (bytes) => {
        const state = mcu.gpio.outputState(tells.pin);
        for (const byte of bytes) put(chip, state !== undefined && dutyOf(state) > 0.5, byte);
      });
    }
  }
}

function i2cScreen(section: Section, chip: LcdChip): BusDevice {
  const address = numberOf(section, "i2c_address", OLED_ADDRESS);
  const device = {
    write: ([control = 0, ...bytes]: Uint8Array) => { for (const byte of bytes) put(chip, (control & 0x40) !== 0, byte); },
    read: (_register: Uint8Array, length: number) => new Uint8Array(length),
  };
  return { attach: (mcu) => { if (mcu.mcuName === (section["i2c_mcu"] ?? "mcu")) mcu.gpio.devices.attachI2c(address, device); } };
}

/** The screens of a configuration by the names of their sections, and what wires them. */
export function displayScreens(sections: Sections, pins: PinReader): { screens: Map<string, Screen>; devices: BusDevice[] } {
  const screens = new Map<string, Screen>();
  const devices: BusDevice[] = [];
  for (const [name, section] of Object.entries(sections)) {
    if (name !== "display" && !name.startsWith("display ")) continue;
    const chip = chipOf(section);
    const device = chip === undefined ? undefined : wire(section, pins, chip);
    if (chip === undefined || device === undefined) continue;
    screens.set(name, chip);
    devices.push(device);
  }
  return { screens, devices };
}
