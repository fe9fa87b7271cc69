import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pinBench, type PinBench } from "../testing/pin-bench.js";
import type { Heater } from "./heater.js";
import { MAX_HEAT_TIME } from "./heater.js";
import { STANDARD_THERMISTORS } from "./standard-thermistors.js";
import { thermistorFromParams } from "./thermistor.js";

const EPCOS = "EPCOS 100K B57560G104F";
const { thermistor } = thermistorFromParams(STANDARD_THERMISTORS.find(([name]) => name === EPCOS)![1], 4700, 0);
const BED = `[heater_bed]
heater_pin: PB1
sensor_pin: PC1
sensor_type: ${EPCOS}
control: pid
pid_kp: 50
pid_ki: 1
pid_kd: 100
min_temp: 0
max_temp: 130
`;

/** A bed on the bench: heated by its pin, read every 0.3 s, with `stats` once a second. */
class HeatedBed {
  readonly bench: PinBench;
  readonly heater: Heater;
  celsius = 22;
  /** Degrees per second at full power. */
  gain = 2;
  statsRun = true;
  private nextRead = 0;
  private nextStats = 0;

  constructor(bench: PinBench) {
    this.bench = bench;
    this.heater = bench.printer.lookupObject("heater_bed").heater as Heater;
  }

  /** Duty of the pin at a print time. */
  dutyAt(printTime: number): number {
    return this.bench.pin("PB1").commands.findLast(([at]) => at <= printTime)?.[1] ?? 0;
  }

  /** Let time pass until `end`, s. */
  async run(end: number): Promise<void> {
    for (let now = this.bench.clock.now; now < end; now += 0.05) {
      this.celsius += 0.05 * (this.gain * this.dutyAt(now) - 0.004 * (this.celsius - 22));
      if (this.statsRun && now >= this.nextStats) {
        this.heater.stats(now);
        this.nextStats = now + 1;
      }
      if (now >= this.nextRead) {
        this.bench.pin("PC1").report(now, thermistor.calcAdc(this.celsius));
        this.nextRead = now + 0.3;
      }
      await this.bench.runUntil(now + 0.05);
    }
  }
}

async function heatedBed(config = BED): Promise<HeatedBed> {
  return new HeatedBed(await pinBench(config));
}

describe("heater", () => {
  it("reaches the target of M140 and reports it as Kalico does", async () => {
    const bed = await heatedBed();
    await bed.bench.script("M140 S60");

    await bed.run(400);

    const status = bed.heater.getStatus(400);
    expect(Object.keys(status)).toEqual(["temperature", "target", "power", "pid_profile"]);
    expect(status).toMatchObject({ target: 60, pid_profile: "default" });
    expect(Math.abs((status.temperature as number) - 60)).toBeLessThan(1);
    await bed.bench.script("M105");
    expect(bed.bench.output.at(-1)).toMatch(/^B:(59|60)\.\d \/60\.0$/);
  });

  it("never lets more than max_power or MAX_HEAT_TIME pass the pin, at rising times and ahead of the reading", async () => {
    await fc.assert(fc.asyncProperty(
      fc.double({ min: 0.1, max: 1, noNaN: true }), fc.array(fc.integer({ min: 0, max: 130 }), { minLength: 1, maxLength: 4 }),
      async (maxPower, targets) => {
        const bed = await heatedBed(`${BED}max_power: ${maxPower}\n`);
        for (const target of targets) {
          await bed.bench.script(`M140 S${target}`);
          await bed.run(bed.bench.clock.now + 20);
        }
        const { commands } = bed.bench.pin("PB1");
        for (const [i, [printTime, value]] of commands.entries()) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(maxPower);
          const last = commands[i - 1];
          if (last === undefined) continue;
          expect(printTime).toBeGreaterThan(last[0]);
          if (last[1] > 0) expect(printTime - last[0]).toBeLessThan(MAX_HEAT_TIME);
        }
      }), { numRuns: 8 });
  });

  it("schedules the pin one report time after the reading", async () => {
    const bed = await heatedBed();
    await bed.bench.script("M140 S60");
    bed.heater.stats(1);

    bed.bench.pin("PC1").report(1, thermistor.calcAdc(25));

    // The reading is the mean of 8 samples, 1 ms apart.
    expect(bed.bench.pin("PB1").commands).toEqual([[1 + 0.008 + 0.3, 1]]);
    expect(bed.bench.pin("PB1").setup).toMatchObject({ maxDuration: 3, cycleTime: 0.1 });
  });

  it("goes off when the main loop has not run stats for five seconds", async () => {
    const bed = await heatedBed();
    await bed.bench.script("M140 S100");
    await bed.run(10);
    expect(bed.heater.lastPwmValue).toBeGreaterThan(0);

    bed.statsRun = false;
    await bed.run(16);

    expect(bed.heater.lastPwmValue).toBe(0);
  });

  it("goes off with a target of 0, on shutdown and on TURN_OFF_HEATERS", async () => {
    for (const turnOff of [
      (bed: HeatedBed) => bed.bench.script("M140 S0"),
      (bed: HeatedBed) => bed.bench.script("TURN_OFF_HEATERS"),
      async (bed: HeatedBed) => bed.bench.printer.invokeShutdown("test"),
    ]) {
      const bed = await heatedBed();
      await bed.bench.script("SET_HEATER_TEMPERATURE HEATER=heater_bed TARGET=100");
      await bed.run(5);
      expect(bed.heater.lastPwmValue).toBeGreaterThan(0);

      await turnOff(bed);
      await bed.run(bed.bench.clock.now + 0.7);

      expect(bed.heater.lastPwmValue).toBe(0);
    }
  });

  it("refuses targets outside its limits", async () => {
    const bed = await heatedBed();

    await expect(bed.bench.script("M140 S131")).rejects.toThrow("Requested temperature (131.0) out of range (0.0:130.0)");
    expect(bed.heater.targetTemp).toBe(0);
  });

  it("tells the MCU the ADC values of its limits, over all samples of a reading", async () => {
    const { bench } = await heatedBed();
    const { setup } = bench.pin("PC1");

    expect(setup).toMatchObject({ sampleTime: 0.001, sampleCount: 8, rangeCheckCount: 4 });
    expect(setup.minval).toBeCloseTo(thermistor.calcAdc(130), 12);
    expect(setup.maxval).toBeCloseTo(thermistor.calcAdc(0), 12);
  });

  it("reports 0 once its last reading is seven seconds old", async () => {
    const bed = await heatedBed();
    await bed.run(5);
    expect(bed.heater.getTemp(5)[0]).toBeGreaterThan(20);

    expect(bed.heater.getTemp(12.5)[0]).toBe(0);
  });

  it("shuts the printer down when it does not heat", async () => {
    const bed = await heatedBed();
    bed.gain = 0;
    await bed.bench.script("M140 S100");

    await bed.run(100);

    expect(bed.bench.printer.getStateMessage()[0]).toMatch(
      /^Heater heater_bed not heating at expected rate\nSee the 'verify_heater' section in docs\/Config_Reference\.md\n/);
  });

  it("keeps M190 waiting, with a report each second, until the bed is there", async () => {
    const bed = await heatedBed();
    let isDone = false;
    bed.bench.printer.getReactor().registerCallback(async () => {
      await bed.bench.gcode.runScript("M190 S40");
      isDone = true;
    });

    await bed.run(3);
    expect(isDone).toBe(false);
    await bed.run(300);

    expect(isDone).toBe(true);
    expect(bed.bench.output.filter((line) => /^B:\d+\.\d \/40\.0$/.test(line)).length).toBeGreaterThan(3);
  });
});

describe("heaters", () => {
  it("lists heaters and sensors in the order of the configuration", async () => {
    const bench = await pinBench(
      `${BED}[temperature_sensor chamber]\nsensor_type: Generic 3950\nsensor_pin: PC2\ngcode_id: C\n` +
        `[heater_generic air]\nheater_pin: PB2\nsensor_pin: PC3\nsensor_type: PT1000\ncontrol: watermark\nmin_temp: 0\nmax_temp: 80\n`);

    expect(bench.printer.lookupObject("heaters").getStatus(0)).toEqual({
      available_heaters: ["heater_bed", "heater_generic air"],
      available_sensors: ["heater_bed", "temperature_sensor chamber", "heater_generic air"],
      available_monitors: [],
    });
    await bench.script("M105");
    expect(bench.output.at(-1)).toBe("B:0.0 /0.0 C:0.0 /0.0");
  });

  it("uses thermistors and tables that the configuration describes", async () => {
    const bench = await pinBench(
      "[thermistor mine]\ntemperature1: 25\nresistance1: 100000\nbeta: 4000\n" +
        "[adc_temperature probe]\ntemperature1: 0\nvoltage1: 0\ntemperature2: 100\nvoltage2: 5\n" +
        "[temperature_sensor a]\nsensor_type: mine\nsensor_pin: PC1\n" +
        "[temperature_sensor b]\nsensor_type: probe\nsensor_pin: PC2\n");
    bench.pin("PC1").report(1, 100000 / 104700);
    bench.pin("PC2").report(1, 0.4);

    expect(bench.printer.lookupObject("temperature_sensor a").getStatus(1)).toEqual({
      temperature: 25, measured_min_temp: 25, measured_max_temp: 25,
    });
    expect(bench.printer.lookupObject("temperature_sensor b").getStatus(1).temperature).toBe(40);
  });

  it("has Kalico's messages for wrong configurations", async () => {
    await expect(pinBench(BED.replace(EPCOS, "nonsense"))).rejects.toThrow("Unknown temperature sensor 'nonsense'");
    await expect(pinBench(BED.replace("control: pid", "control: fuzzy"))).rejects.toThrow(
      "Unknown control type 'fuzzy' in [pid_profile heater_bed default].");
    await expect(pinBench(`${BED}[heater_generic heater_bed]\n`)).rejects.toThrow("Heater heater_bed already registered");
  });

  it("waits for a sensor with TEMPERATURE_WAIT", async () => {
    const bed = await heatedBed();
    await bed.bench.script("M140 S60");
    let isDone = false;
    bed.bench.printer.getReactor().registerCallback(async () => {
      await bed.bench.gcode.runScript("TEMPERATURE_WAIT SENSOR=heater_bed MINIMUM=50");
      isDone = true;
    });

    await bed.run(5);
    expect(isDone).toBe(false);
    await bed.run(60);

    expect(isDone).toBe(true);
    await expect(bed.bench.script("TEMPERATURE_WAIT SENSOR=nose MINIMUM=1")).rejects.toThrow("Unknown sensor 'nose'");
    await expect(bed.bench.script("TEMPERATURE_WAIT SENSOR=heater_bed")).rejects.toThrow(
      "Error on 'TEMPERATURE_WAIT': missing MINIMUM or MAXIMUM.");
  });
});

describe("PID_PROFILE", () => {
  it("loads, shows, stores and refuses profiles in Kalico's words", async () => {
    const { bench, heater } = await heatedBed(
      `${BED}[pid_profile heater_bed slow]\ncontrol: pid\npid_kp: 10\npid_ki: 0.5\npid_kd: 20\npid_target: 60\npid_tolerance: 0.02\n`);

    await bench.script("PID_PROFILE LOAD=slow HEATER=heater_bed");
    expect(bench.output.at(-1)).toBe("// PID Profile [slow] loaded for heater [heater_bed].");
    expect(heater.getStatus(0).pid_profile).toBe("slow");

    await bench.script("PID_PROFILE LOAD=slow HEATER=heater_bed");
    expect(bench.output.at(-1)).toBe("// PID Profile [slow] already loaded for heater [heater_bed].");

    await bench.script("PID_PROFILE GET_VALUES=slow HEATER=heater_bed");
    expect(bench.output.at(-1)).toContain("pid_Kp=10.000 pid_Ki=0.500 pid_Kd=20.000");

    await expect(bench.script("PID_PROFILE LOAD=none HEATER=heater_bed")).rejects.toThrow(
      "pid_profile: Unknown profile [none] for heater [heater_bed].");
    await expect(bench.script("PID_PROFILE HEATER=heater_bed")).rejects.toThrow(
      "pid_profile: Invalid syntax 'PID_PROFILE HEATER=heater_bed'");

    await bench.script("PID_PROFILE SAVE=copy HEATER=heater_bed");
    expect(bench.printer.lookupObject("configfile").getStatus(0).save_config_pending_items).toMatchObject({
      "pid_profile heater_bed copy": { control: "pid", pid_kp: "10.000", pid_target: "60.00", pid_version: "1" },
    });
  });
});

describe("PID_CALIBRATE", () => {
  it("finds gains, makes them the heater's profile, and leaves the heater off", async () => {
    const bed = await heatedBed(`${BED}[verify_heater heater_bed]\nmax_error: 100000\n`);
    let isDone = false;
    bed.bench.printer.getReactor().registerCallback(async () => {
      await bed.bench.gcode.runScript("PID_CALIBRATE HEATER=heater_bed TARGET=60 TOLERANCE=0.05");
      isDone = true;
    });

    for (let i = 0; i < 60 && !isDone; i++) await bed.run(bed.bench.clock.now + 60);

    expect(bed.bench.output.at(-1)).toMatch(
      /^\/\/ PID parameters for 60\.00°C: pid_Kp=\d+\.\d{3} pid_Ki=\d+\.\d{3} pid_Kd=\d+\.\d{3}\n\/\/ Heater: heater_bed\n/);
    expect(bed.heater.control.getProfile()).toMatchObject({ control: "pid", name: "default", pid_target: 60 });
    expect(bed.heater.targetTemp).toBe(0);
  });

  it("refuses a heater that does not exist", async () => {
    const bed = await heatedBed();

    await expect(bed.bench.script("PID_CALIBRATE HEATER=nose TARGET=60")).rejects.toThrow("Unknown heater 'nose'");
  });
});
