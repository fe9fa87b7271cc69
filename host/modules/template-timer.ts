/**
 * What shows display templates continuously: leds, pins and fans hand a template to a timer of theirs, which evaluates all that are assigned
 * every RENDER_INTERVAL and gives each holder its text. A template with the same parameters is evaluated once for all its holders, and the timer rests
 * while nothing is assigned.
 */
import type { ConfigSection } from "../config/config-section.js";
import { pyFloat } from "../config/python-text.js";
import { CommandError } from "../errors.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { Dict, repr, type Value } from "../gcode/template/py-values.js";
import type { Printer } from "../printer/printer-surface.js";
import type { Timer } from "../reactor/reactor.js";
import { displayTemplates, literalOf, type DisplayTemplate, type DisplayTemplates } from "./display-templates.js";

/** Time between two evaluations, s. */
export const RENDER_INTERVAL = 0.5;

/** A part of a device that shows a template: takes the text; `shown` is called once after a round for all parts that share it. */
export interface TemplateHolder {
  take(text: string): void;
  readonly shown?: (() => void) | undefined;
}

/** Takes a text as one number; 0, and logged under the module's name, where it is none. */
export function valueHolder(printer: Printer, module: string, set: (value: number) => void): TemplateHolder {
  const valueOf = (text: string): number => {
    try {
      return pyFloat(text);
    } catch (error) {
      printer.log("error", `${module} template render error`, error);
      return 0;
    }
  };
  return { take: (text) => set(valueOf(text)) };
}

/** A template with the parameters of its caller. */
interface Assignment {
  template: DisplayTemplate;
  params: ReadonlyMap<string, Value>;
}

export class TemplateTimer {
  private readonly printer: Printer;
  private readonly templates: DisplayTemplates;
  private readonly assignments = new Map<TemplateHolder, Assignment>();
  private timer: Timer | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.templates = displayTemplates(config);
  }

  /** Gives the holders the template that a command names, or none for the empty name. @throws CommandError unknown template or parameter */
  assign(gcmd: GCodeCommand, holders: readonly TemplateHolder[]): void {
    const name = gcmd.get("TEMPLATE");
    const assignment = name === "" ? undefined : this.readAssignment(gcmd, name);
    for (const holder of holders) {
      if (assignment === undefined) this.assignments.delete(holder);
      else this.assignments.set(holder, assignment);
    }
    this.keepTime();
  }

  private readAssignment(gcmd: GCodeCommand, name: string): Assignment {
    const template = this.templates.find(name);
    if (template === undefined) throw gcmd.error(`Unknown display_template '${name}'`);
    const params = new Map<string, Value>();
    for (const [given, text] of Object.entries(gcmd.getCommandParameters())) {
      const param = given.toLowerCase();
      if (!param.startsWith("param_")) continue;
      if (!template.params.has(param)) throw gcmd.error(`Invalid display_template parameter: ${param}`);
      const value = literalOf(text);
      if (value === undefined) throw gcmd.error(`Unable to parse '${text}' as a literal`);
      params.set(param, value);
    }
    return { template, params };
  }

  private keepTime(): void {
    const reactor = this.printer.getReactor();
    if (this.assignments.size === 0) {
      if (this.timer !== undefined) reactor.unregisterTimer(this.timer);
      this.timer = undefined;
    } else this.timer ??= reactor.registerTimer((eventTime) => this.round(eventTime), reactor.monotonic() + RENDER_INTERVAL);
  }

  private round(eventTime: number): number {
    const context = this.templates.createContext(eventTime);
    const texts = new Map<string, string>();
    const finishing = new Set<() => void>();
    for (const [holder, { template, params }] of this.assignments) {
      const key = `${template.name}\0${keyOf(params)}`;
      let text = texts.get(key);
      if (text === undefined) texts.set(key, (text = this.textOf(template, params, context)));
      holder.take(text);
      if (holder.shown !== undefined) finishing.add(holder.shown);
    }
    for (const shown of finishing) shown();
    return eventTime + RENDER_INTERVAL;
  }

  private textOf(template: DisplayTemplate, params: ReadonlyMap<string, Value>, context: ReturnType<DisplayTemplates["createContext"]>): string {
    try {
      return template.render(context, params);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("error", "display template render error", error);
      return "";
    }
  }
}

/** Tells sets of parameters apart. @throws PyError for a list or dict, which end a run in Kalico as well */
function keyOf(params: ReadonlyMap<string, Value>): string {
  const hashed = new Dict();
  for (const [name, value] of params) {
    hashed.set(value, name);
  }
  return [...params].map(([name, value]) => `${name}=${repr(value)}`).join("\0");
}

const timers = { pins: new WeakMap<Printer, TemplateTimer>(), leds: new WeakMap<Printer, TemplateTimer>() };

/** The timer that all leds of a printer share, or the one of all pins and fans. */
export function templateTimer(config: ConfigSection, kind: keyof typeof timers): TemplateTimer {
  const known = timers[kind].get(config.getPrinter());
  if (known !== undefined) return known;
  const timer = new TemplateTimer(config);
  timers[kind].set(config.getPrinter(), timer);
  return timer;
}
