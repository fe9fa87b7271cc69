/**
 * Digest of a plugin: SHA-256 over its files in order of their names, so that a certificate stands for exactly these bytes.
 * Files are the code and what describes it; what tools leave behind (reports, caches, installed packages) does not count.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";

const EXTENSIONS = /\.(?:[cm]?[jt]s|py|pyi|cfg|gcode|toml|md|json|txt)$|^(?:LICEN[CS]E|COPYING|MANIFEST\.in)$/i;
const LEFT_OUT = new Set(["node_modules", "__pycache__", "counter-examples", "coverage", "build"]);
/** JSON at the root is mostly output of tools. */
const ROOT_JSON = new Set(["package.json", "tsconfig.json"]);

/** Files that make up the plugin, relative to its directory, in order. */
export function pluginFiles(path: string): string[] {
  if (statSync(path).isFile()) return [basename(path)];
  const files: string[] = [];
  const walk = (directory: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const full = join(directory, entry.name);
      if (entry.isDirectory()) {
        // A directory with a RUN.json is a report.
        if (!entry.name.startsWith(".") && !entry.name.endsWith(".egg-info") && !LEFT_OUT.has(entry.name) && !existsSync(join(full, "RUN.json"))) walk(full);
      } else if (entry.isFile() && EXTENSIONS.test(entry.name) && (directory !== path || !entry.name.endsWith(".json") || ROOT_JSON.has(entry.name))) files.push(relative(path, full).split(sep).join("/"));
    }
  };
  walk(path);
  return files.sort();
}

/** Digest of the plugin and of each of its files, hexadecimal. */
export function pluginDigest(path: string): { sha256: string; files: Record<string, string> } {
  const whole = createHash("sha256");
  const files: Record<string, string> = {};
  const single = statSync(path).isFile();
  for (const file of pluginFiles(path)) {
    const digest = createHash("sha256").update(readFileSync(single ? path : join(path, file))).digest("hex");
    files[file] = digest;
    whole.update(`${digest}  ${file}\n`);
  }
  return { sha256: whole.digest("hex"), files };
}
