/**
 * Functions of the bridge for the software classes of the package `klippy`: templates and their contexts, members
 * with Python's own types, events, the handlers behind `cmd_…`, file descriptors.
 */
import { WebRequest, type ClientConnection } from "../../api/web-request.js";
import { ConfigSection } from "../../config/config-section.js";
import type { PrinterConfig } from "../../config/printer-config.js";
import { DelayedGcode } from "../../gcode/delayed-gcode.js";
import type { GCodeDispatch, MaybePromise } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { GCodeMacro, Template } from "../../gcode/gcode-macro.js";
import { PrinterStatus } from "../../gcode/printer-status.js";
import type { Value } from "../../gcode/template/py-values.js";
import { PrinterAdcToTemperature, type TemperatureSensor } from "../../heaters/adc-to-temperature.js";
import { ControlPid } from "../../heaters/control-pid.js";
import { ControlVelocityPid } from "../../heaters/control-velocity-pid.js";
import { ControlBangBang } from "../../heaters/control-watermark.js";
import type { ControlProfile } from "../../heaters/heater-control.js";
import { Heater } from "../../heaters/heater.js";
import { LinearInterpolate } from "../../heaters/linear-interpolate.js";
import { ControlAutoTune } from "../../heaters/pid-autotune.js";
import { TemperatureHost } from "../../heaters/temperature-host.js";
import { Thermistor, type AdcConversion } from "../../heaters/thermistor.js";
import type { Printer } from "../../printer/printer-surface.js";

import { membraneOf } from "../membrane.js";
import type { PythonBridge } from "./bridge.js";
import { defineFileDescriptors } from "./file-descriptors.js";
import { kalicoHas } from "./kalico-members.js";
import { templateValue } from "./template-values.js";

const CONTROLS: Readonly<Record<string, (profile: ControlProfile, heater: Heater, loadClean: boolean) => object>> = {
  ControlBangBang: (profile, heater) => new ControlBangBang(profile, heater),
  ControlPid: (profile, heater, loadClean) => new ControlPid(profile, heater, loadClean),
  ControlVelocityPid: (profile, heater, loadClean) => new ControlVelocityPid(profile, heater, loadClean),
};

type AnyFunction = (...args: any[]) => unknown;

/** What Python changed in a template's names: the event time of the rest, names with values, names taken out. */
interface TemplateNames {
  eventtime: number | null;
  names: [name: string, value: unknown][];
  renamed: [name: string, standard: string][];
  absent: string[];
}

/** A macro whose command a derived class in Python carries out. */
class OverriddenMacro extends GCodeMacro {
  readonly #command: (gcmd: GCodeCommand) => unknown;
  constructor(config: ConfigSection, command: (gcmd: GCodeCommand) => unknown) {
    super(config);
    this.#command = command;
  }
  override run(gcmd: GCodeCommand): MaybePromise<unknown> {
    return this.#command(gcmd) as MaybePromise<unknown>;
  }
}

/** Calls host code with the host's own objects on behalf of the plugin that `anchor` was handed to. */
function asHost(anchor: object, object: string, member: string, fn: AnyFunction, args: unknown[]): unknown {
  const membrane = membraneOf(anchor);
  return membrane === undefined ? fn(...args) : membrane.callOut(object, member, fn, args);
}

/** Makes the functions known to a bridge. */
export function defineSoftwareFunctions(bridge: PythonBridge): void {
  defineFileDescriptors(bridge);

  bridge.define("setValue", (owner: object, member: string, value: unknown) =>
    asHost(owner, owner.constructor.name, member, (target: object, text: unknown) => void Reflect.set(target, member, text), [owner, value]));

  // ---- templates ----

  const contextOf = (template: Template, given: TemplateNames): Map<string, Value> => {
    const standard = template.createTemplateContext(given.eventtime ?? undefined);
    const context = new Map(standard);
    for (const name of given.absent) context.delete(name);
    for (const [name, origin] of given.renamed) context.set(name, standard.get(origin)!);
    for (const [name, value] of given.names) context.set(name, templateValue(bridge, value));
    return context;
  };
  bridge.define("renderTemplate", (template: Template, given: TemplateNames | null) =>
    asHost(template, "template", "render", (one: Template) => one.render(given === null ? undefined : contextOf(one, given)), [template]));
  bridge.define("runTemplate", (template: Template, given: TemplateNames | null) =>
    asHost(template, "template", "run_gcode_from_command", (one: Template) => one.runGcodeFromCommand(given === null ? undefined : contextOf(one, given)), [template]));
  bridge.define("makeTemplate", (printer: Printer, name: string, script: string, scriptType: "gcode" | "python") =>
    asHost(printer, "gcode_macro", "new", (host: Printer) => new Template(host, null, name, script, scriptType), [printer]));
  bridge.define("makeMacro", (config: ConfigSection, override: ((gcmd: GCodeCommand) => unknown) | null) => {
    const make = (section: ConfigSection, run: typeof override): GCodeMacro => (run === null ? new GCodeMacro(section) : new OverriddenMacro(section, run));
    return asHost(config, "gcode_macro", "new", make, [config, override]);
  });
  bridge.define("statusItem", (printer: Printer, name: string, eventTime: number | null) =>
    asHost(printer, "printer", "get_status", (host: Printer) => {
      const value = new PrinterStatus(host, eventTime ?? undefined).getItem(name);
      return value === undefined ? [] : [value];
    }, [printer]));
  bridge.define("statusNames", (printer: Printer) =>
    asHost(printer, "printer", "get_status", (host: Printer) => [...new PrinterStatus(host).iterate()], [printer]));

  // ---- objects that plugins make themselves ----

  const constructor = <T extends unknown[]>(name: string, make: (...args: T) => object): void =>
    bridge.define(name, (...args: T) => asHost(args.find((arg): arg is T[number] & object => typeof arg === "object" && arg !== null) ?? {}, name.slice(4), "new", make, args));
  constructor("makeHeater", (config: ConfigSection, sensor: TemperatureSensor) => new Heater(config, sensor));
  constructor("makeTemperatureHost", (config: ConfigSection) => new TemperatureHost(config));
  constructor("makeDelayedGcode", (config: ConfigSection) => new DelayedGcode(config));
  constructor("makeAdcSensor", (config: ConfigSection, conversion: AdcConversion) => new PrinterAdcToTemperature(config, conversion));
  constructor("makeInterpolation", (samples: [number, number][]) => new LinearInterpolate(samples));
  constructor("makeThermistor", (pullup: number, inlineResistor: number) => new Thermistor(pullup, inlineResistor));
  constructor("makeAutoTune", (heater: Heater, target: number, tolerance: number) =>
    new ControlAutoTune(heater, target, tolerance, (message) => heater.gcode.respondInfo(message)));
  bridge.define("autosaveSection", (configfile: PrinterConfig) =>
    asHost(configfile, "configfile", "autosave", (file: PrinterConfig) => (file.autosave === undefined ? null : new ConfigSection(file.printer, file.autosave, "printer")), [configfile]));
  bridge.define("makeWebRequest", (connection: ClientConnection | null, request: unknown) => new WebRequest(connection, request));
  bridge.define("makeControl", (name: string, profile: ControlProfile, heater: Heater, loadClean: boolean) => {
    const make = CONTROLS[name];
    if (make === undefined) throw new Error(`Not offered by this host yet: ${name} made by a plugin`);
    return asHost(heater, name, "new", make, [profile, heater, loadClean]);
  });

  // ---- start arguments, commands ----

  bridge.define("startArgs", (printer: Printer) => Object.fromEntries(Object.entries(printer.getStartArgs()).filter(([, value]) => typeof value !== "function")));

  bridge.define("commandMember", (gcode: GCodeDispatch, className: string, name: string) => {
    if (kalicoHas(className, name) !== true) return null;
    return name.endsWith("_help") ? (gcode.getCommandHelp()[name.slice(4, -5)] ?? null) : (gcode.firstHandler(name.slice(4)) ?? null);
  });
}
