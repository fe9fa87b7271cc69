/** Asks `describe_source.py`, run by the chosen CPython, apart from the user's environment variables and directory. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./describe_source.py", import.meta.url));

/** An import of a module. */
export interface PythonImport {
  /** As written, without leading dots. */
  module: string;
  /** Number of leading dots. */
  level: number;
  names: string[];
  line: number;
  /** Inside a function: runs later, if ever. */
  lazy: boolean;
  /** The plugin goes on when the import fails. */
  guarded: boolean;
}

/** What one Python file says. */
export interface PythonFileFacts {
  /** Those of load_config, load_config_prefix and register_components that it has. */
  functions: string[];
  imports: PythonImport[];
  doc: string;
  /** It does not parse. */
  error?: { line: number; message: string };
  /** What fails on one of Python 3.9 to 3.13. */
  problems?: { line: number; what: string; versions: string }[];
}

export interface PythonMessage {
  headers: [string, string][];
  body: string;
}

export interface InstalledDistribution {
  found: true;
  metadata: PythonMessage;
  entryPoints: [string, string][];
  files: string[];
  base: string;
  wheel: string | null;
  directUrl: string | null;
  paths: string[];
}

interface Requests {
  sources: [{ root: string; files: readonly string[] }, Record<string, PythonFileFacts>];
  imports: [{ names: readonly string[]; paths: readonly string[] }, Record<string, boolean>];
  stdlib: [{ names: readonly string[] }, Record<string, boolean>];
  installed: [{ name: string }, InstalledDistribution | { found: false; plugins: string[] }];
  environment: [object, { name: string; version: string; entryPoints: [string, string][] }[]];
  metadata: [{ file: string }, PythonMessage];
  setup: [{ root: string }, Record<string, unknown>];
  unpack: [{ archive: string; into: string; bytes: number; files: number }, { error?: string; skipped?: string[] }];
}

/** One request to the script. @throws Error when the interpreter fails */
export function askPython<K extends keyof Requests>(executable: string, what: K, request: Requests[K][0]): Requests[K][1] {
  const run = spawnSync(executable, ["-I", "-B", SCRIPT], { input: JSON.stringify({ do: what, ...request }), encoding: "utf8", maxBuffer: 256 * 1024 * 1024, timeout: 120_000, windowsHide: true });
  if (run.status !== 0) throw new Error(`Python ("${executable}") could not read the plugin: ${run.error?.message ?? run.stderr.trim().split("\n").at(-1) ?? "no message"}`);
  return JSON.parse(run.stdout) as Requests[K][1];
}
