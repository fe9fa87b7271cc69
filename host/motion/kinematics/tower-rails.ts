/** What linear and rotary deltas share: three rails a, b, c of which b and c take after a. */
import type { ConfigSection } from "../../config/config-section.js";
import { PrinterRail } from "../rail.js";
import type { McuStepper } from "../stepper.js";
import type { Toolhead } from "../surface.js";

export interface Towers {
  readonly sections: readonly ConfigSection[];
  readonly rails: PrinterRail[];
}

/** Rails of [stepper_a], [stepper_b], [stepper_c]; a gives the endstop position of the others. */
export function readTowers(config: ConfigSection, unitsInRadians = false): Towers {
  const sections = ["a", "b", "c"].map((tower) => config.getSection(`stepper_${tower}`));
  const rails: PrinterRail[] = [];
  for (const section of sections) {
    const defaultPositionEndstop = rails[0]?.getHomingInfo().positionEndstop ?? null;
    rails.push(new PrinterRail(section, { needPositionMinmax: false, defaultPositionEndstop, unitsInRadians }));
  }
  return { sections, rails };
}

/** A number of each tower's section; that of a is the default of the others. */
export function readTowerNumbers(sections: readonly ConfigSection[], option: string, above: number): number[] {
  const first = sections[0]!.getFloat(option, { above });
  return sections.map((section) => section.getFloat(option, { default: first, above }));
}

/** An angle of each tower's section, degrees. */
export function readTowerAngles(sections: readonly ConfigSection[], defaults: readonly number[]): number[] {
  return sections.map((section, i) => section.getFloat("angle", { default: defaults[i]! }));
}

/** Lets steppers follow the motion of the toolhead. */
export function followToolhead(steppers: readonly McuStepper[], toolhead: Toolhead): void {
  for (const stepper of steppers) {
    stepper.setTrapq(toolhead.getTrapq());
    toolhead.registerStepGenerator(stepper.generateSteps);
  }
}
