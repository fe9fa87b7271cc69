/**
 * The printer as both hosts are given it: the user's configuration with includes from where it stands, and a pause before and after
 * each homing, wherever the job or a macro homes. Batch output homes without switches, so homing itself cannot be compared; by the pauses it
 * is found in both streams.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { joinPath } from "../../host/config/config-files.js";
import { AUTOSAVE_HEADER, includeSpec } from "../../host/config/config-reader.js";
import { readPlantSections } from "../world/plant-sections.js";

/** Lines that a run tells by: no job pauses for just so long, milliseconds. */
const BEFORE = "G4 P3001";
const AFTER = "G4 P3002";

/** What a line of G-code says about homing. */
export function homingMark(line: string): "begin" | "end" | undefined {
  return line === BEFORE ? "begin" : line === AFTER ? "end" : undefined;
}

const LET_OUT = "LET_STEPS_OUT_9973";

/** Lines at the end of Kalico's job, which `letOut` gives a macro for: in batch mode only print time that goes on brings the last steps on their way. */
export const LET_OUT_LINES: readonly string[] = ["M400", "G4 P5000", LET_OUT];

/**
 * A Kalico that exits leaves unwritten what its sending thread still holds, the more the busier the machine. This macro, in Kalico's Python, waits in real time
 * until the files that it writes grow no more. (It is run with globals and locals apart: nothing in it may have a scope of its own.)
 */
export function letOut(files: readonly string[]): string {
  const code = ["import os, time", `files = ${JSON.stringify(files)}`, "sizes, still = None, 0", "while still < 4:", "    time.sleep(0.2)", "    now = list(map(os.path.getsize, filter(os.path.exists, files)))", "    sizes, still = now, still + 1 if now == sizes else 0"];
  return `\n[gcode_macro ${LET_OUT}]\ngcode:\n${code.map((line) => `  !${line}\n`).join("")}`;
}

/** Text of the configuration with the pauses, to be read from another folder; `more` comes after its sections. */
export function sharedPrinter(configFile: string, more = ""): string {
  const text = readFileSync(configFile, "utf8");
  const at = text.indexOf(AUTOSAVE_HEADER);
  const own = at < 0 ? text : text.slice(0, at);
  const lines = own.split("\n").map((line) => {
    const spec = includeSpec(line);
    if (spec !== undefined) return `[include ${joinPath(dirname(configFile), spec)}]`;
    return line.replace(/!!include\s+(?!\/)(.*)/, (_all, name: string) => `!!include ${joinPath(dirname(configFile), name)}`);
  });
  return `${lines.join("\n")}\n${homingPauses(configFile)}${more}${at < 0 ? "" : text.slice(at)}`;
}

/** A macro around the command that homes in the end; nothing for a machine that does not home. */
function homingPauses(configFile: string): string {
  const sections = readPlantSections(configFile);
  if ((sections["printer"]?.["kinematics"] ?? "none") === "none") return "";
  let inner = "G28";
  for (;;) {
    const macro = Object.entries(sections).find(([name]) => /^gcode_macro\s/i.test(name) && name.split(/\s+/)[1]!.toUpperCase() === inner.toUpperCase());
    if (macro === undefined) break;
    const renamed = macro[1]["rename_existing"]?.trim();
    if (renamed === undefined || renamed.toUpperCase() === inner.toUpperCase()) return "";
    inner = renamed;
  }
  // Commands of the kind "G1" may only be renamed to such, others only to others.
  const plain = /^[A-Z]\d[\d.]*$/i.test(inner) ? `${inner}${inner.includes(".") ? "" : "."}9973` : `${inner}_BETWEEN_PAUSES`;
  return `\n[gcode_macro ${inner}]\nrename_existing: ${plain}\ngcode:\n  ${BEFORE}\n  ${plain} {rawparams}\n  ${AFTER}\n`;
}
