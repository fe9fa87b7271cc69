/**
 * Control "mpc": the thermal model (mpc-model.ts) between a heater's readings and its duty, fed with what the printer is doing: the speed
 * of the cooling fan and the filament that went, and will go, through the nozzle. MPC_SET changes its constants while it runs.
 */
import type { ControlProfile, HeaterControl, ControlledHeater } from "./heater-control.js";
import { AMBIENT_TEMP } from "./heater-control.js";
import type { GCodeCommand, Printer } from "./host-types.js";
import { MpcModel } from "./mpc-model.js";
import { filamentTempSource, type MpcOptions } from "./mpc-profile.js";
import { ProfiledControl } from "./profiled-control.js";

/** Bounds of the span that one reading stands for, s: late and early ones count as these. */
const SHORTEST_SPAN = 0.1;
const LONGEST_SPAN = 1;
/** A heater this many degrees from its target has not settled. */
const SETTLED = 1;

/** A heater with what its surroundings are looked up by. */
export interface MpcHeater extends ControlledHeater {
  readonly printer: Printer;
  getName(): string;
}

interface FeedingToolhead {
  getExtruder(): { findPastPosition?(printTime: number): number } | null;
}

export class ControlMpc extends ProfiledControl implements HeaterControl {
  readonly options: MpcOptions;
  readonly model: MpcModel;
  private readonly mpcHeater: MpcHeater;
  private lastReadTime = 0;
  private toolhead: FeedingToolhead | null = null;
  /** Sensor of the room that has said nothing yet: its first word begins the estimate. */
  private silentRoom: MpcOptions["ambient_temp_sensor"];

  constructor(profile: ControlProfile, heater: MpcHeater, loadClean = false) {
    super(profile, heater);
    this.mpcHeater = heater;
    this.options = profile.mpc!;
    this.silentRoom = this.options.ambient_temp_sensor;
    this.model = new MpcModel(this.startTemp(loadClean), AMBIENT_TEMP);
  }

  /** Can it control: are the constants known that are measured? */
  isValid(): boolean {
    const { block_heat_capacity, ambient_transfer, sensor_responsiveness } = this.options;
    return block_heat_capacity !== null && ambient_transfer !== null && sensor_responsiveness !== null;
  }

  /** @throws CommandError when a measured constant is missing */
  checkValid(): void {
    if (this.isValid()) return;
    const name = this.mpcHeater.getName();
    throw this.mpcHeater.printer.commandError(
      `Cannot activate '${name}' as MPC control is not fully configured.\n\nRun 'MPC_CALIBRATE' or ensure 'block_heat_capacity', ` +
        `'sensor_responsiveness', and 'ambient_transfer' settings are defined for '${name}'.`);
  }

  temperatureUpdate(readTime: number, temp: number, targetTemp: number): void {
    const { options } = this;
    const span = Math.min(LONGEST_SPAN, Math.max(SHORTEST_SPAN, readTime - this.lastReadTime));
    // The first reading has none before it.
    const seconds = this.lastReadTime === 0 ? SHORTEST_SPAN : span;
    this.lastReadTime = readTime;
    const { block_heat_capacity, ambient_transfer, sensor_responsiveness } = options;
    if (block_heat_capacity === null || ambient_transfer === null || sensor_responsiveness === null) {
      this.heater.setPwm(readTime, 0);
      return;
    }
    const constants = { ...options, block_heat_capacity, ambient_transfer, sensor_responsiveness };
    const power = this.model.step(constants, seconds, temp, targetTemp, options.heater_power * this.maxPower, {
      fanSpeed: this.fanSpeed(readTime),
      filamentTransfer: this.filamentTransfer(readTime, seconds),
      filamentTemp: (ambient) => this.filamentTemp(readTime, ambient),
      sensedAmbient: this.sensedAmbient(readTime),
    });
    this.heater.setPwm(readTime, power / options.heater_power);
  }

  /** What the room's sensor says for the first time; 0 is what it reports without a reading. */
  private sensedAmbient(readTime: number): number | undefined {
    const celsius = this.silentRoom?.getTemp(readTime)[0];
    if (!celsius) return undefined;
    this.silentRoom = null;
    return celsius;
  }

  private fanSpeed(readTime: number): number {
    const { cooling_fan: fan, fan_ambient_transfer: transfers } = this.options;
    if (fan === null || transfers.length < 2) return 0;
    const speed = fan.getStatus(readTime).speed;
    return typeof speed === "number" ? Math.max(0, Math.min(1, speed)) : 0;
  }

  /** W/K that the filament takes, before and after a reading. */
  private filamentTransfer(readTime: number, seconds: number): readonly [number, number] {
    this.toolhead ??= this.mpcHeater.printer.lookupObject<FeedingToolhead | null>("toolhead", null);
    const extruder = this.toolhead?.getExtruder();
    if (extruder?.findPastPosition === undefined) return [0, 0];
    const { filament_diameter, filament_density, filament_heat_capacity, maximum_retract } = this.options;
    const now = extruder.findPastPosition(readTime);
    const fed = [now - extruder.findPastPosition(readTime - seconds), extruder.findPastPosition(readTime + seconds) - now];
    // g/cm³ are mg/mm³.
    const perMillimetre = (Math.PI * (filament_diameter / 2) ** 2 * filament_density * filament_heat_capacity) / 1000;
    const rates = fed.map((length) => (perMillimetre * Math.max(-maximum_retract, length)) / seconds);
    return [rates[0]!, rates[1]!];
  }

  private filamentTemp(readTime: number, ambient: number): number {
    const { filament_temp_src: source, ambient_temp_sensor: sensor } = this.options;
    if (source[0] === "fixed") return source[1];
    return source[0] === "sensor" && sensor !== null ? sensor.getTemp(readTime)[0] : ambient;
  }

  checkBusy(_eventTime: number, smoothedTemp: number, targetTemp: number): boolean {
    return Math.abs(targetTemp - smoothedTemp) > SETTLED;
  }

  /** MPC_SET. */
  set(gcmd: GCodeCommand): void {
    const { options } = this;
    for (const key of ["filament_diameter", "filament_density", "filament_heat_capacity"] as const) {
      options[key] = gcmd.getFloat(key.toUpperCase(), { default: options[key], above: 0 });
    }
    for (const key of ["block_heat_capacity", "sensor_responsiveness", "ambient_transfer"] as const) {
      options[key] = gcmd.getFloat(key.toUpperCase(), { default: options[key], minval: 0 });
    }
    const transfers = gcmd.get("FAN_AMBIENT_TRANSFER", { default: null });
    if (transfers !== null) {
      const values = transfers.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
      if (values.some(Number.isNaN)) {
        throw gcmd.error(`Error on '${gcmd.getCommandline()}': unable to parse FAN_AMBIENT_TRANSFER\nMust be a comma-separated list of values ('0.05,0.07,0.08')`);
      }
      options.fan_ambient_transfer = values;
    }
    const source = gcmd.get("FILAMENT_TEMP", { default: null });
    if (source === null) return;
    const parsed = filamentTempSource(source);
    if (parsed === undefined) {
      throw gcmd.error(`Error on '${gcmd.getCommandline()}': unable to parse FILAMENT_TEMP\nValid options are 'sensor', 'ambient', or number.`);
    }
    options.filament_temp_src = parsed;
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    const { model, options } = this;
    return {
      temp_block: model.blockTemp,
      temp_sensor: model.sensorTemp,
      temp_ambient: model.ambientTemp,
      power: model.power,
      loss_ambient: model.lossAmbient,
      loss_filament: model.lossFilament,
      filament_temp: options.filament_temp_src,
      filament_heat_capacity: options.filament_heat_capacity,
      filament_density: options.filament_density,
    };
  }
}
