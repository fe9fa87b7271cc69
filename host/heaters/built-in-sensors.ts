/** Sensor types that every printer knows: the standard thermistors, amplifier chips and platinum resistors. */
import { PrinterAdcToTemperature, type SensorFactory } from "./adc-to-temperature.js";
import type { ConfigSection } from "./host-types.js";
import { InterpolationError, LinearResistance, LinearVoltage } from "./linear-interpolate.js";
import type { SensorSample } from "./sensor-tables.js";
import { AD595, AD597, AD8494, AD8495, AD8496, AD8497, ina826Pt100, platinumResistance } from "./sensor-tables.js";
import { Ds18b20 } from "./ds18b20.js";
import { i2cSensors } from "./i2c/index.js";
import { MpcTemperature } from "./mpc-temperature.js";
import { TemperatureCombined } from "./temperature-combined.js";
import { TemperatureHost } from "./temperature-host.js";
import { TemperatureMcu } from "./temperature-mcu.js";
import { spiSensors } from "./spi-temperature.js";
import { STANDARD_THERMISTORS } from "./standard-thermistors.js";
import type { AdcConversion, ThermistorParams } from "./thermistor.js";
import { thermistorFromParams } from "./thermistor.js";

/** A sensor type with a known thermistor; pull-up and inline resistor come from the section that uses it. */
export function thermistorSensor(params: ThermistorParams): SensorFactory {
  return (config) => {
    const pullup = config.getFloat("pullup_resistor", { default: 4700, above: 0 });
    const inline = config.getFloat("inline_resistor", { default: 0, minval: 0 });
    const { thermistor, fallbackBeta } = thermistorFromParams(params, pullup, inline);
    if (fallbackBeta !== undefined) {
      config.getPrinter().log("warning", `Using thermistor beta ${fallbackBeta.toFixed(3)} in heater ${config.getName()}`);
    }
    return new PrinterAdcToTemperature(config, thermistor);
  };
}

/** A sensor type with a voltage output; samples are degrees Celsius and volts. */
export function voltageSensor(samples: readonly SensorSample[]): SensorFactory {
  return (config) => {
    const adcVoltage = config.getFloat("adc_voltage", { default: 5, above: 0 });
    const voltageOffset = config.getFloat("voltage_offset", { default: 0 });
    const conversion = tableSensor(config, () => new LinearVoltage(samples, adcVoltage, voltageOffset));
    for (const [celsius, volts] of conversion.ignored) {
      config.getPrinter().log("warning",
        `Ignoring adc sample ${celsius.toFixed(3)}/${volts.toFixed(3)} in heater ${config.getName()}`);
    }
    return new PrinterAdcToTemperature(config, conversion);
  };
}

/** A sensor type with a known resistance; samples are degrees Celsius and ohms. */
export function resistanceSensor(samples: readonly SensorSample[]): SensorFactory {
  return (config) => {
    const pullup = config.getFloat("pullup_resistor", { default: 4700, above: 0 });
    const inline = config.getFloat("inline_resistor", { default: 0, minval: 0 });
    return new PrinterAdcToTemperature(config, tableSensor(config, () => new LinearResistance(samples, pullup, inline)));
  };
}

function tableSensor<T extends AdcConversion>(config: ConfigSection, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    throw config.error(`adc_temperature ${error.message} in heater ${config.getName()}`);
  }
}

/** Chips and resistors that [adc_temperature] knows. */
export function tableSensors(): [name: string, factory: SensorFactory][] {
  return [
    ["AD595", voltageSensor(AD595)], ["AD597", voltageSensor(AD597)], ["AD8494", voltageSensor(AD8494)],
    ["AD8495", voltageSensor(AD8495)], ["AD8496", voltageSensor(AD8496)], ["AD8497", voltageSensor(AD8497)],
    ["PT100 INA826", voltageSensor(ina826Pt100())], ["PT1000", resistanceSensor(platinumResistance(1000))],
  ];
}

/** Where sensor types are registered. */
interface SensorRegistry {
  readonly sensorFactories: ReadonlyMap<string, SensorFactory>;
  addSensorFactory(sensorType: string, sensorFactory: SensorFactory): void;
}

/** Register all of them, but no thermistor that the configuration has described itself before. */
export function registerBuiltInSensors(heaters: SensorRegistry): void {
  for (const [name, factory] of tableSensors()) heaters.addSensorFactory(name, factory);
  for (const [name, factory] of [...spiSensors(), ...i2cSensors()]) heaters.addSensorFactory(name, factory);
  heaters.addSensorFactory("temperature_mcu", (config) => new TemperatureMcu(config));
  heaters.addSensorFactory("temperature_host", (config) => new TemperatureHost(config));
  heaters.addSensorFactory("temperature_combined", (config) => new TemperatureCombined(config));
  heaters.addSensorFactory("mpc_block_temperature", (config) => new MpcTemperature(config, "block"));
  heaters.addSensorFactory("mpc_ambient_temperature", (config) => new MpcTemperature(config, "ambient"));
  heaters.addSensorFactory("DS18B20", (config) => new Ds18b20(config));
  for (const [name, params] of STANDARD_THERMISTORS) {
    if (!heaters.sensorFactories.has(name)) heaters.addSensorFactory(name, thermistorSensor(params));
  }
}
