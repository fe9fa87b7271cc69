/**
 * What a temperature sensor does to an analogue pin: degrees Celsius → fraction of full scale. Written from the parts' data sheets
 * and independent of the host's conversions, so that a mistake there shows as a wrong temperature.
 */
import { listOf, numberOf, type Section, type Sections } from "./config-values.js";

/** Fraction of full scale, 0…1, at a temperature. */
export type SensorCurve = (celsius: number) => number;

const ZERO_CELSIUS = 273.15;
const DEFAULT_PULLUP_OHMS = 4700;
const DEFAULT_ADC_VOLTS = 5;

type Point = readonly [celsius: number, ohms: number];

/** Points of resistance, or one point and beta, of the parts that a configuration may name. */
const THERMISTORS: Readonly<Record<string, readonly Point[] | { at: Point; beta: number }>> = {
  "EPCOS 100K B57560G104F": [[25, 100000], [150, 1641.9], [250, 226.15]],
  "ATC Semitec 104GT-2": [[20, 126800], [150, 1360], [300, 80.65]],
  "ATC Semitec 104NT-4-R025H42G": [[25, 100000], [160, 1074], [300, 82.78]],
  "Generic 3950": [[25, 100000], [150, 1770], [250, 230]],
  "SliceEngineering 450": [[25, 500000], [200, 3734], [400, 240]],
  "TDK NTCG104LH104JT1": [[25, 100000], [50, 31230], [125, 2066]],
  "Honeywell 100K 135-104LAG-J01": { at: [25, 100000], beta: 3974 },
  "NTC 100K MGB18-104F39050L32": { at: [25, 100000], beta: 4100 },
};

/** Thermocouple amplifiers by their nominal gain, volts per degree; a few degrees off the tables of the data sheets. */
const AMPLIFIERS: Readonly<Record<string, number>> = { AD595: 0.0101, AD597: 0.01, AD8494: 0.0052, AD8495: 0.005, AD8496: 0.005, AD8497: 0.005 };

/** Resistance of platinum after IEC 60751, relative to 0 °C. */
const platinum = (celsius: number): number => 1 + 3.9083e-3 * celsius - 5.775e-7 * celsius * celsius;

/** Resistance by beta: R = R1·exp(beta·(1/T − 1/T1)). */
function byBeta([celsius, ohms]: Point, beta: number): (celsius: number) => number {
  return (at) => ohms * Math.exp(beta * (1 / (at + ZERO_CELSIUS) - 1 / (celsius + ZERO_CELSIUS)));
}

/** Resistance by the Steinhart-Hart equation 1/T = a + b·L + c·L³, L = ln R, through three points. */
function bySteinhartHart(points: readonly Point[]): (celsius: number) => number {
  const [l1, l2, l3] = points.map(([, ohms]) => Math.log(ohms)) as [number, number, number];
  const [y1, y2, y3] = points.map(([celsius]) => 1 / (celsius + ZERO_CELSIUS)) as [number, number, number];
  const slope2 = (y2 - y1) / (l2 - l1);
  const slope3 = (y3 - y1) / (l3 - l1);
  const c = (slope3 - slope2) / (l3 - l2) / (l1 + l2 + l3);
  if (!(c > 0)) return byBeta(points[0]!, (l1 - l3) / (y1 - y3));
  const b = slope2 - c * (l1 * l1 + l1 * l2 + l2 * l2);
  const a = y1 - (b + c * l1 * l1) * l1;
  return (celsius) => {
    // Newton's method on an increasing function: a handful of rounds from anywhere near.
    const y = 1 / (celsius + ZERO_CELSIUS);
    let l = l1 + (y - y1) / slope3;
    for (let i = 0; i < 20; i++) {
      const cl2 = c * l * l;
      const step = (a + (b + cl2) * l - y) / (b + 3 * cl2);
      l -= step;
      if (Math.abs(step) < 1e-12) break;
    }
    return Math.exp(l);
  };
}

function interpolate(points: readonly Point[]): (celsius: number) => number {
  const sorted = [...points].sort((p, q) => p[0] - q[0]);
  return (celsius) => {
    let i = 1;
    while (i < sorted.length - 1 && sorted[i]![0] < celsius) i++;
    const [t0, v0] = sorted[i - 1]!, [t1, v1] = sorted[i]!;
    return v0 + ((v1 - v0) * (celsius - t0)) / (t1 - t0);
  };
}

/** temperature1/value1, temperature2/value2, … of a section. */
function points(section: Section, value: string): Point[] {
  const found: Point[] = [];
  for (let i = 1; section[`temperature${i}`] !== undefined; i++) {
    const at = numberOf(section, `${value}${i}`, Number.NaN);
    if (!Number.isNaN(at)) found.push([numberOf(section, `temperature${i}`, 0), at]);
  }
  return found;
}

function resistance(type: string, sections: Sections): ((celsius: number) => number) | undefined {
  const known = THERMISTORS[type];
  if (known !== undefined) return "beta" in known ? byBeta(known.at, known.beta) : bySteinhartHart(known);
  if (type === "PT1000") return (celsius) => 1000 * platinum(celsius);
  const thermistor = sections[`thermistor ${type}`];
  if (thermistor !== undefined) {
    const given = points(thermistor, "resistance");
    const beta = numberOf(thermistor, "beta", Number.NaN);
    if (given.length > 0 && !Number.isNaN(beta)) return byBeta(given[0]!, beta);
    return given.length >= 3 ? bySteinhartHart(given) : undefined;
  }
  const table = sections[`adc_temperature ${type}`];
  const given = table === undefined ? [] : points(table, "resistance");
  return given.length >= 2 ? interpolate(given) : undefined;
}

function voltage(type: string, sections: Sections): ((celsius: number) => number) | undefined {
  const gain = AMPLIFIERS[type];
  if (gain !== undefined) return (celsius) => gain * celsius;
  if (type === "PT100 INA826") return (celsius) => (10 * 5 * 100 * platinum(celsius)) / (4400 + 100 * platinum(celsius));
  const table = sections[`adc_temperature ${type}`];
  const given = table === undefined ? [] : points(table, "voltage");
  return given.length >= 2 ? interpolate(given) : undefined;
}

/** Curve of the sensor that a heater's or sensor's section describes; undefined for one that is no analogue pin. */
export function sensorCurve(section: Section, sections: Sections): SensorCurve | undefined {
  const type = listOf(section, "sensor_type")[0] ?? "";
  const ohms = resistance(type, sections);
  if (ohms !== undefined) {
    const pullup = numberOf(section, "pullup_resistor", DEFAULT_PULLUP_OHMS);
    const inline = numberOf(section, "inline_resistor", 0);
    return (celsius) => {
      const sensor = ohms(celsius) + inline;
      return sensor / (sensor + pullup);
    };
  }
  const volts = voltage(type, sections);
  if (volts === undefined) return undefined;
  const adcVolts = numberOf(section, "adc_voltage", DEFAULT_ADC_VOLTS);
  const offset = numberOf(section, "voltage_offset", 0);
  return (celsius) => (volts(celsius) + offset) / adcVolts;
}
