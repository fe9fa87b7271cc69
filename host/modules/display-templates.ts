/**
 * `[display_template x]`: named pieces of template text, read once for a printer by the first module that can use them (displays, leds, pins,
 * fans). A template sees its own parameters (literals of the section, replaced by those of the caller), the names of every template,
 * and `render()`, which evaluates another one.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { PrinterGCodeMacro, Template, TemplateContext } from "../gcode/gcode-macro.js";
import { parseLiteral } from "../gcode/template/py-literal.js";
import { PyError, str, type PyFunction, type Value } from "../gcode/template/py-values.js";
import type { Printer } from "../printer/printer-surface.js";

/** Templates that call each other may be nested so deep. */
const MAX_DEPTH = 100;

/** Values of parameters by name (`param_x`). */
export type TemplateParams = ReadonlyMap<string, Value>;

/** The literal in a text, or undefined where it is none. @throws PyError `SyntaxError` where it is no Python at all, as in Kalico */
export function literalOf(text: string): Value | undefined {
  try {
    return parseLiteral(text);
  } catch (error) {
    if (error instanceof PyError && error.type === "ValueError") return undefined;
    throw error;
  }
}

export class DisplayTemplate {
  readonly name: string;
  /** The parameters that it declares, with their defaults. */
  readonly params: TemplateParams;
  private readonly template: Template;

  constructor(config: ConfigSection) {
    const words = config.getName().split(/\s+/);
    if (words.length !== 2) throw config.error(`Section name '${config.getName()}' is not valid`);
    this.name = words[1]!;
    const params = new Map<string, Value>();
    for (const option of config.getPrefixOptions("param_")) {
      const value = literalOf(config.get(option));
      if (value === undefined) throw config.error(`Option '${option}' in section '${config.getName()}' is not a valid literal`, option);
      params.set(option, value);
    }
    this.params = params;
    this.template = config.getPrinter().loadObject<PrinterGCodeMacro>(config, "gcode_macro").loadTemplate(config, "text");
  }

  /** Its text now. @throws CommandError when it cannot be evaluated, or does not declare one of the parameters */
  render(context: TemplateContext, given: TemplateParams): string {
    for (const param of given.keys()) if (!this.params.has(param)) throw new CommandError(`Invalid parameter to display_template ${this.name}`);
    return this.template.render(new Map([...context, ...this.params, ...given]));
  }
}

/** The display templates of a printer. */
export class DisplayTemplates {
  private readonly byName = new Map<string, DisplayTemplate>();
  private readonly macros: PrinterGCodeMacro | null;

  constructor(config: ConfigSection) {
    this.macros = config.getPrinter().loadObject<PrinterGCodeMacro | null>(config, "gcode_macro", null);
    for (const section of config.getPrefixSections("display_template ")) {
      const template = new DisplayTemplate(section);
      this.byName.set(template.name, template);
    }
  }

  find(name: string): DisplayTemplate | undefined {
    return this.byName.get(name);
  }

  /** The names that a template can use, `render` among them, for one evaluation at `eventTime`, s. */
  createContext(eventTime: number): TemplateContext {
    const context = this.macros!.createTemplateContext(eventTime);
    let depth = 0;
    const render: PyFunction = ([name], params) => {
      const template = this.byName.get(str(name ?? null));
      if (template === undefined) throw new PyError("KeyError", `'${str(name ?? null)}'`);
      if (depth >= MAX_DEPTH) throw new PyError("RecursionError", "maximum recursion depth exceeded");
      depth += 1;
      try {
        return template.render(context, params);
      } finally {
        depth -= 1;
      }
    };
    return context.set("render", render);
  }
}

const ofPrinter = new WeakMap<Printer, DisplayTemplates>();

/** The display templates of the printer that `config` belongs to. @throws ConfigError */
export function displayTemplates(config: ConfigSection): DisplayTemplates {
  const printer = config.getPrinter();
  let templates = ofPrinter.get(printer);
  if (templates === undefined) ofPrinter.set(printer, (templates = new DisplayTemplates(config)));
  return templates;
}
