/**
 * Finds plugins without running them: entry points that installed npm packages declare in package.json
 * (`"kalico": {"plugins": {"my_plugin": "./dist/my-plugin.js"}}`), modules in a plugins directory (the
 * legacy way), and paths given one by one. Directory names in, `FoundPlugin`s out, in a fixed order.
 */
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, extname, join, resolve, sep } from "node:path";
import type { PluginMetadata } from "../printer/module-table.js";

/** A plugin that may be imported. */
export interface FoundPlugin {
  /** First word of the sections that it serves. */
  name: string;
  origin: "plugins" | "entry-point";
  /** Absolute path of the file to import. */
  file: string;
  /** Directory of its package; the file's own directory when it has none. */
  directory: string;
  metadata?: PluginMetadata;
  /** Why it cannot be imported, e.g. an entry point outside its package. */
  problem?: string;
}

interface PackageJson {
  name?: unknown;
  version?: unknown;
  description?: unknown;
  main?: unknown;
  kalico?: { plugins?: unknown };
}

const MODULE_FILES = new Set([".js", ".mjs", ".cjs"]);

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function readPackage(directory: string): PackageJson | undefined {
  const file = join(directory, "package.json");
  if (!existsSync(file)) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof content === "object" && content !== null ? (content as PackageJson) : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** The README of a package, whatever its case; empty without one. */
function readReadme(directory: string): string {
  const name = readdirSync(directory).sort().find((entry) => /^readme(\.md|\.markdown|\.txt)?$/i.test(entry));
  return name === undefined ? "" : readFileSync(join(directory, name), "utf8");
}

/** Plugins that the package in `directory` declares, in the order of package.json. */
export function packagePlugins(directory: string): FoundPlugin[] {
  const root = realpathSync(directory);
  const content = readPackage(root);
  const declared = content?.kalico?.plugins;
  if (content === undefined || typeof declared !== "object" || declared === null) return [];
  const metadata: PluginMetadata = {
    name: text(content.name) ?? basename(root),
    version: text(content.version),
    summary: text(content.description),
    description: readReadme(root),
  };
  return Object.entries(declared).map(([name, entry]) => {
    const found: FoundPlugin = { name, origin: "entry-point", file: root, directory: root, metadata };
    if (typeof entry !== "string") return { ...found, problem: `Entry point "${name}" must be a path, found ${JSON.stringify(entry)}` };
    const file = resolve(root, entry);
    if (!file.startsWith(root + sep)) return { ...found, file, problem: `Entry point "${name}" leaves its package: "${entry}"` };
    if (!existsSync(file)) return { ...found, file, problem: `Entry point "${name}" names a file that does not exist: "${entry}" (build the package first)` };
    return { ...found, file };
  });
}

/** Plugins of all packages installed in a `node_modules` directory, by package name. */
export function installedPlugins(nodeModules: string): FoundPlugin[] {
  if (!isDirectory(nodeModules)) return [];
  const names = readdirSync(nodeModules).sort().filter((name) => !name.startsWith("."));
  const packages = names.flatMap((name) =>
    name.startsWith("@") && isDirectory(join(nodeModules, name))
      ? readdirSync(join(nodeModules, name)).sort().map((inner) => join(name, inner))
      : [name],
  );
  return packages.map((name) => join(nodeModules, name)).filter(isDirectory).flatMap(packagePlugins);
}

/** Modules of a plugins directory: files, and folders with an index, by name. */
export function directoryPlugins(directory: string): FoundPlugin[] {
  if (!isDirectory(directory)) return [];
  const found: FoundPlugin[] = [];
  for (const entry of readdirSync(directory).sort()) {
    const path = join(directory, entry);
    if (entry.startsWith(".") || entry === "node_modules") continue;
    if (isDirectory(path)) {
      const file = folderModule(path);
      if (file !== undefined) found.push({ name: entry, origin: "plugins", file, directory: path });
    } else if (MODULE_FILES.has(extname(entry)) && !entry.includes(".test.")) {
      found.push({ name: basename(entry, extname(entry)), origin: "plugins", file: path, directory });
    }
  }
  return found;
}

function folderModule(directory: string): string | undefined {
  const main = text(readPackage(directory)?.main);
  const candidates = [...(main === null ? [] : [main]), "index.js", "index.mjs", "index.cjs"];
  return candidates.map((name) => resolve(directory, name)).find((file) => existsSync(file));
}

/**
 * Plugins at a path that a user names: a package, a single module, or a folder with an index.
 * @throws Error when there is no plugin
 */
export function pluginsAtPath(path: string): FoundPlugin[] {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new Error(`Plugin "${path}" does not exist`);
  if (!isDirectory(absolute)) {
    const name = basename(absolute, extname(absolute));
    return [{ name, origin: "plugins", file: absolute, directory: resolve(absolute, "..") }];
  }
  const declared = packagePlugins(absolute);
  if (declared.length > 0) return declared;
  const file = folderModule(absolute);
  if (file === undefined) {
    throw new Error(
      `No plugin found in "${path}": declare it in package.json as "kalico": {"plugins": {"my_plugin": "./dist/my-plugin.js"}}`,
    );
  }
  return [{ name: basename(absolute), origin: "plugins", file, directory: absolute }];
}
