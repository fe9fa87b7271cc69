/**
 * Chips on the buses of one micro-controller, by where they are wired: an SPI chip by its chip select pin, a UART chip by its pin, an
 * I2C chip by its address, a display that the firmware drives by its first pin. A plant puts them there; firmware features talk to them.
 */

export interface SpiDevice {
  /** One frame, chip select held: as many bytes come back as go out. */
  transfer(data: Uint8Array): Uint8Array;
}

export interface I2cDevice {
  /** Whether the chip answers to its address now; a chip without this always does. @param register what was written just before a read */
  acknowledges?(access: "write" | "read", register: Uint8Array): boolean;
  write(data: Uint8Array): void;
  /** What follows after `register` was written. */
  read(register: Uint8Array, length: number): Uint8Array;
}

export interface UartDevice {
  /** Takes a telegram; answers with one, or with nothing. */
  exchange(telegram: Uint8Array): Uint8Array | undefined;
}

/** A display whose lines the firmware drives by itself. */
export interface LcdDevice {
  command(byte: number): void;
  data(byte: number): void;
}

export class DeviceTable {
  private readonly lcdDevices = new Map<string, LcdDevice>();
  private readonly spiDevices = new Map<string, SpiDevice>();
  private readonly i2cDevices = new Map<number, I2cDevice>();
  private readonly oneWireSensors = new Map<string, () => number | undefined>();
  private readonly uartDevices = new Map<string, UartDevice[]>();

  attachSpi(chipSelectPin: string, device: SpiDevice): void { this.spiDevices.set(chipSelectPin, device); }
  attachI2c(address: number, device: I2cDevice): void { this.i2cDevices.set(address, device); }
  /** Several chips may share a pin: each answers to its own address. */
  attachUart(pin: string, device: UartDevice): void { this.uartDevices.set(pin, [...(this.uartDevices.get(pin) ?? []), device]); }

  /** A thermometer on the 1-wire bus, by its serial number; degrees Celsius, undefined when it does not answer. */
  attachOneWire(serial: string, celsius: () => number | undefined): void { this.oneWireSensors.set(serial, celsius); }

  /** A display, by the first of its pins (`cs_pin`, `rs_pin`). */
  attachLcd(pin: string, device: LcdDevice): void { this.lcdDevices.set(pin, device); }

  lcd(pin: string): LcdDevice | undefined { return this.lcdDevices.get(pin); }
  oneWire(serial: string): (() => number | undefined) | undefined { return this.oneWireSensors.get(serial); }
  spi(chipSelectPin: string): SpiDevice | undefined { return this.spiDevices.get(chipSelectPin); }
  i2c(address: number): I2cDevice | undefined { return this.i2cDevices.get(address); }
  uart(pin: string): readonly UartDevice[] { return this.uartDevices.get(pin) ?? []; }
}
