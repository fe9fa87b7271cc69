/** The simulated micro-controller: the only public door of this layer. */
export * from "./boards/index.js";
export { SeededFaults, seededRandom, type LinkDirection, type LinkFaults, type SeededFaultOptions } from "./faults/link-faults.js";
export * from "./firmware/feature.js";
export * from "./firmware/gpio.js";
export { SimLink, type LinkPort, type SimLinkOptions } from "./link.js";
export * from "./plant/index.js";
export { SimMcu, type SimMcuOptions } from "./sim-mcu.js";
export * from "./trace/index.js";
