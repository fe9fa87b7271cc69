/**
 * Looks whether files of a plugin have changed, by their times and sizes: on every system alike, whatever an editor does to
 * save (rename, truncate, write). Directories that are not the author's work are left out.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const LEFT_OUT = new Set(["node_modules", "__pycache__", "counter-examples", "kalico-report", "build", "coverage"]);
/** What an author writes. Results in JSON and logs that a run leaves beside it would begin the next run for ever. */
const LOOKED_AT = /\.(py|pyi|[cm]?js|toml|cfg|ini|gcode|md|rst|j2)$|^(package\.json|requirements\.txt)$/i;
const MAX_FILES = 5000;

/** Path → what changes with each save. */
export type FileStates = Map<string, string>;

/** @param path directory, or single file with what lies beside it under the same name */
export function fileStates(path: string): FileStates {
  const states: FileStates = new Map();
  if (!existsSync(path)) return states;
  const note = (file: string): void => {
    try {
      const { mtimeMs, size } = statSync(file);
      states.set(file, `${mtimeMs} ${size}`);
    } catch {
      // Just now removed, to be written anew.
    }
  };
  if (statSync(path).isFile()) {
    for (const file of [path, ...[".cfg", ".gcode"].map((end) => path.replace(/\.[^./\\]*$/, end))]) if (existsSync(file)) note(file);
    return states;
  }
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (states.size >= MAX_FILES) return;
      const file = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name) && !entry.name.startsWith(".")) walk(file);
      } else if (LOOKED_AT.test(entry.name)) note(file);
    }
  };
  walk(path);
  return states;
}

/** Files that differ, in order. */
export function changedFiles(before: FileStates, after: FileStates): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((file) => before.get(file) !== after.get(file)).sort();
}
