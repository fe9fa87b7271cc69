/** G-code commands of an accelerometer. A chip without a name of its own answers without CHIP as well. */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import { measurementFile, measurementName } from "../measurement-files.js";
import type { AccelClient, AccelSample } from "./accel-client.js";

const QUERY_SECONDS = 1;
const DEGREES = 180 / Math.PI;

export interface MeasuringChip {
  startInternalClient(): Promise<AccelClient>;
  readReg(register: number): Promise<number>;
  setReg(register: number, value: number): Promise<void>;
}

interface Dwelling {
  dwell(seconds: number): unknown;
}

/** A number as Python's `int(text, 0)` reads it. */
function wholeNumber(text: string): number {
  const value = /^[+-]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[1-9]\d*|0+)$/.test(text.trim()) ? Number(text) : NaN;
  if (Number.isNaN(value)) throw new Error(`invalid literal for int() with base 0: '${text}'`);
  return value;
}

export class AccelCommands {
  private readonly printer: Printer;
  private readonly chip: MeasuringChip;
  /** `adxl345-hotend`: kind and name of the section, once if they are the same. */
  private readonly fileStem: string;
  private measurement: AccelClient | undefined;

  constructor(config: ConfigSection, chip: MeasuringChip) {
    this.printer = config.getPrinter();
    this.chip = chip;
    const words = config.getName().split(/\s+/);
    const [kind, name] = [words[0]!, words.at(-1)!];
    this.fileStem = kind === name ? kind : `${kind}-${name}`;
    this.register(name);
    if (words.length === 1 && (name === "adxl345" || !config.hasSection("adxl345"))) this.register(null);
  }

  private register(chipName: string | null): void {
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const commands: Readonly<Record<string, readonly [desc: string, handler: (gcmd: GCodeCommand) => Promise<void>]>> = {
      ACCELEROMETER_MEASURE: ["Start/stop accelerometer", (gcmd) => this.measure(gcmd)],
      ACCELEROMETER_QUERY: ["Query accelerometer for the current values", (gcmd) => this.query(gcmd)],
      ACCELEROMETER_DEBUG_READ: ["Query register (for debugging)", (gcmd) => this.debugRead(gcmd)],
      ACCELEROMETER_DEBUG_WRITE: ["Set register (for debugging)", (gcmd) => this.debugWrite(gcmd)],
    };
    for (const [command, [desc, handler]] of Object.entries(commands)) gcode.registerMuxCommand(command, "CHIP", chipName, handler, { desc });
  }

  private async measure(gcmd: GCodeCommand): Promise<void> {
    const { measurement } = this;
    if (measurement === undefined) {
      this.measurement = await this.chip.startInternalClient();
      gcmd.respondInfo("accelerometer measurements started");
      return;
    }
    const name = measurementName(this.printer, gcmd);
    this.measurement = undefined;
    await measurement.finishMeasurements();
    const file = measurementFile(`${this.fileStem}-${name}`);
    measurement.writeToFile(file);
    gcmd.respondInfo(`Writing raw accelerometer data to ${file} file`);
  }

  private async query(gcmd: GCodeCommand): Promise<void> {
    const wanted = gcmd.getInt("SAMPLES", { default: 1 });
    const samples: AccelSample[] = [];
    while (samples.length < wanted) {
      const newest = (await this.measureSecond()).slice(samples.length - wanted);
      if (newest.length === 0) throw gcmd.error("No accelerometer measurements found");
      samples.push(...newest);
    }
    // Nobody asks for none on purpose; Kalico takes it for an error of its own and shuts down.
    if (samples.length === 0) throw new Error("division by zero");
    const [x, y, z] = [1, 2, 3].map((axis) => samples.reduce((sum, sample) => sum + sample[axis]!, 0) / samples.length) as [number, number, number];
    const fixed = (...values: number[]): string => values.map((value) => formatFixed(value, 6)).join(", ");
    const answer = gcmd.get("RETURN", { default: "vector" });
    if (answer === "tilt") gcmd.respondInfo(`accelerometer plane tilt degrees (x, y): ${fixed(Math.atan2(x, z) * DEGREES, Math.atan2(y, z) * DEGREES)}`);
    else if (answer === "vector") gcmd.respondInfo(`accelerometer values (x, y, z): ${fixed(x, y, z)}`);
    else throw gcmd.error(`Unknown 'return' type '${answer}'`);
  }

  private async measureSecond(): Promise<AccelSample[]> {
    const client = await this.chip.startInternalClient();
    await this.printer.lookupObject<Dwelling>("toolhead").dwell(QUERY_SECONDS);
    await client.finishMeasurements();
    return client.getSamples();
  }

  private async debugRead(gcmd: GCodeCommand): Promise<void> {
    const register = gcmd.get("REG", { minval: 0, maxval: 127, parser: wholeNumber });
    const value = await this.chip.readReg(register);
    gcmd.respondInfo(`Accelerometer REG[0x${register.toString(16)}] = 0x${value.toString(16)}`);
  }

  private async debugWrite(gcmd: GCodeCommand): Promise<void> {
    const register = gcmd.get("REG", { minval: 0, maxval: 127, parser: wholeNumber });
    const value = gcmd.get("VAL", { minval: 0, maxval: 255, parser: wholeNumber });
    await this.chip.setReg(register, value);
  }
}
