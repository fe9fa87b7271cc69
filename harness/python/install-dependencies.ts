/** `--install`: a throw-away environment with the plugin's requirements, made by uv or by venv and pip. */
import { join } from "node:path";
import { runTool } from "./build-wheel.js";
import { findPython, PythonUnavailable, type FoundPython } from "./find-python.js";
import { temporaryDirectory } from "./source-files.js";

export interface InstalledEnvironment {
  python: FoundPython;
  /** For the report: what was installed, with what. */
  note: string;
}

const INSTALL_MILLISECONDS = 600_000;

/**
 * Makes an environment with these requirements; it is removed when the process ends.
 * @throws PythonUnavailable when neither tool is there, or a requirement cannot be installed
 */
export function installRequirements(python: FoundPython, requirements: readonly string[]): InstalledEnvironment {
  const work = temporaryDirectory("environment");
  const environment = join(work, "venv");
  const run = (program: string, args: readonly string[]): ReturnType<typeof runTool> => runTool(program, args, { cwd: work, home: work, milliseconds: INSTALL_MILLISECONDS });
  const failed = (what: string, words: string): never => {
    throw new PythonUnavailable(`${what}: ${words}. Install the requirements (${requirements.join(", ")}) yourself and give that environment with --python PATH`);
  };
  const uv = run("uv", ["venv", "--python", python.executable, environment]);
  const made = uv.ok ? uv : run(python.executable, ["-I", "-m", "venv", environment]);
  if (!made.ok) failed(`"${python.executable}" makes no virtual environment, and uv is ${uv.found ? "of no help" : "not there"}`, made.words);
  const inside = findPython(environment);
  if (requirements.length > 0) {
    const pip = uv.ok ? run("uv", ["pip", "install", "--python", inside.executable, ...requirements]) : run(inside.executable, ["-I", "-m", "pip", "--disable-pip-version-check", "install", ...requirements]);
    if (!pip.ok) failed("The plugin's requirements cannot be installed", pip.words);
  }
  return { python: inside, note: `installed ${requirements.length === 0 ? "nothing" : requirements.join(", ")} with ${uv.ok ? "uv" : "venv and pip"} in an environment that is thrown away` };
}
