/** `kalico-hil init NAME`: a new plugin that is certified as it stands. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { harnessVersion } from "../reporters/result-json.js";
import { pluginNames, typescriptFiles } from "../scaffold/typescript-template.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";

export interface InitOptions {
  typescript?: boolean;
  dir?: string;
  harness?: string;
}

export function initCommand(name: string, options: InitOptions, progress: Progress): number {
  let names;
  try {
    names = pluginNames(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const directory = options.dir ?? names.package;
  if (existsSync(directory) && readdirSync(directory).length > 0) throw new UsageError(`"${directory}" exists and is not empty: choose another name, or --dir DIR`);
  const files = typescriptFiles(names, options.harness ?? `^${harnessVersion}`);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  progress.line(`${Object.keys(files).length} files in ${directory}: section [${names.section}], package ${names.package}`);
  progress.line(`next: cd ${directory} && npm install && npm run build && npx kalico-hil certify .`);
  return EXIT.conforming;
}
