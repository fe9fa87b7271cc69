/**
 * Finds the CPython that runs Python plugins: what the user names, else `python3`, `python`, `py -3`. Only the
 * interpreter is asked, with a line that Python 2 understands too, so that "too old" can be told from "none".
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** Oldest CPython that plugins run on. */
export const OLDEST_PYTHON = [3, 9] as const;

/** An interpreter that was found. */
export interface FoundPython {
  /** Absolute path, as the interpreter tells it. */
  executable: string;
  /** "3.11.2". */
  version: string;
}

/** There is no CPython that will do: environment, exit code 3. */
export class PythonUnavailable extends Error {
  override name = "PythonUnavailable";
}

const ASK = "import sys,platform;print(sys.executable);print(platform.python_implementation());print('.'.join(str(n) for n in sys.version_info[:3]))";
const WANTED = `CPython ${OLDEST_PYTHON.join(".")} or later`;
const REMEDY = `install ${WANTED} or name one with --python PATH`;

type Answer = { python: FoundPython } | { problem: string };

function ask(command: readonly string[]): Answer | undefined {
  const [program, ...rest] = command as [string, ...string[]];
  const run = spawnSync(program, [...rest, "-E", "-s", "-c", ASK], { encoding: "utf8", timeout: 20_000, windowsHide: true });
  if (run.error !== undefined && (run.error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  const [executable = "", implementation = "", version = ""] = run.stdout?.trim().split(/\r?\n/) ?? [];
  if (run.status !== 0 || version === "") return { problem: `"${command.join(" ")}" does not answer as a Python` };
  if (implementation !== "CPython") return { problem: `"${command.join(" ")}" is ${implementation} ${version}, not CPython` };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])) return { problem: `"${command.join(" ")}" is Python ${version}` };
  return { python: { executable: executable === "" ? program : executable, version } };
}

/** Interpreter in the directory of a virtual environment. */
function inEnvironment(directory: string): string | undefined {
  return ["bin/python3", "bin/python", "Scripts/python.exe", "python.exe"].map((name) => join(directory, name)).find((path) => existsSync(path));
}

/**
 * The interpreter to use.
 * @param wanted path, command, or directory of a virtual environment that the user names
 * @param candidates what to try when the user names none
 * @throws PythonUnavailable with what was found and what to do
 */
export function findPython(wanted?: string, candidates: readonly (readonly string[])[] = [["python3"], ["python"], ["py", "-3"]]): FoundPython {
  if (wanted !== undefined) {
    const isDirectory = existsSync(wanted) && statSync(wanted).isDirectory();
    const program = isDirectory ? inEnvironment(wanted) : wanted;
    if (program === undefined) throw new PythonUnavailable(`"${wanted}" has no Python in it: name the interpreter or the directory of a virtual environment`);
    const answer = ask([program]);
    if (answer === undefined) throw new PythonUnavailable(`Python "${wanted}" does not exist: ${REMEDY}`);
    if ("problem" in answer) throw new PythonUnavailable(`${answer.problem}; Python plugins need ${WANTED}: ${REMEDY}`);
    return answer.python;
  }
  const problems: string[] = [];
  for (const command of candidates) {
    const answer = ask(command);
    if (answer === undefined) continue;
    if ("python" in answer) return answer.python;
    problems.push(answer.problem);
  }
  throw new PythonUnavailable(problems.length === 0 ? `No Python found; Python plugins need ${WANTED}: ${REMEDY}` : `${problems.join("; ")}; Python plugins need ${WANTED}: ${REMEDY}`);
}
