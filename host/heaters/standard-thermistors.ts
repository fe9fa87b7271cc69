/**
 * The thermistors that a configuration can name without describing them. Points are degrees Celsius and ohm
 * from the makers' resistance tables; two parts are only specified by their beta.
 */
import type { ThermistorParams } from "./thermistor.js";

type Row = readonly [celsius: number, ohms: number];

function measured(first: Row, second: Row, third: Row): ThermistorParams {
  return { points: [point(first), point(second), point(third)] };
}

function beta(first: Row, value: number): ThermistorParams {
  return { points: [point(first)], beta: value };
}

function point([celsius, ohms]: Row): { celsius: number; ohms: number } {
  return { celsius, ohms };
}

/** Names as `sensor_type` has them, in the order in which they are registered. */
export const STANDARD_THERMISTORS: readonly (readonly [name: string, params: ThermistorParams])[] = [
  ["ATC Semitec 104GT-2", measured([20, 126800], [150, 1360], [300, 80.65])],
  ["ATC Semitec 104NT-4-R025H42G", measured([25, 100000], [160, 1074], [300, 82.78])],
  ["EPCOS 100K B57560G104F", measured([25, 100000], [150, 1641.9], [250, 226.15])],
  ["Generic 3950", measured([25, 100000], [150, 1770], [250, 230])],
  ["SliceEngineering 450", measured([25, 500000], [200, 3734], [400, 240])],
  ["TDK NTCG104LH104JT1", measured([25, 100000], [50, 31230], [125, 2066])],
  ["Honeywell 100K 135-104LAG-J01", beta([25, 100000], 3974)],
  ["NTC 100K MGB18-104F39050L32", beta([25, 100000], 4100)],
];
