/**
 * Sensor types `mpc_block_temperature` and `mpc_ambient_temperature`: what the thermal model of a heater under control "mpc" holds its
 * block and its room for; 25 °C under any other control.
 */
import { formatFixed } from "../motion/format-fixed.js";
import { REPORT_TIME, type TemperatureCallback, type TemperatureSensor } from "./adc-to-temperature.js";
import { ControlMpc } from "./control-mpc.js";
import { AMBIENT_TEMP, type HeaterControl } from "./heater-control.js";
import type { ConfigSection, GCodeDispatch, Printer } from "./host-types.js";

/** What of the model is shown. */
export type ModelPart = "block" | "ambient";

const TITLES: Readonly<Record<ModelPart, string>> = { block: "MPC Heater Block", ambient: "MPC Ambient" };

interface Heaters {
  lookupHeater(name: string): { addMpcSensor(sensor: MpcTemperature): void };
}

export class MpcTemperature implements TemperatureSensor {
  private readonly printer: Printer;
  private readonly part: ModelPart;
  private readonly heaterName: string;
  private readonly ignoresLimits: boolean;
  private readonly echoesLimits: boolean;
  private minTemp = -Infinity;
  private maxTemp = Infinity;
  private callback: TemperatureCallback = () => undefined;

  constructor(config: ConfigSection, part: ModelPart) {
    this.printer = config.getPrinter();
    this.part = part;
    this.heaterName = config.get("heater_name");
    this.ignoresLimits = config.getBoolean("ignore_limits", { default: false });
    this.echoesLimits = config.getBoolean("echo_limits_to_console", { default: false });
    this.printer.registerEventHandler("klippy:ready", () => {
      this.printer.lookupObject<Heaters>("heaters").lookupHeater(this.heaterName).addMpcSensor(this);
    });
  }

  setupMinmax(minTemp: number, maxTemp: number): void {
    this.minTemp = minTemp;
    this.maxTemp = maxTemp;
  }

  setupCallback(callback: TemperatureCallback): void {
    this.callback = callback;
  }

  getReportTimeDelta(): number {
    return REPORT_TIME;
  }

  /** Called by the heater after each of its readings. */
  processTempUpdate(control: HeaterControl, readTime: number): void {
    const temp = control instanceof ControlMpc ? control.model[this.part === "block" ? "blockTemp" : "ambientTemp"] : AMBIENT_TEMP;
    if (temp < this.minTemp || temp > this.maxTemp) this.outsideLimits(temp);
    this.callback(readTime, temp);
  }

  private outsideLimits(temp: number): void {
    const one = (celsius: number): string => formatFixed(celsius, 1);
    const text = `${TITLES[this.part]} ${this.heaterName}\nTemperature ${one(temp)} outside range of ${one(this.minTemp)}-${one(this.maxTemp)}`;
    if (!this.ignoresLimits) this.printer.invokeShutdown(text);
    else if (this.echoesLimits) this.printer.lookupObject<GCodeDispatch>("gcode").respondInfo(text);
  }
}
