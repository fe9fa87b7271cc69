/**
 * Object `gcode_macro`: compiles the scripts of configuration options into templates and gives them their
 * names (`printer`, the actions, `math`). A template in Jinja2 is rendered, then its text runs; one in Python runs,
 * and what it emits runs at once (`python-script.ts`). Sections `[gcode_macro x]`: commands made of such a template, with
 * variables that keep their Python types.
 */
import type { ConfigScript } from "../config/config-script.js";
import type { ConfigSection } from "../config/config-section.js";
import type { PrinterConfig } from "../config/printer-config.js";
import { CommandError, ConfigError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import type { GCodeDispatch, MaybePromise } from "./dispatch.js";
import type { GCodeCommand } from "./gcode-command.js";
import { compilePython, type PythonScript } from "./python-script.js";
import { PrinterStatus, type TemplateStatusSource } from "./printer-status.js";
import { plainToValue, valueToPlain } from "./template/host-values.js";
import { MathModule } from "./template/jinja-globals.js";
import { assertJsonSafe, parseLiteral } from "./template/py-literal.js";
import { Dict, PyError, str, type PyFunction, type Value } from "./template/py-values.js";
import { JinjaTemplate, TemplateSyntaxError } from "./template/template.js";

/** Names that a template can use. */
export type TemplateContext = Map<string, Value>;

/** `Type: message`, as Python's traceback ends. */
function exceptionText(error: unknown): string {
  if (error instanceof PyError) return `${error.type}: ${error.message}\n`;
  if (error instanceof CommandError) return `klippy.gcode.CommandError: ${error.message}\n`;
  if (error instanceof ConfigError) return `configparser.Error: ${error.message}\n`;
  if (error instanceof Error) return `${error.name}: ${error.message}\n`;
  return `Exception: ${String(error)}\n`;
}

/** A script of a configuration option. */
export class Template {
  readonly name: string;
  readonly printer: Printer;
  readonly #macros: PrinterGCodeMacro | null;
  #compiled!: JinjaTemplate | PythonScript;

  /** `macros`: null to look it up when it is needed. */
  constructor(printer: Printer, macros: PrinterGCodeMacro | null, name: string, script: string, scriptType: ConfigScript[0] = "gcode") {
    this.printer = printer;
    this.#macros = macros;
    this.name = name;
    this.reload(scriptType, script);
  }

  /** Takes another script, in either language. @throws CommandError when it cannot be read */
  reload(scriptType: ConfigScript[0], script: string): void {
    if (scriptType === "python") {
      this.#compiled = compilePython(this.printer, this.name, script);
      return;
    }
    try {
      this.#compiled = new JinjaTemplate(script);
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      const line = script.split("\n")[error.line - 1] ?? "";
      const message = `Error loading template '${this.name}'\nline ${error.line}: ${line} # ${error.message}`;
      this.printer.log("error", message);
      throw new CommandError(message);
    }
  }

  createTemplateContext(eventTime?: number): TemplateContext {
    const macros = this.#macros ?? this.printer.lookupObject<PrinterGCodeMacro>("gcode_macro");
    return macros.createTemplateContext(eventTime);
  }

  /**
   * The text of the script now. @throws CommandError `Error evaluating …`; a script in Python has none, which is
   * the AttributeError that Kalico has for it
   */
  render(context: TemplateContext | Readonly<Record<string, unknown>> = this.createTemplateContext()): string {
    if (!(this.#compiled instanceof JinjaTemplate)) {
      throw Object.assign(new Error("'TemplateWrapperPython' object has no attribute 'render'"), { name: "AttributeError" });
    }
    try {
      return this.#compiled.render(namesOf(context));
    } catch (error) {
      const message = `Error evaluating '${this.name}': ${exceptionText(error)}`;
      this.printer.log("error", message, error);
      throw new CommandError(message);
    }
  }

  /**
   * Runs it as part of the command that runs now: a text is rendered whole before its first line runs.
   * @param macro the section whose variables a script in Python has as `own_vars`
   */
  async runGcodeFromCommand(context?: TemplateContext | Readonly<Record<string, unknown>>, macro: object | null = null): Promise<void> {
    if (!(this.#compiled instanceof JinjaTemplate)) {
      await this.#compiled.run(this.printer, macro, this.#pythonNames(context));
      return;
    }
    const script = this.render(context);
    await this.printer.lookupObject<GCodeDispatch>("gcode").runScriptFromCommand(script);
  }

  /** What of a context is not in every one: the rest has a form of its own in Python. */
  #pythonNames(context: TemplateContext | Readonly<Record<string, unknown>> | undefined): Dict {
    const names = new Dict();
    if (context === undefined) return names;
    const standard = this.createTemplateContext();
    for (const [name, value] of namesOf(context)) if (!standard.has(name)) names.set(name, value);
    return names;
  }
}

function namesOf(context: TemplateContext | Readonly<Record<string, unknown>>): TemplateContext {
  return context instanceof Map ? context : new Map(Object.entries(context).map(([name, value]) => [name, plainToValue(value)]));
}

/** The object `gcode_macro`. */
export class PrinterGCodeMacro {
  readonly printer: Printer;
  readonly #math = new MathModule();

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("RELOAD_GCODE_MACROS", () => this.#reloadMacros());
  }

  /** Compiles an option; without a default it is required. @throws ConfigError, CommandError */
  loadTemplate(config: ConfigSection, option: string, defaultValue?: string): Template {
    const [language, script] = config.getScript(option, defaultValue === undefined ? undefined : { default: defaultValue });
    return new Template(this.printer, this, `${config.getName()}:${option}`, script, language);
  }

  /** The names that every template can use. */
  createTemplateContext(eventTime?: number): TemplateContext {
    return new Map<string, Value>([
      ["printer", new PrinterStatus(this.printer, eventTime)],
      ["action_emergency_stop", this.#action((message) => this.printer.invokeShutdown(`Shutdown due to ${message}`), "action_emergency_stop")],
      ["action_respond_info", this.#action((message) => this.printer.lookupObject<GCodeDispatch>("gcode").respondInfo(message))],
      ["action_log", this.#action((message) => this.printer.log("info", message))],
      ["action_raise_error", this.#action((message) => {
        throw new CommandError(message);
      })],
      ["action_call_remote_method", this.#callRemoteMethod],
      ["math", this.#math],
    ]);
  }

  #action(run: (message: string) => void, fallback?: string): PyFunction {
    return (args, kwargs) => {
      const message = args.length > 0 ? args[0]! : kwargs.get("msg");
      if (message === undefined && fallback === undefined) {
        throw new PyError("TypeError", "missing 1 required positional argument: 'msg'");
      }
      run(message === undefined ? fallback! : str(message));
      return "";
    };
  }

  readonly #callRemoteMethod: PyFunction = (args, kwargs) => {
    const webhooks = this.printer.lookupObject<{ callRemoteMethod(method: string, params: Record<string, unknown>): void } | null>("webhooks", null);
    const params = Object.fromEntries([...kwargs].map(([name, value]) => [name, valueToPlain(value)]));
    try {
      if (webhooks === null) throw new CommandError(`Remote method '${str(args[0]!)}' not registered`);
      webhooks.callRemoteMethod(str(args[0]!), params);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("error", "Remote Call Error", error);
    }
    return "";
  };

  /** Reads the scripts of all macros from the configuration file again. */
  #reloadMacros(): void {
    const configfile = this.printer.lookupObject<PrinterConfig>("configfile");
    const config = configfile.readConfig(this.printer.getStartArgs().config_file);
    for (const [name, macro] of this.printer.lookupObjects("gcode_macro")) {
      if (macro instanceof GCodeMacro && config.hasSection(name)) macro.template.reload(...config.getSection(name).getScript("gcode"));
    }
  }
}

/** A section `[gcode_macro x]`. */
export class GCodeMacro implements TemplateStatusSource {
  readonly alias: string;
  readonly template: Template;
  readonly renameExisting: string | null;
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly cmdDesc: string;
  /** Replaced, never changed: readers may keep it. */
  #variables = new Dict();
  #status: Record<string, unknown> | undefined;
  inScript = false;

  constructor(config: ConfigSection) {
    const words = config.getName().split(/\s+/);
    if (words.length > 2) throw config.error(`Name of section '${config.getName()}' contains illegal whitespace`);
    const name = words[1]!;
    this.alias = name.toUpperCase();
    this.printer = config.getPrinter();
    const macros = this.printer.loadObject<PrinterGCodeMacro>(config, "gcode_macro");
    this.template = macros.loadTemplate(config, "gcode");
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.renameExisting = config.get("rename_existing", { default: null });
    this.cmdDesc = config.get("description", { default: "G-Code macro" });
    this.#registerAlias(config);
    this.gcode.registerMuxCommand("SET_GCODE_VARIABLE", "MACRO", name, (gcmd) => this.#setVariable(gcmd), {
      desc: "Set the value of a G-Code macro variable",
    });
    this.#readVariables(config);
  }

  #registerAlias(config: ConfigSection): void {
    const { renameExisting } = this;
    if (renameExisting === null) {
      this.gcode.registerCommand(this.alias, (gcmd) => this.run(gcmd), { desc: this.cmdDesc });
      return;
    }
    if (this.gcode.isTraditionalGcode(this.alias) !== this.gcode.isTraditionalGcode(renameExisting)) {
      throw config.error(`G-Code macro rename of different types ('${this.alias}' vs '${renameExisting}')`);
    }
    this.printer.registerEventHandler("klippy:connect", () => this.#swapNames(renameExisting));
  }

  #swapNames(renameExisting: string): void {
    const previous = this.gcode.registerCommand(this.alias, null);
    if (previous === undefined) throw new ConfigError(`Existing command '${this.alias}' not found in gcode_macro rename`);
    this.gcode.registerCommand(renameExisting, previous, { desc: `Renamed builtin of '${this.alias}'` });
    this.gcode.registerCommand(this.alias, (gcmd) => this.run(gcmd), { desc: this.cmdDesc });
  }

  #readVariables(config: ConfigSection): void {
    const prefix = "variable_";
    for (const option of config.getPrefixOptions(prefix)) {
      try {
        const value = parseLiteral(config.get(option));
        assertJsonSafe(value);
        this.#variables.set(option.slice(prefix.length), value);
      } catch (error) {
        if (!(error instanceof PyError)) throw error;
        throw config.error(`Option '${option}' in section '${config.getName()}' is not a valid literal: ${error.message}`, option);
      }
    }
  }

  /** The variables by name. */
  getStatus(_eventTime?: number): Record<string, unknown> {
    this.#status ??= valueToPlain(this.#variables) as Record<string, unknown>;
    return this.#status;
  }

  templateStatus(): Dict {
    return copyDeep(this.#variables) as Dict;
  }

  #setVariable(gcmd: GCodeCommand): void {
    const variable = gcmd.get("VARIABLE");
    const text = gcmd.get("VALUE");
    if (!this.#variables.has(variable)) throw gcmd.error(`Unknown gcode_macro variable '${variable}'`);
    let value: Value;
    try {
      value = parseLiteral(text);
      assertJsonSafe(value);
    } catch (error) {
      if (!(error instanceof PyError)) throw error;
      throw gcmd.error(`Unable to parse '${text}' as a literal: ${error.message}`);
    }
    const variables = new Dict();
    for (const { items: [name, one] } of this.#variables.items()) variables.set(name!, one!);
    variables.set(variable, value);
    this.#variables = variables;
    this.#status = undefined;
  }

  /** The variables with their Python types; assigning replaces them all. */
  get variables(): Dict {
    return this.#variables;
  }

  set variables(variables: Dict | Readonly<Record<string, unknown>>) {
    this.#variables = plainToValue(variables) as Dict;
    this.#status = undefined;
  }

  /** What the command does: a class derived from this one may put something else in place. */
  run(gcmd: GCodeCommand): MaybePromise<unknown> {
    return this.runMacro(gcmd);
  }

  /** Runs the template with the parameters of a command. */
  async runMacro(gcmd: GCodeCommand): Promise<void> {
    if (this.inScript) throw gcmd.error(`Macro ${this.alias} called recursively`);
    const context: TemplateContext = new Map();
    for (const { items: [name, value] } of this.#variables.items()) context.set(str(name!), value!);
    for (const [name, value] of this.template.createTemplateContext()) context.set(name, value);
    context.set("params", Dict.from(gcmd.getCommandParameters()));
    context.set("rawparams", gcmd.getRawCommandParameters());
    this.inScript = true;
    try {
      await this.template.runGcodeFromCommand(context, this);
    } finally {
      this.inScript = false;
    }
  }
}

function copyDeep(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyDeep);
  if (!(value instanceof Dict)) return value;
  const copy = new Dict();
  for (const { items: [key, one] } of value.items()) copy.set(key!, copyDeep(one!));
  return copy;
}
