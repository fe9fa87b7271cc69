/** The machine around the simulated micro-controllers. */
export type { ResonanceOptions } from "./accelerometers.js";
export { BOSCH_CHIPS } from "./climate-chips.js";
export { BlTouch, type BlTouchFault, type BlTouchSignal } from "./bltouch.js";
export type { Section, Sections } from "./config-values.js";
export { Coordinate } from "./coordinate.js";
export { Fan } from "./fan.js";
export { HeaterRig, type HeaterFault } from "./heater-rig.js";
export { Motor } from "./motor.js";
export { plantFromConfig, type PlantOptions } from "./plant-from-config.js";
export { PrinterPlant } from "./printer-plant.js";
export type { RailOptions } from "./rails.js";
export { gantryCorners, platePivots, type Place, type Suspension } from "./suspension.js";
export { LimitSwitch, ScriptedInput, type SwitchFault } from "./switches.js";
export { ThermalBody, type ThermalPhysics } from "./thermal-body.js";
