/** The print that a plugin is certified in: homing, heating, a body from a seed, fitted to the printer. */
import type { ConfigSectionText } from "../../conformance/arbitraries/config-text.js";
import { printJob } from "../../conformance/jobs/print-job.js";

const HOT = 200;

export function certificationJob(sections: readonly ConfigSectionText[], seed: number, lines: number): string[] {
  const value = (section: string, option: string, fallback: number): number => {
    const text = sections.find((s) => s.name === section)?.options.find(([name]) => name === option)?.[1];
    const number = Number(text);
    return text === undefined || Number.isNaN(number) ? fallback : number;
  };
  const middle = (axis: string): number => (value(`stepper_${axis}`, "position_min", 0) + value(`stepper_${axis}`, "position_max", 200)) / 2;
  const span = (axis: string): number => value(`stepper_${axis}`, "position_max", 200) - value(`stepper_${axis}`, "position_min", 0);
  const extruder = sections.some((s) => s.name === "extruder");
  const target = Math.min(HOT, value("extruder", "max_temp", HOT + 20) - 20);
  const mustHeat = extruder && value("extruder", "min_extrude_temp", 170) > 0;
  return [
    "G28", "G90", "G1 Z5 F900", `G1 X${middle("x")} Y${middle("y")} F6000`,
    ...(mustHeat ? [`M109 S${target}`] : []),
    // The body of the job begins and ends with a pause, by which runs are aligned.
    "G4 P3000",
    ...printJob({ seed, lines, centreX: middle("x"), centreY: middle("y"), radius: Math.min(40, span("x") / 4, span("y") / 4), extrude: extruder }),
    ...(extruder ? ["M104 S0"] : []),
    "G4 P3000",
    "G28 X",
    "G1 X60 F6000",
  ];
}
