/** Modules for heaters, sensors, fans, pins and reports, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as adcTemperature from "./adc-temperature.js";
import * as buttons from "./buttons.js";
import * as controllerFan from "./controller-fan.js";
import * as fan from "./fan.js";
import * as fanGeneric from "./fan-generic.js";
import * as filamentSwitchSensor from "./filament-switch-sensor.js";
import * as garbageCollection from "./garbage-collection.js";
import * as heaterBed from "./heater-bed.js";
import * as heaterFan from "./heater-fan.js";
import * as heaterGeneric from "./heater-generic.js";
import * as heaters from "./heaters.js";
import * as led from "./led.js";
import * as motionReport from "./motion-report.js";
import * as neopixel from "./neopixel.js";
import * as outputPin from "./output-pin.js";
import * as pidCalibrate from "./pid-calibrate.js";
import * as probe from "./probe/probe.js";
import * as queryAdc from "./query-adc.js";
import * as queryEndstops from "./query-endstops.js";
import * as resonanceTester from "./resonance/resonance-tester.js";
import * as staticDigitalOutput from "./static-digital-output.js";
import * as telemetry from "./telemetry.js";
import * as temperatureFan from "./temperature-fan.js";
import * as temperatureSensor from "./temperature-sensor.js";
import * as thermistor from "./thermistor.js";
import * as verifyHeater from "./verify-heater.js";

/** Everything in this directory that drives or watches hardware. */
export const hardwareModules: Record<string, HostModule> = {
  adc_temperature: adcTemperature,
  buttons,
  controller_fan: controllerFan,
  fan,
  fan_generic: fanGeneric,
  filament_switch_sensor: filamentSwitchSensor,
  garbage_collection: garbageCollection,
  heater_bed: heaterBed,
  heater_fan: heaterFan,
  heater_generic: heaterGeneric,
  heaters,
  led,
  motion_report: motionReport,
  neopixel,
  output_pin: outputPin,
  pid_calibrate: pidCalibrate,
  probe,
  query_adc: queryAdc,
  query_endstops: queryEndstops,
  resonance_tester: resonanceTester,
  static_digital_output: staticDigitalOutput,
  telemetry,
  temperature_fan: temperatureFan,
  temperature_sensor: temperatureSensor,
  thermistor,
  verify_heater: verifyHeater,
};
