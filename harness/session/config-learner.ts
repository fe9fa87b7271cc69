/** Learns a plugin's options from the getters it calls: names, types, bounds, defaults. No work for the author. */
import type { Evidence, LearnedOption, SourcePlace, StatusSample } from "../../conformance/evidence.js";

const TYPE_BY_GETTER: Readonly<Record<string, LearnedOption["type"]>> = {
  get: "string", getInt: "int", getFloat: "float", getBoolean: "boolean", getChoice: "choice",
  getList: "list", getIntList: "list", getFloatList: "list", getLists: "list", getScript: "script",
};

export class ConfigLearner {
  readonly uses: Evidence["configUse"] = [];
  readonly #options = new Map<string, LearnedOption>();
  readonly #seen = new Set<string>();
  /** Sections of the plugin; options of others are not its own. */
  readonly #sections: readonly string[];

  constructor(sections: readonly string[]) {
    this.#sections = sections;
  }

  onConfigCall(section: string | undefined, member: string, args: readonly unknown[], context: string, phase: StatusSample["phase"], place: () => SourcePlace | undefined): void {
    const type = TYPE_BY_GETTER[member];
    if (type === undefined || typeof args[0] !== "string") return;
    const option = args[0].toLowerCase();
    const key = `${option} ${context} ${phase}`;
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      const where = place();
      this.uses.push({ option, phase, context, ...(where === undefined ? {} : { place: where }) });
    }
    if (section === undefined || !this.#sections.includes(section)) return;
    const id = `${section}\n${option}`;
    if (this.#options.has(id)) return;
    const spec = (member === "getChoice" ? args[2] : args[1]) as Record<string, unknown> | undefined;
    const named = typeof spec === "object" && spec !== null ? spec : {};
    const learned: LearnedOption = { section, option, type, required: !("default" in named) };
    if ("default" in named) learned.default = typeof named["default"] === "function" ? undefined : named["default"];
    for (const bound of ["minval", "maxval", "above", "below"] as const) if (typeof named[bound] === "number") learned[bound] = named[bound];
    if (member === "getChoice") {
      const choices = args[1];
      learned.choices = Array.isArray(choices) ? choices.map((c) => c as string | number) : typeof choices === "object" && choices !== null ? (choices instanceof Map ? [...choices.keys()] : Object.keys(choices)) : [];
    }
    this.#options.set(id, learned);
  }

  /** `gcode_macro.load_template(config, option, default)` reads an option for the plugin. */
  onTemplate(section: string | undefined, args: readonly unknown[]): void {
    if (section === undefined || !this.#sections.includes(section) || typeof args[1] !== "string") return;
    const option = args[1].toLowerCase();
    const id = `${section}\n${option}`;
    if (this.#options.has(id)) return;
    const required = args[2] === undefined;
    this.#options.set(id, { section, option, type: "script", required, ...(required ? {} : { default: args[2] }) });
  }

  options(): LearnedOption[] {
    return [...this.#options.values()];
  }
}
