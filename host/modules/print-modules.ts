/** Built-in modules for further motors, filament and printing aids, by the first word of their sections. */
import type { HostModule } from "../printer/module-table.js";
import * as firmwareRetraction from "./firmware-retraction.js";
import * as manualStepper from "./manual-stepper.js";

export const printModules: Readonly<Record<string, HostModule>> = {
  firmware_retraction: firmwareRetraction,
  manual_stepper: manualStepper,
};
