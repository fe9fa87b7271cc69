/**
 * Speed of step generation and packing, in jobs per second; the number of steps of a job is in its title.
 * The aim is 40 million steps per second on the fine job: cost follows rows (about 1 us each), not steps.
 */
import { bench, describe } from "vitest";
import {
  StepperSteps, cartesianKinematics, deltaKinematics, extruderKinematics, rotaryDeltaKinematics, setPressureAdvance, shapedKinematics,
  type FunctionKinematics, type LinearKinematics, type StepperKinematics,
} from "./stepper-steps.js";
import { randomMotion, seededDraw } from "./testing/random-motion.js";
import { Trapq } from "./trapq.js";

const moves = randomMotion(seededDraw(5), 20, 40, 1, { length: 60, speed: 300, accel: 3000, cornerSpeed: 15, rest: 0.5 });
const last = moves.at(-1)!;
const END = last[0] + last[1] + last[2] + last[3] + 1;

function job(kinematics: StepperKinematics, stepDist: number, freq: number): { steps: number; rows: number } {
  const trapq = new Trapq();
  const stepper = new StepperSteps({ oid: 0, name: "stepper", stepDist });
  stepper.setMcu(freq, 25e-6);
  stepper.setTime(0, freq);
  stepper.setKinematics(kinematics);
  stepper.setTrapq(trapq);
  let next = 0;
  let steps = 0;
  let rows = 0;
  for (let t = 0; t < END; t += 0.25) {
    while (next < moves.length && moves[next]![0] < t + 1) trapq.append(...moves[next++]!);
    stepper.generate(t + 0.05);
    trapq.finalizeMoves(t - 0.05, t - 30);
    stepper.flush(t * freq);
    stepper.expireHistory((t - 30) * freq);
    for (; stepper.out.length > 0; stepper.out.shift()) {
      steps += stepper.out.headCount();
      rows++;
    }
  }
  return { steps, rows };
}

function advanced(): StepperKinematics {
  const kinematics = extruderKinematics();
  setPressureAdvance(kinematics, 0.05, 0.04);
  return kinematics;
}

/** Behind a shaper of three impulses on each axis. */
function shaped(base: LinearKinematics | FunctionKinematics): StepperKinematics {
  const kinematics = shapedKinematics(base);
  kinematics.pulsesX = kinematics.pulsesY = [{ offset: -0.01, share: 0.3 }, { offset: 0, share: 0.4 }, { offset: 0.01, share: 0.3 }];
  return kinematics;
}

/** With arms so long that the whole job is in reach. */
const delta = (): FunctionKinematics => deltaKinematics(3000 ** 2, 151, -87);

describe("steps", () => {
  for (const [title, make, stepDist, freq] of [
    ["16 microsteps, 16 MHz", () => cartesianKinematics("x"), 0.0125, 16e6],
    ["256 microsteps, 180 MHz", () => cartesianKinematics("x"), 0.00078125, 180e6],
    ["pressure advance", advanced, 0.0125, 16e6],
    ["shaped", () => shaped(cartesianKinematics("x")), 0.0125, 16e6],
    ["delta tower", delta, 0.0125, 16e6],
    ["delta tower, shaped", () => shaped(delta()), 0.0125, 16e6],
    ["rotary delta arm", () => rotaryDeltaKinematics(33.9, 4000, 0.52, 1700, 3500), 0.00001, 16e6],
  ] as const) {
    const { steps, rows } = job(make(), stepDist, freq);
    bench(`${title}: ${steps} steps, ${rows} rows`, () => void job(make(), stepDist, freq), { time: 1000 });
  }
});
