/**
 * The object `configfile`: reads the main configuration, reports its status to macros and front ends, checks
 * after loading that every section and option was read, and collects what SAVE_CONFIG will write.
 */
import { ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { diskFiles, type ConfigFs } from "./config-files.js";
import type { ConfigMode, ConfigParser } from "./config-parser.js";
import { ConfigReader } from "./config-reader.js";
import { ConfigSection } from "./config-section.js";
import { pyStr } from "./python-text.js";
import { saveConfig } from "./save-config.js";

/** One entry of the `warnings` list in the status. */
export interface ConfigWarning {
  type: "runtime_warning" | "deprecated_value" | "unused_option" | "unused_section" | (string & {});
  message: string;
  section?: string;
  option?: string;
  value?: string;
}

/** Status of the object `configfile`. */
export interface ConfigStatus {
  /** Text of every option, by section as written. */
  config: Record<string, Record<string, string>>;
  /** Typed value of every option that was read, by lower-case section. */
  settings: Record<string, Record<string, unknown>>;
  warnings: ConfigWarning[];
  save_config_pending: boolean;
  save_config_pending_items: Record<string, Record<string, string> | null>;
}

interface CommandSource {
  getInt(name: string, options: { default: number; minval: number; maxval: number }): number;
}

/** The configuration file as an object of the printer. */
export class PrinterConfig {
  readonly printer: Printer;
  readonly reader: ConfigReader;
  readonly mode: ConfigMode;
  /** The SAVE_CONFIG part, with what modules have set since. */
  autosave: ConfigParser | undefined;
  statusRawConfig: ConfigStatus["config"] = {};
  saveConfigPending = false;
  #settings: ConfigStatus["settings"] = {};
  #pending: ConfigStatus["save_config_pending_items"] = {};
  #warnings: ConfigWarning[] = [];
  readonly #runtimeWarnings: ConfigWarning[] = [];
  readonly #deprecated = new Map<string, ConfigWarning>();
  readonly #unusedSections: string[] = [];
  readonly #unusedOptions: [string, string][] = [];

  constructor(printer: Printer, files: ConfigFs = diskFiles, mode: ConfigMode = "kalico") {
    this.printer = printer;
    this.mode = mode;
    this.reader = new ConfigReader(files, (message) => printer.log("warning", message), mode);
    const gcode = printer.lookupObject("gcode", null) as {
      registerCommand(name: string, handler: (gcmd: CommandSource) => unknown, options: { desc: string }): void;
    } | null;
    gcode?.registerCommand("SAVE_CONFIG", (gcmd) => saveConfig(this, gcmd), { desc: "Overwrite config file and restart" });
  }

  getPrinter(): Printer {
    return this.printer;
  }

  /** Reads any configuration file, e.g. data of a module. @throws ConfigError */
  readConfig(filename: string): ConfigSection {
    return this.#wrap(this.reader.parse(this.reader.readFile(filename), filename));
  }

  /** Reads the file named in the start arguments. @throws ConfigError */
  readMainConfig(): ConfigSection {
    const [parser, autosave] = this.reader.parseMain(this.printer.getStartArgs().config_file);
    this.autosave = autosave;
    return this.#wrap(parser);
  }

  #wrap(parser: ConfigParser): ConfigSection {
    return new ConfigSection(this.printer, parser, "printer", this.mode);
  }

  /**
   * After all objects are made: every section and option must have been read. Then the status is built.
   * @throws ConfigError for the first one that was not, if `errorOnUnused`
   */
  checkUnusedOptions(config: ConfigSection, errorOnUnused: boolean): void {
    const parser = config.fileconfig;
    const saved = new Set<string>();
    const validSections = new Set<string>();
    for (const { section } of parser.tracking.entries()) validSections.add(section);
    for (const section of this.autosave?.sections() ?? []) {
      for (const option of this.autosave!.options(section)) {
        saved.add(`${section.toLowerCase()}\0${option}`);
        validSections.add(section.toLowerCase());
      }
    }
    for (const name of parser.sections()) {
      const section = name.toLowerCase();
      if (!validSections.has(section) && !this.printer.objects.has(section)) {
        if (errorOnUnused) throw new ConfigError(`Section '${section}' is not a valid config section`, parser.place(name));
        this.#unusedSections.push(section);
      }
      for (const option of parser.options(name)) {
        if (parser.tracking.has(section, option) || saved.has(`${section}\0${option}`)) continue;
        if (errorOnUnused && section !== "constants") {
          throw new ConfigError(`Option '${option}' is not valid in section '${section}'`, parser.place(name, option));
        }
        this.#unusedOptions.push([section, option]);
      }
    }
    this.#buildStatus(config);
  }

  #buildStatus(config: ConfigSection): void {
    this.statusRawConfig = {};
    for (const section of config.getPrefixSections("")) {
      const options: Record<string, string> = {};
      this.statusRawConfig[section.getName()] = options;
      for (const option of section.getPrefixOptions("")) options[option] = section.get(option, { noteValid: false });
    }
    this.#settings = {};
    for (const { section, option, value } of config.fileconfig.tracking.entries()) {
      if (!Object.hasOwn(this.#settings, section)) this.#settings[section] = {};
      this.#settings[section]![option] = value;
    }
    for (const warning of this.#deprecated.values()) this.#warnings.push(warning);
    for (const [section, option] of this.#unusedOptions) {
      const constant = section === "constants";
      const message = constant ? `Constant '${option}' is unused` : `Option '${option}' in section '${section}' is invalid`;
      this.warn("unused_option", message, section, option);
    }
    for (const section of this.#unusedSections) this.warn("unused_section", `Section '${section}' is invalid`, section);
  }

  /** Writes the whole configuration, without comments, to the log. */
  logConfig(config: ConfigSection): void {
    const text = ["===== Config file =====", config.fileconfig.write().trim(), "======================="].join("\n");
    this.printer.setRolloverInfo("config", text);
  }

  // ---- warnings ----

  /** Adds a warning that arose while printing. In mode kalico it drops those of other kinds from the list. */
  runtimeWarning(message: string): void {
    this.printer.log("warning", message);
    const warning: ConfigWarning = { type: "runtime_warning", message };
    this.#runtimeWarnings.push(warning);
    this.#warnings = this.mode === "strict" ? [...this.#warnings, warning] : [...this.#runtimeWarnings];
  }

  deprecate(section: string, option: string, value: string | null, message: string): void {
    const warning: ConfigWarning = { type: "deprecated_value", message, section, option };
    if (value !== null) warning.value = value;
    this.#deprecated.set(`${section}\0${option}\0${value}`, warning);
  }

  warn(type: string, message: string, section?: string | null, option?: string | null, value?: string | null): void {
    const warning: ConfigWarning = { type, message };
    if (section != null) warning.section = section;
    if (option != null) warning.option = option;
    if (value != null) warning.value = value;
    this.#warnings.push(warning);
  }

  getStatus(_eventTime?: number): ConfigStatus {
    return {
      config: this.statusRawConfig,
      settings: this.#settings,
      warnings: this.#warnings,
      save_config_pending: this.saveConfigPending,
      save_config_pending_items: this.#pending,
    };
  }

  // ---- what SAVE_CONFIG will write ----

  /** Sets an option in the SAVE_CONFIG part; numbers must come formatted. */
  set(section: string, option: string, value: unknown): void {
    const autosave = this.#autosave();
    autosave.addSection(section);
    const text = pyStr(value);
    autosave.set(section, option, text);
    this.#pending = { ...this.#pending, [section]: { ...this.#pending[section], [option]: text } };
    this.saveConfigPending = true;
    this.printer.log("info", `save_config: set [${section}] ${option} = ${text}`);
  }

  /** Removes a section from the SAVE_CONFIG part. */
  removeSection(section: string): void {
    if (this.#autosave().removeSection(section)) {
      this.#pending = { ...this.#pending, [section]: null };
      this.saveConfigPending = true;
    } else if (this.#pending[section] != null) {
      const { [section]: _removed, ...rest } = this.#pending;
      this.#pending = rest;
      this.saveConfigPending = true;
    }
  }

  #autosave(): ConfigParser {
    this.autosave ??= this.reader.parse("", this.printer.getStartArgs().config_file);
    return this.autosave;
  }
}
