/** The files of a plugin on disk: found in a fixed order, within limits, and hashed. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SKIPPED = new Set(["__pycache__", "node_modules", "venv", "env", "build", "site-packages"]);
/** Folders whose modules are no plugins. */
const NOT_PLUGINS = new Set(["tests", "test", "docs", "doc", "examples", "example", "scripts", "tools", "benchmarks"]);
const MAX_FILES = 5000;
const MAX_DEPTH = 10;
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** Files below a directory, relative to it with "/", sorted; hidden folders, environments and builds are left out. */
export function filesBelow(root: string, wanted: (name: string) => boolean): string[] {
  const found: string[] = [];
  const walk = (directory: string, prefix: string, depth: number): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= MAX_FILES) return;
      const path = join(directory, entry.name);
      const isLink = entry.isSymbolicLink();
      if (isLink && !existsSync(path)) continue;
      const stat = isLink ? statSync(path) : entry;
      if (stat.isDirectory()) {
        const skip = isLink || entry.name.startsWith(".") || SKIPPED.has(entry.name) || entry.name.endsWith(".egg-info") || existsSync(join(path, "pyvenv.cfg"));
        if (!skip && depth < MAX_DEPTH) walk(path, `${prefix}${entry.name}/`, depth + 1);
      } else if (stat.isFile() && wanted(entry.name) && statSync(path).size <= MAX_FILE_BYTES) found.push(prefix + entry.name);
    }
  };
  walk(root, "", 0);
  return found;
}

/** Python sources below a directory. */
export const pythonFilesBelow = (root: string): string[] => filesBelow(root, (name) => name.endsWith(".py"));

/** Whether modules of this file may be plugins: not those of tests, documents and scripts. */
export const mayBePlugin = (file: string): boolean => !file.split("/").slice(0, -1).some((part) => NOT_PLUGINS.has(part)) && !/(^|\/)(setup|conftest|test_[^/]*|[^/]*_test)\.py$/.test(file);

/** SHA-256 over names and contents. */
export function digestOf(root: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of [...files].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

const made: string[] = [];

/** A directory that is removed when the process ends. */
export function temporaryDirectory(name: string): string {
  if (made.length === 0) process.once("exit", () => { for (const path of made) rmSync(path, { recursive: true, force: true }); });
  const path = mkdtempSync(join(tmpdir(), `kalico-hil-${name}-`));
  made.push(path);
  return path;
}

/** Text of a file; undefined when there is none. */
export const textOf = (path: string): string | undefined => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined);

/** Name of the README in a directory. */
export function readmeIn(directory: string): string | undefined {
  return readdirSync(directory).sort().find((name) => /^readme(\.(md|markdown|rst|txt))?$/i.test(name) && statSync(join(directory, name)).isFile());
}

/** The README and the documents below `docs`. */
export function documentationOf(root: string, readme: string): string {
  const docs = filesBelow(root, (name) => /\.(md|markdown|rst|txt|cfg)$/i.test(name)).filter((file) => /^docs?\//i.test(file) || /^[^/]+\.(md|cfg)$/i.test(file));
  return [readme, ...docs.slice(0, 200).map((file) => readFileSync(join(root, file), "utf8"))].join("\n");
}
