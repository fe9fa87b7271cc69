/** Scripts in option values: g-code, or Python marked by `!` or by an include of a `.py` file. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";

/** Language and text of a script. */
export type ConfigScript = ["gcode" | "python", string];

const INCLUDE = /!!include (.*)/;

/** Tells a script's language; an `!!include` of a file is replaced by its text. @throws when it cannot be read */
export function parseScript(value: string): ConfigScript {
  const include = INCLUDE.exec(value);
  if (include !== null) {
    const text = readFileSync(include[1]!, "utf8");
    return [extname(include[1]!).toLowerCase() === ".py" ? "python" : "gcode", text];
  }
  if (value.startsWith("!")) {
    return ["python", value.split("\n").map((line) => (line.startsWith("!") ? line.slice(1) : line)).join("\n")];
  }
  return ["gcode", value];
}
