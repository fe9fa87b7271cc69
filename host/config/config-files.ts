/**
 * The files behind a configuration: reading text, finding include files by pattern, and replacing a file so
 * that an interruption at any instant leaves either the whole old text or the whole new one.
 */
import * as fs from "node:fs";
import { dirname } from "node:path";

/** The part of node:fs that configuration uses; substituted where a disk must fail. */
export type ConfigFs = Pick<
  typeof fs,
  | "readFileSync" | "readdirSync" | "statSync" | "lstatSync" | "existsSync" | "realpathSync" | "mkdirSync"
  | "openSync" | "writeSync" | "fsyncSync" | "closeSync" | "renameSync" | "unlinkSync" | "fchmodSync"
>;

const MAGIC = /[*?[]/;

/** Whether a path holds wildcards. */
export function hasMagic(path: string): boolean {
  return MAGIC.test(path);
}

/** `os.path.join(directory, name)`: nothing is normalised, an absolute name stands alone. */
export function joinPath(directory: string, name: string): string {
  if (name.startsWith("/") || directory === "") return name;
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** `os.path.dirname`: everything before the last slash, `""` without one. */
export function directoryOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : at === 0 ? "/" : path.slice(0, at);
}

/** Text of a file in UTF-8 with line ends as `\n`. @throws when it cannot be read or is no text */
export function readText(files: ConfigFs, path: string): string {
  const bytes = files.readFileSync(path) as Uint8Array;
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  return text.replace(/\r\n?/g, "\n");
}

/**
 * Replaces a file's text: temporary file beside it, fsync, rename, fsync of the directory. A symbolic link
 * is followed, so the link stays. The mode of the old file is kept.
 */
export function writeTextAtomically(files: ConfigFs, path: string, text: string): void {
  const target = files.existsSync(path) ? files.realpathSync(path) : path;
  const temporary = `${target}.save_config_tmp`;
  try {
    const file = files.openSync(temporary, "w", 0o644);
    try {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; ) at += files.writeSync(file, bytes, at, bytes.length - at);
      if (files.existsSync(target)) files.fchmodSync(file, files.statSync(target).mode & 0o7777);
      files.fsyncSync(file);
    } finally {
      files.closeSync(file);
    }
    files.renameSync(temporary, target);
  } catch (error) {
    if (files.existsSync(temporary)) files.unlinkSync(temporary);
    throw error;
  }
  syncDirectory(files, dirname(target));
}

/** Makes a rename durable. Some systems cannot open directories; the rename itself is done by then. */
function syncDirectory(files: ConfigFs, directory: string): void {
  try {
    const handle = files.openSync(directory, "r");
    try {
      files.fsyncSync(handle);
    } finally {
      files.closeSync(handle);
    }
  } catch {
    // As above.
  }
}

/** One component of a pattern as a regular expression: `*`, `?`, `[a-z]`, `[!a-z]`. */
function componentPattern(component: string): RegExp {
  let source = "";
  for (let at = 0; at < component.length; at++) {
    const character = component[at]!;
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (character === "[") {
      const from = component[at + 1] === "!" ? at + 2 : at + 1;
      const end = component.indexOf("]", component[from] === "]" ? from + 1 : from);
      if (end < 0) {
        source += "\\[";
        continue;
      }
      const set = component.slice(from, end).replaceAll("\\", "\\\\").replaceAll("]", "\\]").replace(/^\^/, "\\^");
      source += from === at + 2 ? `[^${set}]` : `[${set}]`;
      at = end;
    } else source += character.replace(/[\\^$.|+(){}]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "s");
}

function listDirectory(files: ConfigFs, directory: string): string[] {
  try {
    return (files.readdirSync(directory === "" ? "." : directory) as string[]).sort();
  } catch {
    return [];
  }
}

function isDirectory(files: ConfigFs, path: string): boolean {
  try {
    return files.statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Paths that match a pattern, sorted; names that begin with a dot need a pattern that does; `**` spans directories. */
export function globPaths(files: ConfigFs, pattern: string): string[] {
  const absolute = pattern.startsWith("/");
  const parts = pattern.split("/").filter((part, index) => part !== "" || index === 0);
  if (absolute) parts.shift();
  const found = new Set<string>();
  const walk = (base: string, index: number): void => {
    const part = parts[index];
    if (part === undefined) {
      found.add(base);
      return;
    }
    const last = index === parts.length - 1;
    const child = (name: string): string => (base === "" ? name : joinPath(base, name));
    if (part === "**") {
      if (!last) walk(base, index + 1);
      for (const name of listDirectory(files, base)) {
        if (name.startsWith(".")) continue;
        if (last) found.add(child(name));
        if (isDirectory(files, child(name))) walk(child(name), index);
      }
      return;
    }
    const names = hasMagic(part)
      ? listDirectory(files, base).filter((name) => (part.startsWith(".") || !name.startsWith(".")) && componentPattern(part).test(name))
      : [part];
    for (const name of names) {
      const path = child(name);
      if (last ? exists(files, path) : isDirectory(files, path)) walk(path, index + 1);
    }
  };
  walk(absolute ? "/" : "", 0);
  return [...found].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function exists(files: ConfigFs, path: string): boolean {
  try {
    files.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Creates a directory if it is not there. */
export function ensureDirectory(files: ConfigFs, directory: string): void {
  if (!files.existsSync(directory)) files.mkdirSync(directory);
}

/** The disk itself. */
export const diskFiles: ConfigFs = fs;
