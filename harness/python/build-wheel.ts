/**
 * Builds the wheel of a source tree, when the tools are there: so that what is judged is what users install. A build runs
 * the project's build backend, so it works on a copy, with limits and an empty environment, and without network unless
 * the user allowed installing.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { readPyproject } from "./project-metadata.js";
import { temporaryDirectory } from "./source-files.js";

export interface BuildOptions {
  executable: string;
  /** Missing build tools may be fetched. */
  network: boolean;
}

export type BuildOutcome = { wheel: string; how: string } | { reason: string };

const LIMIT_MILLISECONDS = 120_000;
const MAX_COPY_BYTES = 64 * 1024 * 1024;
const LEFT_OUT = new Set([".git", "node_modules", "__pycache__", ".venv", "venv", "build", "dist", ".tox"]);

/** Environment of subprocesses: nothing of the user's but what finds programs and packages. */
export function toolEnvironment(home: string): NodeJS.ProcessEnv {
  const kept = ["PATH", "LANG", "SYSTEMROOT", "TEMP", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_NO_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE"];
  return { ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))), HOME: home, PYTHONDONTWRITEBYTECODE: "1", SOURCE_DATE_EPOCH: "1577836800" };
}

/** Result of a tool: its last words when it fails. */
export function runTool(program: string, args: readonly string[], options: { cwd: string; home: string; milliseconds?: number }): { ok: boolean; found: boolean; words: string } {
  const run = spawnSync(program, args, { cwd: options.cwd, env: toolEnvironment(options.home), encoding: "utf8", timeout: options.milliseconds ?? LIMIT_MILLISECONDS, maxBuffer: 16 * 1024 * 1024, windowsHide: true });
  const lines = `${run.stdout ?? ""}\n${run.stderr ?? ""}`.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !/^(\[notice\]|WARNING:|note:)/i.test(line));
  const words = run.error !== undefined ? run.error.message : (lines.find((line) => /^(error|ERROR|.*Error:)/.test(line)) ?? lines.at(-1) ?? `exit code ${run.status}`);
  return { ok: run.status === 0, found: (run.error as NodeJS.ErrnoException | undefined)?.code !== "ENOENT", words: words.slice(0, 300) };
}

function bytesBelow(directory: string): number {
  let sum = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name) || entry.isSymbolicLink()) continue;
    const path = join(directory, entry.name);
    sum += entry.isDirectory() ? bytesBelow(path) : entry.isFile() ? statSync(path).size : 0;
    if (sum > MAX_COPY_BYTES) break;
  }
  return sum;
}

/** The module that a build needs, when it is there without network. */
function backendOf(root: string): string {
  const system = readPyproject(root)?.["build-system"] as { "build-backend"?: unknown } | undefined;
  const backend = system?.["build-backend"];
  return typeof backend === "string" ? backend.split(/[.:]/, 1)[0]! : "setuptools";
}

/** Builds a wheel of the tree at `root`, elsewhere. Never throws for what the build does. */
export function buildWheel(root: string, options: BuildOptions): BuildOutcome {
  if (bytesBelow(root) > MAX_COPY_BYTES) return { reason: "no wheel was built: the tree has more than 64 MB" };
  const work = temporaryDirectory("wheel");
  const [copy, out, home] = [join(work, basename(root) || "tree"), join(work, "out"), join(work, "home")];
  for (const path of [out, home]) mkdirSync(path);
  cpSync(root, copy, { recursive: true, dereference: false, filter: (source) => !LEFT_OUT.has(basename(source)) || source === root });
  const { executable, network } = options;
  const attempts: [how: string, program: string, args: string[]][] = [
    ["uv build", "uv", ["build", "--wheel", "--python", executable, "--out-dir", out, ...(network ? [] : ["--offline"]), copy]],
  ];
  const has = (module: string): boolean => /^[A-Za-z_]\w*$/.test(module) && runTool(executable, ["-I", "-c", `import ${module}`], { cwd: work, home }).ok;
  const backend = backendOf(root);
  if (has("pip")) {
    const pip = ["-I", "-m", "pip", "--disable-pip-version-check", "wheel", "--no-deps", "--wheel-dir", out];
    // setuptools before 70.1 makes wheels with the help of the package wheel.
    if (has(backend) && (backend !== "setuptools" || has("wheel") || has("setuptools.command.bdist_wheel"))) attempts.push(["pip wheel", executable, [...pip, "--no-build-isolation", "--no-index", copy]]);
    if (network) attempts.push(["pip wheel", executable, [...pip, copy]]);
  }
  let reason = `no wheel was built: ${network ? "neither uv nor pip is there" : `neither uv nor pip with ${backend} is there (--install lets pip fetch it)`}`;
  for (const [how, program, args] of attempts) {
    const run = runTool(program, args, { cwd: work, home });
    const wheel = readdirSync(out).find((name) => name.endsWith(".whl"));
    if (run.ok && wheel !== undefined) return { wheel: join(out, wheel), how: `built by ${how}` };
    if (run.found) reason = `${how} made no wheel: ${run.words.replaceAll(work, "…")}`;
  }
  return { reason };
}
