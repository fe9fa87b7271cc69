/** The Python of a printer's macros: found on this machine when the first of them asks for it. */
import { rmSync } from "node:fs";
import { PythonMacros, type PythonMacrosOptions } from "../../host/plugins/python/python-macros.js";
import { findPython } from "../python/find-python.js";
import { temporaryDirectory } from "../python/source-files.js";

export function macroPython(options: Omit<PythonMacrosOptions, "findPython" | "makeDirectory" | "removeDirectory"> & { python?: string | undefined }): PythonMacros {
  const { python, ...rest } = options;
  return new PythonMacros({
    ...rest,
    findPython: () => findPython(python).executable,
    makeDirectory: () => temporaryDirectory("macros"),
    removeDirectory: (directory) => rmSync(directory, { recursive: true, force: true }),
  });
}
