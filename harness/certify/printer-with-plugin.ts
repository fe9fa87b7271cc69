/** The printer of a certification: base sections, and the sections of the plugin with its required options filled in. */
import { parseSections, printSections, type ConfigSectionText } from "../../conformance/arbitraries/config-text.js";
import type { LearnedOption } from "../../conformance/evidence.js";
import { BASE_PRINTER, FREE_PINS, NEEDED_SECTIONS } from "./base-printer.js";
import type { DescribedPlugin } from "./describe-plugin.js";

export interface PluginPrinter {
  /** Everything but the plugin's sections. */
  base: ConfigSectionText[];
  /** The plugin's sections. */
  own: ConfigSectionText[];
}

const belongsTo = (names: readonly string[]) => (section: ConfigSectionText): boolean => names.includes(section.name.split(/\s+/, 1)[0]!);

/** Splits the printer into base and plugin; adds what a certification needs. */
export function printerFor(plugin: DescribedPlugin, configText: string | undefined): PluginPrinter {
  const names = Object.keys(plugin.location.modules);
  const given = configText ?? plugin.printerConfig;
  const sections = parseSections(given ?? BASE_PRINTER);
  // A file with the plugin's sections only is completed by the base printer.
  const whole = sections.some((s) => s.name === "printer") ? sections : [...parseSections(BASE_PRINTER), ...sections];
  const own = whole.filter(belongsTo(names));
  const base = whole.filter((s) => !belongsTo(names)(s)).map((s) => (s.name === "virtual_sdcard" ? { name: s.name, options: [...s.options.filter(([o]) => o !== "path"), ["path", "gcodes"] as [string, string]] } : s));
  for (const needed of NEEDED_SECTIONS) if (!base.some((s) => s.name === needed.name)) base.push({ name: needed.name, options: [...needed.options] });
  return { base, own };
}

export const configText = (printer: PluginPrinter, own: readonly ConfigSectionText[] = printer.own): string => printSections([...printer.base, ...own]);
export const baseText = (printer: PluginPrinter): string => printSections(printer.base);
/** The plugin's sections first: nothing else is loaded before. */
export const pluginFirstText = (printer: PluginPrinter): string => printSections([...printer.own, ...printer.base]);

/** A value for a required option that only its getter is known of. */
export function guessValue(option: Pick<LearnedOption, "option" | "type" | "minval" | "maxval" | "above" | "below" | "choices">, used: number): string {
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
    case "string": return /pin$/.test(option.option) ? (FREE_PINS[used % FREE_PINS.length] ?? "PH3") : "value";
  }
}
