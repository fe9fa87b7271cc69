/**
 * `[resonance_tester]`: TEST_RESONANCES, SHAPER_CALIBRATE and MEASURE_AXES_NOISE. The machine is made to vibrate at probe points, accelerometers
 * listen, and what they heard is written down or becomes the choice of an input shaper.
 */
import { writeFileSync } from "node:fs";
import type { ConfigSection } from "../../config/config-section.js";
import { pyFloat, pyFloatStr } from "../../config/python-text.js";
import type { GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Toolhead } from "../../motion/surface.js";
import type { Accelerometer } from "../accel/accelerometer.js";
import type { AccelClient } from "../accel/accel-client.js";
import { measurementFile, measurementName } from "../measurement-files.js";
import { FrequencyResponse } from "./frequency-response.js";
import { responseCsv } from "./resonance-csv.js";
import { bestShaper, fitShaper, TRIED_SHAPERS, type FitOptions, type ShaperFit } from "./shaper-fit.js";
import { AXIS_X, AXIS_Y, isFelt, parseAxis, type TestAxis } from "./test-axis.js";
import { pulses, testFromCommand, testFromConfig, type VibrationTest } from "./vibration-test.js";
import { vibrate } from "./vibrate.js";

/** Rest before each test, s. */
const REST_SECONDS = 0.5;
/** Frequencies of a shaper that are tried in one go; then the host looks after others. */
const TRIES_IN_ONE_GO = 20;
/** Vibrations count up to so many times the highest frequency of the test. */
const RANGE = 1.5;

type Chip = Pick<Accelerometer, "name" | "startInternalClient">;
type Point = readonly [x: number, y: number, z: number];

/** A chip, and the axes that it listens to: `x`, `y` or `xy`. */
interface Listener {
  readonly axes: string;
  readonly chip: Chip;
}

interface TestOrder {
  readonly axes: readonly TestAxis[];
  readonly test: VibrationTest;
  /** Chips of the command, else those of the configuration. */
  readonly chips: readonly Chip[] | null;
  /** Point of the command, else those of the configuration. */
  readonly point?: Point | undefined;
  /** Name of the files with raw data; undefined: none are written. */
  readonly rawName?: string | undefined;
  /** Whether frequency responses are wanted. */
  readonly wantsResponse: boolean;
}

function chipNames(config: ConfigSection): (readonly [axes: string, name: string])[] {
  const option = (name: string): string | null => config.get(name, { default: null });
  const [several, one, x] = [option("accel_chips"), option("accel_chip"), option("accel_chip_x")];
  if (several !== null) {
    option("accel_chip_y");
    return several.split(",").map((name) => ["xy", name.trim()]);
  }
  if (x !== null) {
    const y = config.get("accel_chip_y").trim();
    return x.trim() === y ? [["xy", y]] : [["x", x.trim()], ["y", y]];
  }
  option("accel_chip_y");
  if (one !== null) return [["xy", one.trim()]];
  throw config.error("No accelerometer chips configured. At least one of accel_chips, accel_chip, or accel_chip_x/accel_chip_y must be specified.");
}

const fixed = (value: number): string => formatFixed(value, 3);

export class ResonanceTester {
  readonly accelChipNames: readonly (readonly [axes: string, name: string])[];
  readonly probePoints: readonly Point[];
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly moveSpeed: number;
  readonly test: VibrationTest;
  readonly maxSmoothing: number | null;
  listeners: readonly Listener[] = [];

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.moveSpeed = config.getFloat("move_speed", { default: 50, above: 0 });
    this.test = testFromConfig(config);
    this.accelChipNames = chipNames(config);
    this.maxSmoothing = config.getFloat("max_smoothing", { default: null, minval: 0.05 });
    this.probePoints = config.getLists<number>("probe_points", { seps: [",", "\n"], parser: pyFloat, count: 3 }) as unknown as Point[];
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("MEASURE_AXES_NOISE", (gcmd) => this.cmdMeasureAxesNoise(gcmd), { desc: "Measures noise of all enabled accelerometer chips" });
    this.gcode.registerCommand("TEST_RESONANCES", (gcmd) => this.cmdTestResonances(gcmd), { desc: "Runs the resonance test for a specifed axis" });
    this.gcode.registerCommand("SHAPER_CALIBRATE", (gcmd) => this.cmdShaperCalibrate(gcmd), { desc: "Simular to TEST_RESONANCES but suggest input shaper config" });
    this.printer.registerEventHandler("klippy:connect", () => {
      this.listeners = this.accelChipNames.map(([axes, name]) => ({ axes, chip: this.printer.lookupObject<Chip>(name) }));
    });
  }

  // ---- commands ----

  private async cmdTestResonances(gcmd: GCodeCommand): Promise<void> {
    const axis = parseAxis(gcmd, gcmd.get("AXIS"));
    const test = testFromCommand(gcmd, this.test);
    const point = parsePoint(gcmd);
    const chips = this.chipsOf(gcmd);
    const outputs = gcmd.get("OUTPUT", { default: "resonances" }).toLowerCase().split(",");
    for (const output of outputs) {
      if (output !== "resonances" && output !== "raw_data") throw gcmd.error(`Unsupported output '${output}', only 'resonances' and 'raw_data' are supported`);
    }
    const name = measurementName(this.printer, gcmd);
    const wantsResponse = outputs.includes("resonances");
    const [response] = await this.run(gcmd, { axes: [axis], test, chips, point, rawName: outputs.includes("raw_data") ? name : undefined, wantsResponse });
    if (!wantsResponse) return;
    const file = measurementFile(["resonances", axis.name, ...(point === undefined ? [] : point.map(fixed)), name].join("_"));
    this.write(gcmd, file, responseCsv(response!, this.test.accelPerHz, RANGE * test.maxFrequency));
    gcmd.respondInfo(`Resonances data written to ${file} file`);
  }

  private async cmdShaperCalibrate(gcmd: GCodeCommand): Promise<void> {
    const axes = calibrationAxes(gcmd);
    const chips = this.chipsOf(gcmd);
    const maxSmoothing = gcmd.getFloat("MAX_SMOOTHING", { default: this.maxSmoothing, minval: 0.05 });
    const name = measurementName(this.printer, gcmd);
    this.warnOfFans(gcmd);
    const test = testFromCommand(gcmd, this.test);
    const responses = await this.run(gcmd, { axes, test, chips, wantsResponse: true });
    for (const [i, axis] of axes.entries()) await this.chooseShaper(gcmd, axis, responses[i]!.normalized(), { test, maxSmoothing, name });
    gcmd.respondInfo("The SAVE_CONFIG command will update the printer config file\nwith these parameters and restart the printer.");
  }

  private async cmdMeasureAxesNoise(gcmd: GCodeCommand): Promise<void> {
    const seconds = gcmd.getFloat("MEAS_TIME", { default: 2 });
    const clients: (readonly [axes: string, client: AccelClient])[] = [];
    for (const { axes, chip } of this.listeners) clients.push([axes, await chip.startInternalClient()]);
    await this.toolhead().dwell(seconds);
    for (const [, client] of clients) await client.finishMeasurements();
    for (const [axes, client] of clients) {
      if (!client.hasValidSamples()) throw gcmd.error(`${axes}-axis accelerometer measured no data`);
      const { x, y, z } = this.responseOf(gcmd, client).spectra;
      const mean = (powers: Float64Array): string => formatFixed(powers.reduce((sum, power) => sum + power, 0) / powers.length, 6);
      gcmd.respondInfo(`Axes noise for ${axes}-axis accelerometer: ${mean(x)} (x), ${mean(y)} (y), ${mean(z)} (z)`);
    }
  }

  // ---- measuring ----

  /** Makes the machine vibrate along each axis at each point. Returns the mean response of each axis where responses are wanted. */
  private async run(gcmd: GCodeCommand, order: TestOrder): Promise<(FrequencyResponse | undefined)[]> {
    const responses: (FrequencyResponse | undefined)[] = order.axes.map(() => undefined);
    const points = order.point === undefined ? this.probePoints : [order.point];
    for (const point of points) {
      await this.toolhead().manualMove(point, this.moveSpeed);
      if (points.length > 1 || order.point !== undefined) gcmd.respondInfo(`Probing point (${point.map(fixed).join(", ")})`);
      for (const [i, axis] of order.axes.entries()) {
        for (const response of await this.measure(gcmd, axis, order, points.length > 1 ? point : undefined)) responses[i] = responses[i]?.meanWith(response) ?? response;
      }
    }
    return responses;
  }

  private async measure(gcmd: GCodeCommand, axis: TestAxis, order: TestOrder, point: Point | undefined): Promise<FrequencyResponse[]> {
    await this.toolhead().waitMoves();
    await this.toolhead().dwell(REST_SECONDS);
    if (order.axes.length > 1) gcmd.respondInfo(`Testing axis ${axis.name}`);
    const chips = order.chips ?? this.listeners.filter(({ axes }) => isFelt(axis, axes)).map(({ chip }) => chip);
    const clients: (readonly [name: string, client: AccelClient])[] = [];
    for (const chip of chips) clients.push([chip.name, await chip.startInternalClient()]);
    await vibrate(this.printer, gcmd, { axis, pulses: pulses(order.test), maxFrequency: order.test.maxFrequency, accelPerHz: this.test.accelPerHz });
    for (const [name, client] of clients) {
      await client.finishMeasurements();
      if (order.rawName === undefined) continue;
      const file = measurementFile(["raw_data", axis.name, name.replace(/ /g, "_"), ...(point ?? []).map(fixed), order.rawName].join("_"));
      client.writeToFile(file);
      gcmd.respondInfo(`Writing raw accelerometer data to ${file} file`);
    }
    if (!order.wantsResponse) return [];
    return clients.map(([name, client]) => {
      if (!client.hasValidSamples()) throw gcmd.error(`accelerometer '${name}' measured no data`);
      return this.responseOf(gcmd, client);
    });
  }

  private responseOf(gcmd: GCodeCommand, client: AccelClient): FrequencyResponse {
    const samples = client.getSamples();
    const response = FrequencyResponse.of(samples);
    if (response === undefined) throw gcmd.error(`Internal error processing accelerometer data: ${samples.length} samples are too few`);
    return response;
  }

  // ---- choosing ----

  private async chooseShaper(
    gcmd: GCodeCommand, axis: TestAxis, response: FrequencyResponse, { test, maxSmoothing, name }: { test: VibrationTest; maxSmoothing: number | null; name: string },
  ): Promise<void> {
    gcmd.respondInfo(`Calculating the best input shaper parameters for ${axis.name} axis`);
    const maxFrequency = RANGE * test.maxFrequency;
    const fits: ShaperFit[] = [];
    for (const [shaper, lowest] of TRIED_SHAPERS) {
      const fit = await this.fit(shaper, lowest, response, { squareCornerVelocity: this.toolhead().squareCornerVelocity, maxFrequency, maxSmoothing });
      fits.push(fit);
      gcmd.respondInfo(`Fitted shaper '${fit.name}' frequency = ${formatFixed(fit.frequency, 1)} Hz (vibrations = ${formatFixed(fit.vibrations * 100, 1)}%, smoothing ~= ${formatFixed(fit.smoothing, 3)})`);
      gcmd.respondInfo(`To avoid too much smoothing with '${fit.name}', suggested max_accel <= ${formatFixed(Number(formatFixed(fit.maxAccel / 100, 0)) * 100, 0)} mm/sec^2`);
    }
    const best = bestShaper(fits);
    gcmd.respondInfo(`Recommended shaper_type_${axis.name} = ${best.name}, shaper_freq_${axis.name} = ${formatFixed(best.frequency, 1)} Hz`);
    for (const letter of axis.name) await this.apply(letter, best);
    const file = measurementFile(["calibration_data", axis.name, name].join("_"));
    this.write(gcmd, file, responseCsv(response, this.test.accelPerHz, maxFrequency, fits));
    gcmd.respondInfo(`Shaper calibration data written to ${file} file`);
  }

  /** In portions, so that heaters and clients of the API do not wait for it. */
  private async fit(name: string, lowest: number, response: FrequencyResponse, options: FitOptions): Promise<ShaperFit> {
    const reactor = this.printer.getReactor();
    const trying = fitShaper(name, lowest, response, options);
    for (let tries = 1; ; tries++) {
      const { done, value } = trying.next();
      if (done === true) return value;
      if (tries % TRIES_IN_ONE_GO === 0) await reactor.pause(reactor.monotonic());
    }
  }

  private async apply(letter: string, { name, frequency }: ShaperFit): Promise<void> {
    if (this.printer.lookupObject("input_shaper", null) !== null) {
      await this.gcode.runScriptFromCommand(`SET_INPUT_SHAPER SHAPER_TYPE_${letter.toUpperCase()}=${name} SHAPER_FREQ_${letter.toUpperCase()}=${pyFloatStr(frequency)}`);
    }
    const configfile = this.printer.lookupObject<{ set(section: string, option: string, value: string): void }>("configfile");
    configfile.set("input_shaper", `shaper_type_${letter}`, name);
    configfile.set("input_shaper", `shaper_freq_${letter}`, formatFixed(frequency, 1));
  }

  // ---- helpers ----

  private toolhead(): Toolhead {
    return this.printer.lookupObject<Toolhead>("toolhead");
  }

  private chipsOf(gcmd: GCodeCommand): Chip[] | null {
    const names = gcmd.get("CHIPS", { default: null });
    return names === null || names === "" ? null : names.split(",").map((name) => this.printer.lookupObject<Chip>(name.trim()));
  }

  private write(gcmd: GCodeCommand, file: string, text: string): void {
    try {
      writeFileSync(file, text);
    } catch (error) {
      throw gcmd.error(`Error writing to file '${file}': ${(error as Error).message}`);
    }
  }

  private warnOfFans(gcmd: GCodeCommand): void {
    const now = this.printer.getReactor().monotonic();
    const running = [...this.printer.objects].filter(([name, object]) => {
      if (!name.split(" ", 1)[0]!.toLowerCase().includes("fan")) return false;
      try {
        return (object.getStatus(now) as { speed?: number }).speed! > 0;
      } catch {
        return false;
      }
    });
    if (running.length === 0) return;
    const names = running.map(([name]) => (name === "fan" || !name.includes(" ") ? name : name.slice(name.indexOf(" ") + 1)));
    gcmd.respondInfo(`WARNING: Active fans detected: ${names.join(", ")}\nFan vibrations may affect input shaper calibration accuracy.\nFor best results, stop fans or wait for them to stop automatically.`);
  }
}

/** Both axes, or the one of the parameter AXIS. @throws CommandError */
function calibrationAxes(gcmd: GCodeCommand): TestAxis[] {
  const axis = gcmd.get("AXIS", { default: null });
  if (axis === null || axis === "") return [AXIS_X, AXIS_Y];
  switch (axis.toLowerCase()) {
    case "x": return [AXIS_X];
    case "y": return [AXIS_Y];
    // As in Kalico: measured along y, saved for both.
    case "xy": return [{ ...AXIS_Y, name: "xy" }];
    default: throw gcmd.error(`Unsupported axis '${axis}'`);
  }
}

/** @throws CommandError */
function parsePoint(gcmd: GCodeCommand): Point | undefined {
  const text = gcmd.get("POINT", { default: null });
  if (text === null || text === "") return undefined;
  const parts = text.split(",");
  const invalid = "Invalid POINT parameter, must be 'x,y,z'";
  if (parts.length !== 3) throw gcmd.error(invalid);
  const point = parts.map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (!point.every(Number.isFinite)) throw gcmd.error(`${invalid} where x, y and z are valid floating point numbers`);
  return point as unknown as Point;
}

export function loadConfig(config: ConfigSection): ResonanceTester {
  return new ResonanceTester(config);
}
