/** Environment sensors on I2C, from the configuration through the host and the wire to the simulated chips and back. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { roomHumidityAt } from "../../sim-mcu/devices/climate.js";
import type { PlantOptions } from "../../sim-mcu/plant/plant-from-config.js";
import { runJob, type JobRun } from "./run-job.js";
import type { SimWorld } from "./sim-world.js";

const PRINTER = "[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: none\nmax_velocity: 300\nmax_accel: 3000\n";

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

type Status = Record<string, number>;
interface SensorRun extends JobRun { status(name: string): Status; log: string[] }
interface Options { machine?: PlantOptions; board?: string; onWorld?: (world: SimWorld) => void }

async function run(sensors: string, lines: readonly string[], { board = "ideal", ...options }: Options = {}): Promise<SensorRun> {
  scratch.write("printer.cfg", PRINTER + sensors);
  const log: string[] = [];
  const job = await runJob({
    live: true, configFile: join(scratch.path, "printer.cfg"), board, seed: 1, lines, ...options,
    observer: { onLog: (_level, message) => void log.push(message) },
  });
  const { printer } = job.world;
  return { ...job, log, status: (name) => printer!.lookupObject<{ getStatus(eventTime: number): Status }>(name).getStatus(printer!.getReactor().monotonic()) };
}

const sensor = (name: string, type: string, more = ""): string => `[temperature_sensor ${name}]\nsensor_type: ${type}\nmin_temp: 0\nmax_temp: 100\n${more}`;
const ROOM = 27.3;
const machine: PlantOptions = { ambientCelsius: ROOM };

describe("a sensor on I2C reads the plant's air", () => {
  const kinds: [type: string, object: string, celsius: number, percent?: number, bosch?: string][] = [
    // Halves of a degree, cut off.
    ["LM75", "lm75", 0.5],
    ["SHT3X", "sht3x", 0.01, 0.06],
    // Kalico's coefficients are rounded: 0.01 °C, 0.01 %.
    ["HTU21D", "htu21d", 0.02, 0.03], ["SHT21", "htu21d", 0.02, 0.03], ["SI7013", "htu21d", 0.02, 0.03], ["SI7020", "htu21d", 0.02, 0.03], ["SI7021", "htu21d", 0.02, 0.03],
    // Whole percents, cut off.
    ["AHT10", "aht10", 0.01, 1], ["AHT1X", "aht10", 0.01, 1], ["AHT2X", "aht10", 0.01, 1], ["AHT3X", "aht10", 0.01, 1],
    ["BME280", "bme280", 0.01, 0.01],
    ["BME280", "bme280", 0.01, undefined, "BMP280"], ["BME280", "bme280", 0.06, undefined, "BMP180"], ["BME280", "bme280", 0.01, undefined, "BMP388"],
    ["BME280", "bme280", 0.02, 0.05, "BME680"],
  ];

  for (const [type, object, celsius, percent, bosch] of kinds) it(`${type}${bosch === undefined ? "" : `, a ${bosch}`}`, async () => {
    const chips: Record<string, string> = bosch === undefined ? {} : { "temperature_sensor room": bosch };
    const { state, message, status } = await run(sensor("room", type), ["G4 P9000"], { machine: { ...machine, chips } });

    expect([state, message]).toEqual(["ready", "Printer is ready"]);
    const reading = status(`${object} room`);
    expect(Math.abs(reading.temperature! - ROOM)).toBeLessThanOrEqual(celsius);
    expect(status("temperature_sensor room").temperature).toBe(reading.temperature);
    expect("humidity" in reading).toBe(percent !== undefined);
    if (percent !== undefined) expect(Math.abs(reading.humidity! - roomHumidityAt(ROOM))).toBeLessThanOrEqual(percent);
    if (object === "bme280") expect(Math.abs(reading.pressure! - 1013.25)).toBeLessThan(bosch === "BMP180" ? 0.1 : 0.05);
    if (bosch === "BME680") expect(reading.gas).toBeGreaterThan(10_000);
  });
});

describe("limits", () => {
  it.each([
    ["LM75", "LM75 temperature 27.0"], ["SHT3X", "sht3x: temperature 27.3"], ["HTU21D", "HTU21D temperature 27.3"], ["AHT2X", "AHT2X temperature 27.3"],
    // Read before the first conversion is done: what the registers have after a reset.
    ["BME280", "BME280 temperature 26.5"],
  ])("of %s shut the printer down", async (type, subject) => {
    const { state, message } = await run(sensor("room", type).replace("max_temp: 100", "max_temp: 20"), ["G4 P9000"], { machine });

    expect(state).toBe("shutdown");
    expect(message).toContain(`${subject} outside range of 0.0:20.0`);
  });

  it("are left alone where danger_options say so", async () => {
    const { state } = await run(`${sensor("room", "SHT3X").replace("max_temp: 100", "max_temp: 20")}[danger_options]\ntemp_ignore_limits: True\n`, ["G4 P9000"], { machine });
    expect(state).toBe("ready");
  });
});

describe("a chip that is not there", () => {
  const tornOff = (world: SimWorld): void => world.plant.heater("temperature_sensor room").setFault("sensor-open", 0);

  it.each([["SHT3X", "ideal", "I2C START NACK"], ["LM75", "stm32f446", "I2C START NACK"], ["BME280", "linux", "I2C NACK"], ["AHT10", "rp2040", "I2C START NACK"]])(
    "%s on %s shuts the micro-controller down with \"%s\"", async (type, board, reason) => {
      const { state, message } = await run(sensor("room", type), ["G4 P3000"], { machine, board, onWorld: tornOff });
      expect(state).not.toBe("ready");
      expect(message).toContain(reason);
    });

  it("reads as ones on an AVR, which does not look for the acknowledge", async () => {
    const { state, message } = await run(sensor("room", "LM75"), ["G4 P3000"], { machine, board: "atmega2560", onWorld: tornOff });
    expect(state).toBe("shutdown");
    expect(message).toContain("LM75 temperature 255.5 outside range of 0.0:100.0");
  });
});

describe("options", () => {
  it("of HTU21D are checked", async () => {
    const { state, message } = await run(sensor("room", "HTU21D", "htu21d_resolution: TEMP15\n"), []);
    expect(state).toBe("error");
    expect(message).toContain("Invalid HTU21D Resolution. Valid are TEMP14_HUM12|TEMP13_HUM10|TEMP12_HUM08|TEMP11_HUM11");
  });

  it.each([["SHT3X", "sht3x_report_time: 0", "must have minimum of 1"], ["HTU21D", "htu21d_report_time: 4", "must have minimum of 5"], ["AHT10", "aht10_report_time: 4", "must have minimum of 5"], ["LM75", "lm75_report_time: 0.4", "must have minimum of 0.5"]])(
    "of %s have limits", async (type, option, message) => {
      expect((await run(sensor("room", type, `${option}\n`), [])).message).toContain(message);
    });

  it("name the chip that was found", async () => {
    const { log } = await run(sensor("room", "SI7021"), ["G4 P1000"]);
    expect(log).toContain("htu21d: Found Device Type SI7021");
    expect(log.filter((line) => line.includes("hecksum"))).toEqual([]);
  });
});
