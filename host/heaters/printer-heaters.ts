/**
 * Object `heaters`: sensor types by name, heaters by name, the sensors that M105 reports, and waiting for
 * temperatures. Waiting is the only part that pauses.
 */
import { formatFixed } from "../motion/format-fixed.js";
import type { SensorFactory, TemperatureSensor } from "./adc-to-temperature.js";
import { registerBuiltInSensors } from "./built-in-sensors.js";
import { DualSensorHeater, Heater } from "./heater.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "./host-types.js";

/** Anything M105 and TEMPERATURE_WAIT can read. */
export interface ReportedSensor {
  getTemp(eventTime: number): readonly [temp: number, target: number];
}

export class PrinterHeaters {
  readonly sensorFactories = new Map<string, SensorFactory>();
  readonly heaters = new Map<string, Heater>();
  readonly gcodeIdToSensor = new Map<string, ReportedSensor>();
  readonly availableHeaters: string[] = [];
  readonly availableSensors: string[] = [];
  readonly availableMonitors: string[] = [];
  private readonly printer: Printer;
  private readonly gcode: GCodeDispatch;
  private hasStarted = false;
  private haveLoadSensors = false;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:ready", () => {
      this.hasStarted = true;
    });
    this.printer.registerEventHandler("gcode:request_restart", () => this.turnOffAllHeaters());
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("TURN_OFF_HEATERS", () => this.turnOffAllHeaters(), { desc: "Turn off all heaters" });
    this.gcode.registerCommand("M105", (gcmd) => this.cmdM105(gcmd), { whenNotReady: true });
    this.gcode.registerCommand("TEMPERATURE_WAIT", (gcmd) => this.cmdTemperatureWait(gcmd), {
      desc: "Wait for a temperature on a sensor",
    });
  }

  addSensorFactory(sensorType: string, sensorFactory: SensorFactory): void {
    this.sensorFactories.set(sensorType, sensorFactory);
  }

  /** Make the heater of a section. @throws ConfigError when its name is taken. */
  setupHeater(config: ConfigSection, gcodeId: string | null = null): Heater {
    const name = config.getName().split(/\s+/).at(-1)!;
    if (this.heaters.has(name)) throw config.error(`Heater ${name} already registered`);
    const sensor = this.setupSensor(config);
    const innerName = config.get("inner_sensor_name", { default: null });
    const heater = innerName === null
      ? new Heater(config, sensor)
      : new DualSensorHeater(config, sensor, this.printer.lookupObject(`temperature_sensor ${innerName}`));
    if (innerName === null && heater.control.getType() === "dual_loop_pid") {
      throw config.error("dual_loop_pid requires a secondary sensor");
    }
    this.heaters.set(name, heater);
    this.registerSensor(config, heater, gcodeId);
    this.availableHeaters.push(config.getName());
    return heater;
  }

  getAllHeaters(): string[] {
    return this.availableHeaters;
  }

  /** @throws ConfigError when there is no such heater. */
  lookupHeater(heaterName: string): Heater {
    const name = heaterName.includes(" ") ? heaterName.slice(heaterName.indexOf(" ") + 1) : heaterName;
    const heater = this.heaters.get(name);
    if (heater === undefined) throw this.printer.configError(`Unknown heater '${name}'`);
    return heater;
  }

  /** Make the sensor that `sensor_type` names. @throws ConfigError when the type is unknown. */
  setupSensor(config: ConfigSection): TemperatureSensor {
    if (!this.haveLoadSensors) {
      this.haveLoadSensors = true;
      registerBuiltInSensors(this);
    }
    const sensorType = config.get("sensor_type");
    const factory = this.sensorFactories.get(sensorType);
    if (factory === undefined) throw this.printer.configError(`Unknown temperature sensor '${sensorType}'`);
    return factory(config);
  }

  /** Make a sensor available to M105 (under its g-code id, if it has one) and TEMPERATURE_WAIT. */
  registerSensor(config: ConfigSection, sensor: ReportedSensor, gcodeId: string | null = null): void {
    this.availableSensors.push(config.getName());
    const id = gcodeId ?? config.get("gcode_id", { default: null });
    if (id === null) return;
    if (this.gcodeIdToSensor.has(id)) throw this.printer.configError(`G-Code sensor id ${id} already registered`);
    this.gcodeIdToSensor.set(id, sensor);
  }

  registerMonitor(config: ConfigSection): void {
    this.availableMonitors.push(config.getName());
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return {
      available_heaters: this.availableHeaters,
      available_sensors: this.availableSensors,
      available_monitors: this.availableMonitors,
    };
  }

  turnOffAllHeaters(_printTime = 0): void {
    for (const heater of this.heaters.values()) heater.setTemp(0);
  }

  /** Set a target and, with `wait` and a target above 0, wait until the heater is there. */
  async setTemperature(heater: Heater, temp: number, wait = false): Promise<void> {
    const toolhead = this.printer.lookupObject<{ registerLookaheadCallback(cb: (printTime: number) => void): void }>("toolhead");
    // Puts the change in step with the moves before it: the look-ahead queue is given a reason to flush.
    toolhead.registerLookaheadCallback(() => undefined);
    heater.setTemp(temp);
    if (!wait || temp === 0 || this.isBatch()) return;
    await this.printer.waitWhile((eventTime: number) => {
      this.gcode.respondRaw(this.tempReport(eventTime));
      return heater.checkBusy(eventTime);
    });
  }

  /** Batch output waits for no temperature. */
  private isBatch(): boolean {
    return this.printer.getStartArgs()["batch_input"] === true;
  }

  /** "T:20.1 /0.0 B:…", by g-code id. */
  private tempReport(eventTime: number): string {
    if (!this.hasStarted || this.gcodeIdToSensor.size === 0) return "T:0";
    const ids = [...this.gcodeIdToSensor.keys()].sort();
    return ids.map((id) => {
      const [temp, target] = this.gcodeIdToSensor.get(id)!.getTemp(eventTime);
      return `${id}:${formatFixed(temp, 1)} /${formatFixed(target, 1)}`;
    }).join(" ");
  }

  private cmdM105(gcmd: GCodeCommand): void {
    const message = this.tempReport(this.printer.getReactor().monotonic());
    if (!gcmd.ack(message)) gcmd.respondRaw(message);
  }

  private async cmdTemperatureWait(gcmd: GCodeCommand): Promise<void> {
    const sensorName = gcmd.get("SENSOR");
    if (!this.availableSensors.includes(sensorName)) throw gcmd.error(`Unknown sensor '${sensorName}'`);
    const minTemp = gcmd.getFloat("MINIMUM", { default: -Infinity });
    const maxTemp = gcmd.getFloat("MAXIMUM", { default: Infinity, above: minTemp });
    const errorOnCancel = gcmd.get("ALLOW_CANCEL", { default: null }) === null;
    if (minTemp === -Infinity && maxTemp === Infinity) {
      throw gcmd.error("Error on 'TEMPERATURE_WAIT': missing MINIMUM or MAXIMUM.");
    }
    if (this.isBatch()) return;
    const sensor: ReportedSensor = this.heaters.get(sensorName) ?? this.printer.lookupObject<ReportedSensor>(sensorName);
    await this.printer.waitWhile((eventTime: number) => {
      const [temp] = sensor.getTemp(eventTime);
      if (temp >= minTemp && temp <= maxTemp) return false;
      gcmd.respondRaw(this.tempReport(eventTime));
      return true;
    }, { errorOnCancel });
  }
}
