/**
 * Scripts of configuration options in Python. What runs them is given to the host with its start arguments, so that a host
 * without such scripts never starts a Python, and this stage knows nothing of processes.
 */
import type { Printer } from "../printer/printer-surface.js";
import type { Dict } from "./template/py-values.js";
import type { MaybePromise } from "./dispatch.js";

/** A compiled script. */
export interface PythonScript {
  /**
   * Runs it as part of the command that runs now; what it emits runs at once.
   * @param macro the section that it belongs to, whose variables it sees, or null
   * @param names further names, among them `params` and `rawparams`
   * @throws CommandError `Error evaluating …`
   */
  run(printer: Printer, macro: object | null, names: Dict): MaybePromise<void>;
}

/** Compiles a script; start argument `compile_python`. @throws CommandError `Error compiling expression …` */
export type PythonCompiler = (printer: Printer, name: string, script: string) => PythonScript;

/** @throws ConfigError where this host has no Python, with the reason and what to do */
export function compilePython(printer: Printer, name: string, script: string): PythonScript {
  const compile = printer.getStartArgs()["compile_python"] as PythonCompiler | undefined;
  if (compile === undefined) throw printer.configError(`${pythonOption(name)} is a macro in Python, and this host was started without one: give it the start argument compile_python`);
  return compile(printer, name, script);
}

/** "gcode_macro X:gcode" as the sentence that names the option. */
export function pythonOption(name: string): string {
  const [, section = name, option = "gcode"] = /^(.*):([^:]*)$/.exec(name) ?? [];
  return `Option '${option}' in section '${section}'`;
}
