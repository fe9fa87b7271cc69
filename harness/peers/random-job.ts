/**
 * Jobs from a seed, for two hosts: what slicers and users write, mixed at random out of the parts in `random-job-parts.ts`, and now and then a
 * line at the end that must be refused.
 */
import { JobWriter, PARTS } from "./random-job-parts.js";
import { randomPrinter, RANDOM_KINEMATICS, type RandomPrinter } from "./random-printer.js";

export interface RandomJob {
  seed: number;
  printer: RandomPrinter;
  /** What printer and job have besides the plain. */
  features: string[];
  lines: string[];
}

const REFUSED = ["G1 X9000", "G1 E500", "SET_PRESSURE_ADVANCE ADVANCE=-1", "G1 Xabc", "SET_VELOCITY_LIMIT VELOCITY=0", "RESTORE_GCODE_STATE NAME=nowhere", "ACTIVATE_EXTRUDER EXTRUDER=nobody", "M109 S999", "TEMPERATURE_WAIT SENSOR=nobody MINIMUM=1", "G2 X10 Y10"];

/** Job and printer of a seed: kinematics take turns. */
export function randomJob(seed: number): RandomJob {
  const printer = randomPrinter(seed, RANDOM_KINEMATICS[seed % RANDOM_KINEMATICS.length]!);
  const w = new JobWriter(seed, printer);
  w.write("START_PRINT");
  w.settle();
  const total = PARTS.reduce((sum, [, weight]) => sum + weight, 0);
  for (let i = w.random.integer(12, 28); i > 0; i--) {
    let at = w.random.between(0, total);
    const part = PARTS.find(([, weight]) => (at -= weight) < 0) ?? PARTS[0]!;
    part[0](w);
  }
  w.write("M400");
  if (w.random.next() < 0.1) {
    const line = w.random.pick(REFUSED);
    w.write(line);
    w.features.add(`refused: ${line}`);
  }
  return { seed, printer, features: [...printer.features, ...w.features], lines: w.lines };
}
