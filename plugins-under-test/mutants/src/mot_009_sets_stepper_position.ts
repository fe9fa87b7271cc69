// Breaks MOT-009: tells a stepper where it is, past the toolhead.
import type { Config, Toolhead } from "kalico-hil";

export function loadConfig(config: Config) {
  const printer = config.getPrinter();
  printer.registerEventHandler("klippy:ready", () => {
    for (const stepper of printer.lookupObject<Toolhead>("toolhead").getKinematics().getSteppers()) stepper.setPosition([0, 0, 0]);
  });
  return {};
}
