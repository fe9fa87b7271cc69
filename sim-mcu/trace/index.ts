/** The trace of a simulated MCU and what can be done with it. */
export { expandSteps, firstStepDifference, type StepDifference, type StepList } from "./compare.js";
export { McuTrace, type CommandSummary, type StepColumns, type TraceMark, type TraceOptions } from "./mcu-trace.js";
export { writeStepsCsv } from "./steps-csv.js";
