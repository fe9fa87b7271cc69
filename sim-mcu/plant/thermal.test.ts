import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { plantFromConfig } from "./plant-from-config.js";
import { sensorCurve } from "./sensor-curve.js";
import { conductingSeconds, ThermalBody, type PowerPattern } from "./thermal-body.js";

const PHYSICS = { watts: 40, joulesPerKelvin: 12, wattsPerKelvin: 0.1, sensorLagSeconds: 2.5 };
const always = (since: number): PowerPattern => ({ since, onSeconds: 1, cycleSeconds: 0, inverted: false });
const pwm = (since: number, onSeconds: number, cycleSeconds = 0.1): PowerPattern => ({ since, onSeconds, cycleSeconds, inverted: false });

describe("thermal body", () => {
  it("comes to rest where heater and loss balance", () => {
    const body = new ThermalBody(PHYSICS, 20);
    body.setPower(always(0));
    expect(body.bodyCelsius(5000)).toBeCloseTo(20 + 40 / 0.1, 6);
    expect(body.sensorCelsius(5000)).toBeCloseTo(420, 6);
  });

  it("takes in exactly the energy of the time its heater conducts, wherever it is read in between", () => {
    fc.assert(fc.property(fc.double({ min: 0.001, max: 0.099, noNaN: true }), fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 20 }), fc.nat(30), (on, looks, cycles) => {
      const body = new ThermalBody(PHYSICS, 20);
      body.setPower(pwm(1, on));
      for (const look of [...looks].sort((a, b) => a - b)) body.bodyCelsius(1 + Math.min(look, cycles * 0.1));
      expect(body.joulesAt(1 + cycles * 0.1)).toBeCloseTo(40 * on * cycles, 6);
    }));
  });

  it("conducts for the sum of its parts, and an inverted pin for the rest", () => {
    const time = fc.double({ min: 2, max: 9, noNaN: true });
    fc.assert(fc.property(time, time, time, fc.double({ min: 0, max: 0.1, noNaN: true }), (a, b, c, on) => {
      const [from, mid, to] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
      const pattern = pwm(2, on);
      expect(conductingSeconds(pattern, from, mid) + conductingSeconds(pattern, mid, to)).toBeCloseTo(conductingSeconds(pattern, from, to), 9);
      expect(conductingSeconds(pattern, from, to) + conductingSeconds({ ...pattern, inverted: true }, from, to)).toBeCloseTo(to - from, 9);
    }));
  });

  it("moves as small Euler steps would", () => {
    const body = new ThermalBody(PHYSICS, 20);
    let celsius = 20, sensor = 20;
    body.setPower(always(0));
    const dt = 0.0005;
    for (let i = 0; i < 60_000; i++) {
      sensor += ((celsius - sensor) / PHYSICS.sensorLagSeconds) * dt;
      celsius += ((PHYSICS.watts - PHYSICS.wattsPerKelvin * (celsius - 20)) / PHYSICS.joulesPerKelvin) * dt;
    }
    expect(body.bodyCelsius(30)).toBeCloseTo(celsius, 1);
    expect(body.sensorCelsius(30)).toBeCloseTo(sensor, 1);
  });
});

describe("sensor curve", () => {
  const ohms = (sensor_type: string, celsius: number): number => {
    const fraction = sensorCurve({ sensor_type }, {})!(celsius);
    return (4700 * fraction) / (1 - fraction);
  };

  it.each([
    ["EPCOS 100K B57560G104F", 25, 100000], ["EPCOS 100K B57560G104F", 150, 1641.9], ["EPCOS 100K B57560G104F", 250, 226.15],
    ["ATC Semitec 104GT-2", 150, 1360], ["Generic 3950", 250, 230], ["Honeywell 100K 135-104LAG-J01", 25, 100000], ["PT1000", 100, 1385.055],
  ])("%s has its data sheet's resistance at %d degrees", (type, celsius, expected) => {
    expect(ohms(type, celsius)).toBeCloseTo(expected, 1);
  });

  it("falls with temperature for every thermistor, over the whole range", () => {
    for (const type of ["EPCOS 100K B57560G104F", "ATC Semitec 104NT-4-R025H42G", "SliceEngineering 450", "TDK NTCG104LH104JT1", "NTC 100K MGB18-104F39050L32"]) {
      for (let celsius = -40; celsius < 400; celsius += 5) expect(ohms(type, celsius)).toBeGreaterThan(ohms(type, celsius + 5));
    }
  });

  it("follows the configuration's own thermistors and tables", () => {
    const sections = {
      "thermistor mine": { temperature1: "25", resistance1: "10000", beta: "3950" },
      "adc_temperature volts": { temperature1: "0", voltage1: "0.5", temperature2: "100", voltage2: "2.5" },
    };
    expect(sensorCurve({ sensor_type: "mine", pullup_resistor: "10000" }, sections)!(25)).toBeCloseTo(0.5, 9);
    expect(sensorCurve({ sensor_type: "volts" }, sections)!(50)).toBeCloseTo(1.5 / 5, 9);
    expect(sensorCurve({ sensor_type: "MAX6675" }, sections)).toBeUndefined();
  });
});

const MS = stm32f446.clockFreq / 1000;
const CONFIG = { extruder: { heater_pin: "PA3", sensor_type: "EPCOS 100K B57560G104F", sensor_pin: "PA1" }, fan: { pin: "PA4", tachometer_pin: "PA5" } };
const configure = (mcu: TestMcu): void => {
  mcu.send("allocate_oids count=3", "config_digital_out oid=0 pin=PA3 value=0 default_value=0 max_duration=0", `set_digital_out_pwm_cycle oid=0 cycle_ticks=${100 * MS}`,
    "config_analog_in oid=1 pin=PA1", "config_digital_out oid=2 pin=PA4 value=0 default_value=0 max_duration=0", "finalize_config crc=7");
};

describe("heater on its pins", () => {
  it("warms by the duty of its pin and shows it through thermistor and converter", () => {
    const plant = plantFromConfig(CONFIG, { ambientCelsius: 20, noiseFraction: 0 });
    const mcu = new TestMcu(stm32f446, { plant });
    configure(mcu);
    const cold = mcu.mcu.gpio.readAnalog(mcu.mcu.gpio.pinNumber("PA1"), mcu.clock);
    mcu.send(`queue_digital_out oid=0 clock=${50 * MS} on_ticks=${50 * MS}`);
    mcu.advance(10.05);
    expect(plant.heater("extruder").body.joulesAt(mcu.now)).toBeCloseTo(40 * 5, 0);
    expect(plant.heater("extruder").celsiusAt(mcu.now)).toBeGreaterThan(34);
    expect(mcu.mcu.gpio.readAnalog(mcu.mcu.gpio.pinNumber("PA1"), mcu.clock)).toBeLessThan(cold);
  });

  it("cools after the controller was reset, and after a shutdown", () => {
    for (const command of ["emergency_stop", "reset"]) {
      const plant = plantFromConfig(CONFIG, { noiseFraction: 0 });
      const mcu = new TestMcu(stm32f446, { plant });
      configure(mcu);
      mcu.send(`queue_digital_out oid=0 clock=${50 * MS} on_ticks=${100 * MS}`);
      mcu.advance(20);
      mcu.send(command);
      mcu.advance(1);
      const joules = plant.heater("extruder").body.joulesAt(mcu.now);
      const hot = plant.heater("extruder").celsiusAt(mcu.now);
      mcu.advance(30);
      expect(plant.heater("extruder").celsiusAt(mcu.now)).toBeLessThan(hot);
      expect(plant.heater("extruder").body.joulesAt(mcu.now)).toBeCloseTo(joules, 6);
    }
  });

  it("reads as a torn-off or shorted sensor when told so", () => {
    const plant = plantFromConfig(CONFIG, { noiseFraction: 0 });
    const mcu = new TestMcu(stm32f446, { plant });
    const read = (): number => mcu.mcu.gpio.readAnalog(mcu.mcu.gpio.pinNumber("PA1"), mcu.clock);
    plant.heater("extruder").setFault("sensor-open", 0);
    expect(read()).toBe(1);
    plant.heater("extruder").setFault("sensor-shorted", 0);
    expect(read()).toBe(0);
    plant.heater("extruder").setFault(undefined, 0);
    expect(read()).toBeGreaterThan(0.5);
  });

  it("reads the same noise from the same seed, and other noise from another", () => {
    const readings = (seed: number): number[] => {
      const mcu = new TestMcu(stm32f446, { plant: plantFromConfig(CONFIG, { seed }) });
      return Array.from({ length: 20 }, (_, i) => mcu.mcu.gpio.readAnalog(mcu.mcu.gpio.pinNumber("PA1"), mcu.clock + i * MS));
    };
    expect(readings(1)).toEqual(readings(1));
    expect(readings(1)).not.toEqual(readings(2));
  });

  it.each([["extruder", 200, 22.2 / 255, 1.08 / 255, 114 / 255], ["heater_bed", 60, 54 / 255, 0.77 / 255, 948 / 255]])(
    "lets the usual PID of %s reach and hold %d degrees", (name, target, kp, ki, kd) => {
      const section = { heater_pin: "PA3", sensor_type: "EPCOS 100K B57560G104F", sensor_pin: "PA1" };
      const { body } = plantFromConfig({ [name]: section }).heater(name);
      let integral = 0, previous = body.sensorCelsius(0), slope = 0, highest = 0;
      const errors: number[] = [];
      for (let time = 0.3; time < 600; time += 0.3) {
        const celsius = body.sensorCelsius(time);
        slope += ((celsius - previous) / 0.3 - slope) * 0.3;
        previous = celsius;
        const error = target - celsius;
        const wanted = kp * error + ki * integral - kd * slope;
        const duty = Math.min(1, Math.max(0, wanted));
        if (wanted === duty) integral = Math.max(0, Math.min(1 / ki, integral + error * 0.3));
        body.setPower(pwm(time, duty * 0.1));
        highest = Math.max(highest, celsius);
        if (time > 500) errors.push(Math.abs(error));
      }
      expect(highest).toBeLessThan(target + 6);
      expect(Math.max(...errors)).toBeLessThan(0.5);
    });
});

describe("fan", () => {
  it("turns by the duty of its pin, and its tachometer gives two edges per pulse", () => {
    const plant = plantFromConfig(CONFIG, { fanRpm: 3000 });
    const mcu = new TestMcu(stm32f446, { plant });
    configure(mcu);
    mcu.send(`queue_digital_out oid=2 clock=${20 * MS} on_ticks=1`);
    mcu.advance(0.1);
    expect(plant.fan("fan").rpm).toBe(3000);
    const pin = mcu.mcu.gpio.pinNumber("PA5");
    let edges = 0;
    for (let clock = mcu.clock, end = clock + 1000 * MS; (clock = mcu.mcu.gpio.nextChange(pin, clock)) < end; edges++) {
      expect(mcu.mcu.gpio.read(pin, clock)).not.toBe(mcu.mcu.gpio.read(pin, clock - 1));
    }
    expect(Math.abs(edges - 50 * 2 * 2)).toBeLessThanOrEqual(1);
    plant.fan("fan").block(true, mcu.now);
    expect(mcu.mcu.gpio.nextChange(pin, mcu.clock)).toBe(Infinity);
  });
});
