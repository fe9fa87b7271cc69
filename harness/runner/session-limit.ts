/**
 * How long a session may take by the wall clock before it counts as hung: a share for starting, and one for its work. A session of
 * a thousand lines on a slow machine must not be taken for a loop without end.
 */
import type { LifeStep, Scenario } from "../../conformance/scenario.js";

/** Wall seconds for each piece of work: some twenty times what a small computer needs. */
const PER_LINE = 0.05;
const PER_CALL = 0.25;
const PER_RESTART = 3;
const PER_STATUS = 0.01;
const PER_WAIT_SECOND = 0.02;

function secondsOf(step: LifeStep): number {
  switch (step.do) {
    case "gcode": case "job": return step.lines.length * PER_LINE;
    case "probe-commands": return step.lines.length * PER_CALL;
    case "restart": return PER_RESTART;
    case "status": return step.times * PER_STATUS;
    case "wait": return step.seconds * PER_WAIT_SECOND;
    default: return 0;
  }
}

/** @param base wall seconds of a session without work @returns wall seconds, whole */
export const sessionLimit = (scenario: Pick<Scenario, "walk">, base: number): number => Math.ceil(base + scenario.walk.reduce((sum, step) => sum + secondsOf(step), 0));
