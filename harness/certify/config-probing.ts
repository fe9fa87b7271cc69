/**
 * Learns a plugin's configuration by loading it, then tries it: minimal, maximal, random, at the bounds,
 * outside, of the wrong type, without each required option, reordered, interpolated, in other places.
 */
import fc from "fast-check";
import { boundaryValues, NON_FINITE, outsideValues, validValue, wrongTypeValues } from "../../conformance/arbitraries/config-values.js";
import { withOption, type ConfigSectionText } from "../../conformance/arbitraries/config-text.js";
import { documentedBlocks } from "../../conformance/documents.js";
import { isRefused } from "../../conformance/rules/evidence-views.js";
import type { ConfigProbe, Evidence, LearnedOption } from "../../conformance/evidence.js";
import { scenarioOf, type Scenario } from "../../conformance/scenario.js";
import type { SessionResult } from "../runner/messages.js";
import { SECTIONS_ON_REQUEST } from "./base-printer.js";
import type { DescribedPlugin } from "./describe-plugin.js";
import { configText, guessValue, pluginFirstText, type PluginPrinter } from "./printer-with-plugin.js";

const MAX_ROUNDS = 40;
/** Most probes of one kind for one section. */
const MAX_PER_KIND = 24;
/** Most documented configurations that are loaded. */
const MAX_DOCUMENTED = 8;

export interface ProbingOptions {
  plugin: DescribedPlugin;
  printer: PluginPrinter;
  exports: Record<string, string[]>;
  board: string;
  seed: number;
  randomConfigs: number;
  /** Pins for options that want one; those of the built-in printer when absent. */
  freePins?: readonly string[];
  run(scenario: Scenario, sections: readonly string[]): Promise<SessionResult>;
  onProgress(what: string): void;
}

export class ConfigProbing {
  readonly schema: LearnedOption[] = [];
  readonly probes: ConfigProbe[] = [];
  /** How the printer started with the configuration that was given or found. */
  start: Evidence["start"];
  readonly #options: Omit<ProbingOptions, "printer"> & { printer: PluginPrinter };
  #own: ConfigSectionText[];
  readonly #supplied = new Set<string>();
  #count = 0;

  constructor(options: ProbingOptions) {
    this.#options = { ...options };
    this.#own = options.printer.own;
  }

  /** Finds a configuration that loads: what was given, or required options filled in, or what the documents show. Learns the schema. */
  async learn(): Promise<PluginPrinter> {
    const given = this.#own.length > 0;
    if (!given) this.#own = this.#defaultSections();
    let used = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const result = await this.#run(this.#own, "learn");
      this.#learn(result.schema);
      this.start = { state: result.evidence.state, message: result.evidence.message, given };
      const looked = /Unknown config object '([^']+)'/.exec(result.evidence.message);
      if (looked !== null && !given && this.#supply(looked[1]!)) continue;
      const missing = /Option '([^']+)' in section '([^']+)' must be specified/.exec(result.evidence.message);
      if (missing === null) break;
      const option = this.schema.find((o) => o.option === missing[1]!.toLowerCase() && o.section === missing[2]) ?? { section: missing[2]!, option: missing[1]!, type: "string" as const, required: true };
      const section = this.#own.find((s) => s.name === missing[2]);
      if (section === undefined || section.options.some(([name]) => name === option.option)) break;
      section.options.push([option.option, guessValue(option, used++, this.#options.freePins)]);
    }
    if (!given && this.start?.state !== "ready") {
      for (const printer of this.#documented()) {
        const result = await this.#run(printer.own, "learn", configText(printer));
        this.#learn(result.schema);
        if (result.evidence.state !== "ready") continue;
        this.#own = printer.own;
        this.start = { state: "ready", message: result.evidence.message, given };
        this.#options.printer = printer;
        break;
      }
    }
    return { ...this.#options.printer, own: this.#own };
  }

  /**
   * What the plugin looks for and does not find: a section of its own moves before the others, an ordinary one of the printer is
   * added. A printer that was given is left as it is. False when neither is to be had.
   */
  #supply(object: string): boolean {
    if (this.#supplied.has(object)) return false;
    this.#supplied.add(object);
    const own = this.#own.find(({ name }) => name === object);
    const known = SECTIONS_ON_REQUEST[object];
    const { base } = this.#options.printer;
    if (own !== undefined) this.#own = [own, ...this.#own.filter((section) => section !== own)];
    else if (known !== undefined && !base.some(({ name }) => name === object)) base.push({ name: object, options: known.map(([option, value]) => [option, value]) });
    else return false;
    return true;
  }

  /** A section for each entry point in the form that it offers. */
  #defaultSections(): ConfigSectionText[] {
    return Object.keys(this.#options.plugin.location.modules).flatMap((name): ConfigSectionText[] => {
      const exported = this.#options.exports[name] ?? [];
      if (exported.includes("loadConfig")) return [{ name, options: [] }];
      return exported.includes("loadConfigPrefix") ? [{ name: `${name} a`, options: [] }] : [];
    });
  }

  #learn(schema: readonly LearnedOption[]): void {
    for (const option of schema) if (!this.schema.some((o) => o.section === option.section && o.option === option.option)) this.schema.push(option);
  }

  async #run(own: readonly ConfigSectionText[], what: string, text = configText(this.#options.printer, own)): Promise<SessionResult> {
    const scenario = scenarioOf({
      id: `config-${what}-${++this.#count}`, seed: this.#options.seed, board: this.#options.board, configText: text,
      walk: [{ do: "start" }, { do: "stop" }], subscribers: 1,
      limits: { virtualSeconds: 300, gasPerCallback: 20_000_000 },
    });
    return this.#options.run(scenario, own.map((s) => s.name));
  }

  async #probe(kind: ConfigProbe["kind"], section: string, own: readonly ConfigSectionText[], more: { option?: string; value?: string; text?: string } = {}): Promise<ConfigProbe> {
    const result = await this.#run(own, kind, more.text);
    this.#learn(result.schema);
    const { evidence } = result;
    const state = (["ready", "error", "shutdown", "startup"] as const).find((s) => s === evidence.state) ?? "shutdown";
    const died = evidence.state === "lost";
    const probe: ConfigProbe = {
      kind, section, configText: evidence.scenario.configText, state, message: died ? `Internal error: ${evidence.message}` : evidence.message,
      loaded: result.loaded.includes(section), badSettings: result.badSettings, published: result.published, scenario: evidence.scenario,
      ...(more.option === undefined ? {} : { option: more.option }), ...(more.value === undefined ? {} : { value: more.value.length > 60 ? `${more.value.slice(0, 57)}…` : more.value }),
    };
    this.probes.push(probe);
    return probe;
  }

  /** Tries everything, section by section. */
  async probe(): Promise<void> {
    // Where the plugin refuses the configuration, every further try would only say the same again.
    if (isRefused(this.start, this.#own.map((s) => s.name)) && this.#own.length > 0) return void (await this.#probe("minimal", this.#own[0]!.name, this.#own));
    for (const section of this.#own) {
      this.#options.onProgress(`trying configurations of [${section.name}]`);
      await this.#probeSection(section);
    }
    if (this.#own.length > 0) await this.#probePlaces();
  }

  /** Loads what the documents show, as it is. */
  async probeDocuments(): Promise<void> {
    for (const printer of this.#documented()) {
      this.#options.onProgress(`loading the documented [${printer.own[0]!.name}]`);
      await this.#probe("documented", printer.own[0]!.name, printer.own, { text: configText(printer) });
    }
  }

  /** The printer with each of the configurations that the documents show. */
  #documented(): PluginPrinter[] {
    const { location, python } = this.#options.plugin;
    const names = Object.keys(location.modules);
    const { printer } = this.#options;
    return documentedBlocks(python?.documentation ?? location.description, names).slice(0, MAX_DOCUMENTED).map((block) => {
      const own = block.filter(({ name }) => names.includes(name.split(/\s+/, 1)[0]!));
      const more = block.filter((s) => !own.includes(s) && !printer.base.some(({ name }) => name === s.name));
      return { ...printer, own, companions: [...printer.companions.filter((s) => !more.some(({ name }) => name === s.name)), ...more] };
    });
  }

  #with(section: ConfigSectionText): ConfigSectionText[] {
    return this.#own.map((s) => (s.name === section.name ? section : s));
  }

  async #probeSection(section: ConfigSectionText): Promise<void> {
    const options = (): LearnedOption[] => this.schema.filter((o) => o.section === section.name);
    const required = options().filter((o) => o.required);
    const minimal: ConfigSectionText = { name: section.name, options: section.options.filter(([name]) => required.some((o) => o.option === name) || !options().some((o) => o.option === name)) };
    await this.#probe("minimal", section.name, this.#with(minimal));
    const maximal = this.#maximal(section, options());
    await this.#probe("maximal", section.name, this.#with(maximal));
    if (maximal.options.length > 1) {
      const reordered: ConfigSectionText = { name: section.name, options: [...maximal.options].reverse().map(([name, value], i) => [i % 2 === 0 ? name.toUpperCase() : name, ` ${value} `]) };
      await this.#probe("reordered", section.name, this.#with(reordered));
    }
    if (maximal.options.length > 0) {
      const constants: ConfigSectionText = { name: "constants", options: maximal.options.map(([, value], i) => [`value_${i}`, value]) };
      const through: ConfigSectionText = { name: section.name, options: maximal.options.map(([name], i) => [name, `\${constants.value_${i}}`]) };
      if (!maximal.options.some(([, value]) => /[\n$]/.test(value))) await this.#probe("interpolated", section.name, [constants, ...this.#with(through)]);
    }
    await this.#probeValues(section, options());
    for (const option of required.slice(0, MAX_PER_KIND)) await this.#probe("missing", section.name, this.#with(withOption(section, option.option, undefined)), { option: option.option });
    await this.#probe("unknown-extra", section.name, this.#with(withOption(section, "kalico_hil_unknown_option", "1")), { option: "kalico_hil_unknown_option", value: "1" });
    for (let i = 0; i < this.#options.randomConfigs; i++) await this.#probe("random", section.name, this.#with(this.#random(section, options(), i)));
  }

  async #probeValues(section: ConfigSectionText, options: readonly LearnedOption[]): Promise<void> {
    const kinds: [ConfigProbe["kind"], (option: LearnedOption) => readonly string[]][] = [
      ["boundary", boundaryValues], ["outside", outsideValues], ["wrong-type", wrongTypeValues],
      ["non-finite", (option) => (option.type === "float" ? NON_FINITE.slice(0, 2) : [])],
    ];
    for (const [kind, values] of kinds) {
      let left = MAX_PER_KIND;
      for (const option of options) {
        for (const value of values(option)) {
          if (left-- <= 0) break;
          await this.#probe(kind, section.name, this.#with(withOption(section, option.option, value)), { option: option.option, value });
        }
      }
    }
  }

  /** Every option set: to what the author wrote, else to a valid value. */
  #maximal(section: ConfigSectionText, options: readonly LearnedOption[]): ConfigSectionText {
    let out = section;
    for (const option of options) {
      if (section.options.some(([name]) => name === option.option)) continue;
      const arbitrary = validValue(option);
      if (arbitrary === undefined) continue;
      out = withOption(out, option.option, fc.sample(arbitrary, { seed: this.#options.seed, numRuns: 1 })[0]);
    }
    return out;
  }

  #random(section: ConfigSectionText, options: readonly LearnedOption[], index: number): ConfigSectionText {
    let out = section;
    for (const [k, option] of options.entries()) {
      const arbitrary = validValue(option);
      if (arbitrary === undefined) continue;
      const [use, value] = fc.sample(fc.tuple(fc.boolean(), arbitrary), { seed: this.#options.seed + 1000 * (index + 1) + k, numRuns: 1 })[0]!;
      if (use || option.required) out = withOption(out, option.option, value);
      else out = withOption(out, option.option, undefined);
    }
    return out;
  }

  /** Other places and forms of the section. */
  async #probePlaces(): Promise<void> {
    const first = this.#own[0]!;
    await this.#probe("plugin-first", first.name, this.#own, { text: pluginFirstText({ ...this.#options.printer, own: this.#own }) });
    for (const [name, exported] of Object.entries(this.#options.exports)) {
      const sections = this.#own.filter((s) => s.name.split(/\s+/, 1)[0] === name);
      // Of a plugin with both forms, a named section shows what named ones need.
      const sample = (exported.includes("loadConfigPrefix") ? sections.find((s) => s.name !== name) : undefined) ?? sections[0];
      if (sample === undefined) continue;
      if (exported.includes("loadConfigPrefix")) {
        // Names that the printer gives may have to be those of other sections: two that load show as much as two of our own.
        const named = sections.filter((s) => s.name !== name);
        const copies = named.length > 1 && this.start?.state === "ready" ? named : ["kalico_hil_one", "kalico_hil_two"].map((suffix) => ({ name: `${name} ${suffix}`, options: sample.options }));
        if (!sample.options.some(([option]) => /pin$/.test(option))) await this.#probe("two-instances", copies[0]!.name, copies === named ? this.#own : copies);
        await this.#probe("name-with-space", `${name} one two`, [{ name: `${name} one two`, options: sample.options }]);
      } else await this.#probe("wrong-form", `${name} kalico_hil`, [{ name: `${name} kalico_hil`, options: sample.options }]);
      if (!this.#own.some((s) => s.name === name)) await this.#probe("wrong-form", name, [{ name, options: sample.options }]);
    }
  }
}
