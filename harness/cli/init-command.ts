/** `kalico-hil init NAME`: a new plugin that is certified as it stands. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { harnessVersion } from "../reporters/result-json.js";
import { pluginNames } from "../scaffold/plugin-names.js";
import { pythonFiles } from "../scaffold/python-template.js";
import { typescriptFiles } from "../scaffold/typescript-template.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";

export interface InitOptions {
  python?: boolean;
  typescript?: boolean;
  dir?: string;
  harness?: string;
}

export function initCommand(name: string, options: InitOptions, progress: Progress): number {
  if (options.python === true && options.typescript === true) throw new UsageError("Options --python and --typescript exclude each other: a plugin is written in one of them");
  let names;
  try {
    names = pluginNames(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const directory = options.dir ?? names.package;
  if (existsSync(directory) && readdirSync(directory).length > 0) throw new UsageError(`"${directory}" exists and is not empty: choose another name, or --dir DIR`);
  const python = options.python === true;
  const files = (python ? pythonFiles : typescriptFiles)(names, options.harness ?? `^${harnessVersion}`);
  // Ours is the text of the GPL, under which a plugin for Kalico comes too.
  files["LICENSE"] = readFileSync(join(dirname(createRequire(import.meta.url).resolve("kalico-hil/package.json")), "LICENSE"), "utf8");
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  progress.line(`${Object.keys(files).length} files in ${directory}: section [${names.section}], ${python ? `distribution ${names.module}` : `package ${names.package}`}`);
  progress.line(python ? `next: cd ${directory} && kalico-hil certify .` : `next: cd ${directory} && npm install && npm run build && npx kalico-hil certify .`);
  return EXIT.conforming;
}
