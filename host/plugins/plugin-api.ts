/**
 * What the author of a TypeScript plugin imports from "kalico-hil": the types of everything that a plugin is
 * handed. Types only, so a plugin needs this package to be compiled and tested, not to be run.
 *
 *   import type { Config, GCodeCommand, Printer } from "kalico-hil";
 *
 *   class MyPlugin {
 *     readonly value: string;
 *     constructor(config: Config) { this.value = config.get("value"); }
 *     getStatus(_eventTime: number) { return { value: this.value }; }
 *   }
 *   export const loadConfig = (config: Config) => new MyPlugin(config);
 *
 * Methods carry Kalico's names in camelCase with the same order of arguments; what Python passes by keyword
 * comes in one trailing object. Times are seconds, positions mm, speeds mm/s. What can wait returns a promise
 * that must be awaited; getStatus, stats, event handlers of synchronous events and look-ahead callbacks must
 * not wait.
 */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { Heater } from "../heaters/heater.js";
import type { PrinterHeaters } from "../heaters/printer-heaters.js";
import type { McuAdc } from "../mcu/adc.js";
import type { McuDigitalOut } from "../mcu/digital-out.js";
import type { McuEndstop } from "../mcu/endstop.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { McuPwm } from "../mcu/pwm.js";
import type { GCodeRequestQueue } from "../modules/gcode-request-queue.js";
import type { PrinterExtruder } from "../motion/extruder.js";
import type { PrinterHoming } from "../motion/homing.js";
import type { PrinterStepperEnable } from "../motion/stepper-enable.js";
import type { McuStepper } from "../motion/stepper.js";
import type { ToolHead } from "../motion/toolhead.js";
import type { ComponentCollector, HostModule } from "../printer/module-table.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Completion } from "../reactor/completion.js";
import type { Mutex } from "../reactor/mutex.js";
import type { Reactor, Timer } from "../reactor/reactor.js";

/** The configuration section of a plugin (Kalico's ConfigWrapper). */
export type Config = ConfigSection;
export type { ConfigSection, Printer, Reactor, Timer, Completion, Mutex };
/** The object `gcode`: commands, responses, scripts. */
export type GCode = GCodeDispatch;
/** What a command's handler receives. */
export type { GCodeCommand };
/** The object `toolhead`; there from `klippy:connect` on. */
export type Toolhead = ToolHead;
export type Extruder = PrinterExtruder;
export type { Heater, Mcu };
/** The object `heaters`. */
export type Heaters = PrinterHeaters;
/** The object `homing`. */
export type Homing = PrinterHoming;
/** The object `pins`. */
export type Pins = PrinterPins;
/** The object `stepper_enable`. */
export type StepperEnable = PrinterStepperEnable;
export type Stepper = McuStepper;
export type DigitalOut = McuDigitalOut;
export type Pwm = McuPwm;
export type Adc = McuAdc;
export type Endstop = McuEndstop;
export type { GCodeRequestQueue };
export type { PrinterEvent, PrinterEvents, EventHandler } from "../printer/events.js";
export type { ConfigScript } from "../config/config-script.js";
export type { FloatOptions, GetOptions, IntOptions, ListOptions, ListsOptions } from "../config/config-section.js";
export type { CommandError, ConfigError } from "../errors.js";

/** Collects what `registerComponents` offers. */
export type Components = ComponentCollector;
/** What the file behind an entry point exports: at least one of the three. */
export type PluginModule = HostModule;

/** Values that macros and front ends can take: finite numbers, no class instances. */
export type StatusValue = string | number | boolean | null | readonly StatusValue[] | { readonly [key: string]: StatusValue };
export type Status = Record<string, StatusValue>;

/** What the host looks for on a plugin's object. */
export interface PluginObject {
  /** Called at any state and several times a second; must not wait or throw. A new object each time something changed. */
  getStatus?(eventTime: number): Status;
  /** Called once a second while ready: [active, text for the log]. */
  stats?(eventTime: number): [boolean, string];
}
