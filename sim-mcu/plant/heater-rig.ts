/**
 * A heater with its body and sensor on the pins of a controller: the heater pin's duty warms the body, the sensor's voltage, with
 * a little noise from a seeded generator, is what the converter reads.
 */
import type { SpiDevice } from "../devices/device-table.js";
import { ROOM_PASCAL, roomHumidityAt } from "../devices/climate.js";
import type { PlantAttachment } from "../firmware/gpio.js";
import type { ClimateChip } from "./climate-chips.js";
import type { PinPlace } from "./config-values.js";
import { watchOutput } from "./output-watch.js";
import type { SensorCurve } from "./sensor-curve.js";
import type { ThermalBody} from "./thermal-body.js";
import { type PowerPattern } from "./thermal-body.js";

/** How a heater or its sensor is broken. */
export type HeaterFault = "sensor-open" | "sensor-shorted" | "heater-dead" | "heater-stuck-on";

export interface HeaterRigOptions {
  name: string;
  body: ThermalBody;
  heaterPin: PinPlace | undefined;
  sensorPin: PinPlace | undefined;
  curve: SensorCurve | undefined;
  /** A sensor on SPI instead, selected by the sensor's pin. */
  chip?: ((celsius: () => number) => SpiDevice) | undefined;
  /** A sensor on the 1-wire bus instead. */
  oneWire?: { readonly mcu: string; readonly serial: string } | undefined;
  /** A sensor on I2C instead. */
  climateChip?: ClimateChip | undefined;
  /** Gaussian noise with deviation 1. */
  noise: () => number;
  /** Deviation of the converter's noise as a fraction of full scale. */
  noiseFraction: number;
}

export class HeaterRig {
  readonly name: string;
  readonly body: ThermalBody;
  private readonly options: HeaterRigOptions;
  private fault: HeaterFault | undefined;
  private pattern: PowerPattern = { since: 0, onSeconds: 0, cycleSeconds: 0, inverted: false };

  constructor(options: HeaterRigOptions) {
    this.name = options.name;
    this.body = options.body;
    this.options = options;
  }

  attach(mcu: PlantAttachment): void {
    const { heaterPin, sensorPin, curve, chip, oneWire, climateChip } = this.options;
    if (heaterPin !== undefined) {
      watchOutput(mcu, heaterPin, (pattern) => {
        this.pattern = pattern;
        this.apply(pattern.since);
      });
    }
    if (oneWire?.mcu === mcu.mcuName) mcu.gpio.devices.attachOneWire(oneWire.serial, () => (this.fault === "sensor-open" ? undefined : this.body.sensorCelsius(mcu.worldTimeAt(mcu.now()))));
    if (climateChip?.mcu === mcu.mcuName) this.attachClimateChip(mcu, climateChip);
    if (sensorPin?.mcu === mcu.mcuName && chip !== undefined) {
      mcu.gpio.devices.attachSpi(sensorPin.pin, chip(() => this.body.sensorCelsius(mcu.worldTimeAt(mcu.now()))));
    }
    if (sensorPin === undefined || curve === undefined || sensorPin.mcu !== mcu.mcuName) return;
    try {
      mcu.gpio.attachAnalog(sensorPin.pin, (clock) => this.reading(mcu.worldTimeAt(clock), curve));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** A chip that is torn off answers to its address no more. */
  private attachClimateChip(mcu: PlantAttachment, { address, make }: ClimateChip): void {
    const seconds = (): number => mcu.worldTimeAt(mcu.now());
    const celsius = (): number => this.body.sensorCelsius(seconds());
    const chip = make({ celsius, humidity: () => roomHumidityAt(celsius()), pascal: () => ROOM_PASCAL, seconds });
    mcu.gpio.devices.attachI2c(address, {
      acknowledges: (access, register) => this.fault !== "sensor-open" && (chip.acknowledges?.(access, register) ?? true),
      write: (data) => chip.write(data),
      read: (register, length) => chip.read(register, length),
    });
  }

  /** Breaks the heater or its sensor from a world time on, or repairs it. */
  setFault(fault: HeaterFault | undefined, worldTime: number): void {
    this.fault = fault;
    this.apply(worldTime);
  }

  /** True temperature of the body at a world time, degrees Celsius. */
  celsiusAt(worldTime: number): number { return this.body.bodyCelsius(worldTime); }

  private apply(worldTime: number): void {
    const { fault } = this;
    if (fault === "heater-dead" || fault === "heater-stuck-on") {
      this.body.setPower({ since: worldTime, onSeconds: fault === "heater-dead" ? 0 : 1, cycleSeconds: 0, inverted: false });
    } else if (worldTime === this.pattern.since) {
      this.body.setPower(this.pattern);
    } else {
      this.body.bodyCelsius(worldTime);
      this.body.setPower(this.pattern);
    }
  }

  private reading(worldTime: number, curve: SensorCurve): number {
    // A thermistor that is torn off leaves the pull-up alone; shorted, it pulls the pin to ground.
    if (this.fault === "sensor-open") return 1;
    if (this.fault === "sensor-shorted") return 0;
    return curve(this.body.sensorCelsius(worldTime)) + this.options.noise() * this.options.noiseFraction;
  }
}
