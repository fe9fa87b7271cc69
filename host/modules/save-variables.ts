/**
 * Section `[save_variables]`: Python values that outlive the host, kept in a file of the form
 * `[Variables]` / `name = literal`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { TemplateStatusSource } from "../gcode/printer-status.js";
import { plainToValue, valueToPlain } from "../gcode/template/host-values.js";
import { parseLiteral } from "../gcode/template/py-literal.js";
import { Dict, PyError, repr, str, type Value } from "../gcode/template/py-values.js";
import type { Printer } from "../printer/printer-surface.js";

export class SaveVariables implements TemplateStatusSource {
  readonly printer: Printer;
  readonly filename: string;
  #variables = new Dict();
  #status: Record<string, unknown> = {};

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.filename = config.get("filename").replace(/^~(?=\/|$)/, homedir());
    try {
      if (!existsSync(this.filename)) writeFileSync(this.filename, "");
      this.loadVariables();
    } catch (error) {
      if (error instanceof CommandError) throw config.error(error.message);
      throw error;
    }
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("SAVE_VARIABLE", (gcmd) => this.#save(gcmd), { desc: "Save arbitrary variables to disk" });
  }

  /** Reads the file again. @throws CommandError when it cannot be read */
  loadVariables(): void {
    try {
      this.#variables = readVariables(readFileSync(this.filename, "utf8"));
    } catch (error) {
      const message = "Unable to parse existing variable file";
      this.printer.log("error", message, error);
      throw new CommandError(message);
    }
    this.#status = valueToPlain(this.#variables) as Record<string, unknown>;
  }

  /** The variables with their Python types; assigning replaces them, on disk only with the next SAVE_VARIABLE. */
  get allVariables(): Dict {
    return this.#variables;
  }

  set allVariables(variables: Dict | Readonly<Record<string, unknown>>) {
    this.#variables = plainToValue(variables) as Dict;
    this.#status = valueToPlain(this.#variables) as Record<string, unknown>;
  }

  #save(gcmd: GCodeCommand): void {
    const name = gcmd.get("VARIABLE");
    const text = gcmd.get("VALUE");
    let value: Value;
    try {
      value = parseLiteral(text);
    } catch (error) {
      if (error instanceof PyError && error.type === "ValueError") throw gcmd.error(`Unable to parse '${text}' as a literal`);
      throw error;
    }
    const variables = new Dict();
    for (const { items: [key, one] } of this.#variables.items()) variables.set(key!, one!);
    variables.set(name, value);
    try {
      writeFileSync(this.filename, writeVariables(variables));
    } catch (error) {
      const message = "Unable to save variable";
      this.printer.log("error", message, error);
      throw gcmd.error(message);
    }
    this.loadVariables();
  }

  getStatus(_eventTime?: number): { variables: Record<string, unknown> } {
    return { variables: this.#status };
  }

  templateStatus(): Dict {
    return Dict.from({ variables: parseLiteral(repr(this.#variables)) });
  }
}

/** Variables of the section `[Variables]`; names in lower case. @throws PyError or Error for text of another form */
function readVariables(text: string): Dict {
  const options: [string, string][] = [];
  let section: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    const header = /^\[(.+)\]/.exec(trimmed);
    const isContinued = /^\s/.test(line) && options.length > 0;
    if (isContinued) {
      options.at(-1)![1] += `\n${trimmed}`;
    } else if (header !== null) {
      section = header[1];
    } else {
      const option = /^(.*?)\s*[=:]\s*(.*)$/.exec(trimmed);
      if (section === undefined || option === null) throw new Error(`Cannot read line '${trimmed}'`);
      if (section === "Variables") options.push([option[1]!.toLowerCase(), option[2]!]);
    }
  }
  const variables = new Dict();
  for (const [name, value] of options) variables.set(name, parseLiteral(value));
  return variables;
}

function writeVariables(variables: Dict): string {
  const lines = variables.items().map(({ items: [name, value] }) => [str(name!).toLowerCase(), repr(value!)] as const);
  lines.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return ["[Variables]", ...lines.map(([name, value]) => `${name} = ${value}`), "", ""].join("\n");
}
