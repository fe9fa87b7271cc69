/** The printer of a certification: base sections, and the sections of the plugin with its required options filled in. */
import { parseSections, printSections, type ConfigSectionText } from "../../conformance/arbitraries/config-text.js";
import { KALICO_EXTRAS } from "../../host/printer/kalico-extras.js";
import type { LearnedOption } from "../../conformance/evidence.js";
import { BASE_PRINTER, FREE_PINS, NEEDED_SECTIONS } from "./base-printer.js";
import type { DescribedPlugin } from "./describe-plugin.js";

export interface PluginPrinter {
  /** Everything but the plugin's sections. */
  base: ConfigSectionText[];
  /** The plugin's sections. */
  own: ConfigSectionText[];
  /** Sections that may need the plugin, e.g. an output on one of its pins: loaded only together with it. */
  companions: ConfigSectionText[];
  /** Names of the sections that were given, in their order, which is kept. */
  order: readonly string[];
}

const belongsTo = (names: readonly string[]) => (section: ConfigSectionText): boolean => names.includes(section.name.split(/\s+/, 1)[0]!);

/** Splits the printer into base, plugin and companions; adds what a certification needs. */
export function printerFor(plugin: DescribedPlugin, configText: string | undefined, mayOverride = true, basePrinter = BASE_PRINTER): PluginPrinter {
  const names = Object.keys(plugin.location.modules);
  const isOwn = belongsTo(names);
  const given = parseSections(configText ?? plugin.printerConfig ?? basePrinter);
  const whole = given.some((s) => s.name === "printer");
  const own = given.filter(isOwn);
  const others = given.filter((s) => !isOwn(s)).map((s) => (s.name === "virtual_sdcard" ? { name: s.name, options: [...s.options.filter(([o]) => o !== "path"), ["path", "gcodes"] as [string, string]] } : s));
  // A file with the plugin's sections only is completed by the base printer; what else stands in it belongs to the plugin's use.
  const base = whole ? others : parseSections(basePrinter).filter((s) => !others.some((other) => other.name === s.name));
  const companions = whole ? [] : others;
  for (const needed of NEEDED_SECTIONS) if (![...base, ...companions].some((s) => s.name === needed.name)) base.push({ name: needed.name, options: [...needed.options] });
  if (mayOverride && names.some((name) => KALICO_EXTRAS.includes(name))) allowOverride(base);
  return { base, own, companions, order: given.map((s) => s.name) };
}

/** A plugin that takes a name of Kalico's own can be judged at all only where that is allowed; PKG-005 says what is wrong with it. */
function allowOverride(base: ConfigSectionText[]): void {
  const section = base.find((s) => s.name === "danger_options");
  const option: [string, string] = ["allow_plugin_override", "True"];
  if (section === undefined) base.push({ name: "danger_options", options: [option] });
  else if (!section.options.some(([name]) => name === option[0])) section.options.push(option);
}

/** First words of sections without which there is no printer. */
const CORE = /^(mcu|printer|stepper_|extruder|heater_bed|fan|danger_options|constants|virtual_sdcard|pause_resume|display_status)/;

/**
 * For a printer that does not start without the plugin: what is not needed for a print becomes a companion of the plugin, so that
 * the print without it can be made.
 */
export function withCompanions(printer: PluginPrinter): PluginPrinter {
  const core = (section: ConfigSectionText): boolean => CORE.test(section.name);
  return { ...printer, base: printer.base.filter(core), companions: [...printer.base.filter((s) => !core(s)), ...printer.companions] };
}

/** All sections: those of the built-in printer first, then as they were given, then what was made up. */
function inOrder({ base, companions, order }: PluginPrinter, own: readonly ConfigSectionText[]): ConfigSectionText[] {
  const place = (section: ConfigSectionText, otherwise: number): number => (order.includes(section.name) ? order.indexOf(section.name) : otherwise);
  const placed = [...base.map((s) => ({ s, at: place(s, -1) })), ...own.map((s) => ({ s, at: place(s, order.length) })), ...companions.map((s) => ({ s, at: place(s, order.length) }))];
  return placed.sort((a, b) => a.at - b.at).map(({ s }) => s);
}

export const configText = (printer: PluginPrinter, own: readonly ConfigSectionText[] = printer.own): string => printSections(inOrder(printer, own));
export const baseText = (printer: PluginPrinter): string => printSections(printer.base);
/** The plugin's sections first: nothing else is loaded before. */
export const pluginFirstText = (printer: PluginPrinter): string => printSections([...printer.own, ...printer.base, ...printer.companions]);

/** A value for a required option that only its getter is known of. @param freePins for options that want a pin */
export function guessValue(option: Pick<LearnedOption, "option" | "type" | "minval" | "maxval" | "above" | "below" | "choices">, used: number, freePins: readonly string[] = FREE_PINS): string {
  switch (option.type) {
    case "int": return String(Math.ceil(option.minval ?? (option.above === undefined ? Math.min(1, option.maxval ?? 1) : option.above + 1)));
    case "float": {
      const low = option.minval ?? (option.above === undefined ? undefined : option.above + Math.max(1e-3, Math.abs(option.above) * 1e-3));
      const high = option.maxval ?? option.below;
      return String(low !== undefined && high !== undefined ? (low + high) / 2 : (low ?? Math.min(1, high ?? 1)));
    }
    case "boolean": return "True";
    case "choice": return String(option.choices?.[0] ?? "default");
    case "list": return "1, 2";
    case "script": return "";
    case "string": return /pin$/.test(option.option) ? (freePins[used % freePins.length] ?? FREE_PINS[0]) : "value";
  }
}
